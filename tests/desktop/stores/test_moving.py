"""Moving a store through the window, on both computers, and the way back."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.accounts import service as accounts
from core.bootstrap import moving, open_shop
from core.kernel.errors import Refused
from core.live import service as live
from core.storage.filekeys import new_code
from core.storage.folder import Home
from desktop.bridge import Control
from desktop.firstrun import FirstRun
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.sections import BackupSection
from desktop.sources.stores import HomeKeeping
from desktop.stores.arriving import Arrived, ArriveStore
from desktop.stores.comingback import TakeBack
from desktop.stores.leaving import LeaveStore
from desktop.stores.removal import ARRIVED
from desktop.stores.running import Stores
from desktop.texts import Texts
from tests.desktop.realshop import type_text
from tests.desktop.seen import faults
from tests.desktop.stores.conftest import OpenAll
from tests.desktop.stores.many import make_stores, shop_of
from tests.desktop.stores.test_page import AWA, TERANGA, ZAZA, offered, page_of, said, swept


def at(dialog: LeaveStore | ArriveStore, step: str) -> bool:
    return dialog.step == step


def leaving(stores: Stores, qtbot: QtBot) -> LeaveStore:
    dialog = stores.window.findChildren(LeaveStore)[-1]
    qtbot.waitUntil(lambda: dialog.standing is not None, timeout=60_000)
    return dialog


def to_the_end(dialog: LeaveStore, file: Path, qtbot: QtBot) -> None:
    """Every step with the keyboard, up to the act itself."""

    def enter() -> None:
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    enter()
    assert at(dialog, "file")
    assert not dialog.action.isEnabled()
    type_text(dialog.file.field.edit, str(file))
    enter()
    qtbot.waitUntil(lambda: at(dialog, "code"), timeout=60_000)
    enter()
    assert at(dialog, "again")
    assert not dialog.action.isEnabled()
    type_text(dialog.typed.edit, "Z")
    assert "pas le code" in dialog.typed.error or dialog.code.startswith("Z")
    dialog.typed.edit.clear()
    type_text(dialog.typed.edit, dialog.code.replace("-", " ").lower())
    assert dialog.typed.error == ""
    enter()


def test_a_store_leaves_by_the_window_and_arrives_by_it(
    open_all: OpenAll, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    stores = open_all(TERANGA, ZAZA)
    shop_of(stores, ZAZA).settings.set("store.city", "Antsirabe", "test")
    page = page_of(stores, qtbot)
    assert "move" in offered(page, ZAZA)
    page.cards[ZAZA].buttons["move"].click()
    dialog, file = leaving(stores, qtbot), tmp_path / "zaza.livepay"
    assert faults(dialog, "fr") == []
    assert "Aucun live n’est en cours." in dialog.moment.texts
    to_the_end(dialog, file, qtbot)
    qtbot.waitUntil(lambda: at(dialog, "done"), timeout=60_000)
    assert faults(dialog, "fr") == []
    assert any("recompté" in text for text in dialog.told.texts)
    assert "Sans relais" in dialog.told.texts[-1]
    code = dialog.code
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: offered(page, ZAZA) == {"take_back", "delete"}, timeout=60_000)
    swept()
    assert ZAZA not in stores.seats
    assert stores.window.shell is stores.seats[TERANGA].shell
    with pytest.raises(Refused):
        open_shop(home, ZAZA)
    assert "autre ordinateur" in page.cards[ZAZA].sentence.text()
    # The file comes back under another name, as it would on another computer.
    page.arrive_button.click()
    arriving = page.findChildren(ArriveStore)[-1]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    arriving.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert arriving.file.path == file
    type_text(arriving.code.edit, "1234")
    arriving.action.click()
    qtbot.waitUntil(lambda: "code de déménagement" in arriving.code.error, timeout=60_000)
    arriving.code.edit.clear()
    type_text(arriving.code.edit, new_code())
    arriving.action.click()
    qtbot.waitUntil(lambda: "n’ouvre pas" in arriving.file.field.error, timeout=60_000)
    arriving.code.edit.clear()
    type_text(arriving.code.edit, code)
    arriving.action.click()
    qtbot.waitUntil(lambda: at(arriving, "seen"), timeout=60_000)
    assert faults(arriving, "fr") == []
    assert arriving.name.text() == "Zaza Mode"
    arriving.action.click()
    qtbot.waitUntil(lambda: "existe déjà" in arriving.other.error, timeout=60_000)
    type_text(arriving.other.edit, "Zaza Tana")
    arriving.action.click()
    qtbot.waitUntil(lambda: stores.shown == "zaza-tana", timeout=60_000)
    qtbot.waitUntil(lambda: len(stores.window.findChildren(Arrived)) == 1, timeout=60_000)
    (told,) = stores.window.findChildren(Arrived)
    qtbot.waitUntil(lambda: told._task is None, timeout=60_000)
    assert faults(told, "fr") == []
    assert any("adresse publique" in text.lower() for text in told.lines.texts)
    assert stores.preferences.get(ARRIVED, "") == "zaza-tana"
    told.action.click()
    assert stores.preferences.get(ARRIVED, "") == ""
    assert shop_of(stores, "zaza-tana").settings.get("store.city") == "Antsirabe"
    swept()


def test_a_move_that_is_not_to_be_changes_nothing(
    open_all: OpenAll, home: Home, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live, a place that cannot be written, a stop in the middle."""
    begun, go, move_out = Event(), Event(), HomeKeeping.move_out

    def held(keeping: HomeKeeping, slug: str, target: Path, code: str, control: Control) -> moving.Moved:
        begun.set()
        assert go.wait(60)
        return move_out(keeping, slug, target, code, control)

    monkeypatch.setattr(HomeKeeping, "move_out", held)
    stores = open_all(TERANGA)
    shop = shop_of(stores, TERANGA)
    session = shop.engine.call(lambda tx: live.start(tx, "Live du soir"))
    stores.show(TERANGA, "settings")
    page = stores.window.shell.page("settings")
    assert isinstance(page, SettingsPage)
    page.open("backup")
    view = page.views["backup"]
    assert isinstance(view, BackupSection)
    qtbot.waitUntil(lambda: not view.moving.isHidden())
    view.move_button.click()
    dialog = leaving(stores, qtbot)
    assert not dialog.action.isEnabled()
    assert dialog.moment.lines[0].stops
    shop.engine.call(lambda tx: live.end(tx, session))
    qtbot.waitUntil(dialog.action.isEnabled, timeout=60_000)  # it looks again by itself
    dialog.go_on()
    for wrong, why in ((tmp_path / "nowhere" / "a.livepay", "est illisible"), (home.path / "a", "existe déjà")):
        if why.startswith("existe"):
            (home.path / "a.livepay").write_text("mine")
        dialog.file.field.edit.clear()
        type_text(dialog.file.field.edit, str(wrong))
        dialog.go_on()
        qtbot.waitUntil(lambda why=why: why in dialog.file.field.error, timeout=60_000)  # type: ignore[misc]
    file = tmp_path / "teranga.livepay"
    dialog.file.field.edit.clear()
    type_text(dialog.file.field.edit, str(file))
    dialog.go_on()
    qtbot.waitUntil(lambda: at(dialog, "code"), timeout=60_000)
    dialog.go_back()
    assert at(dialog, "file")
    dialog.go_on()
    qtbot.waitUntil(lambda: at(dialog, "code"), timeout=60_000)
    dialog.go_on()
    type_text(dialog.typed.edit, dialog.code)
    dialog.go_on()
    assert at(dialog, "work")
    dialog.reject()  # while the store is being closed there is nothing to stop yet
    qtbot.waitUntil(begun.is_set)
    dialog.reject()
    go.set()
    qtbot.waitUntil(
        lambda: stores.seats[TERANGA].context is not None and not stores.seats[TERANGA].bridge.busy, timeout=60_000
    )
    assert "Rien n’a changé" in said(stores)
    assert not file.exists()
    assert home.moved(TERANGA) is None
    assert shop_of(stores, TERANGA).slug == TERANGA
    swept()


