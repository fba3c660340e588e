"""Several stores in one window: switching, what is told over it, closing, one that does not open, locks."""

from __future__ import annotations

import gc
import time
import urllib.request
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.accounts import service as accounts
from core.bootstrap import open_shop
from core.kernel.clock import MINUTE
from core.storage.folder import Home
from desktop.notifications.presenter import Happening
from desktop.pages.live.page import LivePage
from desktop.shell import STATUS_MS
from desktop.stores.alarms import AlarmButton
from desktop.stores.desk import StoreState
from desktop.stores.running import Stores
from desktop.stores.switcher import Switcher
from desktop.tray import Tray
from tests.desktop.stores.conftest import OpenAll
from tests.desktop.stores.many import shop_of, someone_waits

AWA, TERANGA, ZAZA = "chez-awa", "boutique-teranga", "zaza-mode"


def told(stores: Stores) -> list[str]:
    """What the line of alarms says."""
    alarms = stores.window.alarms
    return [] if alarms.isHidden() else [button.text() for button in alarms.buttons]


def state(stores: Stores, slug: str) -> StoreState:
    return next(one for one in stores.states() if one.slug == slug)


def test_the_last_store_opens_first_and_the_others_beside_it(open_all: OpenAll) -> None:
    stores = open_all(TERANGA, ZAZA)
    assert [one.state for one in stores.states()] == ["open", "closed", "open"]
    assert stores.window.windowTitle() == "LivePay – Boutique Téranga"
    assert stores.preferences.get("stores.open", "") == f"{TERANGA} {ZAZA}"
    urls = {shop_of(stores, slug).local_url for slug in (TERANGA, ZAZA)}
    assert len(urls) == 2
    for url in urls:
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            assert answer.status == 200
    assert [state(stores, slug).colour for slug in (TERANGA, ZAZA)] == ["gold", "rose"]


