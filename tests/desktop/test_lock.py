"""The locked window over a real shop: when it locks, what stays covered, who opens it, and who acts from then on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.accounts import service as accounts
from core.bootstrap import Shop
from core.kernel.clock import MINUTE, ManualClock
from desktop.app import Desktop
from desktop.lock import IdleLock
from tests.desktop.realshop import make_shop, stock_up, window_over

PASSWORD = "soleil de midi"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    for role in ("owner", "cashier", "support"):
        accounts.save(made.engine, f"{role}@teranga.sn", PASSWORD, role)
    made.settings.set("desktop.lock_minutes", "5")
    stock_up(made)
    yield made
    made.close()


@pytest.fixture
def desktop(shop: Shop, qtbot: QtBot) -> Iterator[Desktop]:
    made = window_over(shop)
    qtbot.addWidget(made.shell)
    made.start()
    qtbot.waitUntil(lambda: made.shell.lock is not None and made.shell.lock.locked, timeout=20_000)
    yield made
    qtbot.waitUntil(lambda: not made.bridge.busy, timeout=20_000)
    made.stop()


def lock_of(desktop: Desktop) -> IdleLock:
    assert desktop.shell.lock is not None
    return desktop.shell.lock


def is_locked(desktop: Desktop) -> bool:
    return lock_of(desktop).locked


def unlock(desktop: Desktop, qtbot: QtBot, role: str, password: str = PASSWORD) -> None:
    screen = lock_of(desktop).screen
    screen.who.setCurrentText(f"{role}@teranga.sn")
    QTest.keyClicks(screen.password.edit, password)
    QTest.keyClick(screen.password.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not desktop.bridge.busy and screen.open_button.isEnabled(), timeout=20_000)


def test_it_starts_locked_and_opens_for_who_may_use_it(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    lock = lock_of(desktop)
    assert [lock.screen.who.itemText(n) for n in range(lock.screen.who.count())] == [
        "owner@teranga.sn",
        "cashier@teranga.sn",
    ]
    assert lock.screen.rect() == desktop.shell.rect()
    folder = os.environ.get("LOCK_SHOTS")
    if folder:
        desktop.shell.grab().save(f"{folder}/lock.png")
    unlock(desktop, qtbot, "cashier", "lune de minuit")
    assert is_locked(desktop)
    assert "mot de passe" in lock.screen.password.error
    assert lock.screen.password.text == ""
    unlock(desktop, qtbot, "cashier")
    assert not is_locked(desktop)
    assert desktop.shell.sidebar.isEnabled()
    page = desktop.shell.page("live")
    assert page is not None
    assert page.isVisible()


def test_it_locks_when_nobody_uses_it_and_covers_open_dialogs(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    lock = lock_of(desktop)
    unlock(desktop, qtbot, "owner")
    clock.advance(4 * MINUTE)
    QTest.mouseMove(desktop.shell.windowHandle())
    clock.advance(4 * MINUTE)
    lock._second(clock.now())
    assert not is_locked(desktop)
    clock.advance(5 * MINUTE)
    lock._second(clock.now())
    assert is_locked(desktop)
    desktop.shell.go("settings")  # keys of the window do nothing that could be seen
    assert not desktop.shell.sidebar.isEnabled()
    unlock(desktop, qtbot, "owner")
    assert not is_locked(desktop)


def test_the_window_acts_as_who_unlocked_it(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    unlock(desktop, qtbot, "cashier")
    source = desktop._context
    assert source is not None
    refused: list[Exception] = []
    desktop.bridge.run(lambda: source.settings.save("store.city", "Dakar"), owner=desktop, failed=refused.append)
    qtbot.waitUntil(lambda: not desktop.bridge.busy, timeout=20_000)
    assert "role" in str(refused[0])
    assert shop.settings.get("store.city") == ""
    QTest.keyClick(desktop.shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert lock_of(desktop).locked
    unlock(desktop, qtbot, "owner")
    desktop.bridge.run(lambda: source.settings.save("store.city", "Dakar"), owner=desktop)
    qtbot.waitUntil(lambda: not desktop.bridge.busy, timeout=20_000)
    assert shop.settings.get("store.city") == "Dakar"
    who = shop.engine.read(
        lambda r: r.value("SELECT actor FROM journal WHERE kind = 'SettingChanged' ORDER BY seq DESC")
    )
    assert who == "account:1"


def test_without_accounts_it_never_locks(tmp_path: Path, qtbot: QtBot) -> None:
    shop = make_shop(tmp_path / "nobody")
    shop.settings.set("desktop.lock_minutes", "1")
    made = window_over(shop)
    qtbot.addWidget(made.shell)
    made.start()
    qtbot.waitUntil(lambda: made.shell.lock is not None and not made.bridge.busy, timeout=20_000)
    QTest.keyClick(made.shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not lock_of(made).locked
    made.stop()
    shop.close()
