"""The status line explains itself, and leads to where it is put right."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.context import Link, Status
from desktop.explained import explained
from desktop.statusline import StatusMark
from desktop.texts import Texts
from desktop.widgets.popover import Explanation
from tests.desktop.conftest import Open
from tests.desktop.sample import NOW

LINKS = (
    Link("", "ok", "tunnel", "network"),
    Link("", "off", "tunnel", "network"),
    Link("WhatsApp", "ok", "whatsapp", "whatsapp"),
    Link("WhatsApp", "down", "whatsapp", "whatsapp"),
    Link("WhatsApp", "off", "whatsapp", "whatsapp"),
    Link("Wave", "ok", "psp", "psp.wave"),
    Link("", "off"),
)
STATUS = Status(LINKS[2:3], 0, NOW)


def test_every_state_has_words_of_its_own_and_leads_to_its_settings(t: Texts) -> None:
    told = [explained(link, STATUS, t) for link in LINKS]
    assert len({one.sentence for one in told}) == len(LINKS)
    ways = [("welcome", "payment" if link.kind == "psp" else "whatsapp") for link in LINKS]
    settings = [("settings", link.settings) for link in LINKS]
    wanted = [way if link.state == "off" else place for link, way, place in zip(LINKS, ways, settings, strict=True)]
    assert [(one.page, one.subject) for one in told] == wanted


@pytest.mark.parametrize(
    ("status", "subject", "words"),
    [
        (STATUS, None, "Tous les messages sont partis."),
        (replace(STATUS, queued=3), None, "Ils partent en ce moment."),
        (replace(STATUS, queued=300), None, "WhatsApp limite"),
        (replace(STATUS, queued=3, links=LINKS[3:4]), "whatsapp", "dès que WhatsApp sera connecté"),
    ],
)
def test_why_messages_wait(t: Texts, status: Status, subject: object, words: str) -> None:
    told = explained("queue", status, t)
    assert words in told.sentence
    assert told.subject == subject


def test_a_press_explains_and_its_verb_leads_there(open_window: Open, qtbot: QtBot) -> None:
    shell = open_window().shell
    mark = shell.status.marks[0]
    QTest.mouseClick(mark, Qt.MouseButton.LeftButton)
    card = shell.findChild(Explanation)
    assert card is not None
    assert card.accessibleName() == "WhatsApp connecté"
    QTest.keyClick(card.verb, Qt.Key.Key_Return)
    assert shell.stack.currentWidget() is shell.page("settings")
    qtbot.waitUntil(lambda: shell.findChild(Explanation) is None)


def test_escape_closes_it_and_the_keyboard_opens_it_too(open_window: Open, qtbot: QtBot) -> None:
    shell = open_window().shell
    QTest.keyClick(shell.status.backup, Qt.Key.Key_Space)
    card = shell.findChild(Explanation)
    assert card is not None
    QTest.keyClick(card, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: shell.findChild(Explanation) is None)


def test_marks_are_high_enough_to_be_hit_and_say_their_state(open_window: Open) -> None:
    shell = open_window().shell
    marks = [mark for mark in shell.status.findChildren(StatusMark) if not mark.isHidden()]
    assert [mark.accessibleName() for mark in marks] == [mark.text() for mark in marks]
    assert min(mark.height() for mark in marks) >= 38
