"""People: scores as ruled, identities, merging."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from core.customers.rules import Record, badge, score, score_lines, tier
from core.customers.service import Identity, find, phone_of, recognise
from core.orders.service import Wanted
from core.storage import journal
from tests.support.stores import add_customer, add_product, bare_engine, orders_of


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(0, 0, 0, 0, 0), 50),
        (Record(8, 8, 0, 234_000, 8 * 83_000), 95),
        (Record(5, 1, 4, 15_000, 300_000), 0),
        (Record(1, 1, 0, 15_000, 119_999), 65),
        (Record(1, 1, 0, 15_000, 120_000), 55),
        (Record(3, 0, 3, 0, 0), 20),
    ],
)
def test_the_score_follows_ruling_r7(record: Record, expected: int) -> None:
    assert score(record) == expected
    assert max(0, min(100, sum(points for _, points in score_lines(record)))) == expected


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (Record(10, 10, 0, 200_000, 600_000), "diamond"),
        (Record(6, 6, 0, 50_000, 600_000), "gold"),
        (Record(3, 3, 0, 45_000, 900_000), "silver"),
        (Record(2, 2, 0, 45_000, 900_000), "bronze"),
    ],
)
def test_tiers_follow_f70_on_paid_orders(record: Record, name: str) -> None:
    assert tier(record) == name


def test_a_serial_reserver_is_shown_as_a_risk_and_a_first_comer_as_new() -> None:
    assert badge(Record(5, 1, 4, 0, 0)) == "risk"
    assert badge(Record(1, 0, 0, 0, 0)) == "new"
    assert badge(Record(4, 4, 0, 60_000, 400_000)) is None


def test_one_payload_with_two_identities_merges_two_records_and_loses_nothing(tmp_path: Path) -> None:
    phone, bsuid = Identity("phone", "+221770000001"), Identity("bsuid", "SN.123")
    with bare_engine(tmp_path) as engine:
        robe = add_product(engine, "ROBE1")
        by_phone = engine.call(lambda tx: recognise(tx, [phone], "Awa"))
        by_bsuid = engine.call(lambda tx: recognise(tx, [bsuid]))
        for customer in (by_phone, by_bsuid):
            engine.call(partial(orders_of().claim, customer_id=customer, wanted=[Wanted(robe)], source="whatsapp"))
        kept = engine.call(lambda tx: recognise(tx, [bsuid, phone]))
        assert kept == by_bsuid
        assert engine.read(lambda r: find(r, [phone, bsuid])) == [kept]
        assert engine.read(lambda r: phone_of(r, kept)) == "+221770000001"
        assert engine.read(lambda r: r.one("SELECT name, orders FROM customer WHERE id = ?", (kept,))) == ("Awa", 2)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM orders WHERE customer_id = ?", (kept,))) == 2
        assert engine.read(journal.verify).intact


def test_the_journal_holds_no_name_and_no_number(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        add_customer(engine, 7)
        entries = engine.read(lambda r: r.all("SELECT data FROM journal ORDER BY seq"))
    assert not any("Cliente" in data or "22177" in data for (data,) in entries)
