"""Quotes and deposits wired to the rest of the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.conversations.quoting import QuoteNotices
from core.durable.deadlines import Handler
from core.orders import deposits
from core.orders.events import BalanceOverdue, OrderCancelled, OrderChanged, PartReceived
from core.orders.rules import asked
from core.orders.service import load
from core.payments import service as payments
from core.quotes import answering
from core.quotes.events import (
    QuoteAccepted,
    QuoteConverted,
    QuoteEnding,
    QuoteRefused,
    QuoteSeen,
    QuoteSent,
    QuoteShort,
)
from core.quotes.service import END, REMIND
from core.storage.engine import Tx

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

TIMED: Final[dict[str, Handler]] = {END: answering.expire, REMIND: answering.remind}


def quote_url(shop: Shop, nonce: bytes) -> str:
    """Where a customer answers a quote."""
    return f"{shop.public_url()}/q/{shop.quote_links.token(nonce)}"


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


def close_unfit(tx: Tx, event: OrderChanged) -> None:
    """Payment sessions for another amount than what is now asked for can no longer be right."""
    order = load(tx, event.order_id)
    payments.close_sessions(tx, order.id, asked(order.total, order.received, order.deposit))
