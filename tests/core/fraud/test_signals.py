"""Signals of devices, networks, payers and limits: what is kept, for how long, and what it adds up to."""

from __future__ import annotations

from typing import Any

import pytest

from core.customers import consent
from core.customers.queries import customer
from core.customers.rules import badge, score, tier
from core.fraud.rules import DEVICE_KEPT, POINTS, USUAL_THRESHOLD, network_of
from core.fraud.service import FORGET, risk_of
from core.kernel.clock import DAY, MINUTE
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent
from tests.core.fraud.test_review import CLOCK, balances, buyer, claim, do, pay, shop, state, tell
from tests.support.stores import add_product

__all__ = ["shop"]


def visit(shop: Any, order: int, device: str = "", address: str = "") -> None:
    marks = shop.watch.marks(device, address)
    do(shop, lambda tx: shop.watch.visited(tx, order, marks))


def found(shop: Any, order: int) -> dict[str, int]:
    risk = shop.engine.read(lambda r: risk_of(r, order))
    return {one.code: one.n for one in risk.signals} if risk else {}


@pytest.mark.parametrize("code", POINTS)
def test_no_signal_reaches_the_usual_threshold_by_itself(code: str) -> None:
    assert max(points for _, points in POINTS[code]) < USUAL_THRESHOLD


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("41.82.10.7", "41.82.10.0/24"),
        ("::ffff:41.82.10.7", "41.82.10.0/24"),
        ("2c0f:f5c0:1:2:3::4", "2c0f:f5c0:1::/48"),
        *((local, None) for local in ("127.0.0.1", "192.168.1.4", "10.0.0.1", "::1", "unix", "", "fe80::1%eth0")),
    ],
)
def test_of_an_address_only_the_network_counts_and_a_local_one_not_at_all(address: str, network: str | None) -> None:
    assert network_of(address) == network


def test_one_device_for_many_people_counts_and_is_kept_as_a_mark(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 4)]
    for order in orders:
        visit(shop, order, "A" * 22)
    assert [found(shop, order) for order in orders] == [{}, {}, {"device": 3}]
    again = claim(shop, buyer(shop, 3), robe)
    assert again == orders[2]
    kept = shop.engine.read(lambda r: r.all("SELECT DISTINCT length(mark) FROM visit"))
    assert kept == [(32,)]
    assert shop.engine.read(lambda r: r.value("SELECT count(DISTINCT mark) FROM visit")) == 1


def test_one_network_counts_within_minutes_only_and_hardly(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 17)]
    for order in orders[:15]:
        visit(shop, order, address="41.82.10.7")
    risk = shop.engine.read(lambda r: risk_of(r, orders[14]))
    assert risk is not None
    assert [(one.code, one.n, one.points) for one in risk.signals] == [("address", 15, 5)]
    CLOCK.advance(11 * MINUTE)
    late = claim(shop, buyer(shop, 99), robe)
    visit(shop, late, address="41.82.10.9")
    assert found(shop, late) == {}


def test_marks_go_when_their_time_is_over(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    order = claim(shop, buyer(shop), robe)
    visit(shop, order, "A" * 22, "41.82.10.7")
    count = "SELECT kind FROM visit ORDER BY kind"
    due = "SELECT due_at FROM deadline WHERE kind = ?"
    assert shop.engine.read(lambda r: r.value(due, (FORGET,))) == CLOCK.now() + DAY
    CLOCK.advance(DAY + MINUTE)
    do(shop, shop.watch.forget)
    assert shop.engine.read(lambda r: r.all(count)) == [("device",)]
    CLOCK.advance(DEVICE_KEPT)
    do(shop, shop.watch.forget)
    assert shop.engine.read(lambda r: r.all(count)) == []


def test_a_payer_told_before_the_money_is_known_when_it_comes(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 4)]
    for number, order in enumerate(orders):
        attempt, _ = do(shop, lambda tx, o=order: payments.open_attempt(tx, o, "cinetpay", "wave", "XOF"))
        hint = ProviderEvent(f"H{number}", "payment", Pay.UNKNOWN, attempt.ref, payer="+221778889900")
        stored = payments.event_payload("cinetpay", Auth.TOKEN, hint, None)
        do(shop, lambda tx, s=stored: payments.apply_event(tx, s))
        event = ProviderEvent(f"T{number}", "payment", Pay.PAID, attempt.ref, None, 15_000, "XOF", 0, f"T{number}")
        proved = payments.event_payload("cinetpay", Auth.BODY_SIGNED, event, None)
        do(shop, lambda tx, s=proved: payments.apply_event(tx, s))
    assert found(shop, orders[-1]) == {"payer": 3}
    forged = ProviderEvent("F", "payment", Pay.UNKNOWN, attempt.ref, payer="+221770000000")
    before = shop.engine.read(lambda r: r.all("SELECT mark FROM payer_told ORDER BY attempt_id"))
    do(shop, lambda tx: payments.apply_event(tx, payments.event_payload("cinetpay", Auth.NONE, forged, None)))
    assert shop.engine.read(lambda r: r.all("SELECT mark FROM payer_told ORDER BY attempt_id")) == before


