"""The lives that are over, in a real window over a real shop: listed, sorted, opened, compared, written out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.kernel.clock import DAY
from core.kernel.paging import Sort
from core.live import service as live
from core.orders import lives
from core.orders.evening import evening
from desktop.bridge import Control
from desktop.pages.analyses.presenter import Question as Compared
from desktop.pages.live.over import OverDialog
from desktop.pages.lives.page import LivesPage
from desktop.pages.lives.presenter import PAGE
from tests.core.analytics.store import Step, play
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.realshop import close_windows, make_shop, window_over
from tests.desktop.test_languages import speak

EVENINGS = [
    *(Step("live", 60, 1, 1, 0), *(Step("paid", 7, n % 5 + 1, 1, 0) for n in range(6)), Step("end", 5, 1, 1, 0)),
    *(Step("live", 3_000, 1, 1, 0), Step("paid", 5, 1, 2, 0), Step("expired", 5, 2, 1, 0), Step("end", 90, 1, 1, 0)),
    *(Step("live", 60_000, 1, 1, 0), Step("expired", 5, 2, 1, 0), Step("end", 20, 1, 1, 0)),
    Step("live", 600, 1, 1, 0),  # still running
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def opened(shop: Shop, qtbot: QtBot) -> Iterator[OpenPage]:
    play(shop, EVENINGS, stock=30)
    desktop = window_over(shop)
    page = go_to(desktop, qtbot, "lives")
    assert isinstance(page, LivesPage)
    found = OpenPage(desktop, page, shop, qtbot)
    found.settled(lambda: page.read_once)
    yield found
    close_windows([desktop])


def keys(opened: OpenPage) -> list[int]:
    return [row.key for row in opened.page.model.rows]


def test_each_live_that_is_over_says_what_its_summary_says(opened: OpenPage) -> None:
    page = opened.page
    assert keys(opened) == [3, 2, 1]
    for row in page.model.rows:
        told = opened.shop.engine.read(lambda r, n=row.key: evening(r, n))  # type: ignore[misc]
        found = row.live
        assert (found.duration, found.orders, found.paid, found.takings) == (
            told.duration, told.orders, told.paid, told.revenue,
        )  # fmt: skip
        assert found.best == told.best
        assert (found.share or 0) == told.conversion
    assert page.sums.text().startswith("3 lives · encaissé ")


def test_they_are_sorted_filtered_and_found(opened: OpenPage) -> None:
    page = opened.page
    for column, by in sorted(page.table.sorts.items()):
        page.table.sort_by(column)
        opened.settled()
        values = [row.live.cursor(Sort(by))[0] for row in page.model.rows]
        assert values == sorted(values, reverse=page.model.order.down)
        assert len(values) == 3
    page.ask(period="week")
    opened.settled(lambda: keys(opened) == [3])
    page.ask(period="all", text="SAC2")
    opened.settled()
    assert 0 < len(keys(opened)) <= 3
    page.ask(text="rien de tel")
    opened.settled(lambda: page.places.currentIndex() == 1)
    page.show_all()
    opened.settled(lambda: len(keys(opened)) == 3)
    page.ask(source="facebook")
    opened.settled(lambda: keys(opened) == [])


def test_enter_opens_the_summary_and_from_there_its_orders(opened: OpenPage) -> None:
    opened.page.table.select_key(1)
    opened.press(Qt.Key.Key_Return)
    dialog = opened.dialog(OverDialog)
    assert dialog.over.session.session_id == 1
    dialog.orders.click()
    orders = opened.desktop.shell.page("orders")
    assert orders is not None
    opened.qtbot.waitUntil(lambda: not opened.desktop.bridge.busy and orders.read_once)  # type: ignore[attr-defined]
    listed = orders.model.rows  # type: ignore[attr-defined]
    assert {row.order.session_id for row in listed} == {1}
    assert len(listed) == opened.page.model.rows[-1].live.orders
    assert "Live du soir" in orders.behind.chip.text()  # type: ignore[attr-defined]


def test_two_are_selected_by_key_and_compared(opened: OpenPage) -> None:
    page = opened.page
    page.table.select_key(3)
    assert not page.compare.isEnabled()
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.compare.isEnabled()
    assert not page.orders.isEnabled()
    speak(opened.desktop, opened.qtbot, "en")
    again = opened.desktop.shell.page("lives")
    assert isinstance(again, LivesPage)
    opened.qtbot.waitUntil(lambda: not opened.desktop.bridge.busy and again.read_once)
    assert {row.key for row in again.table.picked_rows} == {3, 2}
    again.compare.click()
    analyses = opened.desktop.shell.page("analyses")
    assert analyses is not None
    assert analyses.head.question == Compared("live", live=3, against=2)  # type: ignore[attr-defined]
    opened.qtbot.waitUntil(lambda: not opened.desktop.bridge.busy and analyses.read_once)  # type: ignore[attr-defined]
    assert analyses.reading_.report.before.session_id == 2  # type: ignore[attr-defined]


def test_they_are_written_as_they_are_listed(opened: OpenPage, tmp_path: Path) -> None:
    page, target = opened.page, tmp_path / "lives.csv"
    page.ask(sort=Sort("takings"))
    opened.settled()
    assert page.writing().work(target, Control(lambda done, total: None)) == 3
    lines = list(csv.reader(target.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert lines[0][:2] == ["Date", "Live"]
    assert [int(line[4]) for line in lines[1:]] == [row.live.takings for row in page.model.rows]


def test_many_lives_are_read_by_the_page(shop: Shop, qtbot: QtBot) -> None:
    shop.engine.call(lambda tx: live.start(tx, "Live", "tiktok"))
    shop.engine.call(live.end)
    started = shop.clock.now()
    shop.engine.call(
        lambda tx: tx.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO"
            " live_session(title, source, started_at, ended_at) SELECT 'Live ' || i, iif(i % 2, 'tiktok', 'whatsapp'),"
            " ?1 + i * ?2, ?1 + i * ?2 + i * 1000 FROM n",
            (started, DAY),
        )
    )
    for by in lives.SORTS:
        for down in (True, False):
            wanted = lives.Wanted(sort=Sort(by, down))
            found = shop.engine.read(lambda r, w=wanted: [row.id for row in lives.every(r, w)])  # type: ignore[misc]
            assert sorted(found) == list(range(1, 1002))
    desktop = window_over(shop)
    try:
        page = go_to(desktop, qtbot, "lives")
        opened = OpenPage(desktop, page, shop, qtbot)
        opened.settled(lambda: len(page.model.rows) == PAGE)
        opened.press(Qt.Key.Key_End)
        opened.settled(lambda: len(page.model.rows) == 2 * PAGE)
    finally:
        close_windows([desktop])
