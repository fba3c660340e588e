"""Larger and smaller, at once: fonts, rows, icons and all that is painted follow, and nothing that was done is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.kernel.look import SCALE, ZOOMS
from desktop.app import InMemory, application
from desktop.keys import KeysDialog
from desktop.pages.live.big import BigWindow
from desktop.pages.settings.choices import ZOOM
from desktop.statusline import StatusMark
from desktop.widgets.dialog import Confirm
from desktop.widgets.labels import IconLabel
from desktop.zoom import _qt, read, zoom
from tests.desktop.conftest import Open, board

CONTROL = Qt.KeyboardModifier.ControlModifier
Enlarge = Callable[[int], None]


@pytest.fixture
def enlarge(qtbot: QtBot) -> Iterator[Enlarge]:
    """Another size, waited for; the usual one again at the end."""

    def choose(percent: int) -> None:
        if percent != zoom().percent:
            with qtbot.waitSignal(zoom().changed):
                assert zoom().choose(percent)

    yield choose
    choose(100)


def seen(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def screen_px(widget: QWidget, length: float) -> float:
    """A length in the window, on the screen."""
    return length * widget.devicePixelRatioF()


def test_qt_still_has_what_a_change_takes() -> None:
    """A version of PySide6 without these functions would change the size with the next start only."""
    assert _qt() is not None


@pytest.mark.parametrize("percent", [80, 150, 200])
def test_fonts_rows_icons_and_what_is_painted_follow(
    open_window: Open, qtbot: QtBot, enlarge: Enlarge, percent: int
) -> None:
    desktop = open_window()
    table = board(desktop).board.table
    icon = next(label for label in desktop.shell.findChildren(IconLabel))

    def measured() -> list[float]:
        return [
            screen_px(table, QFontMetricsF(table.font()).height()),
            screen_px(table, table.rowHeight(0)),
            seen(icon).width(),
            screen_px(desktop.shell, desktop.shell.status.height()),
        ]

    def button() -> float:
        return seen(desktop.shell.sidebar.buttons["live"]).height()

    before, tall = measured(), button()
    enlarge(percent)
    # Where a column of them has no room, they are lower, as far as a finger still meets them.
    assert SCALE.target * percent / 100 - 1.5 <= button() <= tall * percent / 100 + 1.5
    assert measured() == pytest.approx([value * percent / 100 for value in before], abs=1.5)
    assert QGuiApplication.primaryScreen().devicePixelRatio() == percent / 100
    enlarge(100)
    assert (measured(), button()) == (before, tall)


def test_the_window_keeps_its_place_on_the_screen_and_its_smallest_size(
    open_window: Open, qtbot: QtBot, enlarge: Enlarge
) -> None:
    shell = open_window().shell
    shell.resize(1280, 720)
    enlarge(200)
    qtbot.waitUntil(lambda: (shell.width(), shell.height()) == (640, 360))
    assert shell.centre.width() == 640
    assert (shell.minimumWidth(), shell.minimumHeight()) == (480, 300)
    enlarge(100)
    qtbot.waitUntil(lambda: (shell.width(), shell.height()) == (1280, 720))


def test_keys_go_through_the_sizes_and_say_which(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    desktop = open_window()
    shell = desktop.shell

    def said() -> list[str]:
        return [toast.notice.text for toast in shell.toasts.shown()]

    for key, percent in ((Qt.Key.Key_Plus, 110), (Qt.Key.Key_Equal, 125), (Qt.Key.Key_Minus, 110)):
        QTest.keyClick(shell, key, CONTROL)
        assert zoom().percent == percent
        assert said() == [f"Taille\u202f: {percent}\u202f%"]
        assert desktop.preferences.get("zoom", "") == str(percent)
    QTest.keyClick(shell, Qt.Key.Key_0, CONTROL)
    assert (zoom().percent, said()) == (100, ["Taille\u202f: 100\u202f%"])
    for _ in range(len(ZOOMS) + 1):
        shell.zooming.smaller()
    assert zoom().percent == 80
    for _ in range(len(ZOOMS) + 1):
        shell.zooming.larger()
    assert zoom().percent == 200


def test_the_wheel_with_ctrl_changes_the_size_and_scrolls_nothing(
    open_window: Open, qtbot: QtBot, enlarge: Enlarge
) -> None:
    shell = open_window().shell
    over = shell.windowHandle()

    def turn(notches: float, held: Qt.KeyboardModifier) -> None:
        eighths = QPoint(0, round(120 * notches))
        place = QPointF(300, 300)
        event = QWheelEvent(
            place, place, QPoint(), eighths, Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(over, event)

    turn(1, Qt.KeyboardModifier.NoModifier)
    assert zoom().percent == 100
    turn(1, CONTROL)
    assert zoom().percent == 110
    turn(-0.5, CONTROL)
    assert zoom().percent == 110  # a touchpad's half of a step
    turn(-0.5, CONTROL)
    assert zoom().percent == 100


def test_what_was_done_stays(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    """Nothing is made again: the same page, row, search, and half a word in a dialog."""
    desktop = open_window()
    page = board(desktop)
    page.board.table.selectRow(1)
    page.board.orders.search.setText("sac")
    picked = page.board.table.picked
    page.new_invoice()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    wide = dialog.width()
    enlarge(150)
    assert board(desktop) is page
    assert (page.board.table.picked, page.board.orders.search.text()) == (picked, "sac")
    assert dialog.isVisible()
    assert dialog.width() <= wide
    handle = dialog.windowHandle()
    qtbot.waitUntil(lambda: handle.width() == dialog.width())
    dialog.close()


def test_it_is_remembered_and_the_next_start_begins_with_it(
    open_window: Open, qtbot: QtBot, enlarge: Enlarge, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [read(text) for text in ("150", "80", "", "pink", "151")] == [150, 80, 100, 100, 100]
    assert application(InMemory({"zoom": "150"})) is QApplication.instance()
    monkeypatch.setenv("QT_SCALE_FACTOR", "1.5")
    with zoom().starting(200):
        assert os.environ["QT_SCALE_FACTOR"] == "3.0"
    assert (os.environ["QT_SCALE_FACTOR"], zoom().percent) == ("1.5", 200)
    monkeypatch.delenv("QT_SCALE_FACTOR")
    with zoom().starting(100):
        assert "QT_SCALE_FACTOR" not in os.environ


def test_settings_offer_it_and_show_it(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    desktop = open_window()
    desktop.shell.go("settings", "window")
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    page = desktop.shell.page("settings")
    (row,) = page.rows[ZOOM]  # type: ignore[union-attr]
    with qtbot.waitSignal(zoom().changed):
        row.commit("125")
    assert (zoom().percent, desktop.preferences.get("zoom", "")) == (125, "125")
    with qtbot.waitSignal(zoom().changed):
        desktop.shell.zooming.usual()
    assert row.box.currentText() == "100\u202f%"


def test_the_sheet_of_keys_has_them(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    QTest.keyClick(desktop.shell, Qt.Key.Key_F1)
    sheet = desktop.shell.findChild(KeysDialog)
    assert isinstance(sheet, KeysDialog)
    said = {key.said: key.keys for key in sheet.shown}
    assert (said["Agrandir"], said["Réduire"], said["Taille normale"]) == ("Ctrl++  Ctrl+=", "Ctrl+-", "Ctrl+0")
    assert said["Réglages"] == "Ctrl+,"
    sheet.reject()


def test_the_big_screen_follows_and_fills_its_window(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    desktop = open_window()
    page = board(desktop)
    page.show_big()
    qtbot.waitUntil(lambda: page.big is not None and page.big.board is not None)
    big = page.big
    assert isinstance(big, BigWindow)
    screen = QGuiApplication.primaryScreen()
    qtbot.waitUntil(lambda: big.size() == screen.size())
    before = seen(big).size()
    enlarge(150)
    qtbot.waitUntil(lambda: big.size() == screen.size())
    assert screen.size().width() < before.width()
    assert (seen(big).width(), seen(big).height()) == pytest.approx((before.width(), before.height()), abs=2)
    big.close()


def test_words_of_the_status_line_give_way_to_their_icons(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    shell = open_window().shell
    shell.resize(1280, 720)
    marks = shell.status.findChildren(StatusMark)
    qtbot.waitUntil(lambda: not any(mark.toolTip() for mark in marks if mark.isVisible()))
    enlarge(200)
    qtbot.waitUntil(lambda: any(mark.toolTip() == mark.text() for mark in marks if mark.isVisible()))
    visible = [mark for mark in marks if mark.isVisible()]
    qtbot.waitUntil(lambda: all(mark.width() == mark.sizeHint().width() for mark in visible))


def test_a_dialog_wider_or_higher_than_the_screen_scrolls(open_window: Open, qtbot: QtBot, enlarge: Enlarge) -> None:
    shell = open_window().shell
    enlarge(200)
    room = QGuiApplication.primaryScreen().availableGeometry()
    dialog = Confirm(shell, shell.t, "Titre", "Une phrase. " * 200, "Faire", lambda: None)
    dialog.widen(2000)
    dialog.present()
    assert dialog.width() <= room.width()
    assert dialog.height() <= room.height()
    foot = dialog.action.mapTo(dialog, QPoint(0, dialog.action.height()))
    assert foot.y() <= dialog.height()
    dialog.reject()


def test_a_page_that_needs_more_scrolls_and_the_window_does_not_grow(
    open_window: Open, qtbot: QtBot, enlarge: Enlarge
) -> None:
    desktop = open_window()
    shell = desktop.shell
    shell.resize(1280, 720)
    enlarge(200)
    page = board(desktop)
    qtbot.waitUntil(lambda: page.width() >= page.minimumSizeHint().width() and shell.width() == 640)
    assert page.width() > shell.width()
    shell.resize(1920, 1080)
    qtbot.waitUntil(lambda: shell.stack.width() < shell.width())
