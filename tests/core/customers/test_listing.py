"""100 000 customers in every order: the SQL says what the rules say, pages neither repeat nor skip, indexes serve."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.customers import listing, ranking, tags, writing
from core.customers.listing import SORTS, Wanted
from core.customers.proposing import proposals
from core.customers.rules import Record, recommendation, score, tier
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock
from core.kernel.errors import Refused
from core.kernel.paging import Sort
from core.storage.engine import Engine, Tx
from tests.support.customers import fill_customers
from tests.support.stores import bare_engine

MANY = 100_000


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with bare_engine(tmp_path_factory.mktemp("crowd"), ManualClock()) as engine:
        engine.call(lambda tx: fill_customers(tx, MANY))
        yield engine


def test_sql_and_rules_agree_on_any_record(tmp_path: Path) -> None:
    chance = random.Random(7)
    with bare_engine(tmp_path, ManualClock()) as engine:
        records = []
        for _ in range(3000):
            paid, expired = chance.choice((0, 1, 2, 3, 5, 6, 9, 10, 14)), chance.choice((0, 0, 1, 2, 3, 4, 7))
            spent = chance.choice((0, 99_999, 100_000, 100_001, 900_000)) if paid else 0
            pay = chance.choice((1_000, 119_999, 120_000, 500_000)) * paid + chance.choice((0, 1)) * bool(paid)
            records.append(Record(paid + expired, paid, expired, spent, pay, chance.random() > 0.1))

        def put(tx: Tx) -> None:
            for one in records:
                tx.run(
                    "INSERT INTO customer(created_at, orders, paid, expired, spent, pay_ms, scored)"
                    " VALUES(1,?,?,?,?,?,?)",
                    (one.orders, one.paid, one.expired, one.spent, one.pay_ms, one.scored),
                )

        engine.call(put)
        asked = (
            f"SELECT {ranking.SCORE}, {ranking.TIER}, {ranking.RISKY}, {ranking.IMPORTANT} FROM customer ORDER BY id"
        )
        said = engine.read(lambda r: r.all(asked))
    for one, (points, rank, risky, important) in zip(records, said, strict=True):
        assert (points, ranking.RANKS[rank]) == (score(one), tier(one)), one
        advice = recommendation(one)
        assert (bool(risky), bool(important)) == (advice == "restrict", advice == "vip"), one


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", list(SORTS))
def test_every_order_is_served_by_its_index(crowd: Engine, sort: str, descending: bool) -> None:
    key, way = SORTS[sort], "DESC" if descending else "ASC"
    sign = "<" if descending else ">"
    sql = f"EXPLAIN QUERY PLAN SELECT id FROM customer WHERE {key} {sign}= ? AND ({key} {sign} ? OR id {sign} ?)"
    plan = crowd.read(lambda r: r.all(f"{sql} ORDER BY {key} {way}, id {way} LIMIT 100", (5, 5, 5)))
    said = " ".join(str(row[3]) for row in plan)
    assert "customer_by_" in said
    assert "TEMP B-TREE" not in said


def test_pages_neither_repeat_nor_skip(crowd: Engine) -> None:
    wanted = Wanted(sort=Sort("score"), group="gold")
    with crowd.reader() as reader:
        rows = list(listing.every(reader, wanted))
        assert len(rows) == len({row.view.id for row in rows}) == listing.count(reader, wanted)
        assert listing.counts(reader).of("gold") == len(rows) > 1000
        assert listing.counts(reader).all == MANY
    places = [(score(row.view.record), row.view.id) for row in rows]
    assert places == sorted(places, reverse=True)


def test_search_by_name_without_accents_and_by_number(crowd: Engine) -> None:
    with crowd.reader() as reader:
        first = listing.page(reader, Wanted(text="elodie", sort=Sort("name", down=False)), None, 5)
        assert first
        assert all(row.view.name.startswith("Élodie") for row in first)
        phone = first[0].view.phone or ""
        found = listing.page(reader, Wanted(text=f"{phone[:4]} {phone[4:]}"), None, 5)
        assert [row.view.id for row in found] == [first[0].view.id]
        assert listing.page(reader, Wanted(text="zzz"), None, 5) == []
        assert listing.page(reader, Wanted(text="100%_"), None, 5) == []


def test_own_tags(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        one = engine.call(lambda tx: writing.add(tx, "Awa Ndiaye", "+221770000001", "fr"))
        two = engine.call(lambda tx: writing.add(tx, "Binta Fall", "+221770000002", "fr"))
        engine.call(lambda tx: tags.put(tx, one, "  grossiste   Dakar "))
        engine.call(lambda tx: tags.put(tx, one, "Grossiste Dakar"))
        assert engine.read(lambda r: tags.of(r, one)) == ("grossiste Dakar",)
        assert [r.view.id for r in engine.read(lambda r: listing.page(r, Wanted(tag="Grossiste dakar"), None, 9))] == [
            one
        ]
        for wrong in ("  ", "x" * 31):
            with pytest.raises(Refused):
                engine.call(lambda tx, wrong=wrong: tags.put(tx, two, wrong))  # type: ignore[misc]
        engine.call(lambda tx: tags.take_off(tx, one, "grossiste dakar"))
        assert engine.read(lambda r: tags.of(r, one)) == ()


def test_writing_somebody_down(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        one = engine.call(lambda tx: writing.add(tx, " Awa  Ndiaye ", "+2250708091011", "fr"))
        with pytest.raises(Refused, match="already"):
            engine.call(lambda tx: writing.add(tx, "Autre", "+22508091011", "fr"))  # its form before 2021
        with pytest.raises(Refused):
            engine.call(lambda tx: writing.add(tx, "   ", "+221770000003", "fr"))
        engine.call(lambda tx: writing.change(tx, one, "Awa Diop", "+2250102030405"))
        view = engine.read(lambda r: listing.page(r, Wanted(), None, 1))[0].view
        assert (view.name, engine.read(lambda r: writing.owner(r, "+2250102030405"))) == ("Awa Diop", one)


def test_the_other_form_of_a_number_proposes_a_merge(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        old = engine.call(lambda tx: recognise(tx, [Identity("phone", "+22997000001")], "Koffi"))
        new = engine.call(lambda tx: tx.insert("INSERT INTO customer(name, created_at) VALUES('K. Mensah', 1)"))
        put = "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone',?,?,1,1)"
        engine.call(lambda tx: tx.run(put, ("+2290197000001", new)))
        same = engine.call(lambda tx: tx.insert("INSERT INTO customer(name, created_at) VALUES('KÖFFI', 1)"))
        found = engine.read(lambda r: proposals(r, old))
        assert [(p.person.id, p.why) for p in found] == [(new, "number"), (same, "name")]
        assert (found[0].number, found[0].mine) == ("+2290197000001", "+22997000001")