def test_switching_shows_the_other_pages_at_once_and_keeps_what_was_open(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    first = stores.window.shell
    first.go("catalogue")
    catalogue = first.page("catalogue")
    began = time.thread_time()  # the window's own work: a busy machine is not a defect
    stores.show(ZAZA)
    assert time.thread_time() - began < 0.3
    second = stores.window.shell
    assert second is not first
    page = second.page("live")
    assert isinstance(page, LivePage)
    assert page.isVisible()
    assert not first.isVisible()
    assert stores.window.windowTitle() == "LivePay – Zaza Mode"
    assert stores.preferences.get("store", "") == ZAZA
    stores.show(TERANGA)
    assert stores.window.shell is first
    assert first.stack.currentWidget() is catalogue
    assert catalogue is not None
    assert catalogue.isVisible()


def test_the_switcher_goes_to_another_store_with_the_keyboard_and_opens_a_closed_one(
    open_all: OpenAll, qtbot: QtBot
) -> None:
    stores = open_all(TERANGA, ZAZA)
    stores.window.activateWindow()
    QTest.keyClick(stores.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    switcher = stores.window.shell.centre.findChild(Switcher)
    assert switcher is not None
    assert [row.accessibleName() for row in switcher.rows] == [
        "Boutique Téranga, À l’écran",
        "Chez Awa, Fermée",
        "Zaza Mode, Ouverte",
    ]
    switcher.rows[1].click()
    qtbot.waitUntil(lambda: state(stores, AWA).state == "open", timeout=60_000)
    assert stores.shown == AWA
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_what_waits_out_of_view_is_told_in_one_line_and_one_press_leads_there(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    assert told(stores) == []
    someone_waits(shop_of(stores, TERANGA))
    qtbot.waitUntil(lambda: state(stores, TERANGA).talks == 0 and not stores.seat.bridge.busy)
    assert told(stores) == []  # it is in view
    someone_waits(shop_of(stores, ZAZA))
    qtbot.waitUntil(lambda: told(stores) == ["Zaza Mode\u202f: 1 conversation attend"], timeout=60_000)
    (alarm,) = stores.window.alarms.buttons
    assert isinstance(alarm, AlarmButton)
    alarm.click()
    assert stores.shown == ZAZA
    page = stores.window.shell.page("conversations")
    assert page is not None
    assert page.isVisible()
    qtbot.waitUntil(lambda: told(stores) == ["Boutique Téranga\u202f: 1 conversation attend"], timeout=60_000)


def test_a_quiet_store_out_of_view_is_looked_at_once_a_minute(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, AWA)
    waiting = stores._soon[AWA]
    qtbot.waitUntil(lambda: waiting.isActive() and waiting.remainingTime() > MINUTE - 2 * STATUS_MS)
    someone_waits(shop_of(stores, AWA))
    qtbot.waitUntil(lambda: told(stores) != [], timeout=40_000)  # what happens there is told at once all the same


def test_a_closed_store_is_gone_whole_and_can_be_opened_again(open_all: OpenAll, home: Home, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    shell = weakref.ref(stores.seats[TERANGA].shell)
    stores.close(TERANGA)
    assert (stores.shown, state(stores, TERANGA).state) == (ZAZA, "closing")
    qtbot.waitUntil(lambda: state(stores, TERANGA).state == "closed", timeout=60_000)
    gc.unfreeze()

    def gone() -> bool:
        """The thread that closed it may have told so and not have let go of it yet."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        return shell() is None

    qtbot.waitUntil(gone)
    open_shop(home, TERANGA).close()  # its lock is free
    stores.close(ZAZA)
    assert state(stores, ZAZA).state == "open"  # the last one stays
    stores.show(TERANGA)
    qtbot.waitUntil(lambda: state(stores, TERANGA).state == "open", timeout=60_000)


def test_a_damaged_store_keeps_none_of_the_others_from_opening(open_all: OpenAll, home: Home, qtbot: QtBot) -> None:
    (home.stores / AWA / "store.json").write_text("{")
    data = home.stores / TERANGA / "store.db"
    data.write_bytes(b"\0" * data.stat().st_size)
    with qtbot.captureExceptions() as raised:
        stores = open_all(ZAZA, TERANGA)
    assert raised == []
    assert state(stores, ZAZA).state == "open"
    assert (state(stores, AWA).state, "store.json" in state(stores, AWA).problem) == ("refused", True)
    assert (state(stores, TERANGA).state, bool(state(stores, TERANGA).problem)) == ("refused", True)
    assert told(stores) == [
        "Boutique Téranga\u202f: n’a pas pu être ouverte",
        "chez-awa\u202f: n’a pas pu être ouverte",
    ]
    stores.show(TERANGA)
    assert stores.window.shell.opening.isVisible()
    stores.show(ZAZA)
    stores.close(TERANGA)
    qtbot.waitUntil(lambda: state(stores, TERANGA).state == "closed", timeout=60_000)


def test_a_store_that_another_process_has_is_said_in_a_sentence(open_all: OpenAll, home: Home) -> None:
    other = open_shop(home, ZAZA)
    try:
        stores = open_all(TERANGA, ZAZA)
        assert "ouverte dans une autre fenêtre" in state(stores, ZAZA).problem
        assert stores.exit_code == 0
    finally:
        other.close()


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_locked_store_stays_locked_and_tells_no_figures(
    open_all: OpenAll, home: Home, qtbot: QtBot, by_hand: bool
) -> None:
    for slug in (TERANGA, ZAZA):
        shop = open_shop(home, slug)
        try:
            accounts.save(shop.engine, f"owner@{slug}.sn", "soleil de midi", "owner")
        finally:
            shop.close()
    stores = open_all(TERANGA, ZAZA)
    locks = {slug: stores.seats[slug].shell.lock for slug in (TERANGA, ZAZA)}
    qtbot.waitUntil(lambda: all(lock is not None and lock.can_lock for lock in locks.values()))
    stores.window.shell.lock_now() if by_hand else locks[ZAZA].lock()  # type: ignore[union-attr]
    assert state(stores, ZAZA).locked
    assert state(stores, TERANGA).locked == by_hand
    someone_waits(shop_of(stores, ZAZA))
    qtbot.waitUntil(lambda: told(stores) == ["Zaza Mode\u202f: quelque chose attend"], timeout=60_000)
    assert state(stores, ZAZA).talks == 0
    stores.show(ZAZA)
    assert stores.window.shell.locked
    assert not stores.window.shell.centre.isVisible()
    switcher = stores.open_switcher()
    assert isinstance(switcher, Switcher)
    assert switcher.isVisible()
    assert switcher.all is None
    switcher.rows[0].click()
    assert stores.shown == TERANGA
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_one_icon_beside_the_clock_tells_all_stores_and_acts_in_each(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    tray = stores.beside.tray or stores.beside.hang()
    someone_waits(shop_of(stores, ZAZA))
    qtbot.waitUntil(lambda: "Zaza Mode\u202f: 1 conversation attend" in tray.icon.toolTip())
    assert tray.icon.toolTip().splitlines()[0] == "LivePay – 2 boutiques\u202f: 1 chose attend"
    parts = parts_of(tray)
    assert list(parts) == ["Boutique Téranga\u202f: Tout va bien", "Zaza Mode\u202f: 1 conversation attend"]
    zaza = {action.text(): action for action in parts["Zaza Mode\u202f: 1 conversation attend"].actions()}
    zaza["Mettre le bot en pause"].trigger()
    qtbot.waitUntil(lambda: "1 conversation attend, bot en pause" in tray.icon.toolTip())
    assert shop_of(stores, TERANGA).settings.switch("bot.enabled")
    assert not shop_of(stores, ZAZA).settings.switch("bot.enabled")
    part = next(menu for text, menu in parts_of(tray).items() if text.startswith("Zaza Mode"))
    next(action for action in part.actions() if action.text() == "Afficher cette boutique").trigger()
    assert stores.window.shell is stores.seats[ZAZA].shell
    stores.close(TERANGA)
    qtbot.waitUntil(lambda: tray.icon.toolTip().startswith("LivePay – Zaza Mode\n"))
    qtbot.waitUntil(lambda: TERANGA not in stores._closing)  # its shell goes when its shop is shut


def parts_of(tray: Tray) -> dict[str, QMenu]:
    """The menus of the stores in the icon's own, by what is said of each."""
    menus = [menu for menu in tray.menu.findChildren(QMenu) if menu.menuAction() in tray.menu.actions()]
    return {menu.title(): menu for menu in menus}


def test_the_system_is_told_of_a_store_out_of_view_by_its_name(
    open_all: OpenAll, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = open_all(TERANGA, ZAZA)
    tray = stores.beside.tray or stores.beside.hang()
    said: list[str] = []
    monkeypatch.setattr(type(tray.icon), "showMessage", lambda self, title, *rest: said.append(title))
    stores.window.activateWindow()
    qtbot.waitUntil(stores.window.isActiveWindow)
    for slug in (TERANGA, ZAZA):
        presence = stores.seats[slug].shell.presence
        assert presence is not None
        presence.centre.add([Happening("paid", 1, "Awa Traoré", "LP-1", 15_000)])
    assert len(said) == 1
    assert said[0].startswith("Zaza Mode\u202f: ")
    tray.icon.messageClicked.emit()
    assert stores.window.shell is stores.seats[ZAZA].shell