def test_the_only_store_leaves_and_the_next_start_says_where_it_is(
    open_all: OpenAll, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    for slug in (AWA, ZAZA):
        home.delete(slug)
    stores = open_all(TERANGA)
    closed: list[bool] = []
    stores.closing.connect(lambda: closed.append(True))
    stores.removal.move_out(TERANGA)
    dialog, file = leaving(stores, qtbot), tmp_path / "teranga.livepay"
    to_the_end(dialog, file, qtbot)
    qtbot.waitUntil(lambda: at(dialog, "done"), timeout=60_000)
    dialog.action.click()
    assert closed == [True]
    swept()
    first = FirstRun(home, Texts())
    try:
        first.show()
        assert [link.text() for link in first.arrival.links] == ["Boutique Téranga a déménagé. Où est-elle\u202f?"]
        assert faults(first, "fr") == []
        first.arrival.links[0].click()
        back = first.findChildren(TakeBack)[-1]
        qtbot.waitUntil(lambda: back.found is not None, timeout=60_000)
        assert faults(back, "fr") == []
        assert str(file) in back.gone.text()
        assert "pas de relais" in back.lines.texts[0]
        assert not back.action.isEnabled()
        back.sure.click()
        back.action.click()
        qtbot.waitUntil(lambda: first.card is not None, timeout=60_000)
        assert first.card is not None
        assert first.card.slug == TERANGA
        assert not first.arrived
        assert not file.exists()
        open_shop(home, TERANGA).close()
    finally:
        first.bridge.close()
        first.close()
        first.deleteLater()
        swept()


def test_a_first_store_may_come_from_another_computer(qtbot: QtBot, tmp_path: Path) -> None:
    old, file, code = make_stores(tmp_path / "old", ("Chez Awa",)), tmp_path / "awa.livepay", new_code()
    moving.move_out(old, AWA, file, "test", code=code)
    new = Home(tmp_path / "new", passing=True)
    first = FirstRun(new, Texts())
    try:
        first.show()
        assert first.arrival.gone.isHidden()
        first.arrival.button.click()
        arriving = first.findChildren(ArriveStore)[-1]
        arriving.file.take(str(file))
        type_text(arriving.code.edit, code)
        arriving.go_on()
        qtbot.waitUntil(lambda: at(arriving, "seen"), timeout=60_000)
        arriving.go_on()
        qtbot.waitUntil(lambda: first.card is not None, timeout=60_000)
        assert first.arrived
        assert [card.name for card in new.list()] == ["Chez Awa"]
    finally:
        first.bridge.close()
        first.close()
        first.deleteLater()
        swept()


def test_a_cashier_moves_nothing(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    shop = shop_of(stores, ZAZA)
    for role in ("owner", "cashier"):
        accounts.save(shop.engine, f"{role}@zaza.mg", "soleil de midi", role)
    context = stores.context(ZAZA)
    assert context is not None
    context.lock.unlock("cashier@zaza.mg", "soleil de midi", "")
    page = page_of(stores, qtbot)
    page.look()
    qtbot.waitUntil(lambda: "move" not in offered(page, ZAZA), timeout=60_000)
    stores.removal.move_out(ZAZA)
    qtbot.waitUntil(lambda: said(stores) != "", timeout=60_000)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert stores.window.findChildren(LeaveStore) == []