def test_a_masked_number_weighs_less_than_a_whole_one(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 7)]
    for number, order in enumerate(orders):
        pay(shop, order, 15_000, f"T{number}", "22177***4567")
    assert found(shop, orders[4]) == {}
    assert found(shop, orders[5]) == {"lookalike": 6}


def test_a_number_of_another_country_is_told(shop: Any) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 50)
    home, abroad = claim(shop, buyer(shop, 1), robe), claim(shop, buyer(shop, 2), robe)
    pay(shop, home, 15_000, "T1", "+221778889900")
    pay(shop, abroad, 15_000, "T2", "+33612345678")
    assert (found(shop, home), found(shop, abroad)) == ({}, {"abroad": 1})


def faithful(shop: Any) -> tuple[int, int]:
    """Two paid orders of 15 000 by Wave from one number. → (customer, product)"""
    robe, customer_id = add_product(shop.engine, "ROBE1", 15_000, 90), buyer(shop)
    for number in range(2):
        pay(shop, claim(shop, customer_id, robe), 15_000, f"T{number}", "+221770000001")
        CLOCK.advance(DAY)
    return customer_id, robe


def test_a_new_means_counts_with_an_amount_out_of_habit_only(shop: Any) -> None:
    customer_id, robe = faithful(shop)
    small = claim(shop, customer_id, robe)
    do(shop, lambda tx: payments.open_attempt(tx, small, "stripe", "card", "XOF"))
    assert found(shop, small) == {}
    pay(shop, small, 15_000, "T7", "+221770000001")
    CLOCK.advance(DAY)
    large = claim(shop, customer_id, robe, 4)
    do(shop, lambda tx: payments.open_attempt(tx, large, "wave", "wave", "XOF"))
    assert found(shop, large) == {"amount": 4}
    do(shop, lambda tx: payments.open_attempt(tx, large, "paydunya", "mtn", "XOF"))
    assert found(shop, large) == {"amount": 4, "means": 4}


def test_who_refuses_to_be_scored_is_a_newcomer_whose_habits_count_nothing(shop: Any) -> None:
    customer_id, robe = faithful(shop)
    assert score(shop.engine.read(lambda r: customer(r, customer_id)).record) > 50
    do(shop, lambda tx: consent.say(tx, customer_id, False, "seller"))
    record = shop.engine.read(lambda r: customer(r, customer_id)).record
    assert (score(record), tier(record), badge(record)) == (50, "bronze", None)
    large = claim(shop, customer_id, robe, 8)
    do(shop, lambda tx: payments.open_attempt(tx, large, "stripe", "card", "XOF"))
    assert found(shop, large) == {}, "habits"
    for _ in range(2):
        do(shop, lambda tx: shop.watch.talked(tx, large))
    assert found(shop, large) == {"talk": 2}, "the shop's protection stays"
    do(shop, lambda tx: consent.say(tx, customer_id, True, "conversation"))
    last = shop.engine.read(lambda r: consent.last(r, customer_id))
    assert last is not None
    assert (last.given, last.how, last.at) == (True, "conversation", CLOCK.now())
    rows = "SELECT given, how FROM consent ORDER BY id"
    assert shop.engine.read(lambda r: r.all(rows)) == [(0, "seller"), (1, "conversation")], "the proof stays"


@pytest.mark.parametrize(("text", "word"), [("stop score", False), ("« STOP  SCORE »", False), ("ok score!", True)])
def test_the_word_is_known(text: str, word: bool) -> None:
    assert consent.word_of(text) is word
    assert consent.word_of(f"{text} ROBE1") is None
    assert consent.word_of("stop") is None


def test_sums_above_the_limits_wait_whatever_the_threshold_is(shop: Any) -> None:
    shop.settings.set("orders.review_score", "0", "seller")
    for name, most in (("customer_day", "40000"), ("customer_month", "0"), ("payer_day", "0"), ("payer_month", "0")):
        shop.settings.set(f"limits.{name}", most, "seller")
    robe, customer_id = add_product(shop.engine, "ROBE1", 15_000, 90), buyer(shop)
    for number in range(2):
        order = claim(shop, customer_id, robe)
        pay(shop, order, 15_000, f"T{number}")
        assert state(shop, order)[:3] == ("paid", None, 0)
    third = claim(shop, customer_id, robe)
    assert (found(shop, third), state(shop, third)[2]) == ({"customer_day": 45_000}, 1)
    pay(shop, third, 15_000, "T9")
    assert balances(shop)["customer_funds"] == -15_000, "it waits"
    CLOCK.advance(2 * DAY)
    assert state(shop, claim(shop, customer_id, robe))[2] == 0


def test_the_sum_of_one_payer_counts_across_people(shop: Any) -> None:
    shop.settings.set("limits.payer_day", "40000", "seller")
    robe = add_product(shop.engine, "ROBE1", 15_000, 90)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 4)]
    for number, order in enumerate(orders):
        attempt, _ = do(shop, lambda tx, o=order: payments.open_attempt(tx, o, "wave", "wave", "XOF"))
        tell(shop, attempt.ref, 15_000, f"T{number}", "+221778889900")
    assert [state(shop, order)[2] for order in orders] == [0, 0, 1]
    assert found(shop, orders[2]) == {"payer_day": 45_000, "payer": 3}
