"""What a screen reader is told beside where the keyboard is. Qt passes it on where somebody listens; off-screen nobody
does, so what is handed to Qt is read."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.fields import TextField
from desktop.widgets.notices import Banner, Notice, Toasts
from tests.desktop.conftest import Open, board

Said = list[tuple[str, bool]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """What was told, and whether in the middle of something else."""
    heard: Said = []

    class Listening:
        AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

        @staticmethod
        def isActive() -> bool:
            return True

        @staticmethod
        def updateAccessibility(event: Any) -> None:
            assert isinstance(event, QAccessibleAnnouncementEvent)
            heard.append((event.message(), event.politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    monkeypatch.setattr(QtGui, "QAccessible", Listening)
    return heard


@pytest.fixture
def whole(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 500)
    QVBoxLayout(made)
    made.show()
    return made


def test_a_notice_is_told_with_its_verb_and_a_fault_at_once(whole: QWidget, said: Said) -> None:
    toasts = Toasts(whole, "Fermer")
    toasts.say(Notice("Commande annulée.", "info", "Rétablir"))
    toasts.say(Notice("Aucun live n’est en cours.", "danger"))
    toasts.say(Notice("Aucun live n’est en cours.", "danger"))  # still shown, and not told twice
    assert said == [("Commande annulée. Rétablir", False), ("Aucun live n’est en cours.", True)]


def test_a_banner_is_told_when_it_comes_and_when_it_changes(whole: QWidget, said: Said) -> None:
    banner = Banner()
    layout = whole.layout()
    assert layout is not None
    layout.addWidget(banner)
    for detail in ("Libérez de la place.", "Libérez de la place.", "Encore moins de place."):
        banner.warn("Le disque est plein", detail, "danger")
    banner.hide()
    banner.warn("Le disque est plein", "Encore moins de place.", "danger")
    assert [text for text, _ in said] == [
        "Le disque est plein Libérez de la place.",
        "Le disque est plein Encore moins de place.",
        "Le disque est plein Encore moins de place.",
    ]


def test_what_is_wrong_with_a_field_is_told_once(whole: QWidget, said: Said) -> None:
    field = TextField("Prix", "En francs.")
    layout = whole.layout()
    assert layout is not None
    layout.addWidget(field)
    field.show()
    for problem in ("", "Le prix manque.", "Le prix manque.", ""):
        field.set_error(problem)
    assert said == [("Le prix manque.", False)]


def test_what_is_chosen_under_a_line_is_told_while_the_keyboard_stays_in_it(
    open_window: Open, qtbot: QtBot, said: Said
) -> None:
    shell = open_window().shell
    shell.open_palette()
    palette = shell._palette
    assert palette is not None
    said.clear()
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    assert [text for text, _ in said] == ["Commandes, Ctrl+2"]


def test_a_page_and_a_whole_row_are_told(open_window: Open, qtbot: QtBot) -> None:
    page = board(open_window())
    assert page.accessibleName() == "Live"
    table = page.board.orders.table
    name = table.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    row = table._orders.text_at(0)
    assert row.state.text in name
    assert row.customer in name
    assert row.amount.head in name
