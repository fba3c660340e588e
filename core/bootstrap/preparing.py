"""Payments opened ahead of time, bound to what gives a buyer the link and to what makes it another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.bootstrap.returning import last_order
from core.conversations.events import LinkGiven
from core.orders.events import OrderChanged, OrderReserved
from core.payments.preparing import Preparer
from core.tunnels.rules import KIND, RELAY, RELAY_AHEAD

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def preparer_of(shop: Shop) -> Preparer:
    """Where a relay shows pay pages in the store's place, and the seller wants them to lead to a payment."""

    def wanted() -> bool:
        return shop.settings.get(KIND) == RELAY and shop.settings.switch(RELAY_AHEAD)

    return Preparer(shop.engine, shop.desk, wanted, lambda reader: last_order(reader) is None, shop.links.token)


def bind(shop: Shop) -> None:
    """After what closes a session that no longer fits its order."""
    react = shop.engine.react
    react(OrderChanged, shop.preparer.changed)
    react(OrderReserved, shop.preparer.reserved)
    react(LinkGiven, lambda tx, e: shop.preparer.given(tx, e.order_id, e.means))
    shop.engine.subscribe(shop.preparer.on_events)
