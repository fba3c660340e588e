"""Steering a live: keys on the order selected, the line of a product, the big screen, the summary at the end."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from desktop.pages.live.line import LineDialog
from desktop.pages.live.over import OverDialog
from desktop.pages.support.presenter import TraceWanted
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.notices import Notice
from tests.desktop.conftest import Open, board
from tests.desktop.sample import SampleSource


def _source(desktop: Desktop) -> SampleSource:
    source = board(desktop).source
    assert isinstance(source, SampleSource)
    return source


def _dialog(desktop: Desktop, qtbot: QtBot, kind: type[Dialog]) -> Dialog:
    qtbot.waitUntil(lambda: any(one.isVisible() for one in desktop.shell.findChildren(kind)))
    return next(one for one in desktop.shell.findChildren(kind) if one.isVisible())


def test_one_key_acts_on_the_order_selected(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), _source(desktop)
    assert page.board.table.picked is None
    QTest.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    assert source.calls == [], "nothing is selected: nothing happens"
    page.board.table.select(122)
    QTest.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: source.calls == [("extend_order", 122, 5)])
    QTest.keyClick(page, Qt.Key.Key_A)
    confirm = _dialog(desktop, qtbot, Confirm)
    confirm.reject()
    QTest.keyClick(page, Qt.Key.Key_R)
    customer = source.stored[122].customer_id
    qtbot.waitUntil(lambda: ("restrict", customer, True) in source.calls)

    def told() -> list[Notice]:
        return [one.notice for one in desktop.shell.toasts.shown() if "paie d’abord" in one.notice.text]

    qtbot.waitUntil(lambda: bool(told()))
    (notice,) = told()
    assert notice.act is not None
    notice.act()
    qtbot.waitUntil(lambda: ("restrict", customer, False) in source.calls)


def test_the_strip_offers_what_fits_the_order(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), _source(desktop)
    strip = page.board.orders.strip
    assert not strip.isVisible()

    def offered() -> set[str]:
        return {verb for verb, button in strip.buttons.items() if button.isVisible()}

    page.board.table.select(122)
    assert offered() == {"extend", "cancel", "link", "restrict", "conversation"}
    page.board.table.select(119)
    assert "decide" in offered()
    page.board.table.select(117)
    assert offered() == {"invoice", "restrict", "conversation"}
    strip.buttons["invoice"].click()
    qtbot.waitUntil(lambda: ("paper", 117) in source.calls)
    source.stored[122] = replace(source.stored[122], restricted=True)
    page.feed.refresh_orders((122,))
    page.board.table.select(122)
    qtbot.waitUntil(lambda: "release" in offered())
    QTest.keyClick(page.board.table, Qt.Key.Key_Escape)
    assert not strip.isVisible()


def test_what_happened_to_an_order_is_told_by_support(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page = board(desktop)
    page.wants.disconnect(desktop.shell.go)
    page.board.table.select(122)
    with qtbot.waitSignal(page.wants) as asked:
        QTest.keyClick(page, Qt.Key.Key_T)
    assert asked.args == ["support", TraceWanted("order", 122)]


def test_a_products_line_is_steered(open_window: Open, qtbot: QtBot) -> None:
    source = SampleSource()
    source.bars = [replace(bar, waiting=3) if bar.product_id == 3 else bar for bar in source.bars]
    desktop = open_window(source)
    page = board(desktop)
    bar = page.board.stock.bars[2]
    assert "3 en file" in bar.accessibleName()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton)
    line = _dialog(desktop, qtbot, LineDialog)
    assert isinstance(line, LineDialog)
    qtbot.waitUntil(lambda: len(line.rows) == 3)
    assert line.rows[0].accessibleName().startswith("1. Rokia B., 1 pièce")
    for place, name, call in ((0, "offer", ("offer", 4)), (1, "skip", ("skip", 2)), (2, "drop", ("drop", 5))):
        getattr(line.rows[place], name).click()
        qtbot.waitUntil(lambda call=call: call in source.calls and not desktop.bridge.busy)  # type: ignore[misc]
    undo = [toast.notice for toast in desktop.shell.toasts.shown() if toast.notice.verb == "Annuler"][-1]
    assert undo.act is not None
    undo.act()
    qtbot.waitUntil(lambda: ("take_back", 5) in source.calls)
    line.reject()


def test_nothing_is_offered_while_nothing_is_free(open_window: Open, qtbot: QtBot) -> None:
    source = SampleSource()
    source.bars = [replace(bar, available=0, waiting=3) if bar.product_id == 1 else bar for bar in source.bars]
    desktop = open_window(source)
    QTest.keyClick(board(desktop), Qt.Key.Key_W)
    line = _dialog(desktop, qtbot, LineDialog)
    assert isinstance(line, LineDialog)
    qtbot.waitUntil(lambda: len(line.rows) == 3)
    assert not any(row.offer.isEnabled() for row in line.rows)
    source.line = ()
    line.read()
    qtbot.waitUntil(line.nothing.isVisible)
    line.reject()


@pytest.mark.parametrize("choice", ["Esc", "G"])
def test_the_big_screen_opens_once_follows_the_live_and_leaves(open_window: Open, qtbot: QtBot, choice: str) -> None:
    desktop = open_window()
    page, source = board(desktop), _source(desktop)
    QTest.keyClick(page, Qt.Key.Key_G)
    big = page.big
    assert big is not None
    assert big.board is not None
    page.show_big()
    assert page.big is big
    assert [hold.row.order_id for hold in big.board.holds] == sorted(
        (one.order_id for one in source.stored.values() if one.state == "reserved"),
        key=lambda order_id: source.stored[order_id].expires_at,
    )
    assert "Encaissé 342" in big.accessibleName()
    assert "ROBE1 15\u202f000\u00a0F" in big.accessibleName()
    big.grab()
    source.stored[122] = replace(source.stored[122], state="paid", paid_at=source.stored[122].expires_at)
    page.feed.refresh_orders((122,))
    qtbot.waitUntil(lambda: big.board is not None and 122 not in {hold.row.order_id for hold in big.board.holds})
    QTest.keyClick(big, Qt.Key.Key_Escape if choice == "Esc" else Qt.Key.Key_G)
    qtbot.waitUntil(lambda: page.big is None)


def test_the_summary_of_the_last_live_and_of_those_before(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window(SampleSource(running=None))
    page = board(desktop)
    QTest.keyClick(page, Qt.Key.Key_B)
    over = _dialog(desktop, qtbot, OverDialog)
    assert isinstance(over, OverDialog)
    assert over.tiles[2].figure() == "86\u202f%", "24 of 28"
    assert over.advice.text() == "Robe Wax Ankara épuisé en 45\u00a0min\u202f: prévoyez plus de stock."
    over.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Live du vendredi – 20/11/2026")
    assert "342\u202f000" in copied
    over.choice.setCurrentIndex(1)
    over.choice.activated.emit(1)
    qtbot.waitUntil(lambda: over.over.session.session_id == 0)
    assert over.advice.text().startswith("Personne n’a commandé")
    over.reject()
