"""What the page of a quote shows, as plain values for its template."""

from __future__ import annotations

from msgspec import Struct

from core.bootstrap import Shop
from core.kernel.clock import to_datetime
from core.orders.queries import order
from core.quotes import queries
from core.quotes.documents import QuoteDocument, quote_document
from core.quotes.rules import OPEN
from core.quotes.service import Quote, load
from core.storage.connection import Reader
from localserver.pay.view import initials


class ShownQuote(Struct, frozen=True):
    """``standing``: one of the states of a quote, as it is now; ``may_answer``: the customer can accept or refuse.

    ``pay``: address of the pay page of its order, relative to this page, "" without one. ``newer``: address and number
    of the version in its place. ``count``: ask for the small picture that tells the page was looked at.
    """

    token: str
    store: str
    city: str
    initials: str
    standing: str
    may_answer: bool
    count: bool
    language: str
    paper: QuoteDocument
    vat: bool
    valid_until: str
    pay: str
    newer: tuple[str, str]


def build(shop: Shop, token: str, quote_id: int) -> ShownQuote:
    """Read at one moment."""
    return shop.engine.read(lambda reader: _read(reader, shop, token, quote_id))


def _read(reader: Reader, shop: Shop, token: str, quote_id: int) -> ShownQuote:
    quote = load(reader, quote_id)
    standing = queries.standing(quote, shop.clock.now())
    paper = quote_document(reader, quote_id, shop.papers.shared())
    customer = reader.one("SELECT language FROM customer WHERE id = ?", (quote.customer_id,))
    return ShownQuote(
        token=token,
        store=shop.name,
        city=shop.settings.get("store.city"),
        initials=initials(shop.name),
        standing=standing,
        may_answer=standing in OPEN and quote.customer_id is not None,
        count=standing in OPEN and quote.seen_at is None,
        language=customer[0] if customer else shop.settings.get("store.language"),
        paper=paper,
        vat=bool(paper.papers.seller.vat_rate),
        valid_until=f"{to_datetime(quote.valid_until, shop.country.zone):%d/%m/%Y}",
        pay=_pay(reader, shop, quote),
        newer=_newer(reader, shop, quote),
    )


def _pay(reader: Reader, shop: Shop, quote: Quote) -> str:
    if quote.order_id is None:
        return ""
    return f"../p/{shop.links.token(order(reader, quote.order_id).link)}"


def _newer(reader: Reader, shop: Shop, quote: Quote) -> tuple[str, str]:
    newer = queries.newer(reader, quote.id)
    if newer is None or newer.link is None:
        return "", ""
    return shop.quote_links.token(newer.link), newer.reference
