"""Every page by keyboard and by ear: what takes the keyboard has a name, is reached with Tab, and is in sight then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from desktop.pages.registry import PAGES
from desktop.widgets.fields import Field, SearchField
from desktop.widgets.ring import Ring
from tests.desktop.realshop import close_windows, make_shop, stock_up, window_over

MOST = 400  # presses of Tab; a page with more to stop at would be no page


@pytest.fixture
def desktop(tmp_path: Path, qtbot: QtBot) -> Iterator[Desktop]:
    """The window over a real shop with products."""
    shop = make_shop(tmp_path)
    stock_up(shop)
    opened = window_over(shop)
    opened.shell.resize(1280, 720)
    opened.start()
    qtbot.waitUntil(lambda: opened.shell.page("live") is not None)
    yield opened
    close_windows([opened])


def stops(window: QWidget) -> list[QWidget]:
    """What Tab should lead to."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def name(widget: QWidget) -> str:
    """What a screen reader says."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def kind(widget: QWidget) -> str:
    parents: list[str] = []
    above = widget.parentWidget()
    while above is not None and len(parents) < 4:
        parents.append(type(above).__name__)
        above = above.parentWidget()
    return f"{type(widget).__name__} “{name(widget)}” in {' < '.join(parents)}"


def in_sight(widget: QWidget) -> bool:
    """Whether some of it is within the window and not scrolled away."""
    seen, inner = widget.rect(), widget
    while not inner.isWindow() and (outer := inner.parentWidget()) is not None:
        seen = seen.translated(inner.pos()) & outer.rect()
        inner = outer
    return widget.isVisible() and not seen.isEmpty()


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_what_takes_the_keyboard_has_a_name_is_reached_and_seen(desktop: Desktop, qtbot: QtBot, page: str) -> None:
    shell = desktop.shell
    shell.go(page)
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    wanted = stops(shell)
    assert len(wanted) > 5
    assert [kind(widget) for widget in wanted if not name(widget).strip()] == []
    reached: dict[int, QWidget] = {}
    hidden, unseen = [], []
    wanted[0].setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(MOST):
        focused = QApplication.focusWidget()
        assert focused is not None
        if id(focused) in reached and focused is wanted[0]:
            break
        reached[id(focused)] = focused
        if not in_sight(focused):
            hidden.append(kind(focused))
        if len(reached) > 1 and isinstance(focused, QAbstractScrollArea) and not isinstance(focused, QPlainTextEdit):
            rings = [ring for ring in focused.findChildren(Ring) if ring.isVisible() and ring.size() == focused.size()]
            unseen += [] if len(rings) == 1 else [kind(focused)]
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert [kind(widget) for widget in wanted if widget not in reached.values() and widget in stops(shell)] == []
    assert hidden == []
    assert unseen == []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [ring for ring in shell.findChildren(Ring) if ring.parentWidget() is not QApplication.focusWidget()] == []


def test_the_letters_of_an_empty_page_are_not_typed_into_its_search(desktop: Desktop, qtbot: QtBot) -> None:
    """Nor when one comes back to it, now that it is known to be empty."""
    shell = desktop.shell
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    swallowed = []
    for page in (*PAGES, *PAGES):
        shell.go(page.name)
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        if isinstance(QApplication.focusWidget(), SearchField):
            swallowed.append(page.name)
    assert swallowed == []
    shell.go("quotes")
    quotes = shell.page("quotes")
    assert quotes is not None
    QTest.keyClick(quotes, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: getattr(shell.page("quotes"), "writing", False))


@pytest.mark.parametrize("make", [QLineEdit, QComboBox, QPlainTextEdit])
def test_the_keyboard_is_seen_in_a_field_that_is_wrong(make: type[QWidget], qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    field, other = Field("Prix", make()), QLineEdit()
    column.addWidget(field)
    column.addWidget(other)
    field.set_error("Le prix manque.")
    whole.show()
    whole.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    size, without = field.editor.size(), field.grab().toImage()
    field.editor.setFocus()
    qtbot.waitUntil(field.editor.hasFocus)
    assert field.grab().toImage() != without
    assert field.editor.size() == size
