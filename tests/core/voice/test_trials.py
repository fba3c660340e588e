"""Two texts compared: the figures are those of the books, nothing is read early, and looking changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap import Shop
from core.conversations.texts import Tongue, spoken_to
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.orders.service import Wanted
from core.storage.engine import Tx
from core.voice import rules, service, trials
from core.voice.trials import Trial
from tests.support.books import pay, session_of
from tests.support.shops import World, world

PLACE: Any = {"variant": "", "segment": "live_seller", "language": "fr", "currency": "XOF"}
WORDS = "⏰ {remaining} pour payer {total}."


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_wilsons_interval_is_that_of_the_books(hits: int, of: int, low: float, high: float) -> None:
    """81 of 263 and 15 of 148: Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    found = rules.share(hits, of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_the_test_and_the_sample_are_those_of_the_books() -> None:
    # z = (0.70 - 0.55) / sqrt(0.625 · 0.375 · 2 / 100) = 2.19089
    assert rules.p_value(70, 100, 55, 100) == pytest.approx(0.02846, abs=1e-5)
    assert rules.sample_size(0.60, 0.10) == 356  # Fleiss, formula 4.14 without correction
    assert rules.sample_size(0.5, 0.4) == rules.LEAST
    assert rules.p_value(0, 100, 0, 100) == rules.p_value(100, 100, 100, 100) == 1.0


@given(st.integers(100, 2_000), st.data())
def test_a_reading_is_symmetric_and_early_ones_say_nothing(sample: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, sample)), data.draw(st.integers(0, sample))
    one = rules.read(sample, (sample, sample), (sample, sample), (a, b))
    other = rules.read(sample, (sample, sample), (sample, sample), (b, a))
    assert {"a": "b", "b": "a"}.get(one.verdict, one.verdict) == other.verdict
    assert one.p == pytest.approx(other.p) if one.p is not None else other.p is None
    assert one.a is not None
    assert one.a.low <= one.a.rate <= one.a.high
    early = rules.read(sample, (sample, sample - 1), (sample, sample - 1), (a, b))
    assert (early.verdict, early.a, early.b, early.p) == ("too_early", None, None, None)


def test_equal_texts_differ_in_no_more_readings_than_is_stated() -> None:
    import random

    chance = random.Random(7)
    false = 0
    for _ in range(2_000):
        hits = tuple(sum(chance.random() < 0.6 for _ in range(100)) for _ in "ab")
        false += rules.read(100, (100, 100), (100, 100), (hits[0], hits[1])).verdict in rules.ARMS
    assert false / 2_000 < rules.RISK + 0.02


def test_people_are_shared_evenly_and_always_the_same_way() -> None:
    arms = [rules.arm_of(1, customer) for customer in range(10_000)]
    assert 4_800 < arms.count("a") < 5_200
    assert arms == [rules.arm_of(1, customer) for customer in range(10_000)]
    assert arms != [rules.arm_of(2, customer) for customer in range(10_000)]


def start(shop: Shop, key: str = "reminder", words: str = WORDS, sample: int = 100, **place: Any) -> Trial:
    return shop.engine.call(lambda tx: trials.start(tx, key, words, sample=sample, **(PLACE | place)), actor="seller")


def look(w: World, trial: Trial) -> rules.Reading:
    return w.shop.engine.read(lambda r: trials.read(r, trial, w.clock.now()))


def reminded(w: World, product: int, paid: bool) -> int:
    """A new buyer reserves, is told the reminder, and pays in time or lets it go. → their id"""
    shop = w.shop
    house = shop.talk.language()
    assert isinstance(house, Tongue)

    def act(tx: Tx) -> tuple[int, int, int]:
        customer = tx.insert("INSERT INTO customer(name, language, created_at) VALUES('Awa N','fr',0)")
        claimed = shop.orders.claim(tx, customer, [Wanted(product)], "whatsapp")
        assert claimed.order_id is not None
        tongue = spoken_to(house, tx, customer, "fr")
        for _ in range(2):
            shop.voice.say("reminder", tongue, {"lines": "x", "total": "5 F"})  # type: ignore[arg-type]
        return customer, claimed.order_id, tx.value("SELECT total FROM orders WHERE id = ?", (claimed.order_id,))

    customer, order, total = shop.engine.call(act)
    if paid:
        pay(shop, session_of(shop, order, "wave"), "wave", total, 0, f"T{order}")
    else:
        shop.engine.call(lambda tx: shop.orders.cancel(tx, order, "seller"))
    return customer


