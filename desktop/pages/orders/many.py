"""What can be done with several orders at once."""

from __future__ import annotations

from collections.abc import Callable

from core.orders.listing import Filter
from desktop.pages import exporting
from desktop.pages.bulk import Act, Offer, Rows
from desktop.pages.exporting import Writing
from desktop.pages.live.presenter import LiveSource
from desktop.pages.many import Many
from desktop.pages.orders.presenter import OrdersSource, RowText
from desktop.pages.orders.verbs import KEYS, MINUTES
from desktop.pages.page import Page


def many_orders(page: Page, source: OrdersSource, live: LiveSource, writing: Callable[[Filter], Writing]) -> Many:
    """Cancel, hold longer, send the links again, write to a file. None of it can be taken back: goods go to the next
    in line, and messages went."""
    t = page.t

    def cancel(rows: Rows) -> None:
        act = Act(
            "cancel orders",
            lambda row: live.cancel_order(row.key),
            lambda n: t.plural("{n} order cancelled", "{n} orders cancelled", n),
        )
        title = t.plural("Cancel {n} order?", "Cancel {n} orders?", len(rows))
        sentence = t(
            "Their goods are free again at once, and go to who waits for them. This cannot be taken back. Orders that"
            " are paid, or over, stay as they are."
        )
        many.confirm(title, sentence, t("Cancel the orders"), act, rows, danger=True)

    def extend(rows: Rows) -> None:
        act = Act(
            "extend orders",
            lambda row: live.extend_order(row.key, MINUTES),
            lambda n: t.plural("{n} order held longer", "{n} orders held longer", n),
        )
        title = t.plural("Hold {n} order longer?", "Hold {n} orders longer?", len(rows))
        sentence = t("Each is held {minutes} min longer, 30 minutes at most. Only reserved ones.", minutes=MINUTES)
        many.confirm(title, sentence, t("Hold longer"), act, rows)

    def remind(rows: Rows) -> None:
        def send(row: RowText) -> None:
            source.send_link(row.key)

        act = Act("send links", send, lambda n: t.plural("{n} link is on its way", "{n} links are on their way", n))
        title = t.plural("Send the link of {n} order again?", "Send the links of {n} orders again?", len(rows))
        sentence = t(
            "Each customer gets the pay link once more. Where WhatsApp is closed, or nothing is to be paid, nothing is"
            " sent, and you are told."
        )
        many.confirm(title, sentence, t("Send again"), act, rows)

    def export(rows: Rows) -> None:
        sort = page.table.sort  # type: ignore[attr-defined]
        exporting.ask_where(page, writing(Filter(sort=sort, only=tuple(row.key for row in rows))))

    def name(row: RowText) -> str:
        return f"{row.order.reference}, {row.who}"

    offers = (
        Offer("send", t("Send the links…"), "send", remind, KEYS["send"]),
        Offer("extend", t("Hold longer…"), "timer", extend, KEYS["extend"]),
        Offer("export", t("Export…"), "download", export),
        Offer("cancel", t("Cancel…"), "x", cancel, KEYS["cancel"]),
    )
    many = Many(page, page.mount.bridge, t, offers, name)
    return many
