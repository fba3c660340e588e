"""A window that stays open for weeks: pages that are built, shown and taken down leave nothing behind."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.gallery.photographer import settle
from desktop.pages.page import Page
from desktop.pages.registry import PAGES
from desktop.pages.support.page import LOG, TRACE
from tests.desktop.realshop import close_windows, make_shop, stock_up, window_over

TIMES: Final = int(os.environ.get("LIVEPAY_LEAK_TIMES", "3"))
"""Objects are counted one by one and memory to the byte that is in use, so that what stays shows in few rounds."""

WARM: Final = 2  # rounds after which everything that is loaded once is loaded
SWEPT: Final = 10  # rounds between two full runs of the collector: nobody opens more pages in ten minutes
PARTS: Final[dict[str, Callable[[Any], list[Callable[[], object]]]]] = {
    "settings": lambda page: [partial(page.open, name) for name in page.buttons],
    "messages": lambda page: [partial(page.turn_to, 1)],
    "support": lambda page: [partial(page.show_part, number) for number in (TRACE, LOG)],
    "quotes": lambda page: [partial(getattr, page, "editor")],
}
"""What a page builds only when it is asked for."""

ROOM: Final = 512 * 1024
"""Bytes that caches may still take once."""
ROUND: Final = 64 * 1024
"""Bytes a round that Qt and PySide keep, less than one list with its rows: under a style sheet Qt holds a kilobyte for
each combo box and each scroll area that is gone, PySide fifty bytes for each signal that was connected to a method of
Qt's. The settings, which have the most of both, come to 35 kB."""


class _Heap(ctypes.Structure):
    """What the C library tells of its heap, all in bytes but the counts."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks mapped usmblks fsmblks used free keepcost".split()
    )


def _library() -> Any:
    """The C library, if it tells what is in use; else None."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    if hasattr(library, "mallinfo2"):
        library.mallinfo2.restype = _Heap
        return library
    return None


LIBRARY: Final = _library()


def in_use() -> int:
    """Bytes that are in use; what allocators keep for later is not: that is what a page took while it was open."""
    heap = LIBRARY.mallinfo2()
    return int(heap.used + heap.mapped) + sys.getallocatedblocks() * 64  # Python's small objects lie beside the heap


@dataclass(frozen=True)
class Alive:
    """What there is: widgets, Qt's objects below the window, threads; ``memory`` in bytes."""

    widgets: int
    objects: int
    threads: int
    memory: int


def sweep() -> None:
    """The window's own full run of the collector, which it makes every ten minutes; see desktop.garbage."""
    gc.unfreeze()
    gc.collect()


def count(desktop: Desktop) -> Alive:
    sweep()
    return Alive(
        len(QApplication.allWidgets()),
        len(desktop.findChildren(QObject)) + len(desktop.shell.findChildren(QObject)),
        sum(not each.name.startswith("window") for each in threading.enumerate()),  # the pool starts when asked
        in_use(),
    )


def open_and_close(desktop: Desktop, name: str) -> Page:
    """A page as the window shows it, with all its parts, read; then taken down."""
    shell = desktop.shell
    shell.go(name)
    settle(desktop)
    page = shell.page(name)
    assert page is not None
    for part in PARTS.get(name, lambda page: [])(page):
        part()
    settle(desktop)
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
    for number in range(TIMES):
        if number % SWEPT == SWEPT - 1:
            sweep()
        page = open_and_close(desktop, name)
        keep(page)
        pages.append(weakref.ref(page))
    del page
    after = count(desktop)
    alive = sum(each() is not None for each in pages)
    found = [f"{name} pages: {alive} of {TIMES} are held by somebody"] if alive else []
    found += [
        f"{name} {what}: {getattr(before, what)} → {getattr(after, what)}"
        for what in ("widgets", "objects", "threads")
        if getattr(after, what) > getattr(before, what)
    ]
    more = after.memory - before.memory
    if TIMES > SWEPT:
        print(f"{name}: {before.memory // 1024} → {after.memory // 1024} kB in use")
    if more > ROOM + TIMES * ROUND:
        found.append(f"{name} memory: {more // 1024} kB more")
    return found


def lasting(desktop: Desktop, name: str) -> list[str]:
    """As :func:`grown`; memory alone is looked at twice: what was only loaded late does not grow again."""
    found = grown(desktop, name)
    return grown(desktop, name) if kinds(found) == ["memory"] else found


def kinds(found: list[str]) -> list[str]:
    return [line.partition(" ")[2].partition(":")[0] for line in found]


pytestmark = [
    pytest.mark.skipif(LIBRARY is None, reason="reads what is in use of the heap as glibc tells it"),
    pytest.mark.timeout(120 + 20 * TIMES),
]


def test_pages_opened_and_closed_leave_nothing(desktop: Desktop) -> None:
    assert [line for entry in PAGES for line in lasting(desktop, entry.name)] == []


def test_what_a_page_leaves_behind_is_found(desktop: Desktop) -> None:
    """A page that somebody keeps; a widget on the window; bytes."""
    kept: list[Page] = []
    assert kinds(grown(desktop, "papers", kept.append))[:1] == ["pages"]
    assert len(kept) == TIMES
    assert kinds(grown(desktop, "papers", lambda page: QWidget(desktop.shell)))[:2] == ["widgets", "objects"]
    taken: list[bytes] = []
    assert kinds(grown(desktop, "papers", lambda page: taken.append(bytes(ROUND + ROOM)))) == ["memory"]
