"""Segments wired to the rest of the shop: free times, addresses, calls, what is paid later, and quotes asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.conversations.stepnotices import StepNotices
from core.durable.deadlines import Handler
from core.orders.events import (
    BalanceOverdue,
    OrderCancelled,
    OrderChanged,
    OrderExpired,
    OrderFirm,
    OrderOnTerms,
    PartReceived,
)
from core.slots import service as slots
from core.slots.events import CallMade

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

TIMED: Final[dict[str, Handler]] = {slots.PASSED: slots.passed}


def bind(shop: Shop) -> None:
    """What follows for the steps of an order, in the same transaction."""
    react, quietly = shop.engine.react, shop.returning.quietly
    told = StepNotices(shop.talk, lambda: shop.settings.get("seller.notify_to"), shop.card.country)
    react(OrderChanged, slots.follow)
    react(OrderExpired, lambda tx, e: slots.release(tx, e.order_id))
    react(OrderCancelled, lambda tx, e: slots.release(tx, e.order_id))
    react(OrderCancelled, lambda tx, e: shop.papers.cancelled(tx, e.order_id))
    react(OrderFirm, quietly(told.settled))
    react(PartReceived, quietly(told.settled))
    react(OrderOnTerms, told.on_terms)
    react(BalanceOverdue, told.overdue)
    react(CallMade, told.called)
