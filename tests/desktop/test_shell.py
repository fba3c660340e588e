"""The window around the pages: navigation, status, switches, opening and closing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.kernel.clock import MINUTE
from core.kernel.errors import EnvironmentProblem, LivePayError
from desktop.app import Desktop, InMemory, theme_choice
from desktop.context import Badges, Link, Status
from desktop.pages.page import Mount, Page
from desktop.pages.registry import PAGES, PageEntry
from desktop.shell import Shell
from desktop.sound import Sounds
from desktop.statusline import StatusLine
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.navigation import COMPACT, WIDE, NavButton
from desktop.widgets.notices import MAX_TOASTS, STAY_MS, Notice, Toast
from tests.desktop.conftest import Open, board
from tests.desktop.sample import NOW, STORE, SampleContext

ROOT = Path(__file__).resolve().parents[2]


class Other(Page):
    """A second page, that remembers what it was asked to show."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.shown: list[object] = []

    def show_subject(self, subject: object) -> None:
        self.shown.append(subject)


def test_pages_are_registered_once_each_under_an_icon_that_exists() -> None:
    names = [page.name for page in PAGES]
    assert len(set(names)) == len(names)
    assert [page.icon for page in PAGES if not (ROOT / "resources" / "icons" / f"{page.icon}.svg").exists()] == []


def test_a_page_is_built_when_first_shown_and_kept(t: Texts, qtbot: QtBot) -> None:
    built: list[str] = []

    def build(name: str) -> PageEntry:
        def make(mount: Mount) -> Page:
            built.append(name)
            return Other(mount)

        return PageEntry(name, name, "radio", make)

    desktop = Desktop(SampleContext, InMemory({"sound": "off"}))
    desktop.shell.close()
    desktop.shell.deleteLater()
    desktop.shell = Shell(t, desktop.sounds, (build("one"), build("two")))
    desktop._opened(SampleContext())
    assert built == ["one"]
    one = desktop.shell.page("one")
    assert one is not None
    one.navigate("two", 42)
    two = desktop.shell.page("two")
    assert isinstance(two, Other)
    assert (built, two.shown) == (["one", "two"], [42])
    assert desktop.shell.stack.currentWidget() is two
    assert desktop.shell.sidebar.buttons["two"].isChecked()
    one.navigate("no such page")
    assert desktop.shell.stack.currentWidget() is two
    desktop.shell.go("one")
    assert built == ["one", "two"]
    desktop.stop()
    desktop.shell.close()
    desktop.shell.deleteLater()
    desktop.deleteLater()


def test_the_sidebar_folds_in_a_narrow_window(open_window: Open) -> None:
    shell = open_window().shell
    shell.resize(1440, 900)
    assert shell.sidebar.width() == WIDE
    shell.resize(1024, 700)
    assert (shell.sidebar.width(), shell.sidebar.buttons["live"].toolTip()) == (COMPACT, "Live")
    shell.resize(1300, 700)
    assert (shell.sidebar.width(), shell.sidebar.buttons["live"].toolTip()) == (WIDE, "")


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1024, 700), (960, 600)])
def test_nothing_sticks_out_of_the_window(open_window: Open, qtbot: QtBot, size: tuple[int, int]) -> None:
    desktop = open_window()
    shell = desktop.shell
    shell.resize(*size)
    page, edge = board(desktop), size[0] - 20
    parts = (page.head.new_invoice, page.board.alerts, page.board.orders.search)

    def fits() -> bool:
        """Once the layouts have settled."""
        ends = [part.mapTo(shell, QPoint(part.width(), 0)).x() for part in parts]
        return shell.stack.width() >= page.minimumSizeHint().width() and max(ends) <= edge

    qtbot.waitUntil(fits)
    assert (shell.width(), shell.height()) == size


