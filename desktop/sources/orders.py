"""The orders page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.conversations import manual
from core.customers import queries as customers
from core.customers.rules import tier
from core.invoices import queries as papers
from core.invoices.queries import KINDS, PaperRow
from core.kernel.i18n import catalogue
from core.live import queries as live
from core.orders import delivery, export, listing
from core.orders.listing import Filter, OrderRow, Totals
from core.payments import queries as payments
from core.payments.queries import PaymentRow
from core.storage.connection import Reader
from desktop.bridge import Control, Stopped
from desktop.pages.orders.presenter import Cursor, Detail, Overview

ACTOR: Final = "seller"
_PAPERS: Final = {
    "invoice": "SELECT id FROM invoice WHERE order_id = ?",
    "receipt": "SELECT id FROM receipt WHERE order_id = ?",
    "credit_note": "SELECT c.id FROM invoice i JOIN credit_note c ON c.invoice_id = i.id WHERE i.order_id = ?",
}


class ShopOrders:
    """Implements :class:`desktop.pages.orders.presenter.OrdersSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def overview(self) -> Overview:
        def read(reader: Reader) -> Overview:
            return Overview(listing.counts(reader), tuple(listing.lives(reader)), tuple(listing.sources(reader)))

        return self._engine.read(read)

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[OrderRow]:
        return self._engine.read(lambda r: listing.page(r, wanted, after=after, limit=limit))

    def totals(self, wanted: Filter) -> Totals:
        return self._engine.read(lambda r: listing.totals(r, wanted))

    def detail(self, order_id: int) -> Detail:
        return self._engine.read(lambda r: self._detail(r, order_id))

    def _detail(self, reader: Reader, order_id: int) -> Detail:
        row = listing.one(reader, order_id)
        (board,) = live.rows(reader, [order_id])
        person, place = customers.customer(reader, row.customer_id), delivery.of_order(reader, order_id)
        link, why = reader.one("SELECT link, close_reason FROM orders WHERE id = ?", (order_id,)) or (b"", None)
        payable = row.state == "reserved" and self._shop.reachable()
        return Detail(
            row,
            board,
            person.phone,
            tier(person.record),
            self._shop.page_url(self._shop.links.token(link)) if payable else "",
            person.notes,
            place.address if place else "",
            why or "",
            (paid := tuple(_payments(reader, order_id))),
            tuple(each for payment in paid for each in payments.refunds_of(reader, payment.id)),
            tuple(_papers(reader, order_id)),
        )

    def send_link(self, order_id: int) -> None:
        talk = self._shop.talk
        self._engine.call(lambda tx: manual.send_link_again(tx, talk, order_id), actor=ACTOR)

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        from core.adapters import sheets

        shop = self._shop
        say = catalogue("documents", shop.settings.get("store.language")).gettext
        with self._engine.reader() as reader:
            table = export.rows(reader, wanted, shop.card.currency, shop.country.zone, say)
            total = listing.totals(reader, wanted).count
            try:
                titles = [say(title) for _, title in export.TITLES]
                return sheets.write(path, titles, table, lambda done: control.advance(done, total))
            except Stopped:
                return None


def _payments(reader: Reader, order_id: int) -> list[PaymentRow]:
    ids = reader.all("SELECT id FROM payment WHERE order_id = ? ORDER BY id", (order_id,))
    return [payments.one(reader, number) for (number,) in ids]


def _papers(reader: Reader, order_id: int) -> list[PaperRow]:
    """All papers of an order, the last one first."""
    found = [papers.one(reader, kind, number) for kind in KINDS for (number,) in reader.all(_PAPERS[kind], (order_id,))]
    return sorted(found, key=lambda paper: (paper.at, paper.id), reverse=True)
