"""The quotes page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.accounts.guard import PREFIX, role_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.bootstrap.quoting import quote_url, send_again
from core.catalogue.views import ProductView
from core.conversations.manual import window_open
from core.conversations.quoting import delivery
from core.customers import queries as customers
from core.customers.service import Identity, recognise
from core.customers.views import CustomerView
from core.kernel.errors import Refused
from core.orders.agreed import Short
from core.quotes import answering, listing, queries, service, unsaved
from core.quotes.answering import SELLER
from core.quotes.figures import figures_of
from core.quotes.listing import QuoteRow, Wanted
from core.quotes.rules import ACCEPTED, DRAFT, OPEN
from core.quotes.service import Wording
from core.storage.connection import Reader
from core.storage.engine import Tx
from desktop.pages.quotes.source import Detail, Overview, Recipient
from desktop.sources.live import ShopLive
from desktop.sources.papers import ShopPapers

ACTOR: Final = "seller"
RIGHT: Final = "quotes.write"


class ShopQuotes:
    """Implements :class:`desktop.pages.quotes.source.QuotesSource`."""

    def __init__(self, shop: Shop, papers: ShopPapers, live: ShopLive) -> None:
        self._shop = shop
        self._engine = shop.engine
        self._papers = papers
        self._live = live

    # -- reading -----------------------------------------------------------------------------------------------

    def overview(self) -> Overview:
        shop, now, terms = self._shop, self._shop.clock.now(), self._shop.papers.terms()

        def read(reader: Reader) -> Overview:
            counts, kept = listing.counts(reader, now), unsaved.latest(reader)
            return Overview(counts, kept, terms.rate, terms.rounding, shop.reachable(), self._may_write(reader))

        return self._engine.read(read)

    def _may_write(self, reader: Reader) -> bool:
        acting = self._engine.acting.get(ACTOR, "")
        if not acting.startswith(PREFIX):
            return True
        role = role_of(reader, int(acting.removeprefix(PREFIX)))
        return role is not None and may(role, RIGHT)

    def page(self, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[QuoteRow]:
        now = self._shop.clock.now()
        return self._engine.read(lambda r: listing.rows(r, wanted, now, after=after, limit=limit))

    def detail(self, quote_id: int) -> Detail:
        now = self._shop.clock.now()

        def read(reader: Reader) -> Detail:
            row, quote = listing.one(reader, quote_id, now), service.load(reader, quote_id)
            person, newer = quote.customer_id, queries.newer(reader, quote_id)
            conversation = "SELECT id FROM conversation WHERE customer_id = ?"
            order = reader.one("SELECT id, reference FROM orders WHERE id = ?", (quote.order_id,))
            before = None if quote.replaces is None else service.load(reader, quote.replaces)
            return Detail(
                row,
                quote,
                figures_of(quote),
                delivery(reader, quote_id),
                person is not None and window_open(reader, person, now),
                None if person is None else reader.value(conversation, (person,)),
                tuple(answering.short_of(reader, quote_id)),
                None if order is None else (order[0], order[1]),
                None if before is None else (before.id, before.reference),
                None if newer is None else (newer.id, newer.reference),
            )

        return self._engine.read(read)

    def of_customer(self, customer_id: int, limit: int) -> list[QuoteRow]:
        now = self._shop.clock.now()

        def read(reader: Reader) -> list[QuoteRow]:
            rows = [listing.one(reader, q.id, now) for q in queries.page(reader, customer_id=customer_id, limit=20)]
            return [row for row in rows if row.state in (DRAFT, *OPEN, ACCEPTED)][:limit]

        return self._engine.read(read)

    def products(self, query: str, limit: int) -> list[ProductView]:
        return self._live.products(query, limit)

    def customers(self, query: str, limit: int) -> list[CustomerView]:
        return self._engine.read(lambda r: customers.search(r, query, limit))

    def customer(self, customer_id: int) -> CustomerView:
        return self._engine.read(lambda r: customers.customer(r, customer_id))

    def pdf(self, quote_id: int) -> Path:
        return self._papers.pdf("quote", quote_id)

    def save(self, quote_id: int, path: Path) -> None:
        self._papers.save("quote", quote_id, path)

    def link(self, quote_id: int) -> str:
        quote = self._engine.read(lambda r: service.load(r, quote_id))
        if quote.link is None:
            raise Refused("This quote has not been sent yet.")
        if not self._shop.reachable():
            raise Refused("This store has no public address yet: nobody could open the link. See Settings, Network.")
        return quote_url(self._shop, quote.link)

    # -- writing -----------------------------------------------------------------------------------------------

    def write(self, quote_id: int | None, recipient: Recipient, wording: Wording) -> int:
        terms, language = self._shop.papers.terms(), self._shop.settings.get("store.language")

        def command(tx: Tx) -> int:
            customer_id = recipient.customer_id
            if customer_id is None and recipient.phone:
                customer_id = recognise(tx, [Identity("phone", recipient.phone)], recipient.name, language)
            unsaved.drop(tx, quote_id or 0)
            if quote_id is None:
                return service.draft(tx, wording, customer_id=customer_id, terms=terms)
            service.edit(tx, quote_id, wording, customer_id, terms)
            return quote_id

        return self._engine.call(command, actor=ACTOR)

    def keep(self, quote_id: int, customer_id: int | None, content: str) -> None:
        self._engine.call(lambda tx: unsaved.keep(tx, quote_id, customer_id, content), actor=ACTOR)

    def drop(self, quote_id: int) -> None:
        self._engine.call(lambda tx: unsaved.drop(tx, quote_id), actor=ACTOR)

    def revise(self, quote_id: int) -> int:
        terms = self._shop.papers.terms()
        return self._engine.call(lambda tx: service.revise(tx, quote_id, terms), actor=ACTOR)

    def duplicate(self, quote_id: int) -> int:
        terms = self._shop.papers.terms()
        return self._engine.call(lambda tx: service.duplicate(tx, quote_id, terms), actor=ACTOR)

    # -- sending and answering ---------------------------------------------------------------------------------

    def send(self, quote_id: int) -> bool:
        shop = self._shop

        def command(tx: Tx) -> bool:
            service.send(tx, quote_id, shop.papers.terms(), shop.settings.number("quotes.remind_days"))
            customer = service.load(tx, quote_id).customer_id
            return customer is not None and window_open(tx, customer, tx.now)

        return self._engine.call(command, actor=ACTOR)

    def send_again(self, quote_id: int) -> None:
        self._engine.call(lambda tx: send_again(self._shop, tx, quote_id), actor=ACTOR)

    def accept(self, quote_id: int) -> list[Short]:
        def command(tx: Tx) -> list[Short]:
            answering.accept(tx, self._shop.orders, quote_id, SELLER)
            return answering.short_of(tx, quote_id)

        return self._engine.call(command, actor=ACTOR)

    def refuse(self, quote_id: int, reason: str) -> None:
        self._engine.call(lambda tx: answering.refuse(tx, quote_id, SELLER, reason), actor=ACTOR)

    def convert(self, quote_id: int) -> list[Short]:
        def command(tx: Tx) -> list[Short]:
            short = answering.short_of(tx, quote_id)
            if not short:
                answering.convert(tx, self._shop.orders, quote_id)
            return short

        return self._engine.call(command, actor=ACTOR)
