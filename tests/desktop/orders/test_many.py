"""100 000 orders: pages, sums and every order of the list hold, in a window too."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.bootstrap import Shop
from core.kernel.paging import Sort
from core.orders import listing
from core.orders.listing import SORTS, Filter, OrderRow
from core.storage.engine import Tx
from desktop.widgets.paged import PAGE
from tests.desktop.orders.conftest import OpenOrders
from tests.desktop.sample import NOW

MANY = 100_000
LIMIT_S = 2.0  # of one reading off the window's thread, on a machine that is busy with other tests


def fill(tx: Tx) -> None:
    """10 000 people with ten orders each, of 1 000 different sums."""
    tx.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        " INSERT INTO customer(id, name, created_at) SELECT i, 'Cliente ' || printf('%05d', i), ?1 FROM n",
        (NOW,),
    )
    tx.run(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
        " INSERT INTO orders(id, reference, customer_id, source, state, total, received, reserved_at, expires_at, link)"
        " SELECT i, printf('LP-2026-1120-%06X', i), 1 + i % 10000, 'whatsapp', iif(i % 2, 'paid', 'expired'),"
        " 1000 * (1 + i % 1000), iif(i % 2, 1000 * (1 + i % 1000), 0), ?1 - (100000 - i) * 1000, ?1, randomblob(12)"
        " FROM n",
        (NOW,),
    )


@pytest.mark.parametrize("by", sorted(SORTS))
def test_pages_and_sums_hold_in_every_order(shop: Shop, by: str) -> None:
    shop.engine.call(fill)
    for down in (True, False):
        wanted, after, seen = Filter(sort=Sort(by, down)), None, list[OrderRow]()
        for _ in range(5):
            began = time.thread_time()
            rows = shop.engine.read(lambda r, w=wanted, a=after: listing.page(r, w, after=a, limit=100))  # type: ignore[misc]
            assert time.thread_time() - began < LIMIT_S
            seen += rows
            after = rows[-1].cursor(wanted.sort)
        keys = [row.cursor(wanted.sort) for row in seen]
        assert keys == sorted(set(keys), reverse=down)
        assert len(keys) == 500
    began = time.thread_time()
    found = shop.engine.read(lambda r: listing.totals(r, Filter(state="paid")))
    assert time.thread_time() - began < LIMIT_S
    assert found.count == MANY // 2
    assert found.received == found.worth == sum(1000 * (1 + i % 1000) for i in range(1, MANY + 1, 2))


def test_the_window_shows_them_by_the_page(shop: Shop, open_orders: OpenOrders) -> None:
    shop.engine.call(fill)
    opened = open_orders(filled=False)
    assert opened.shown() == list(range(MANY, MANY - PAGE, -1))
    opened.page.table.setFocus()
    for pages in (2, 3):
        QTest.keyClick(opened.page.table, Qt.Key.Key_End)
        opened.settled(lambda n=pages: len(opened.shown()) == n * PAGE)  # type: ignore[misc]
    opened.page.ask(sort=Sort("total"))
    opened.page.model.order = Sort("total")
    opened.settled(lambda: opened.page.model.rows[0].order.total == 1_000_000)
    assert opened.page.sums.text().replace("\u202f", "").startswith("100000 commandes")
