"""One act on many rows: one question, every row as if alone, told as it was, and taken back where it can be."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from core.accounts import service as accounts
from core.bootstrap import Shop
from core.customers import tags
from core.kernel.errors import Refused, StorageFailed
from core.orders.service import load
from desktop.app import Desktop
from desktop.bridge import Control
from desktop.pages import exporting
from desktop.pages.bulk import UNCHANGED, Outcome, do_each
from desktop.pages.conversations.feed import Question
from desktop.pages.manyparts import OutcomeDialog, ValueDialog
from desktop.pages.orders.page import OrdersPage
from desktop.sources.context import ShopContext
from desktop.widgets.dialog import Confirm
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import type_text

D = TypeVar("D", bound=QDialog)
CTRL = Qt.KeyboardModifier.ControlModifier


# -- the doing itself


def test_each_row_is_done_by_itself_and_nothing_is_hidden() -> None:
    def work(row: int) -> object:
        if row == 2:
            raise Refused("This order is no longer reserved, so it cannot be extended.")
        return UNCHANGED if row == 3 else row * 10

    found = do_each([1, 2, 3, 4], work, Control(lambda done, total: None), "fr")
    assert found.done == ((1, 10), (4, 40))
    assert found.unchanged == 1
    assert [row for row, _ in found.refused] == [2]
    assert "prolonger" in found.refused[0][1] or "réservée" in found.refused[0][1]


def test_where_the_machine_fails_or_a_person_stops_the_rest_is_left() -> None:
    full = StorageFailed("The disk is full.")

    def work(row: int) -> object:
        if row == 3:
            raise full
        if row == 7:
            control.stop()
        return None

    control = Control(lambda done, total: None)
    assert do_each([1, 2, 3, 4, 5], work, control, "fr") == Outcome(((1, None), (2, None)), 0, (), 3, full)
    assert do_each([6, 7, 8, 9], work, control, "fr") == Outcome(((6, None), (7, None)), 0, (), 2)


# -- on the pages


class Driver:
    """A page of the window."""

    def __init__(self, desktop: Desktop, qtbot: QtBot, name: str) -> None:
        desktop.shell.go(name)
        self.desktop, self.qtbot, self.name = desktop, qtbot, name
        self.settled(lambda: True)

    @property
    def page(self) -> Any:
        return self.desktop.shell.page(self.name)

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        context, places = self.desktop.context, (self.page, getattr(self.page, "feed", None))
        assert isinstance(context, ShopContext)
        pauses = [getattr(place, name) for place in places for name in ("_pause", "_lazy") if hasattr(place, name)]
        self.qtbot.waitUntil(
            lambda: (
                at_rest(self.desktop, context.shop) and not any(each.isActive() for each in pauses) and bool(holds())
            )
        )

    def dialog(self, kind: type[D]) -> D:
        self.qtbot.waitUntil(lambda: any(one.isVisible() for one in self.page.findChildren(kind)))
        found: list[D] = [one for one in self.page.findChildren(kind) if one.isVisible()]
        return found[0]

    def press(self, view: Any, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.desktop.shell.activateWindow()
        view.setFocus()
        self.qtbot.waitUntil(view.hasFocus)
        QTest.keyClick(view, key, held)

    def said(self) -> str:
        notices = self.desktop.shell.toasts.shown()
        return notices[-1].notice.text.replace("\u202f", " ").replace("\u00a0", " ") if notices else ""


def states(shop: Shop) -> list[str]:
    return [row[0] for row in shop.engine.read(lambda r: r.all("SELECT state FROM orders ORDER BY id"))]


def test_orders_are_cancelled_together_and_those_that_cannot_be_are_named(
    desktop: Desktop, shop: Shop, qtbot: QtBot
) -> None:
    driver = Driver(desktop, qtbot, "orders")
    page: OrdersPage = driver.page
    driver.settled(lambda: len(page.model.rows) == 7)
    assert states(shop).count("cancelled") == 1
    held = [row.key for row in page.model.rows if row.order.state == "reserved"]
    until = {number: shop.engine.call(lambda tx, n=number: load(tx, n)).expires_at for number in held}  # type: ignore[misc]
    driver.press(page.table, Qt.Key.Key_A, CTRL)
    assert page.many is not None
    assert page.many.bar.isVisible()
    assert page.many.bar.said.text().replace("\u202f", " ") == "Sélection : 7"
    assert page.pane.foot.isHidden(), "the keys are those of the selection now"
    driver.press(page.table, Qt.Key.Key_P)  # hold longer
    driver.dialog(Confirm).action.click()
    told = driver.dialog(OutcomeDialog)
    assert sum(map(len, told.left.values())) >= 4
    assert told.undo is None, "a hold is not shortened again"
    told.close()
    longer = [n for n in held if shop.engine.call(lambda tx, n=n: load(tx, n)).expires_at > until[n]]  # type: ignore[misc]
    assert longer
    assert len(page.table.picked_rows) == 7, "what is selected stays so"
    driver.press(page.table, Qt.Key.Key_X)
    asked = driver.dialog(Confirm)
    assert asked.heading.text().replace("\u202f", " ") == "Annuler 7 commandes ?"
    asked.action.click()
    told = driver.dialog(OutcomeDialog)
    assert told.heading.text() == f"{len(held)} commandes annulées, {7 - len(held)} refus"
    (named,) = told.left.values()  # one reason for all of them
    assert len(named) == 7 - len(held)
    assert all(name.startswith("LP-") for name in named)
    told.close()
    assert states(shop).count("cancelled") == 1 + len(held)
    assert "paid" in states(shop)


def test_selection_and_filters_live_on_in_another_language(
    desktop: Desktop, shop: Shop, qtbot: QtBot, tmp_path: Path
) -> None:
    driver = Driver(desktop, qtbot, "orders")
    page: OrdersPage = driver.page
    driver.settled(lambda: len(page.model.rows) == 7)
    page.ask(source="tiktok")
    driver.settled(lambda: len(page.model.rows) == 4)
    keys = [row.key for row in page.model.rows]
    page.table.select_keys(keys[1:3], keys[2])
    wanted = page.question
    desktop.shell.remaking.choose_language("en")
    qtbot.waitUntil(lambda: driver.page is not page and driver.page is not None)
    again: OrdersPage = driver.page
    driver.settled(lambda: len(again.model.rows) == 4)
    assert again.question == wanted
    assert [row.key for row in again.table.picked_rows] == keys[1:3]
    assert again.table.row.key == keys[2]
    assert again.many is not None
    assert again.many.bar.said.text() == "2 selected"
    target = tmp_path / "orders.csv"
    only = tuple(row.key for row in again.table.picked_rows)
    exporting.write(again, again.writing(type(again.sought())(only=only)), target)
    driver.settled(target.exists)
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file, delimiter=";"))) == 3


def test_customers_get_a_tag_together_and_lose_it_again(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "customers")
    page = driver.page
    driver.settled(lambda: len(page.model.rows) >= 3)
    keys = [row.key for row in page.model.rows[:3]]
    shop.engine.call(lambda tx: tags.put(tx, keys[0], "VIP Dakar"))
    driver.settled(lambda: page.model.rows[0].customer.tags == ("VIP Dakar",))
    page.table.select_keys(keys, keys[0])
    driver.press(page.table, Qt.Key.Key_T)
    dialog = driver.dialog(ValueDialog)
    type_text(dialog.field.edit, "x" * 31)
    assert dialog.field.error
    dialog.field.edit.clear()
    type_text(dialog.field.edit, "VIP Dakar")
    assert not dialog.field.error
    assert "VIP Dakar" in dialog.said.text()
    dialog.action.click()
    driver.settled(lambda: "2 clients étiquetés" in driver.said())
    assert driver.said().endswith("1 déjà ainsi")
    driver.press(page.table, Qt.Key.Key_Z, CTRL)
    driver.settled(lambda: driver.said() == "2 retours en arrière")
    assert [shop.engine.read(lambda r, k=k: tags.of(r, k)) for k in keys] == [("VIP Dakar",), (), ()]  # type: ignore[misc]
    assert set(page.many.bar.buttons) == {"tag", "export"}, "what somebody agreed to is never changed in bulk"
    accounts.save(shop.engine, "patronne@teranga.sn", "correct horse battery", "owner", "console")
    who = accounts.save(shop.engine, "caisse@teranga.sn", "correct horse battery", "cashier", "console")
    shop.engine.acting["seller"] = f"account:{who}"
    page.refresh()
    driver.settled(page.many.bar.buttons["export"].isHidden)


def test_products_change_together_and_back(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "catalogue")
    page = driver.page
    driver.settled(lambda: page.model.rowCount() == 3)
    driver.settled(lambda: all(page.model.text_at(row) for row in range(3)))

    def prices() -> list[int]:
        return [row[0] for row in shop.engine.read(lambda r: r.all("SELECT price FROM product ORDER BY id"))]

    table, before = page.products.table, prices()
    driver.press(table, Qt.Key.Key_A, CTRL)
    page.many.begin("price")
    dialog = driver.dialog(ValueDialog)
    for wrong in ("0", "-100", "dix"):
        dialog.field.edit.clear()
        type_text(dialog.field.edit, wrong)
        assert dialog.field.error, wrong
    dialog.field.edit.clear()
    type_text(dialog.field.edit, "-10 %")
    dialog.action.click()
    driver.settled(lambda: driver.said() == "3 prix changés")
    assert prices() == [price * 9 // 10 for price in before]
    driver.press(table, Qt.Key.Key_Z, CTRL)
    driver.settled(lambda: driver.said() == "3 retours en arrière")
    assert prices() == before
    driver.settled(lambda: len(table.picked_ids) == 3)
    driver.press(table, Qt.Key.Key_Delete)
    driver.dialog(Confirm).action.click()
    driver.settled(lambda: driver.said() == "3 articles retirés de la vente")
    assert shop.engine.read(lambda r: r.value("SELECT sum(active) FROM product")) == 0
    table.selectAll()
    page.many.begin("stock")
    dialog = driver.dialog(ValueDialog)
    type_text(dialog.field.edit, "1")
    dialog.action.click()
    told = driver.dialog(OutcomeDialog)  # what is reserved is promised
    assert told.undo is not None
    assert {name for names in told.left.values() for name in names} <= {"ROBE1", "SAC2", "PAGNE6"}
    assert told.left
    told.undo.click()
    driver.settled(lambda: "retour" in driver.said())


def test_quotes_are_reminded_of_and_core_says_which_cannot_be(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "quotes")
    page = driver.page
    driver.settled(lambda: len(page.model.rows) == 3)
    driver.press(page.table, Qt.Key.Key_A, CTRL)
    driver.press(page.table, Qt.Key.Key_W)
    driver.dialog(Confirm).action.click()
    told = driver.dialog(OutcomeDialog)  # the customer has not written for 24 hours
    assert told.heading.text() == "Rien n’a été changé, 3 refus"
    (named,) = told.left.values()
    assert all(name.startswith("DV-") for name in named)
    told.close()


def test_conversations_are_resolved_together_alone_and_taken_up_again(
    desktop: Desktop, shop: Shop, qtbot: QtBot
) -> None:
    driver = Driver(desktop, qtbot, "conversations")
    page = driver.page
    driver.settled(lambda: page.people.model.rowCount() >= 3 and page.opened is not None)

    def closed() -> int:
        return int(shop.engine.read(lambda r: r.value("SELECT count(*) FROM conversation WHERE closed_at IS NOT NULL")))

    driver.press(page.people.list, Qt.Key.Key_A, CTRL)
    count = len(page.people.list.picked_rows)
    opened = page.feed.current
    page.settling.many.begin("resolve")
    driver.dialog(Confirm).action.click()
    driver.settled(lambda: f"{count} conversations résolues" in driver.said())
    assert closed() == count
    assert page.feed.current == opened, "selecting several opens none of them"
    driver.press(page.people.list, Qt.Key.Key_Z, CTRL)
    driver.settled(lambda: closed() == 0)
    page.settling.many.begin("read")
    driver.dialog(Confirm).action.click()
    driver.settled(lambda: "comme lue" in driver.said())
    assert shop.engine.read(lambda r: r.value("SELECT sum(unread) FROM conversation")) == 0
    driver.press(page.people.list, Qt.Key.Key_Escape)
    page.resolve()
    driver.settled(lambda: driver.said().startswith("Résolu"))
    assert closed() == 1
    driver.press(page.people.list, Qt.Key.Key_Z, CTRL)
    driver.settled(lambda: closed() == 0)
    assert driver.said().startswith("Reprise")
    page.people.ask(Question("open", "Fanta"))
    driver.settled(lambda: page.feed.question.search == "Fanta")
    desktop.shell.remaking.choose_language("en")
    qtbot.waitUntil(lambda: driver.page is not page and driver.page is not None)
    driver.settled(lambda: driver.page.feed.question.search == "Fanta")
    assert driver.page.people.need == "open", "filters live on in another language"


@pytest.mark.qt_log_ignore("grabbing the keyboard", "support raise")  # the off-screen platform cannot
def test_prospects_move_together_and_back(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "pipeline")
    page = driver.page
    driver.settled(lambda: page.read_once)
    stage, column = max(page.columns.items(), key=lambda each: len(each[1].model.rows))
    number = len(column.model.rows)
    assert number > 1
    driver.press(column.view, Qt.Key.Key_Home)
    driver.press(column.view, Qt.Key.Key_A, CTRL)
    menu = page.many.choose([("Perdu", lambda: page.many.move(tuple(column.view.picked_rows), "lost"))], "move")
    menu.actions()[0].trigger()
    menu.close()
    driver.dialog(Confirm).action.click()
    driver.settled(lambda: f"{number} prospects passés" in driver.said())
    at = "SELECT count(*) FROM lead WHERE stage = ?"
    assert shop.engine.read(lambda r: r.value(at, ("lost",))) >= number
    page.undo()
    driver.settled(lambda: "retour" in driver.said())
    assert shop.engine.read(lambda r: r.value(at, (stage,))) == number
