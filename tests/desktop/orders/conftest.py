"""The orders page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.orders.page import OrdersPage
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.orders.store import fill, order_shop
from tests.desktop.realshop import close_windows, window_over


@dataclass
class Opened(OpenPage):
    """``ids``: what an order shows → its id."""

    page: OrdersPage
    ids: dict[str, int] = field(default_factory=dict)

    def shown(self) -> list[int]:
        return [text.order.id for text in self.page.model.rows]

    def select(self, state: str) -> None:
        """Choose an order, and wait for its detail."""
        number = self.ids[state]
        self.page.table.select_key(number)
        self.settled(lambda: self.page.detail is not None and self.page.detail.row.id == number)


OpenOrders = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = order_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def open_orders(shop: Shop, qtbot: QtBot) -> Iterator[OpenOrders]:
    """``open_orders()`` shows the orders of a filled shop, ``open_orders(filled=False)`` as it is."""
    desktops: list[Desktop] = []

    def open_it(filled: bool = True) -> Opened:
        ids = fill(shop) if filled else {}
        desktop = window_over(shop)
        desktops.append(desktop)
        page = go_to(desktop, qtbot, "orders")
        assert isinstance(page, OrdersPage)
        opened = Opened(desktop, page, shop, qtbot, ids=ids)
        page.acts.opener = opened.look
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
