"""The question before a rehearsal, and what is said after it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.storage.folder import Home
from desktop.door import FilePreferences
from desktop.pages.live.rehearse import BUYERS, SPEEDS, USUAL, RehearseDialog
from desktop.rehearsal import OutcomeDialog, choices, told
from desktop.texts import Texts
from desktop.widgets.notices import Banner
from localserver.demo.rehearsal import Outcome


def test_it_looks_and_speaks_as_the_window_does_and_changes_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    kept = FilePreferences(path)
    for key, value in {"theme": "light", "language": "mg", "zoom": "125", "window.page.chez-awa": "orders"}.items():
        kept.set(key, value)
    before = path.read_bytes()
    chosen = choices(Home(tmp_path))
    assert chosen.values == {"theme": "light", "language": "mg", "zoom": "125"}
    chosen.set("theme", "dark")
    assert path.read_bytes() == before
    assert choices(Home(tmp_path / "nowhere")).values == {}


def test_enter_begins_what_is_usual_and_choices_are_taken(qtbot: QtBot) -> None:
    asked: list[tuple[int, int]] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    dialog = RehearseDialog(parent, Texts("fr"), lambda *how: asked.append(how))
    dialog.present()
    assert "5" in dialog.length.text()
    dialog.action.click()
    assert asked == [USUAL]
    dialog = RehearseDialog(parent, Texts("fr"), lambda *how: asked.append(how))
    dialog.present()
    dialog.buyers.button(BUYERS[-1]).click()
    dialog.speeds.button(SPEEDS[-1]).click()
    assert "3" in dialog.length.text()
    dialog.action.click()
    assert asked[-1] == (BUYERS[-1], SPEEDS[-1])


def test_the_outcome_is_told_in_sentences() -> None:
    said = told(Texts("fr"), Outcome(100, 240, 90, 61, 915_000, 35), "XOF", 41.6)
    assert said == [
        "100 acheteurs ont écrit 240 messages.",
        "90 commandes, dont 61 payées\u202f: 915\u202f000\u00a0F\u202fCFA.",
        "La moitié des réponses sont parties en 35 ms.",
        "La fenêtre n’a jamais attendu plus de 42 ms.",
    ]


def test_what_went_wrong_can_be_copied_for_support(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = OutcomeDialog(window, Texts("fr"), ["9 commandes"], "Tout ne s’est pas bien passé", ["  ✕ Awa: timeout"])
    dialog.present()
    assert dialog.copy is not None
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "  ✕ Awa: timeout"
    dialog.reject()
    well = OutcomeDialog(window, Texts("fr"), ["9 commandes"], "Rien de perdu")
    assert well.copy is None
    well.action.click()
    assert not window.isVisible()


def test_a_banner_says_what_it_is_to_keep_when_there_is_nothing_to_warn_of(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.rest()
    assert banner.isHidden()
    banner.keep("Répétition", "Une copie")
    banner.warn("Disque plein", "Rien n’est écrit", "danger")
    assert banner.accessibleName() == "Disque plein Rien n’est écrit"
    banner.rest()
    assert banner.accessibleName() == "Répétition Une copie"
    assert not banner.isHidden()
