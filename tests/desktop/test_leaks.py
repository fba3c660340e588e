"""A window that stays open for weeks: pages that are built, shown and taken down leave nothing behind."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.gallery.photographer import settle
from desktop.pages.page import Page
from desktop.pages.registry import PAGES
from tests.desktop.realshop import close_windows, make_shop, stock_up, window_over

TIMES = int(os.environ.get("LIVEPAY_LEAK_TIMES", "10"))
"""Objects are counted one by one, so that one page which stays shows in 10 rounds as in 200; memory wants 200."""

WARM = 5  # rounds after which everything that is loaded once is loaded
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
KEPT = {"settings": 3_500_000, "messages": 500_000, "conversations": 500_000, "live": 300_000}
"""Bytes a round that Qt keeps of these pages though none of their objects is left, most of it its style sheet's: known,
and bounded here. Everything else is counted to the last object."""

ROOM = 6 * 1024 * 1024  # bytes that the allocator may keep; pages that stay alive 200 times cost more


@dataclass(frozen=True)
class Alive:
    """What there is: widgets, Qt's objects below the window, threads; ``memory`` in bytes."""

    widgets: int
    objects: int
    threads: int
    memory: int


def count(desktop: Desktop) -> Alive:
    gc.unfreeze()  # as the window's own full run does; see desktop.garbage
    gc.collect()
    return Alive(
        len(QApplication.allWidgets()),
        len(desktop.findChildren(QObject)) + len(desktop.shell.findChildren(QObject)),
        sum(not each.name.startswith("window") for each in threading.enumerate()),  # the pool starts when asked
        int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES,
    )


def open_and_close(desktop: Desktop, name: str) -> Page:
    """A page as the window shows it, read; then taken down."""
    shell = desktop.shell
    shell.go(name)
    settle(desktop)
    page = shell.page(name)
    assert page is not None
    shell.close_page(name)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return page


@pytest.fixture
def desktop(tmp_path: Path, qapp: QApplication) -> Iterator[Desktop]:
    shop: Shop = make_shop(tmp_path / "home")
    stock_up(shop)
    made = window_over(shop)
    made.shell.resize(1280, 720)
    made.start()
    while made.shell.stack.currentWidget() is made.shell.opening:
        qapp.processEvents()
    settle(made)
    yield made
    close_windows([made])
    shop.close()


def grown(desktop: Desktop, name: str, keep: Callable[[Page], object] = lambda page: None) -> list[str]:
    """What there is more of after a page was opened and closed so often. ``keep`` is given each page."""
    for _ in range(WARM):
        open_and_close(desktop, name)
    before = count(desktop)
    pages: list[weakref.ref[Page]] = []
    for _ in range(TIMES):
        page = open_and_close(desktop, name)
        keep(page)
        pages.append(weakref.ref(page))
    del page
    after = count(desktop)
    alive = sum(each() is not None for each in pages)
    found = [f"pages: {alive} of {TIMES} are held by somebody"] if alive else []
    found += [
        f"{what}: {getattr(before, what)} → {getattr(after, what)}"
        for what in ("widgets", "objects", "threads")
        if getattr(after, what) > getattr(before, what)
    ]
    if after.memory - before.memory > ROOM + TIMES * KEPT.get(name, 0):
        found.append(f"memory: {(after.memory - before.memory) // 1024} kB more")
    return found


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the process's memory as Linux tells it")
@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_a_page_opened_and_closed_leaves_nothing(desktop: Desktop, name: str) -> None:
    assert grown(desktop, name) == []


def test_a_page_that_somebody_keeps_is_found(desktop: Desktop) -> None:
    kept: list[Page] = []
    found = grown(desktop, "papers", kept.append)
    assert [line.split(":")[0] for line in found][:1] == ["pages"], found
    assert len(kept) == TIMES


def test_a_widget_that_a_page_leaves_on_the_window_is_found(desktop: Desktop) -> None:
    found = grown(desktop, "papers", lambda page: QWidget(desktop.shell))
    assert [line.split(":")[0] for line in found][:2] == ["widgets", "objects"], found
