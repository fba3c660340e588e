"""A window of several real stores, and nothing left of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from core.storage.folder import Home
from desktop.stores.running import Stores
from tests.desktop.stores.many import make_stores, window_over

OpenAll = Callable[..., Stores]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_stores(tmp_path / "home")


@pytest.fixture
def open_all(home: Home, qtbot: QtBot) -> Iterator[OpenAll]:
    """``open_all("chez-awa", "zaza-mode")``: these are open, the first one in view."""
    opened: list[Stores] = []
    before = set(threading.enumerate())

    def open_them(*slugs: str, more: dict[str, str] | None = None) -> Stores:
        stores = window_over(home, {"store": slugs[0], "stores.open": " ".join(slugs), **(more or {})})
        opened.append(stores)
        stores.start()
        qtbot.waitUntil(lambda: all(is_settled(stores, slug) for slug in slugs), timeout=60_000)
        return stores

    yield open_them
    for stores in opened:
        stores.stop()
        stores.window.close()
        stores.window.deleteLater()
        stores.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [one for one in threading.enumerate() if one not in before and not isinstance(one, threading._DummyThread)]
    for thread in left:  # one that is ending already ends
        thread.join(30)
    assert {thread.name for thread in left if thread.is_alive()} == set()


def is_settled(stores: Stores, slug: str) -> bool:
    seat = stores.seats.get(slug)
    if seat is None:
        return False
    return bool(seat.problem) or (seat.shell.page("live") is not None and not seat.bridge.busy)
