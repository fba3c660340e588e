"""The orders' rows are kept as pictures: what shows is what is true, and only what changed is painted again."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.kernel.clock import ManualClock
from core.live.views import BoardRow
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.rows import entry
from desktop.pages.live.table import OrdersTable
from desktop.theme import theme
from tests.desktop.sample import NOW, orders, row
from tests.desktop.test_model import model_of

PAID: dict[str, Any] = {"state": "paid", "paid_at": NOW, "provider": "wave"}


def claim(order_id: int) -> BoardRow:
    return row(order_id, "Awa Fall", 1, "reserved", f"{order_id:X}")


def shown(qtbot: QtBot, model: OrdersModel, clock: ManualClock) -> OrdersTable:
    table = OrdersTable(model, clock)
    qtbot.addWidget(table)
    table.resize(760, 420)
    table.show()
    qtbot.waitExposed(table)
    return table


def seen(table: OrdersTable) -> QImage:
    for _ in range(5):  # a scroll bar that comes or goes moves what is beside it
        QApplication.processEvents()
    return table.viewport().grab().toImage()


def table_and_rows(qtbot: QtBot) -> tuple[OrdersTable, OrdersModel, ManualClock, list[BoardRow]]:
    clock, found = ManualClock(NOW), list(orders())
    model = model_of(*found)
    return shown(qtbot, model, clock), model, clock, found


@pytest.mark.parametrize("change", ["paid", "new", "gone", "selected", "searched", "later", "light", "wider"])
def test_after_any_change_it_shows_what_a_new_table_would(qtbot: QtBot, change: str) -> None:
    table, model, clock, found = table_and_rows(qtbot)
    held = next(one for one in found if one.state == "reserved")
    before = seen(table)
    match change:
        case "paid":
            model.apply([entry(replace(held, **PAID))])
            found = [replace(one, **PAID) if one is held else one for one in found]
        case "new":
            found.append(claim(9_001))
            model.apply([entry(found[-1])])
        case "gone":
            model.apply((), [held.order_id])
            found.remove(held)
        case "selected":
            table.select(held.order_id)
        case "searched":
            model.search(held.lines[0].sku)
        case "later":
            clock.advance(61_000)
            table.tick()
        case "light":
            theme().choose("light")
        case "wider":
            table.resize(1000, 420)
    after = seen(table)
    assert after != before
    fresh = model_of(*found)
    fresh.search(held.lines[0].sku if change == "searched" else "")
    other = shown(qtbot, fresh, clock)
    other.resize(table.size())
    if change == "selected":
        other.select(held.order_id)
    assert seen(other) == after


def test_a_new_order_paints_its_own_row_only(qtbot: QtBot) -> None:
    table, model, _, _ = table_and_rows(qtbot)
    seen(table)
    before = dict(table._painter._kept)
    model.apply([entry(claim(9_001))])
    seen(table)
    after = table._painter._kept
    assert set(after) - set(before) == {9_001}
    assert all(after[each].picture is before[each].picture for each in set(after) & set(before))


def test_the_pictures_of_rows_out_of_sight_go(qtbot: QtBot) -> None:
    table, model, _, _ = table_and_rows(qtbot)
    model.apply([entry(claim(9_001 + n)) for n in range(200)])
    for place in range(0, 200, 5):
        table.scrollTo(model.index(place, 0))
        seen(table)
    assert len(table._painter._kept) <= len(table._in_sight())
