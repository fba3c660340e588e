"""A window over a shop in which every list has rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.conversations import threads
from desktop.app import Desktop
from tests.desktop.orders.store import fill, order_shop
from tests.desktop.quotes.store import quote
from tests.desktop.realshop import close_windows, window_over
from tests.support.stores import add_product


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Orders of every state with their customers, payments, papers and conversations, and three quotes."""
    made = order_shop(tmp_path / "home")
    fill(made)
    add_product(made.engine, "PAGNE6", 9_000, 12)
    for _ in range(3):
        quote(made, "Hôtel Baobab")
    made.engine.call(
        lambda tx: [
            threads.add_message(tx, number, "customer", "text", "Bonsoir, c’est disponible ?")
            for (number,) in tx.all("SELECT id FROM conversation")
        ]
    )
    yield made
    made.close()


@pytest.fixture
def desktop(shop: Shop, qtbot: QtBot) -> Iterator[Desktop]:
    opened = window_over(shop)
    opened.shell.resize(1280, 720)
    opened.start()
    qtbot.waitUntil(lambda: opened.shell.page("live") is not None)
    yield opened
    close_windows([opened])
