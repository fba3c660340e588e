"""What can be done with several quotes at once."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.bridge import Bridge
from desktop.pages.bulk import Act, Offer, Rows
from desktop.pages.many import Many
from desktop.pages.quotes.presenter import QuotesPresenter, RowText
from desktop.pages.quotes.source import QuotesSource
from desktop.pages.quotes.verbs import KEYS


def many_quotes(page: QWidget, source: QuotesSource, words: QuotesPresenter, bridge: Bridge) -> Many:
    """Remind their customers. A message that went cannot be taken back."""
    t = words.t

    def told(n: int) -> str:
        return t.plural("{n} quote is on its way again", "{n} quotes are on their way again", n)

    def remind(rows: Rows) -> None:
        act = Act("remind of quotes", lambda row: source.send_again(row.quote.id), told)
        title = t.plural("Remind of {n} quote?", "Remind of {n} quotes?", len(rows))
        sentence = t(
            "Each customer gets the PDF and its link once more. Where WhatsApp is closed, or the quote is not open,"
            " nothing is sent, and you are told."
        )
        many.confirm(title, sentence, t("Send again"), act, rows)

    def name(row: RowText) -> str:
        return f"{row.quote.reference}, {row.who}"

    offers = (Offer("again", t("Remind…"), "send", remind, KEYS["again"]),)
    many = Many(page, bridge, t, offers, name)
    return many