def test_the_theme_goes_round_and_is_remembered(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    words = [desktop.shell.sidebar.look.text()]
    for _ in range(3):
        QTest.mouseClick(desktop.shell.sidebar.look, Qt.MouseButton.LeftButton)
        words.append(desktop.shell.sidebar.look.text())
    assert words == ["Thème sombre", "Thème clair", "Thème du système", "Thème sombre"]
    assert desktop.preferences.get("theme", "") == "dark"
    assert theme_choice(InMemory({"theme": "light"})) == "light"
    assert theme_choice(InMemory({"theme": "pink"})) == "dark"


def test_the_sound_can_be_switched_off_and_is_remembered(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    assert desktop.shell.sidebar.sound.text() == "Son coupé"
    QTest.mouseClick(desktop.shell.sidebar.sound, Qt.MouseButton.LeftButton)
    assert (desktop.sounds.enabled, desktop.preferences.get("sound", "")) == (True, "on")
    assert desktop.shell.sidebar.sound.text() == "Son activé"


def test_keys_of_the_window_work_everywhere(open_window: Open, qtbot: QtBot) -> None:
    shell = open_window().shell
    QTest.keyClick(shell, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert theme().choice == "light"
    theme().choose("dark")
    QTest.keyClick(shell, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert shell.stack.currentWidget() is shell.page("live")
    QTest.keyClick(shell, Qt.Key.Key_F11)
    assert shell.isFullScreen()
    QTest.keyClick(shell, Qt.Key.Key_F11)
    assert not shell.isFullScreen()


def test_badges_and_status_come_from_the_shop(open_window: Open, qtbot: QtBot) -> None:
    shell = open_window().shell
    assert shell.sidebar.buttons["live"].badge == 1
    assert shell.sidebar.buttons["live"].accessibleName() == "Live (1)"
    assert [mark.text() for mark in shell.status.marks] == [
        "WhatsApp connecté",
        "Wave connecté",
        "Bictorys connecté",
    ]
    assert shell.status.clock.text() == "21:47"


def test_the_status_is_read_again_now_and_then(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    context = desktop._context
    assert isinstance(context, SampleContext)
    context.badges = lambda: Badges((("live", 5),))  # type: ignore[method-assign]
    context.clock.advance(MINUTE)
    assert desktop._ticker is not None
    desktop._ticker.beat()
    qtbot.waitUntil(lambda: desktop.shell.sidebar.buttons["live"].badge == 5)
    assert desktop.shell.status.clock.text() == "21:48"


def test_a_connection_that_is_cut_is_said_in_words(t: Texts, qtbot: QtBot) -> None:
    line = StatusLine(t)
    qtbot.addWidget(line)
    links = (Link("WhatsApp", "down"), Link("Wave", "waiting"), Link("Stripe", "off"))
    line.show_status(Status(links, 30, None), NOW, STORE.zone)
    assert [mark.text() for mark in line.marks] == ["WhatsApp coupé", "Wave se connecte…", "Stripe à configurer"]
    assert (line.queue.text(), line.queue.role) == ("30 messages en attente", "waiting")
    for changes, said, role in (
        ({}, "Sauvegardé à l’instant", "muted"),
        ({"backup_late": True}, "Sauvegardé à l’instant · en retard", "waiting"),
        (
            {"backup_late": True, "backup_harmed": True},
            "Sauvegardé à l’instant · abîmé\u202f: voir Réglages",
            "danger",
        ),
        ({"comparing": True}, "Revenue d’une sauvegarde · les prestataires sont interrogés", "waiting"),
    ):
        line.show_status(replace(Status(links, 0, NOW), **changes), NOW, STORE.zone)
        assert (line.backup.text(), line.backup.role) == (said, role)
    line.show_status(replace(Status(links), links=links[:1]), NOW, STORE.zone)
    assert [mark.isHidden() for mark in line.marks] == [False, True, True]
    line.deleteLater()


# -- opening and closing


def test_the_window_shows_before_the_shop_is_open(qtbot: QtBot) -> None:
    desktop = Desktop(SampleContext, InMemory({"sound": "off"}), store_name="Téranga")
    desktop.start()
    assert desktop.shell.isVisible()
    assert desktop.shell.stack.currentWidget() is desktop.shell.opening
    assert desktop.shell.windowTitle() == "LivePay – Téranga"
    qtbot.waitUntil(lambda: desktop.shell.page("live") is not None)
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    context = desktop._context
    assert isinstance(context, SampleContext)
    desktop.stop()
    assert (context.closed, context.callbacks) == (True, [])
    desktop.shell.close()
    desktop.shell.deleteLater()
    desktop.deleteLater()


@pytest.mark.parametrize(
    ("error", "code"), [(EnvironmentProblem("busy"), 3), (LivePayError("no"), 1)], ids=["environment", "refused"]
)
def test_a_shop_that_cannot_be_opened_is_explained(qtbot: QtBot, error: LivePayError, code: int) -> None:
    def fail() -> SampleContext:
        raise error

    desktop = Desktop(fail, InMemory())
    desktop.start()
    qtbot.waitUntil(lambda: desktop.exit_code == code)
    assert desktop.shell.opening._title.text() == "La boutique ne peut pas être ouverte"
    assert desktop.shell.opening._sentence.text() == error.message
    desktop.stop()
    desktop.shell.close()
    desktop.shell.deleteLater()
    desktop.deleteLater()


PROGRAM = """
from PySide6.QtCore import QTimer
from desktop.app import InMemory, run_desktop
from tests.desktop.sample import SampleContext

def ready(desktop):
    timer = QTimer(desktop)
    def look():
        if desktop.shell.page("live") is not None and not desktop.bridge.busy:
            desktop.shell.close()
    timer.timeout.connect(look)
    timer.start(10)

raise SystemExit(run_desktop(SampleContext, preferences=InMemory({"sound": "off"}), ready=ready))
"""


def test_the_program_runs_until_its_window_is_closed() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    said = [line for line in ran.stderr.splitlines() if "This plugin does not support" not in line]
    assert (ran.returncode, said) == (0, [])


# -- what is said over the pages


def test_the_same_notice_is_not_said_twice_and_old_ones_make_room(open_window: Open, qtbot: QtBot) -> None:
    toasts = open_window().shell.toasts
    for _ in range(2):
        toasts.say(Notice("Disque plein", "danger"))
    assert len(toasts.shown()) == 1
    for number in range(MAX_TOASTS + 2):
        toasts.say(Notice(f"notice {number}"))
    assert len(toasts.shown()) == MAX_TOASTS


def test_a_notice_leaves_by_itself_an_error_waits_to_be_closed(qtbot: QtBot) -> None:
    for notice, timers in ((Notice("copié"), [STAY_MS]), (Notice("perdu", "danger"), [])):
        toast = Toast(notice, "Fermer")
        assert [timer.interval() for timer in toast.findChildren(QTimer)] == timers
        toast.deleteLater()


def test_the_verb_of_a_notice_acts_once_and_closes_it(open_window: Open, qtbot: QtBot) -> None:
    toasts = open_window().shell.toasts
    acted: list[int] = []
    toasts.say(Notice("Commande annulée", "paid", "Voir", lambda: acted.append(1)))
    toasts.shown()[0]._act()
    assert (acted, toasts.shown()) == ([1], [])


# -- sound


def test_a_burst_of_payments_sounds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr("desktop.sound.time.monotonic", lambda: now[0])
    sounds = Sounds()
    played: list[str] = []
    sounds._play = played.append
    assert [sounds.play("paid"), sounds.play("paid")] == [True, False]
    now[0] += 1
    assert sounds.play("paid")
    assert [Path(path).name for path in played] == ["paid.wav", "paid.wav"]
    assert Path(played[0]).exists()


def test_sound_switched_off_plays_nothing() -> None:
    sounds = Sounds(enabled=False)
    sounds._play = lambda path: pytest.fail("played")
    assert not sounds.play("paid")


def test_a_player_is_started_without_waiting_and_cleaned_up(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows plays without a program")
    note = tmp_path / "played"
    player = tmp_path / "player"
    player.write_text(f'#!/bin/sh\nprintf "%s" "$2" > "{note}.new" && mv "{note}.new" "{note}"\n')
    player.chmod(0o755)
    monkeypatch.setattr("desktop.sound.command", lambda: (str(player), "-q"))
    sounds = Sounds()
    sounds.play("paid")
    qtbot.waitUntil(note.exists)
    assert note.read_text().endswith("paid.wav")
    qtbot.waitUntil(lambda: sounds.children() == [])


def test_a_compact_button_keeps_its_name_for_screen_readers(qtbot: QtBot) -> None:
    button = NavButton("radio", "Live")
    qtbot.addWidget(button)
    button.set_compact(True)
    button.set_badge(120)
    assert (button.accessibleName(), button.toolTip()) == ("Live (120)", "Live")
    button.deleteLater()