async def test_a_comparison_from_its_start_to_the_better_text(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        product = w.product("ROBE1", 5_000, stock=10_000)
        trial = start(w.shop)
        assert look(w, trial) == rules.Reading("too_early", 100, 0, 0)
        told = {"a": 0, "b": 0}
        customer = w.value("SELECT coalesce(max(id), 0) FROM customer")
        while min(told.values()) < 100:
            customer += 1
            arm = rules.arm_of(trial.id, customer)
            told[arm] += 1
            assert reminded(w, product, paid=told[arm] % 10 < (9 if arm == "b" else 6)) == customer
            if min(told.values()) == 60:
                assert look(w, trial).verdict == "too_early", "no peeking"
                assert look(w, trial).a is None
        found = look(w, trial)
        assert (found.seen_a, found.seen_b) == (told["a"], told["b"])
        assert found.a is not None
        assert found.b is not None
        assert (found.verdict, found.a.hits, found.b.hits) == ("b", 60, 90)
        reminded(w, product, paid=False)
        assert look(w, trial).a == found.a, "who comes after the last one changes nothing"
        w.shop.engine.call(lambda tx: trials.end(tx, trial.id, "b", "XOF"), actor="seller")
        kept = w.shop.engine.read(service.known)
        assert kept["live_seller", "fr", "reminder", ""] == WORDS
        with pytest.raises(Refused):
            w.shop.engine.call(lambda tx: trials.end(tx, trial.id, "", "XOF"))
        kinds = [row[0] for row in w.rows("SELECT kind FROM journal WHERE kind LIKE 'T%' ORDER BY seq")]
        assert kinds == ["TrialStarted", "TrialEnded", "TextChanged"]


async def test_money_that_came_too_late_is_no_success_and_what_is_open_is_not_read(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        product = w.product("ROBE1", 5_000, stock=100)
        trial = start(w.shop)
        w.shop.engine.call(lambda tx: tx.run("UPDATE text_trial SET sample = 1"))
        trial = w.shop.engine.read(lambda r: trials.load(r, trial.id))
        arms: set[str] = set()
        while len(arms) < 2:
            arms.add(rules.arm_of(trial.id, reminded(w, product, paid=True)))
        w.shop.engine.call(lambda tx: tx.run("UPDATE orders SET state = 'reserved', paid_at = NULL"))
        assert look(w, trial).verdict == "too_early"
        late = "UPDATE orders SET state = 'paid', paid_at = expires_at + 1"
        w.shop.engine.call(lambda tx: tx.run(late))
        found = look(w, trial)
        assert found.a is not None
        assert (found.verdict, found.a.hits) == ("too_rare", 0)


async def test_a_greeting_is_judged_by_the_order_of_the_day_after(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        product = w.product("ROBE1", 5_000, stock=100)
        trial = start(w.shop, "greeting", "Salut {name}", variant="other")
        w.shop.engine.call(lambda tx: tx.run("UPDATE text_trial SET sample = 1"))
        trial = w.shop.engine.read(lambda r: trials.load(r, trial.id))
        house, said = w.shop.talk.language(), {}
        values = {"name": "Awa", "example": ""}
        for customer in range(1, 30):
            w.shop.engine.call(
                lambda tx, c=customer: tx.run(  # type: ignore[misc]
                    "INSERT INTO customer(id, name, language, created_at) VALUES(?,'Awa N','fr',0)", (c,)
                )
            )
            said[customer] = w.shop.engine.call(
                lambda tx, c=customer: w.shop.voice.say("greeting", spoken_to(house, tx, c, "fr"), values)  # type: ignore[misc,arg-type]
            )
            assert (said[customer] == "Salut Awa") == (rules.arm_of(trial.id, customer) == "b")
        first = {arm: min(c for c in said if rules.arm_of(trial.id, c) == arm) for arm in rules.ARMS}
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(MINUTE)
        w.shop.engine.call(lambda tx: w.shop.orders.claim(tx, first["b"], [Wanted(product)], "whatsapp"))
        assert look(w, trial).verdict == "too_early", "a day is not over"
        w.clock.advance(24 * 60 * MINUTE)
        found = look(w, trial)
        assert found.a is not None
        assert found.b is not None
        assert (found.a.hits, found.b.hits) == (0, 1)


async def test_what_cannot_be_compared_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        now = w.shop.engine.read(lambda r: service.look(service.known(r), "reminder", "", "live_seller", "fr")).words
        for key, words, sample in (
            ("live_summary", "{revenue} {paid}", 100),
            ("button_pay", "JE PAIE", 100),
            ("reminder", now, 100),
            ("reminder", "{nope}", 100),
            ("reminder", WORDS, 99),
        ):
            with pytest.raises(Refused):
                start(w.shop, key, words, sample)
        start(w.shop)
        with pytest.raises(Refused):
            start(w.shop)
        with pytest.raises(Refused):
            w.shop.engine.call(lambda tx: service.put(tx, "reminder", "{total} {remaining}", **PLACE))
        assert start(w.shop, language="mg").language == "mg"
