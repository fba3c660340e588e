"""A question about a time goes through that time, not through everything that ever was."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.analytics import queries, revenue
from core.analytics.rules import Period
from core.orders.behind import SIGNED
from tests.support.stores import bare_engine

TIME = Period("between", 1, 2)


@pytest.mark.parametrize(
    ("found", "index"),
    [
        (revenue.entries(TIME), "ledger_entry_sales"),
        (queries.claimed(TIME), "orders_claimed"),
        (queries.paid(TIME), "orders_paid"),
    ],
    ids=("earned", "claimed", "paid"),
)
def test_what_a_time_holds_is_found_by_its_index(tmp_path: Path, found: tuple[str, list[int]], index: str) -> None:
    source, values = found
    with bare_engine(tmp_path) as engine, engine.reader() as reader:
        plan = [row[3] for row in reader.all(f"EXPLAIN QUERY PLAN SELECT count(*) FROM {source}", values)]
    assert any(index in step and step.startswith("SEARCH") for step in plan), plan
    assert not any(step.startswith("SCAN") for step in plan), plan


def test_revenue_is_read_from_the_index_alone(tmp_path: Path) -> None:
    source, values = revenue.entries(TIME)
    with bare_engine(tmp_path) as engine, engine.reader() as reader:
        plan = reader.all(f"EXPLAIN QUERY PLAN SELECT sum({SIGNED}) FROM {source}", values)
    assert "COVERING INDEX ledger_entry_sales" in plan[0][3]
