"""What one page asks another to show, where an id does not say it."""

from __future__ import annotations

from typing import Final

from core.conversations.figures import ThreadsWanted
from core.orders.behind import BuyersWanted, OrdersWanted
from core.pipeline.figures import ProspectsWanted

__all__ = ["PAGE_OF", "BuyersWanted", "OrdersWanted", "ProspectsWanted", "RowsWanted", "ThreadsWanted"]

RowsWanted = OrdersWanted | BuyersWanted | ThreadsWanted | ProspectsWanted
"""The rows behind a figure: a page shows just these, and says so on a chip that can be taken off."""

PAGE_OF: Final[dict[type, str]] = {
    OrdersWanted: "orders",
    BuyersWanted: "customers",
    ThreadsWanted: "conversations",
    ProspectsWanted: "pipeline",
}
"""Which page shows which rows."""
