from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.conversations.pace import CUSTOMER, LOOK_BACK, Bucket, Pace, Rule, number_rule, rebuilt
from core.durable.outbox import BROADCAST, PAYMENT, REMINDER, REPLY
from core.kernel.clock import SECOND

NOW = 1_790_000_000_000
WIDE = Rule(interval=1, capacity=1_000_000)


def burst(bucket: Bucket, now: int, priority: int) -> tuple[int, Bucket]:
    """How many messages may go at once, and the bucket after them."""
    count = 0
    while bucket.when(now, priority) == now:
        bucket = bucket.take(now)
        count += 1
    return count, bucket


def test_forty_replies_at_once_then_one_every_six_seconds() -> None:
    count, bucket = burst(Bucket(CUSTOMER), NOW, REPLY)
    assert count == 40
    assert bucket.when(NOW, REPLY) == NOW + 6 * SECOND
    later = NOW + 6 * SECOND
    assert burst(bucket, later, REPLY)[0] == 1


def test_five_credits_are_kept_for_payment_messages() -> None:
    _, bucket = burst(Bucket(CUSTOMER), NOW, BROADCAST)
    assert bucket.when(NOW, REMINDER) > NOW
    assert burst(bucket, NOW, PAYMENT)[0] == 5
    assert burst(Bucket(CUSTOMER), NOW, PAYMENT)[0] == 45


def test_a_clock_set_back_does_not_free_credits() -> None:
    _, bucket = burst(Bucket(CUSTOMER), NOW, PAYMENT)
    assert bucket.when(NOW - 60 * SECOND, PAYMENT) == NOW + 6 * SECOND


TIMES = st.lists(st.integers(0, 20 * SECOND), min_size=1, max_size=120)
WHEN = st.sampled_from([PAYMENT, REPLY, REMINDER, BROADCAST])


@given(st.lists(st.tuples(st.integers(0, 40 * SECOND), WHEN), min_size=1, max_size=150))
def test_no_window_ever_holds_more_than_the_burst_and_the_refill(asks: list[tuple[int, int]]) -> None:
    bucket, now, sent = Bucket(CUSTOMER), NOW, list[int]()
    for gap, priority in asks:
        now = bucket.when(now + gap, priority)
        bucket = bucket.take(now)
        sent.append(now)
    for start in range(len(sent)):
        for end in range(start, len(sent)):
            assert end - start + 1 <= 45 + (sent[end] - sent[start]) // (6 * SECOND)


@given(TIMES)
def test_a_number_never_sends_more_than_eighty_in_a_second(gaps: list[int]) -> None:
    bucket, now, sent = Bucket(number_rule()), NOW, list[int]()
    for gap in gaps:
        for _ in range(3):
            now = bucket.when(now + gap // 1000, REPLY)
            bucket = bucket.take(now)
            sent.append(now)
    assert all(sum(1 for t in sent if first <= t < first + SECOND) <= 80 for first in sent)


@given(TIMES, st.integers(0, 60 * SECOND), WHEN)
def test_after_a_restart_it_is_never_faster_than_without(gaps: list[int], pause: int, priority: int) -> None:
    bucket, now, sent = Bucket(CUSTOMER), NOW, list[int]()
    for gap in gaps:
        now = bucket.when(now + gap, PAYMENT)
        bucket = bucket.take(now)
        sent.append(now)
    now += pause
    since = now - LOOK_BACK
    again = rebuilt(CUSTOMER, [t for t in sent if t >= since], since)
    assert again.when(now, priority) >= bucket.when(now, priority)


def test_after_a_restart_a_quiet_customer_has_the_whole_burst() -> None:
    again = rebuilt(CUSTOMER, [NOW - 2 * SECOND], NOW - LOOK_BACK)
    assert burst(again, NOW, PAYMENT)[0] == 44


def test_one_customers_burst_does_not_hold_another() -> None:
    pace = Pace(WIDE)
    for _ in range(40):
        pace.sent("a", NOW)
    assert pace.when_allowed("a", REPLY, NOW) == NOW + 6 * SECOND
    assert pace.when_allowed("a", PAYMENT, NOW) == NOW
    assert pace.when_allowed("b", REPLY, NOW) == NOW


def test_the_number_holds_everybody_and_a_customer_only_itself() -> None:
    pace = Pace()
    pace.hold_customer("a", NOW + 4 * SECOND)
    assert pace.when_allowed("a", PAYMENT, NOW) == NOW + 4 * SECOND
    assert pace.when_allowed("b", PAYMENT, NOW) == NOW
    pace.hold_number(NOW + 9 * SECOND)
    assert pace.when_allowed("a", PAYMENT, NOW) == pace.when_allowed("b", PAYMENT, NOW) == NOW + 9 * SECOND
    pace.hold_customer("a", NOW)
    assert pace.when_allowed("a", PAYMENT, NOW) == NOW + 9 * SECOND


def test_a_pace_rebuilt_from_the_outbox_goes_on_where_it_was() -> None:
    before, after = Pace(WIDE), Pace(WIDE)
    sends = [("a", NOW - n * SECOND) for n in range(44)] + [("b", NOW)]
    for customer, at in sorted(sends, key=lambda s: s[1]):
        before.sent(customer, at)
    after.rebuild(sends, NOW - LOOK_BACK)
    for customer in "abc":
        assert after.when_allowed(customer, REPLY, NOW) == before.when_allowed(customer, REPLY, NOW)


def test_idle_customers_are_forgotten_without_a_difference() -> None:
    pace = Pace(WIDE)
    pace.sent("a", NOW)
    pace.hold_customer("b", NOW + SECOND)
    pace.forget_idle(NOW)
    assert set(pace._customers) == {"a", "b"}
    pace.forget_idle(NOW + 6 * SECOND)
    assert pace._customers == {}
