"""The window comes back as it was left, and ten sections fit the smallest one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from desktop.app import SIZE, Desktop, InMemory
from desktop.context import Preferences
from desktop.door import FilePreferences
from desktop.pages.page import Page
from desktop.pages.registry import PageEntry
from desktop.sections import SECTIONS, grouped
from desktop.sidebar import LOW_UNDER, Sidebar
from desktop.texts import Texts
from tests.desktop.sample import SampleContext

Start = Callable[[Preferences], Desktop]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    opened: list[Desktop] = []

    def open_it(preferences: Preferences) -> Desktop:
        desktop = Desktop(SampleContext, preferences)
        opened.append(desktop)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.stack.currentWidget() is not desktop.shell.opening)
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        return desktop

    yield open_it
    for desktop in opened:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_size_place_and_page_come_back(start: Start) -> None:
    preferences = InMemory({"sound": "off"})
    first = start(preferences)
    first.shell.setGeometry(30, 40, 960, 640)
    first.shell.go("papers")
    first.shell.close()
    second = start(preferences)
    assert (second.shell.width(), second.shell.height()) == (960, 640)
    assert second.shell.stack.currentWidget() is second.shell.page("papers")
    assert second.shell.page("live") is None  # what is not shown is not built


def test_a_maximised_window_comes_back_maximised(start: Start) -> None:
    preferences = InMemory({"sound": "off"})
    first = start(preferences)
    first.shell.showMaximized()
    first.shell.close()
    assert start(preferences).shell.isMaximized()


@pytest.mark.parametrize("place", ["", "é%", "AAAA"])
def test_what_cannot_be_read_is_as_if_nothing_was_remembered(start: Start, place: str) -> None:
    desktop = start(InMemory({"sound": "off", "window.place": place, "window.page": "gone"}))
    assert (desktop.shell.width(), desktop.shell.height()) == SIZE
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("live")


@pytest.mark.parametrize("content", ["[]", "null", "7", "{", '{"theme": 5}'])
def test_a_file_of_choices_that_means_nothing_is_as_if_there_were_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "window.json"
    path.write_text(content)
    preferences = FilePreferences(path)
    assert preferences.get("language", "fr") == "fr"
    preferences.set("language", "mg")
    assert FilePreferences(path).get("language", "fr") == "mg"


def test_a_disk_that_takes_nothing_keeps_no_window_open(start: Start, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    preferences = FilePreferences(tmp_path / "home" / "window.json")
    desktop = start(preferences)
    desktop.shell.next_theme()
    desktop.shell.next_theme()
    desktop.shell.next_theme()
    assert preferences.get("theme", "") == "dark"  # it holds while the window is open
    desktop.shell.close()
    assert not desktop.shell.isVisible()


def test_a_window_larger_than_its_screen_fills_it() -> None:
    """A laptop of 1366 × 768: what lies beneath the screen's edge cannot be reached."""
    program = """
from PySide6.QtWidgets import QApplication, QWidget
from desktop.app import SIZE, fit
from desktop.offscreen import off_screen
with off_screen(1366, 768):
    made = QApplication([])
    for size in (SIZE, (1280, 700)):
        window = QWidget()
        window.resize(*size)
        fit(window)
        window.show()
        print(window.isMaximized(), window.height() <= 768)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=110, check=True
    )
    assert ran.stdout.split() == ["True", "True", "False", "True"]


def test_ten_sections_fit_beside_the_smallest_window(t: Texts, qtbot: QtBot) -> None:
    entries = [PageEntry(one.name, one.title, one.icon, Page) for one in SECTIONS]
    sidebar = Sidebar(t, grouped(entries))
    qtbot.addWidget(sidebar)
    assert sidebar.minimumSizeHint().height() <= LOW_UNDER - 40
    sidebar.set_low(True)
    assert sidebar.minimumSizeHint().height() <= 600 - 40
    sidebar.deleteLater()
