"""Every figure leads to the page of its rows: as many, and worth as much, as the figure says."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.analytics.charts import Bars, Columns, Matrix, Point, Shape
from core.orders.behind import BuyersWanted, OrdersWanted
from desktop.pages.analyses.presenter import Question
from desktop.subjects import PAGE_OF
from tests.core.analytics.store import Step
from tests.desktop.analyses.conftest import OpenAnalyses, Opened
from tests.desktop.test_languages import speak

EVENING = [
    Step("live", 10, 1, 1, 0),
    *(Step("paid", 7, n % 5 + 1, 1, 0) for n in range(8)),
    Step("expired", 3, 1, 1, 0),
    Step("seen", 3, 2, 1, 0),
    Step("refunded", 3, 3, 1, 0),
    Step("end", 10, 1, 1, 0),
    Step("paid", 2_000, 1, 20, 0),  # finds nothing: more than there is
]


def shown(opened: Opened, name: str) -> Any:
    """The page that a figure has led to, once it is read."""
    shell = opened.desktop.shell
    opened.qtbot.waitUntil(lambda: shell.stack.currentWidget() is shell.page(name))
    page: Any = shell.page(name)
    opened.settled(lambda: page.read_once and not page._pause.isActive())
    return page


def points_of(shape: Shape) -> list[Point]:
    """Everything of a chart that can be pointed at."""
    match shape:
        case Columns():
            return [point for series in shape.series for point in series.points if point.value]
        case Matrix():
            return [spot.point for row in shape.cells for spot in row if spot is not None]
        case Bars():
            return [bar.point for bar in shape.bars]
    return [point for _, point in shape.lines]


def test_a_bar_leads_to_its_orders_by_mouse_and_by_key(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses(EVENING)
    page = opened.page
    opened.settled(lambda: page._canvas is not None and opened.canvas("funnel").marks)
    canvas = opened.canvas("funnel")
    paid = canvas.marks[3]
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(paid.x + 20), round(paid.y + 10)))
    orders = shown(opened, "orders")
    shape = page.charts["funnel"].shape
    assert isinstance(shape, Bars)
    assert len(orders.model.rows) == paid.point.value == shape.bars[3].point.value > 0
    assert {row.order.state for row in orders.model.rows} == {"paid"}
    assert orders.behind.chip.text().startswith("Analyses\u202f: payées, du ")
    orders.behind.chip.click()
    opened.settled(lambda: len(orders.model.rows) > paid.point.value)
    assert not orders.behind.isVisible()
    opened.desktop.shell.go("analyses")
    opened.desktop.shell.activateWindow()
    canvas.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down):
        QTest.keyClick(canvas, key)
    assert canvas.accessibleDescription() == canvas.marks[1].point.tip
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert len(shown(opened, "orders").model.rows) == canvas.marks[1].point.value


def test_every_figure_in_sight_has_as_many_rows_as_it_says(open_analyses: OpenAnalyses) -> None:
    """Tiles, columns, bars, cells and lines, all of them, of the whole time and of one live."""
    opened = open_analyses(EVENING)
    page, checked = opened.page, set()
    for question in (Question("days"), Question("live", live=1)):
        opened.desktop.shell.go("analyses")
        page.ask(question)
        opened.settled(lambda: page.reading_ is not None and page._canvas is not None)
        assert page.reading_ is not None
        report = page.reading_.report
        page.tiles[0].asked.emit()
        orders = shown(opened, "orders")
        assert f"gagné {page.presenter.money(report.sums.revenue)}" in orders.sums.text()
        for place, count in ((1, report.sums.orders), (2, report.funnel.paid), (3, report.sums.paid)):
            page.tiles[place].asked.emit()
            assert len(shown(opened, "orders").model.rows) == count
        page.tiles[4].asked.emit()
        assert len(shown(opened, "customers").model.rows) == report.sums.new > 0
        for name in ("revenue", "hours", "customers", "cohorts", "lives", "products"):
            for point in points_of(page.charts[name].shape):
                if point.rows is None:
                    continue
                page.open_rows(point)
                name_of = PAGE_OF[type(point.rows)]
                rows = shown(opened, name_of).model.rows
                checked.add(name_of)
                wanted = point.rows
                assert isinstance(wanted, BuyersWanted | OrdersWanted)
                if isinstance(wanted, BuyersWanted) or wanted.hour is not None:
                    assert len(rows) == point.value, point
                else:
                    assert page.presenter.money(point.value) in shown(opened, "orders").sums.text(), point
    assert checked == {"orders", "customers"}


def test_what_a_figure_led_to_stays_in_another_language(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses(EVENING)
    page, shell = opened.page, opened.desktop.shell
    page.ask(Question("week"))
    opened.settled(lambda: page.reading_ is not None)
    page.tiles[4].asked.emit()
    people = len(shown(opened, "customers").model.rows)
    page.tiles[2].asked.emit()
    orders = shown(opened, "orders")
    orders.table.select_key(orders.model.rows[2].key)
    key, count = orders.model.rows[2].key, len(orders.model.rows)
    opened.settled()
    speak(opened.desktop, opened.qtbot, "en")
    again = shown(opened, "orders")
    assert again is not orders
    assert (again.table.row.key, len(again.model.rows)) == (key, count)
    assert again.behind.chip.text().startswith("Analyses: paid, ")
    assert " to " in again.behind.chip.text()
    shell.go("customers")
    assert len(shown(opened, "customers").model.rows) == people
    shell.go("analyses")
    assert shown(opened, "analyses").head.question == Question("week")
