"""The page of all stores over real ones: its figures, making, exporting, importing, archiving, deleting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from core.accounts import service as accounts
from core.storage.backup import recovery_key
from core.storage.folder import Home
from desktop.pages.stores.dialogs import BringStore, DeleteStore, NewStore
from desktop.pages.stores.page import StoresPage
from desktop.stores.running import Stores
from desktop.widgets.dialog import Confirm
from tests.desktop.realshop import type_text
from tests.desktop.stores.conftest import OpenAll
from tests.desktop.stores.many import shop_of

AWA, TERANGA, ZAZA = "chez-awa", "boutique-teranga", "zaza-mode"


def page_of(stores: Stores, qtbot: QtBot) -> StoresPage:
    stores.show(stores.shown, "stores")
    page = stores.window.shell.page("stores")
    assert isinstance(page, StoresPage)
    qtbot.waitUntil(lambda: AWA in page._facts and not stores.seat.bridge.busy, timeout=60_000)
    return page


def offered(page: StoresPage, slug: str) -> set[str]:
    return {verb for verb, button in page.cards[slug].buttons.items() if not button.isHidden()}


def said(stores: Stores) -> str:
    notices = stores.window.shell.toasts.shown()
    return notices[-1].notice.text if notices else ""


def swept() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_each_store_says_how_it_is_and_offers_what_can_be_done(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    page = page_of(stores, qtbot)
    assert page.summary.text() == "3 boutiques, 2 ouvertes"
    assert offered(page, TERANGA) == {"close", "move", "export", "archive", "delete"}
    assert offered(page, ZAZA) == {"go", "close", "move", "export", "archive", "delete"}
    assert offered(page, AWA) == {"open", "archive"}
    zaza = page.cards[ZAZA]
    assert zaza.where.text() == "Madagascar · Ar"
    assert [pair[0].text() for pair in zaza.figures] == ["0", "0", "0\u00a0Ar"]
    assert page.cards[AWA].figures[0][0].isHidden()
    assert " Mo · Pas encore de sauvegarde" in zaza.kept.text().replace("\u00a0", " ")
    zaza.buttons["close"].click()
    qtbot.waitUntil(lambda: offered(page, ZAZA) == {"open", "archive"}, timeout=60_000)
    assert offered(page, TERANGA) == {"move", "export"}  # the last one stays
    page.cards[ZAZA].buttons["open"].click()
    qtbot.waitUntil(lambda: "go" in offered(page, ZAZA), timeout=60_000)
    page.cards[ZAZA].buttons["go"].click()
    assert stores.shown == ZAZA


def test_a_new_store_is_made_and_shown(open_all: OpenAll, home: Home, qtbot: QtBot) -> None:
    stores = open_all(TERANGA)
    page = page_of(stores, qtbot)
    page.make_new()
    dialog = page.findChild(NewStore)
    assert dialog is not None
    dialog.name.edit.setText("Chez Awa")
    dialog.submit()
    qtbot.waitUntil(lambda: dialog.name.error != "", timeout=60_000)
    assert "déjà" in dialog.name.error
    dialog.name.edit.setText("Mode du Plateau")
    dialog.country.setCurrentIndex(dialog.country.findData("CI"))
    dialog.submit()
    qtbot.waitUntil(lambda: stores.shown == "mode-du-plateau", timeout=60_000)
    qtbot.waitUntil(lambda: stores.seat.context is not None and not stores.seat.bridge.busy, timeout=60_000)
    assert home.card("mode-du-plateau").country == "CI"
    swept()


def test_what_is_exported_comes_back_under_another_name(
    open_all: OpenAll, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    stores = open_all(ZAZA, TERANGA)
    shop_of(stores, TERANGA).settings.set("store.city", "Thiès", "test")
    page = page_of(stores, qtbot)
    file = tmp_path / "teranga.livepay"
    page.export_to(TERANGA, file)
    qtbot.waitUntil(lambda: "Exportée et relue" in said(stores), timeout=60_000)
    assert str(home.path / "recovery.key") in said(stores)
    key = recovery_key(home, create=False).hex()
    (home.path / "recovery.key").unlink()  # as on another computer
    page.bring()
    dialog = page.findChild(BringStore)
    assert dialog is not None
    dialog.source.edit.setText(str(file))
    dialog.submit()
    qtbot.waitUntil(lambda: "clé de secours" in dialog.source.error, timeout=60_000)
    dialog.key.edit.setText(key)
    dialog.submit()
    qtbot.waitUntil(lambda: "existe déjà" in dialog.source.error, timeout=60_000)
    dialog.name.edit.setText("Téranga Thiès")
    dialog.submit()
    qtbot.waitUntil(lambda: stores.shown == "teranga-thies", timeout=60_000)
    qtbot.waitUntil(lambda: stores.seat.context is not None and not stores.seat.bridge.busy, timeout=60_000)
    assert shop_of(stores, "teranga-thies").settings.get("store.city") == "Thiès"
    swept()


def test_an_archived_store_leaves_the_list_and_comes_back(open_all: OpenAll, home: Home, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    page = page_of(stores, qtbot)
    page.cards[ZAZA].buttons["archive"].click()
    dialog = page.findChild(Confirm)
    assert dialog is not None
    dialog.action.click()
    qtbot.waitUntil(lambda: offered(page, ZAZA) == {"take_back"}, timeout=60_000)
    swept()
    assert home.archived(ZAZA)
    assert said(stores) == "La boutique est archivée."
    switcher = stores.open_switcher()
    assert switcher is not None
    assert [row.state.slug for row in switcher.rows] == [TERANGA, AWA]  # type: ignore[attr-defined]
    switcher.close()
    assert not stores.open(ZAZA)
    page.cards[ZAZA].buttons["take_back"].click()
    qtbot.waitUntil(lambda: offered(page, ZAZA) == {"open", "archive"}, timeout=60_000)
    swept()


def test_a_store_is_deleted_once_its_name_is_typed(open_all: OpenAll, home: Home, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    page = page_of(stores, qtbot)
    page.cards[ZAZA].buttons["delete"].click()
    dialog = page.findChild(DeleteStore)
    assert dialog is not None
    for text, able in (("", False), ("zaza", False), ("Zaza Mode", True)):
        dialog.typed.edit.clear()
        type_text(dialog.typed.edit, text)
        assert dialog.action.isEnabled() == able
    dialog.action.click()
    qtbot.waitUntil(lambda: ZAZA not in page.cards, timeout=60_000)
    assert not (home.stores / ZAZA).exists()
    assert said(stores) == "La boutique est supprimée."
    swept()


@pytest.mark.parametrize("role", ["owner", "cashier"])
def test_only_an_owner_exports_and_deletes(open_all: OpenAll, qtbot: QtBot, role: str, tmp_path: Path) -> None:
    stores = open_all(TERANGA, ZAZA)
    shop = shop_of(stores, ZAZA)
    accounts.save(shop.engine, "owner@zaza.mg", "soleil de midi", "owner")
    accounts.save(shop.engine, f"{role}@zaza.mg", "soleil de midi", role)
    context = stores.context(ZAZA)
    assert context is not None
    context.lock.unlock(f"{role}@zaza.mg", "soleil de midi", "")
    page = page_of(stores, qtbot)
    page.look()
    qtbot.waitUntil(lambda: ("delete" in offered(page, ZAZA)) == (role == "owner"), timeout=60_000)
    page.export_to(ZAZA, tmp_path / "zaza.livepay")
    qtbot.waitUntil(lambda: not stores.seat.bridge.busy and said(stores) != "", timeout=60_000)
    assert (tmp_path / "zaza.livepay").exists() == (role == "owner")


def test_no_figures_of_a_locked_store(open_all: OpenAll, qtbot: QtBot) -> None:
    stores = open_all(TERANGA, ZAZA)
    accounts.save(shop_of(stores, ZAZA).engine, "owner@zaza.mg", "soleil de midi", "owner")
    page = page_of(stores, qtbot)
    lock = stores.seats[ZAZA].shell.lock
    assert lock is not None
    qtbot.waitUntil(lambda: lock.can_lock)
    lock.lock()
    card = page.cards[ZAZA]
    assert card.figures[0][0].isHidden()
    assert card.sentence.text().startswith("Verrouillée")
    assert offered(page, ZAZA) == {"go", "close"}
    assert stores.context(ZAZA) is None
    assert stores.facts(ZAZA)().day is None
