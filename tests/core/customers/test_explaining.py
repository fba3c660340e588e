"""Every rule on people, F66 to F80, and each line of a score in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.explaining import ADVICE, BADGES, HABITS, LINES, TAGS, TIERS, Lately, codes, explain
from core.customers.rules import BOUNDS, Record, prepays, recommendation, score, score_lines, stars, success, tier
from core.kernel.clock import HOUR, ManualClock
from core.live import service as live
from core.orders.service import Wanted
from core.orders.standing import first_in, lately, unpaid_lately
from core.storage.engine import Engine
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

GOOD = Record(8, 8, 0, 234_000, 8 * 83_000)  # ruling R7's first example
FAKER = Record(5, 1, 4, 15_000, 300_000)  # and its second
RECORDS = st.builds(
    Record,
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 40),
    st.integers(0, 10**7),
    st.integers(0, 10**8),
    st.booleans(),
)


def test_the_worked_examples_of_r7_line_by_line() -> None:
    assert score(Record(0, 0, 0, 0, 0)) == 50, "a newcomer: no paid order, no bonus for speed"
    assert score_lines(GOOD) == (
        ("Base", 50),
        ("Successful payments", 25),
        ("Pays fast", 10),
        ("Large total spent", 10),
    )
    assert score(GOOD) == 95
    assert score_lines(FAKER) == (
        ("Base", 50),
        ("Successful payments", 5),
        ("Expired reservations", -40),
        ("Potential fake buyer", -20),
        (BOUNDS, 5),
    )
    assert score(FAKER) == 0


@given(RECORDS)
def test_the_lines_add_up_to_the_score_exactly_and_ninety_five_is_the_most(record: Record) -> None:
    lines = score_lines(record)
    assert sum(points for _, points in lines) == score(record)
    assert 0 <= score(record) <= 95
    said = explain(record, "fr", "XOF")
    assert [line.points for line in said.lines] == [points for _, points in lines]
    assert said.score == score(record)


def test_each_line_is_said_with_its_number() -> None:
    assert [line.said for line in explain(FAKER, "fr", "XOF").lines] == [
        "Chacun commence à\u202f: +50",
        "1 paiement réussi\u202f: +5",
        "4 réservations expirées\u202f: −40",
        "Plus de 3 réservations abandonnées, moins de 2 payées\u202f: −20",
        "Le score reste entre 0 et 100\u202f: +5",
    ]
    assert explain(Record(5, 5, 3, 0, 10**7), "fr", "XOF").lines[1].said == "5 paiements réussis\u202f: +25"
    assert explain(Record(5, 5, 3, 0, 10**7), "fr", "XOF").lines[2].said == "3 réservations expirées\u202f: −30"


@pytest.mark.parametrize("language", ["fr", "mg", "en"])
def test_nothing_is_left_without_words(language: str) -> None:
    for record in (GOOD, FAKER, Record(12, 12, 0, 300_000, 720_000), Record(3, 3, 0, 45_000, 900_000)):
        said = explain(record, language, "MGA", Lately("MVola", 3, 1))
        assert all(line.text and "{" not in line.said for line in said.lines)
        assert said.advice
        assert all("{" not in words for _, words in (*said.badges, *said.tags))
    assert set(LINES) >= {label for label, _ in (*score_lines(GOOD), *score_lines(FAKER))}
    assert (len(ADVICE), len(HABITS), len(BADGES), len(TAGS), len(TIERS)) == (3, 4, 4, 6, 4)


@pytest.mark.parametrize(
    ("record", "rank", "benefit"),
    [
        (Record(10, 10, 0, 300_000, 600_000), "diamond", "Client Diamant – Réservation prioritaire"),
        (GOOD, "gold", "Client Or – 15 min de réservation"),
        (Record(3, 3, 0, 45_000, 900_000), "silver", "Client fidèle"),
        (Record(2, 2, 0, 45_000, 900_000), "bronze", ""),
    ],
)
def test_tiers_and_their_lines(record: Record, rank: str, benefit: str) -> None:
    assert tier(record) == rank
    assert explain(record, "fr", "XOF").benefit == benefit


def test_recommendations_and_habits_in_words() -> None:
    faker = explain(Record(4, 0, 4, 0, 0), "fr", "XOF")
    assert faker.advice == "Réservation raccourcie à 5 min ou paiement préalable"
    assert faker.habit == "Commande pendant le live, ne paie jamais"
    assert explain(GOOD, "fr", "XOF").advice == "VIP\u202f: réservation de 15 min"
    assert prepays(FAKER)
    assert not prepays(Record(2, 0, 2, 0, 0)), "30 is not below 30"
    assert recommendation(Record(3, 0, 3, 0, 0)) == "restrict"


def test_tags_and_badges_by_their_rules() -> None:
    assert codes(GOOD, Lately("Wave", 0, 0)) == ("vip", "fast", "loyal", "prefers")
    assert codes(FAKER, Lately()) == ("fake",)
    assert codes(Record(3, 0, 0, 0, 0), Lately(None, 3)) == ("many",)
    said = explain(GOOD, "fr", "XOF", Lately("Wave", 0, 2))
    assert [words for _, words in said.badges] == ["Premier acheteur d’un live", "Fidèle", "Payeur rapide", "Vérifié"]
    assert [words for _, words in said.tags] == ["VIP", "payeur rapide", "client fidèle", "préfère Wave"]


def test_stars_and_the_share_of_success() -> None:
    assert [stars(record) for record in (GOOD, FAKER, Record(0, 0, 0, 0, 0), Record(2, 0, 2, 0, 0))] == [5, 0, 3, 2]
    assert [success(record) for record in (GOOD, FAKER, Record(1, 0, 0, 0, 0), Record(3, 2, 1, 0, 0))] == [
        100,
        20,
        None,
        67,
    ]


def test_who_refuses_to_be_scored_counts_as_a_newcomer() -> None:
    refused = Record(8, 8, 0, 234_000, 664_000, False)
    said = explain(refused, "fr", "XOF", Lately("Wave", 4, 2))
    assert (said.score, said.tier, said.recommendation, said.habit, said.badges) == (50, "bronze", "normal", "", ())
    assert [code for code, _ in said.tags] == ["many"], "protection, not habit"


def _pay(engine: Engine, order: int) -> None:
    engine.call(lambda tx: tx.run("UPDATE orders SET state = 'paid', paid_at = ? WHERE id = ?", (tx.now, order)))


def test_the_first_to_pay_in_a_live_and_many_unpaid_reservations(tmp_path: Path) -> None:
    clock, orders = ManualClock(), orders_of()
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1", stock=50)
        awa, fatou, moussa = (add_customer(engine, number) for number in (1, 2, 3))
        engine.call(lambda tx: live.start(tx, "Vendredi", "tiktok"))
        made = {
            who: engine.call(lambda tx, who=who: orders.claim(tx, who, [Wanted(robe)], "tiktok")).order_id or 0  # type: ignore[misc]
            for who in (fatou, awa)
        }
        clock.advance(60_000)
        _pay(engine, made[awa])
        clock.advance(60_000)
        _pay(engine, made[fatou])
        assert [engine.read(lambda r, who=who: first_in(r, who)) for who in (awa, fatou)] == [1, 0]  # type: ignore[misc]
        for _ in range(3):
            order = engine.call(lambda tx: orders.claim(tx, moussa, [Wanted(robe)], "tiktok")).order_id or 0
            clock.advance(11 * 60_000)
            engine.call(lambda tx, order=order: orders.expire(tx, order))  # type: ignore[misc]
        now = clock.now()
        assert engine.read(lambda r: unpaid_lately(r, moussa, now)) == 3
        assert engine.read(lambda r: unpaid_lately(r, awa, now)) == 0
        assert engine.read(lambda r: unpaid_lately(r, moussa, now + 25 * HOUR)) == 0
        assert engine.read(lambda r: lately(r, awa, now, orders_of().holds)) == Lately(None, 0, 1, 10)
