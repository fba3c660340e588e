"""What happened is kept behind the bell, told beside the clock, and leads to its object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.catalogue.stock import hold
from core.conversations.events import MessageProgressed
from core.settings.declarations import ANSWERS
from core.usage.events import BudgetReached
from desktop.app import Desktop
from desktop.context import Badges, Link, Status
from desktop.notifications.centre import KEPT, Entry
from desktop.notifications.panel import Panel
from desktop.notifications.presenter import Happening, of_status, told
from desktop.presence import NOTIFY, TRAY, Leaving, Presence
from desktop.texts import Texts
from desktop.tray import Sign, Tray, picture, state_of
from tests.desktop.openpage import at_rest, go_to
from tests.desktop.papers.store import paper_shop, sell
from tests.desktop.realshop import close_windows, window_over


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = paper_shop(tmp_path / "home")
    sell(made, 0)
    yield made
    made.close()


@pytest.fixture
def desktop(shop: Shop, qtbot: QtBot) -> Iterator[Desktop]:
    window = window_over(shop)
    go_to(window, qtbot, "catalogue")
    qtbot.waitUntil(lambda: not window.bridge.busy)
    yield window
    close_windows([window])


@pytest.fixture
def presence(desktop: Desktop) -> Presence:
    """With a tray, as on a computer that has one; this one need not."""
    shell = desktop.shell
    assert shell.presence is not None
    if shell.presence.tray is None:
        shell.presence.beside.hang()
    return shell.presence


def titles(presence: Presence) -> list[str]:
    return [entry.told.title for entry in presence.centre.entries]


def test_a_payment_is_told_and_its_verb_leads_to_it(
    desktop: Desktop, presence: Presence, shop: Shop, qtbot: QtBot
) -> None:
    sell(shop, 1)
    paid = "63\u202f000\u00a0F\u202fCFA payés"
    qtbot.waitUntil(lambda: paid in titles(presence))
    assert presence.bell.text().endswith("nouvelle") or presence.bell.text().endswith("nouvelles")
    QTest.keyClick(desktop.shell, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert presence.open_panel() is None  # it is open: once is enough
    shown = desktop.shell.findChild(Panel)
    assert shown is not None
    assert presence.bell.text() == "Notifications"
    row = next(row for row in shown.rows if row.accessibleName().startswith(paid))
    assert "Fatoumata Koné · LP-" in row.accessibleName()
    QTest.mouseClick(row._verb, Qt.MouseButton.LeftButton)
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("orders")


def test_stock_is_told_when_it_becomes_critical_and_not_at_each_piece(
    desktop: Desktop, presence: Presence, shop: Shop, qtbot: QtBot
) -> None:
    product = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'RIZ5N0'"))
    for pieces in (30, 10, 8):
        shop.engine.call(lambda tx, pieces=pieces: hold(tx, product, pieces))  # type: ignore[misc]
        qtbot.waitUntil(lambda: at_rest(desktop, shop))
    qtbot.waitUntil(lambda: "Riz" in titles(presence))
    assert titles(presence).count("Riz") == 1


def test_only_what_failed_of_the_messages_concerns_anybody(presence: Presence, shop: Shop) -> None:
    source = presence._mount.context.happenings
    sent, lost = MessageProgressed(1, 5, "read"), MessageProgressed(1, 5, "failed")
    budget = BudgetReached(202611, 80)
    assert source.concern([sent, lost, budget]) == [lost, budget]
    assert [one.kind for one in source.read([lost, budget])] == ["unsent", "budget"]


@pytest.mark.parametrize("kind", ["paid", "escalated", "stock", "unsent", "budget", "backup"])
def test_each_kind_has_words_an_icon_a_verb_and_a_page(t: Texts, kind: str) -> None:
    made = told(Happening(kind, 7, "Awa", "human", 80), t, "XOF", ("live",))  # type: ignore[arg-type]
    assert all((made.title, made.icon, made.verb, made.page))


def test_a_late_backup_is_told_once() -> None:
    well, late = Status(), Status(backup_late=True)
    assert of_status(None, well) == of_status(late, late) == []
    assert [one.word for one in of_status(well, late)] == ["late"]
    assert [one.word for one in of_status(None, replace(late, backup_harmed=True))] == ["harmed"]


def test_the_list_keeps_the_latest_and_can_be_cleared(presence: Presence) -> None:
    presence.centre.add([Happening("budget", number=n) for n in range(KEPT + 5)])
    assert len(presence.centre.entries) == presence.centre.unseen == KEPT
    panel = presence.open_panel()
    assert panel is not None
    panel._clear()
    assert (len(presence.centre.entries), presence.centre.unseen) == (0, 0)


def test_an_empty_list_says_what_it_is_for(presence: Presence) -> None:
    presence.centre.clear()
    panel = presence.open_panel()
    assert panel is not None
    assert panel.rows == []
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isHidden()


# -- beside the clock


def test_the_tray_shows_how_the_shop_is_by_form_and_words(presence: Presence) -> None:
    tray = presence.tray
    assert tray is not None
    down = Status((Link("WhatsApp", "down", "whatsapp"),))
    states = [state_of(Status(), Badges()), state_of(Status(), Badges((("live", 1),))), state_of(down, Badges())]
    assert states == ["well", "waiting", "trouble"]
    pictures, words = set(), set()
    for state in states:
        tray.show_signs([Sign("one", "Boutique", state)])
        words.add(tray.icon.toolTip())
        pictures.add(bytes(picture(state).pixmap(64, 64).toImage().constBits()))
    assert (len(pictures), len(words)) == (3, 3)


def test_a_paused_bot_is_seen_in_the_icon_its_words_and_the_window(
    desktop: Desktop, presence: Presence, shop: Shop, qtbot: QtBot
) -> None:
    """Paused from the icon, resumed from what the window says of it."""
    tray = presence.tray
    assert tray is not None
    before = bytes(tray.icon.icon().pixmap(64, 64).toImage().constBits())
    next(a for a in tray.menu.actions() if a.text() == "Mettre le bot en pause").trigger()
    qtbot.waitUntil(lambda: not shop.settings.switch(ANSWERS))
    qtbot.waitUntil(lambda: tray.icon.toolTip().endswith("bot en pause"))
    assert bytes(tray.icon.icon().pixmap(64, 64).toImage().constBits()) != before
    assert (desktop.shell.status.bot.isVisible(), desktop.shell.status.bot.text()) == (True, "Bot en pause")
    assert "Laisser le bot répondre de nouveau" in [action.text() for action in tray.menu.actions()]
    presence.switch_bot()
    qtbot.waitUntil(lambda: not desktop.shell.status.bot.isVisible())
    assert shop.settings.switch(ANSWERS)


def test_the_tray_acts_and_brings_the_window_back(desktop: Desktop, presence: Presence) -> None:
    tray = presence.tray
    assert tray is not None
    acts = {action.text(): action for action in tray.menu.actions()}
    assert next(iter(acts)) == "Ouvrir LivePay"
    desktop.shell.hide()
    acts["Nouvelle facture"].trigger()
    assert desktop.shell.isVisible()
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("live")
    desktop.shell.hide()
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert desktop.shell.isVisible()


def test_the_system_is_told_only_while_the_window_is_not_in_front_and_if_wanted(
    desktop: Desktop, presence: Presence, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    said: list[list[Entry]] = []
    monkeypatch.setattr(Tray, "tell", lambda self, slug, entries: said.append(list(entries)))
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    presence.centre.add([Happening("budget", number=80)])
    assert said == []
    desktop.shell.hide()
    presence.centre.add([Happening("budget", number=80)])
    assert len(said) == 1
    desktop.preferences.set(NOTIFY, "off")
    presence.centre.add([Happening("budget", number=80)])
    assert len(said) == 1


def test_a_pressed_message_opens_what_it_was_about(desktop: Desktop, presence: Presence) -> None:
    tray = presence.tray
    assert tray is not None
    desktop.shell.hide()
    presence.centre.add([Happening("unsent", 1, "Awa")])
    tray.icon.messageClicked.emit()
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("conversations")


def test_closing_asks_once_and_remembers(desktop: Desktop, presence: Presence, qtbot: QtBot) -> None:
    shell = desktop.shell
    shell.close()
    asked = shell.findChild(Leaving)
    assert shell.isVisible()
    assert asked is not None
    asked.keep.click()
    assert (shell.isVisible(), desktop.preferences.get(TRAY, "")) == (False, "keep")
    presence.come_back()
    with qtbot.assertNotEmitted(shell.closing):
        shell.close()
    assert not shell.isVisible()
    with qtbot.waitSignal(shell.closing):
        shell.leave()


def test_quitting_when_asked_ends_the_program(desktop: Desktop, presence: Presence, qtbot: QtBot) -> None:
    desktop.shell.close()
    asked = desktop.shell.findChild(Leaving)
    assert asked is not None
    with qtbot.waitSignal(desktop.shell.closing):
        asked.quit.click()
    assert desktop.preferences.get(TRAY, "") == "quit"


def test_without_a_tray_closing_ends_it(desktop: Desktop, qtbot: QtBot) -> None:
    presence = desktop.shell.presence
    assert presence is not None
    presence.beside.take_down()
    event = QCloseEvent()
    with qtbot.waitSignal(desktop.shell.closing):
        desktop.shell.closeEvent(event)
    assert event.isAccepted()
