"""The customers' page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.customers.page import CustomersPage
from desktop.pages.customers.source import Profile
from tests.desktop.customers.store import people_shop
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.realshop import close_windows, window_over


@dataclass
class Opened(OpenPage):
    page: CustomersPage

    def names(self) -> list[str]:
        return [row.who for row in self.page.model.rows]

    def choose(self, name: str) -> Profile:
        """Choose somebody, and wait for their profile."""
        number = next(row.key for row in self.page.model.rows if row.who == name)
        self.page.table.select_key(number)
        self.settled(lambda: self.page.profile is not None and self.page.profile.view.id == number)
        assert self.page.profile is not None
        return self.page.profile

    def profile(self) -> Profile:
        assert self.page.profile is not None
        return self.page.profile


OpenCustomers = Callable[..., Opened]


@pytest.fixture
def open_customers(tmp_path: Path, qtbot: QtBot) -> Iterator[OpenCustomers]:
    """``open_customers()`` shows the people of a filled shop; ``open_customers(shop)`` those of this one."""
    desktops: list[Desktop] = []
    shops: list[Shop] = []

    def open_it(shop: Shop | None = None) -> Opened:
        shop = shop or people_shop(tmp_path / "home")
        shops.append(shop)
        desktop = window_over(shop)
        desktops.append(desktop)
        page = go_to(desktop, qtbot, "customers")
        assert isinstance(page, CustomersPage)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
    for shop in shops:
        shop.close()
