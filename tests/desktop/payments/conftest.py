"""The payments page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.payments.page import PaymentsPage
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import close_windows, make_shop, window_over
from tests.support.books import order_of, pay, session_of
from tests.support.stores import add_product


@dataclass
class Opened:
    desktop: Desktop
    page: PaymentsPage
    shop: Shop
    qtbot: QtBot

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more and ``holds``."""
        page = self.page
        self.qtbot.waitUntil(
            lambda: at_rest(self.desktop, self.shop) and not page._pause.isActive() and bool(holds()), timeout=60_000
        )

    def shown(self) -> list[int]:
        """The payments in the table, top to bottom."""
        return [text.payment.id for text in self.page.model.rows]


OpenPayments = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    yield made
    made.close()


def sell(shop: Shop, count: int) -> None:
    """So many dresses for 15 000 each, the second one paid 500 too much, every third by Bictorys."""
    robe = add_product(shop.engine, "ROBE1", 15_000, count + 10)
    for number in range(1, count + 1):
        shop.clock.advance(60_000)  # type: ignore[attr-defined]
        provider = "wave" if number % 3 else "bictorys"
        ref = session_of(shop, order_of(shop, number, robe), provider)
        pay(shop, ref, provider, 15_500 if number == 2 else 15_000, 150, f"T{number}")


@pytest.fixture
def open_payments(shop: Shop, qtbot: QtBot) -> Iterator[OpenPayments]:
    """``open_payments(5)`` shows the payments of five sales."""
    desktops: list[Desktop] = []

    def open_it(sales: int = 5) -> Opened:
        if sales:
            sell(shop, sales)
        desktop = window_over(shop)
        desktops.append(desktop)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
        desktop.shell.go("payments")
        page = desktop.shell.page("payments")
        assert isinstance(page, PaymentsPage)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
