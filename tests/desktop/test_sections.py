"""The sidebar's sections and their tabs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.app import Desktop, InMemory
from desktop.context import Badges
from desktop.pages.page import Mount, Page
from desktop.pages.registry import PAGES, PageEntry
from desktop.sections import SECTIONS, grouped
from desktop.shell import Shell
from desktop.texts import Texts
from tests.desktop.sample import SampleContext

Window = Callable[..., Desktop]


@dataclass
class Builder:
    """Entries of plain pages; remembers which were built."""

    built: list[str] = field(default_factory=list)

    def entry(self, name: str, under: str = "") -> PageEntry:
        def make(mount: Mount) -> Page:
            self.built.append(name)
            return Page(mount)

        return PageEntry(name, name, "radio", make, under)


@pytest.fixture
def window(t: Texts, qtbot: QtBot) -> Iterator[Window]:
    opened: list[Desktop] = []

    def open_it(*entries: PageEntry, counts: tuple[tuple[str, int], ...] = ()) -> Desktop:
        desktop = Desktop(SampleContext, InMemory({"sound": "off"}))
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.shell = Shell(t, desktop.sounds, entries)
        context = SampleContext()
        context.badges = lambda: Badges(counts)  # type: ignore[method-assign]
        desktop._opened(context)
        desktop.shell.show()
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        opened.append(desktop)
        return desktop

    yield open_it
    for desktop in opened:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_every_page_stands_in_a_section_of_the_ten() -> None:
    assert len(SECTIONS) == 10
    assert {page.section for page in PAGES if not page.alone} <= {section.name for section in SECTIONS}
    assert [section.entry for section in grouped(PAGES)] == [
        section for section in SECTIONS if section.name in {page.section for page in PAGES}
    ]


def test_pages_of_one_section_are_its_tabs_and_a_strange_one_comes_last() -> None:
    make = Builder()
    pages = make.entry("lost"), make.entry("papers", "billing"), make.entry("live"), make.entry("quotes", "billing")
    assert [(section.name, [page.name for page in section.pages]) for section in grouped(pages)] == [
        ("live", ["live"]),
        ("billing", ["papers", "quotes"]),
        ("lost", ["lost"]),
    ]


def test_tabs_show_where_there_are_several_and_the_section_remembers_the_last(window: Window, qtbot: QtBot) -> None:
    make = Builder()
    shell = window(make.entry("live"), make.entry("quotes", "billing"), make.entry("papers", "billing")).shell
    assert (make.built, shell.tabs.isHidden()) == (["live"], True)
    shell.sidebar.buttons["billing"].click()
    assert (make.built, list(shell.tabs.tabs), shell.tabs.isHidden()) == (
        ["live", "quotes"],
        ["quotes", "papers"],
        False,
    )
    assert shell.tabs.tabs["quotes"].isChecked()
    QTest.mouseClick(shell.tabs.tabs["papers"], Qt.MouseButton.LeftButton)
    assert shell.stack.currentWidget() is shell.page("papers")
    assert shell.tabs.tabs["papers"].isChecked()
    shell.sidebar.buttons["live"].click()
    assert (shell.stack.currentWidget(), shell.tabs.isHidden()) == (shell.page("live"), True)
    shell.sidebar.buttons["billing"].click()
    assert (shell.stack.currentWidget(), shell.tabs.isHidden()) == (shell.page("papers"), False)


def test_a_section_counts_what_waits_on_its_pages_together(window: Window) -> None:
    make = Builder()
    entries = make.entry("live"), make.entry("one", "billing"), make.entry("two", "billing")
    shell = window(*entries, counts=(("one", 2), ("two", 1200))).shell
    assert shell.sidebar.buttons["billing"].badge == 1202
    shell.go("two")
    assert [tab.text() for tab in shell.tabs.tabs.values()] == ["one\u00a02", "two\u00a01\u202f200"]


def test_keys_lead_to_sections_and_through_the_tabs_of_one(window: Window) -> None:
    make = Builder()
    entries = [make.entry(section.name) for section in SECTIONS] + [make.entry("messages", "settings")]
    shell = window(*entries).shell
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(shell, Qt.Key.Key_2, control)
    assert shell.stack.currentWidget() is shell.page("orders")
    QTest.keyClick(shell, Qt.Key.Key_Comma, control)
    assert shell.stack.currentWidget() is shell.page("settings")
    QTest.keyClick(shell, Qt.Key.Key_Tab, control)
    assert shell.stack.currentWidget() is shell.page("messages")
    QTest.keyClick(shell, Qt.Key.Key_Tab, control)
    assert shell.stack.currentWidget() is shell.page("settings")
    QTest.keyClick(shell, Qt.Key.Key_Backtab, control | shift)
    assert shell.stack.currentWidget() is shell.page("messages")


def test_a_page_is_imported_as_the_mouse_comes_to_its_button(window: Window, qtbot: QtBot) -> None:
    desktop = window(*PAGES)
    module = "desktop.pages.lives.page"
    kept = sys.modules.pop(module, None)
    try:
        assert desktop.shell.page("lives") is None
        desktop.shell.go_section("analyses")
        QCoreApplication.sendEvent(desktop.shell.tabs.tabs["lives"], QEvent(QEvent.Type.Enter))
        qtbot.waitUntil(lambda: module in sys.modules and not desktop.bridge.busy)
        assert desktop.shell.page("lives") is None, "it is not built before somebody asks"
    finally:
        if kept is not None:
            sys.modules[module] = kept


def test_every_page_is_where_it_is_loaded_from() -> None:
    assert all(find_spec(f"desktop.pages.{page.name}.page") for page in PAGES)
