"""Quotes and deposits wired to the rest of the shop."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from core.conversations.quoting import QuoteNotices
from core.durable.deadlines import Handler
from core.orders import deposits
from core.orders.events import BalanceOverdue, OrderCancelled, OrderChanged, PartReceived
from core.orders.rules import asked
from core.orders.service import load
from core.payments import service as payments
from core.quotes import answering, following, service
from core.quotes import asked as requests
from core.quotes.events import (
    QuoteAccepted,
    QuoteConverted,
    QuoteEnding,
    QuoteRefused,
    QuoteSeen,
    QuoteSent,
    QuoteShort,
    QuoteUnanswered,
    QuoteUnseen,
)
from core.quotes.service import END, REMIND
from core.storage.engine import Tx

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

TIMED: Final[dict[str, Handler]] = {
    END: answering.expire,
    REMIND: answering.remind,
    following.FOLLOW: following.follow,
}


def quote_url(shop: Shop, nonce: bytes) -> str:
    """Where a customer answers a quote."""
    return f"{shop.public_url()}/q/{shop.quote_links.token(nonce)}"


def send_again(shop: Shop, tx: Tx, quote_id: int) -> None:
    """The quote's PDF and link into the conversation once more. Raises Refused."""
    _notices(shop).send_again(tx, quote_id)


def asked_for(shop: Shop, tx: Tx, customer_id: int, items: Sequence[tuple[int, int]]) -> int | None:
    """A customer wants a quote for these (product id, quantity): a draft for the seller to look at and send.

    → its id, None when nothing of it is on sale. Anybody who talks with customers may call it.
    """
    return requests.wanted(tx, customer_id, items, shop.papers.terms())


def answered(shop: Shop, tx: Tx, customer_id: int, items: Sequence[tuple[int, int]]) -> tuple[int | None, bool]:
    """As :func:`asked_for`, and sent at once where the settings say so and every price is the catalogue's own.

    → (the quote's id or None, whether it goes at once).
    """
    quote_id = asked_for(shop, tx, customer_id, items)
    at_once = quote_id is not None and shop.settings.switch("quotes.at_once") and bool(shop.address())
    if quote_id is not None and at_once:
        service.send(tx, quote_id, shop.papers.terms(), shop.settings.number("quotes.remind_days"))
    return quote_id, at_once


def follow(shop: Shop, tx: Tx, quote_id: int) -> None:
    """Look after it in some days, as the settings say."""
    number = shop.settings.number
    following.plan(tx, quote_id, number("quotes.follow_days"), number("quotes.remind_days"))


def _notices(shop: Shop) -> QuoteNotices:
    return QuoteNotices(
        shop.talk,
        lambda: shop.settings.get("seller.notify_to"),
        shop.card.country,
        shop.country.zone,
        lambda nonce: quote_url(shop, nonce),
        lambda: shop.settings.switch("quotes.remind"),
    )


def bind(shop: Shop) -> None:
    """What follows from what happens to quotes and deposits, in the same transaction."""
    react, told = shop.engine.react, _notices(shop)
    react(PartReceived, shop.papers.part)
    react(PartReceived, told.part)
    react(BalanceOverdue, lambda tx, e: deposits.overdue(tx, e.order_id))
    react(OrderCancelled, lambda tx, e: deposits.left_behind(tx, e.order_id))
    react(QuoteSent, told.sent)
    react(QuoteSeen, told.seen)
    react(QuoteAccepted, told.accepted)
    react(QuoteRefused, told.refused)
    react(QuoteConverted, told.converted)
    react(QuoteShort, told.short)
    react(QuoteEnding, told.ending)
    react(QuoteUnseen, told.unseen)
    react(QuoteUnanswered, told.unanswered)
    for event in (QuoteSent, QuoteSeen):
        react(event, lambda tx, e: follow(shop, tx, e.quote_id))
    shop.talk.quote_asked = partial(answered, shop)


def close_unfit(tx: Tx, event: OrderChanged) -> None:
    """Payment sessions for another amount than what is now asked for can no longer be right."""
    order = load(tx, event.order_id)
    payments.close_sessions(tx, order.id, asked(order.total, order.received, order.deposit))
