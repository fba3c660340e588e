"""Quotes for the tests of their page: written and sent in a running shop."""

from __future__ import annotations

from core.customers.service import Identity, recognise
from core.quotes import service
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Quote, Wording
from core.storage.engine import Tx
from tests.support.payshop import PayShop

NUMBER = "+221770001234"


def quoted(
    shop: PayShop,
    *lines: QuoteLine,
    discount: Discount | None = None,
    terms: Terms | None = None,
    note: str = "",
    replaces: int | None = None,
    language: str = "fr",
) -> Quote:
    """A quote that was sent to the one customer."""
    papers = shop.shop.papers.terms()

    def write(tx: Tx) -> Quote:
        customer = recognise(tx, [Identity("phone", NUMBER)], "Aïcha Ndiaye", language)
        wording = Wording(lines, discount, note, terms or Terms())
        number = service.draft(tx, wording, customer_id=customer, terms=papers, replaces=replaces)
        service.send(tx, number, papers, 2)
        return service.load(tx, number)

    return shop.shop.engine.call(write)


def path_of(shop: PayShop, quote: Quote) -> str:
    assert quote.link is not None
    return f"/q/{shop.shop.quote_links.token(quote.link)}"


def now_of(shop: PayShop, quote: Quote) -> Quote:
    return shop.shop.engine.read(lambda reader: service.load(reader, quote.id))
