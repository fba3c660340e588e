"""The table of very many rows: its order, its columns, its keys, and lists that are written out of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.kernel.paging import Sort
from desktop.app import InMemory
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.cells import write
from desktop.widgets.paged import PagedModel, PagedTable

PAGE = 50
MENU = pytest.mark.qt_log_ignore("grabbing the keyboard", "support raise")  # the off-screen platform cannot


@dataclass(frozen=True)
class Row:
    number: int

    @property
    def key(self) -> int:
        return self.number

    def plain(self, column: int) -> str:
        return (f"N{self.number}", f"Awa {self.number}\nNdiaye", str(self.number * 100))[column]


class Rows(PagedModel):
    def cursor(self, row: Row) -> int:
        return row.number


class Table(PagedTable):
    def needs(self, row: Row, column: int) -> float:
        return self.number(row.plain(column))

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        text = self.model().index(row, column).data()
        write(painter, box.adjusted(8, 0, -8, 0), text, "body", theme().palette.text, self.side(column))


@pytest.fixture
def table(qtbot: QtBot, t: Texts) -> Table:
    model = Rows(("Numéro", "Client", "Total"))
    made = Table(model, "Liste", (1, 2, 1), right=(2,), sorts={0: "number", 2: "total"}, many=True)
    made.remember(t, InMemory(), "list")
    model.show_rows([Row(number) for number in range(1, PAGE + 1)], True)
    qtbot.addWidget(made)
    made.resize(640, 400)
    made.show()
    made.setFocus()
    return made


def click_head(table: Table, column: int) -> None:
    head = table.head
    place = QPoint(head.sectionViewportPosition(column) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def test_a_click_on_the_head_sorts_and_one_more_turns_it_round(table: Table) -> None:
    asked: list[Sort] = []
    table.resorted.connect(asked.append)
    click_head(table, 2)
    click_head(table, 2)
    click_head(table, 1)  # nothing to sort by
    click_head(table, 0)
    assert asked == [Sort("total"), Sort("total", down=False), Sort("number")]
    assert table.sort == asked[-1]


def test_a_number_is_whole_however_narrow_the_table_is(table: Table) -> None:
    """The words give way to it, also for one that is read later; and words of the next column keep their distance."""
    dear = Row(12_345_678_901)
    table.resize(260, 400)
    assert table.columnWidth(2) >= table.needs(Row(PAGE), 2)
    table.paged.append_rows([dear], PAGE, False)
    assert table.columnWidth(2) >= table.needs(dear, 2) > table.columnWidth(1)
    assert sum(table.columnWidth(column) for column in range(3)) == table.viewport().width()
    box = QRectF(0, 0, 100, 40)
    assert box.right() - table.inner(box, 2).right() > 2 * (box.right() - table.inner(box, 1).right())
    table.paged.show_rows([Row(1)], False)
    assert table.columnWidth(2) < table.needs(dear, 2)


def menu_of(table: Table) -> QMenu:
    menus = [each for each in table.findChildren(QMenu) if each.isVisible()]
    return menus[-1]


@MENU
def test_the_keyboard_reaches_order_and_columns(table: Table, qtbot: QtBot) -> None:
    asked: list[Sort] = []
    table.resorted.connect(asked.append)
    table.setCurrentIndex(table.model().index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    menu = menu_of(table)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == [
        "Trier par «\u202fNuméro\u202f»",
        "Trier par «\u202fTotal\u202f»",
        "«\u202fClient\u202f» vers la gauche",
        "«\u202fClient\u202f» vers la droite",
        "Numéro",
        "Client",
        "Total",
        "Toutes les colonnes comme au début",
    ]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert asked == [Sort("number")]


def test_columns_are_hidden_moved_and_remembered(table: Table, t: Texts, qtbot: QtBot) -> None:
    kept = InMemory()
    table.remember(t, kept, "list")
    table.show_column(1, False)
    table.move_column(2, -1)
    assert table.shown_columns() == [2, 0]
    assert table.head.visualIndex(2) < table.head.visualIndex(0)
    assert table.isColumnHidden(1)
    other = Table(Rows(("Numéro", "Client", "Total")), "Liste", (1, 2, 1))
    qtbot.addWidget(other)
    other.remember(t, kept, "list")
    assert other.shown_columns() == [2, 0]
    other.show_column(2, False)
    other.show_column(0, False)  # never nothing at all
    assert other.shown_columns()
    other.reset_columns()
    assert other.shown_columns() == [0, 1, 2]
    other.share_out((1, 0, 1))  # where there is no room for a column, its place is kept
    assert other.shown_columns() == [0, 2]


@pytest.mark.parametrize("kept", ["", "x", "1,2", "1,2,2", "-1,-2,-3", "1,2,3,4"])
def test_a_choice_of_other_columns_is_not_followed(t: Texts, qtbot: QtBot, kept: str) -> None:
    made = Table(Rows(("Numéro", "Client", "Total")), "Liste", (1, 2, 1))
    qtbot.addWidget(made)
    made.remember(t, InMemory({"columns.list": kept}), "list")
    assert made.shown_columns() == [0, 1, 2]


def test_copied_rows_are_what_a_spreadsheet_pastes(table: Table) -> None:
    table.show_column(0, False)
    table.select_keys((3, 2), 2)
    assert [row.number for row in table.picked_rows] == [2, 3]
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Awa 2 Ndiaye\t200\nAwa 3 Ndiaye\t300"
    table.setCurrentIndex(table.model().index(4, 2))
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert QGuiApplication.clipboard().text() == "500"


def test_a_screen_reader_is_told_the_whole_row(table: Table) -> None:
    row = table.paged.rows[0]
    for column in range(3):
        assert table.model().index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) == ", ".join(
            cell for cell in map(row.plain, range(3)) if cell
        )


def test_ends_and_pages_by_key_and_the_rest_comes_as_it_is_reached(table: Table, qtbot: QtBot) -> None:
    model = table.model()
    assert isinstance(model, Rows)
    wanted: list[object] = []
    model.wanted.connect(wanted.append)
    table.select_key(10)
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert table.row == Row(1)
    QTest.keyClick(table, Qt.Key.Key_PageDown)
    assert 1 < table.row.number < PAGE
    QTest.keyClick(table, Qt.Key.Key_End)
    assert table.row == Row(PAGE)
    qtbot.waitUntil(lambda: wanted == [PAGE])
    model.append_rows([Row(PAGE + 1)], PAGE, False)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.row == Row(PAGE + 1)
    QTest.keyClick(table, Qt.Key.Key_A)  # letters are the page's
    assert table.row == Row(PAGE + 1)


def test_several_rows_are_picked_with_the_keyboard(table: Table) -> None:
    changes: list[int] = []
    table.picked.connect(lambda: changes.append(len(table.picked_rows)))
    table.select_key(1)
    for _ in range(2):
        QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [row.number for row in table.picked_rows] == [1, 2, 3]
    assert changes[-1] == 3


def test_a_page_of_a_list_begins_where_the_last_one_ended() -> None:
    columns = {"id": "id", "total": "total"}
    assert Sort("total").keyset(columns, "id", None) == ("1", [], "total DESC, id DESC")
    found = Sort("total", down=False).keyset(columns, "id", (5, 7))
    assert found == ("(total, id) > (?, ?)", [5, 7], "total ASC, id ASC")
