"""The payments page: tasks first, filters, money back, comparing and exporting, with mouse and keyboard."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from core.kernel.clock import DAY
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent
from core.storage.engine import Tx
from desktop.bridge import Control
from desktop.pages import exporting
from desktop.pages.payments.dialogs import RefundDialog, TaskDialog
from desktop.pages.payments.table import AMOUNT
from desktop.widgets.alertrow import AlertRow
from desktop.widgets.buttons import Button
from desktop.widgets.card import Tile
from desktop.widgets.paged import PAGE
from tests.desktop.payments.conftest import Opened, OpenPayments
from tests.desktop.realshop import type_text
from tests.support.books import explained

D = TypeVar("D", bound=QDialog)


def dialog_of(opened: Opened, kind: type[D]) -> D:
    found: list[D] = []

    def there() -> bool:
        found[:] = [d for d in opened.page.findChildren(kind) if d.isVisible()]
        return bool(found)

    opened.qtbot.waitUntil(there, timeout=60_000)
    return found[0]


def tasks(opened: Opened) -> list[str]:
    """The tasks as a screen reader says them; those being taken away do not count."""
    rows = opened.page._todo
    items = (rows.itemAt(n) for n in range(rows.count()))
    widgets = [item.widget() for item in items if item is not None]
    return [row.accessibleName() for row in widgets if isinstance(row, AlertRow)]


def test_tasks_sums_and_rows(open_payments: OpenPayments) -> None:
    opened = open_payments()
    assert opened.shown() == [5, 4, 3, 2, 1]
    assert tasks(opened) == ["Argent à décider, Awa 2 · 500\u00a0F\u202fCFA"]
    tiles = sorted(tile.accessibleName() for tile in opened.page.findChildren(Tile))
    assert tiles == [
        "Chez Bictorys : 14\u202f850, 15\u202f000 encaissés · 150 de frais",
        "Chez Wave : 59\u202f900, 60\u202f500 encaissés · 600 de frais",
    ]
    opened.settled()
    assert opened.desktop.shell.sidebar.buttons["payments"].text() == "Paiements"


def test_filters_search_and_nothing_found(open_payments: OpenPayments) -> None:
    opened = open_payments()
    page = opened.page
    page.chips["to_decide"].click()
    opened.settled(lambda: opened.shown() == [2])
    page.chips[None].click()
    opened.settled(lambda: len(opened.shown()) == 5)
    page.ask(provider="bictorys", period="today")
    opened.settled(lambda: opened.shown() == [3])
    page.ask(provider=None, period="all")
    page.search.setFocus()
    type_text(page.search, "awa 4")
    opened.settled(lambda: opened.shown() == [4])
    type_text(page.search, "zz")
    opened.settled(lambda: page.places.currentWidget() is page.nothing)


def test_money_back_by_keyboard_until_it_is_done(open_payments: OpenPayments) -> None:
    opened = open_payments()
    opened.page.table.select_key(1)
    QTest.keyClick(opened.page.table, Qt.Key.Key_Return)
    dialog = dialog_of(opened, RefundDialog)
    dialog.amount.edit.clear()
    type_text(dialog.amount.edit, "16000")
    dialog.give()
    opened.settled(lambda: "15\u202f000" in dialog.amount.error)
    dialog.amount.edit.clear()
    type_text(dialog.amount.edit, "4 000")
    dialog.give()
    opened.settled(lambda: any("À rendre chez Wave" in task for task in tasks(opened)))
    concern = next(c for c in opened.page.overview.to_do if c.kind == "refund")
    opened.page.do_task(concern)
    steps = dialog_of(opened, TaskDialog)
    QTest.keyClick(steps, Qt.Key.Key_Return)
    opened.settled(lambda: not any("rendre" in task for task in tasks(opened)))
    assert opened.shop.engine.read(lambda r: r.value("SELECT refunded FROM payment WHERE id = 1")) == 4_000
    opened.settled(lambda: opened.page.model.rows[-1].state == "Rendu en partie")
    opened.shop.engine.read(explained)


def test_money_that_does_not_fit_its_order_is_dealt_with(open_payments: OpenPayments) -> None:
    opened = open_payments()

    def odd(tx: Tx) -> None:
        ref, provider = tx.one("UPDATE attempt SET state = 'open' WHERE id = 1 RETURNING ref, provider") or ("", "")
        said = ProviderEvent("E1", "payment", Pay.PAID, ref, None, 9, "EUR", 0, "T9")
        payments.apply_event(tx, payments.event_payload(provider, Auth.BODY_SIGNED, said, None))

    opened.shop.engine.call(odd)
    opened.page.refresh()
    opened.settled(lambda: any("contredit sa commande" in task for task in tasks(opened)))
    opened.page.do_task(next(c for c in opened.page.overview.to_do if c.kind == "contradiction"))
    dialog_of(opened, TaskDialog).action.click()
    opened.settled(lambda: not any("contredit sa commande" in task for task in tasks(opened)))


def test_a_statement_is_compared_and_its_difference_taken_over(open_payments: OpenPayments, tmp_path: Path) -> None:
    opened = open_payments()
    statement = tmp_path / "wave.csv"
    statement.write_text("Transaction;Montant;Frais\nT1;15000;150\nT4;15000;120\n", "utf-8")
    dialog = opened.page.compare()
    dialog.whose.setCurrentIndex(dialog.whose.findData("wave"))
    dialog.read(statement)
    opened.settled(lambda: dialog.verdict.text() == "2 paiements comparés · 1 écart")
    assert dialog.grid.rows == [("Les frais diffèrent", "Wave T4", "150", "120")]
    dialog.read(tmp_path / "none.csv")
    opened.settled(lambda: "none.csv" in dialog.verdict.text())
    dialog.reject()
    opened.settled(lambda: any("Les frais diffèrent" in task for task in tasks(opened)))
    concern = next(c for c in opened.page.overview.to_do if c.kind == "difference")
    opened.page.do_task(concern)
    steps = dialog_of(opened, TaskDialog)
    steps.action.click()
    opened.settled(lambda: not any("Les frais" in task for task in tasks(opened)))
    assert opened.shop.engine.read(lambda r: r.value("SELECT fee FROM payment WHERE txn_id = 'T4'")) == 120


def test_providers_that_cannot_be_asked_are_no_difference(open_payments: OpenPayments) -> None:
    opened = open_payments(0)
    dialog = opened.page.compare()
    dialog.ask.click()
    opened.settled(lambda: dialog.verdict.text() == "0 paiement comparé · 0 écart")
    dialog.reject()
    opened.settled()


def test_what_is_looked_for_is_written_out(open_payments: OpenPayments, tmp_path: Path) -> None:
    opened = open_payments()
    opened.page.ask(provider="bictorys")
    opened.settled()
    looked: list[Path] = []
    path = tmp_path / "export.csv"

    def no_program(file: Path) -> bool:
        looked.append(file)
        return False

    exporting.write(opened.page, opened.page.writing(), path, no_program)
    opened.settled(path.exists)
    assert len(path.read_text("utf-8-sig").splitlines()) == 2
    (toast,) = opened.desktop.shell.toasts.shown()
    assert (toast.notice.text, toast.notice.verb) == ("1 paiement écrit dans export.csv", "Ouvrir")
    toast._act()
    assert looked == [path]
    (toast,) = opened.desktop.shell.toasts.shown()  # nothing here opens it: that is said
    assert toast.notice.text.endswith(str(path))


def test_a_list_that_is_stopped_or_cannot_be_written_leaves_no_file(
    open_payments: OpenPayments, tmp_path: Path
) -> None:
    opened = open_payments()
    whole, go = opened.page.writing(), Event()

    def held(path: Path, control: Control) -> int | None:
        go.wait(10)
        return whole.work(path, control)

    dialog = exporting.write(opened.page, replace(whole, work=held), tmp_path / "stopped.csv")
    dialog.present()
    dialog.stop.click()
    go.set()
    opened.settled()
    dialog = exporting.write(opened.page, opened.page.writing(), tmp_path / "there" / "is none.csv")
    opened.settled(lambda: "is none.csv" in dialog.problem.text())
    assert dialog.isVisible()
    dialog.stop.click()
    assert list(tmp_path.glob("*.csv*")) == []


def test_the_list_is_sorted_by_the_head_and_pages_go_on_in_that_order(open_payments: OpenPayments) -> None:
    opened = open_payments(PAGE + 30)
    page, head = opened.page, opened.page.table.head
    place = QPoint(head.sectionViewportPosition(AMOUNT) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    opened.settled(lambda: opened.shown()[0] == 2)  # 500 more than all others
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_End)
    opened.settled(lambda: len(opened.shown()) == PAGE + 30)
    assert opened.shown() == [2, *(number for number in range(PAGE + 30, 0, -1) if number != 2)]


def test_rows_come_by_the_page_as_they_are_scrolled_to(open_payments: OpenPayments) -> None:
    opened = open_payments(PAGE + 30)
    assert len(opened.shown()) == PAGE
    opened.page.table.setFocus()
    QTest.keyClick(opened.page.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: len(opened.shown()) == PAGE + 30)
    assert opened.shown() == list(range(PAGE + 30, 0, -1))


def test_the_key_of_the_search(open_payments: OpenPayments) -> None:
    opened = open_payments()
    opened.page.table.setFocus()
    opened.page._to_search()
    assert QApplication.focusWidget() is opened.page.search or opened.page.search.hasFocus()


def test_a_difference_of_any_age_is_asked_about_and_a_refund_given_up(open_payments: OpenPayments) -> None:
    """Nobody answers here: the window says so in one sentence, and the difference stands."""
    opened = open_payments(1)
    opened.shop.clock.advance(400 * DAY)  # type: ignore[attr-defined]
    opened.page.table.select_key(1)
    QTest.keyClick(opened.page.table, Qt.Key.Key_Return)
    dialog = dialog_of(opened, RefundDialog)
    assert dialog.look.text() == "Interroger Wave"
    dialog.look.click()
    opened.settled(lambda: dialog.verdict.text() != "")
    assert dialog.look.isEnabled()
    dialog.amount.edit.clear()
    type_text(dialog.amount.edit, "4000")
    dialog.give()
    opened.settled(lambda: any("À rendre chez Wave" in task for task in tasks(opened)))
    opened.page.do_task(next(c for c in opened.page.overview.to_do if c.kind == "refund"))
    steps = dialog_of(opened, TaskDialog)
    next(b for b in steps.findChildren(Button) if b.text() == "Ne pas rembourser").click()
    opened.settled(lambda: not tasks(opened))
    assert opened.shop.engine.read(lambda r: r.value("SELECT state FROM refund")) == "withdrawn"


def test_how_far_back_the_providers_are_asked(open_payments: OpenPayments) -> None:
    opened = open_payments(0)
    dialog = opened.page.compare()
    assert [dialog.span.itemData(n) for n in range(dialog.span.count())] == [7, 30, 365]
    dialog.span.setCurrentIndex(2)
    dialog.ask.click()
    opened.settled(lambda: dialog.verdict.text() != "")
    since, until = opened.shop.engine.read(lambda r: r.one("SELECT since, until FROM reconciliation")) or (0, 0)
    assert until - since == 365 * DAY
    dialog.reject()
    opened.settled()
