"""Sessions opened ahead: when one is wanted, how seldom it is asked about, and what holds in whatever order things
happen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, MINUTE, SECOND
from core.kernel.errors import LivePayError
from core.orders.service import Wanted, load
from core.paylinks.queries import read_link
from core.payments import ahead
from core.payments import service as payments
from core.payments.attempts import load_attempt
from core.payments.offer import Choice
from core.payments.provider import CheckoutResult, Method, Pay, StatusResult
from core.payments.rules import PAYABLE, next_poll, ready
from core.storage.connection import Reader
from tests.support.books import opened, pay
from tests.support.stores import add_product

WAVE = Choice("wave.wave", "wave", Method("wave", "Wave", "#1DC4FF"))
PRICE = 15_000
ATTEMPTS = "SELECT id FROM attempt WHERE order_id = ? ORDER BY id"
NUMBERS = itertools.count(1)


class Play:
    """One order, whose session is opened ahead, and all that can happen to both."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.settings.set("tunnel.kind", "relay")
        number = next(NUMBERS)
        self.robe = add_product(shop.engine, f"ROBE{number}", PRICE, 9)
        self.awa = self.do(lambda tx: recognise(tx, [Identity("phone", f"+2217700{number:05d}")], "Awa"))
        self.order = self.claim(1)

    def do(self, command: Any) -> Any:
        return self.shop.engine.call(command, actor="test")

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def claim(self, quantity: int) -> int:
        wanted = [Wanted(self.robe, quantity)]
        return int(self.do(lambda tx: self.shop.orders.claim(tx, self.awa, wanted, "shop")).order_id)

    @property
    def last(self) -> int:
        return int(self.value("SELECT coalesce(max(id), 0) FROM attempt WHERE order_id = ?", self.order))

    def begin(self) -> Any:
        return self.do(lambda tx: ahead.begin(tx, self.order, WAVE, "XOF"))

    def answered(self, ends: int | None = None) -> None:
        result = CheckoutResult(f"S{self.last}", f"https://pay.test/{self.last}")
        self.do(lambda tx: payments.session_opened(tx, self.last, result, ends))

    def choose(self, provider: str) -> tuple[int, bool]:
        attempt, fresh = self.do(lambda tx: payments.open_attempt(tx, self.order, provider, provider, "XOF"))
        return attempt.id, fresh

    def pay(self, attempt_id: int) -> None:
        attempt = self.shop.engine.read(lambda r: load_attempt(r, attempt_id))
        pay(self.shop, attempt.ref, attempt.provider, attempt.amount, 0, f"T{attempt_id}")

    def act(self, act: str, number: int) -> None:
        mine = self.shop.engine.read(lambda r: r.all(ATTEMPTS, (self.order,)))
        which = mine[number % len(mine)][0] if mine else 0
        if act == "time":
            self.shop.clock.advance(number * MINUTE)  # type: ignore[attr-defined]
        elif act == "quantity":
            self.claim(1 + number % 3)
        else:
            verbs: dict[str, Any] = {
                "begin": self.begin,
                "answered": self.answered,
                "unclear": lambda: self.do(lambda tx: payments.session_unclear(tx, self.last, "timeout")),
                "missing": lambda: self.do(lambda tx: payments.session_missing(tx, self.last)),
                "refused": lambda: self.do(lambda tx: payments.session_rejected(tx, self.last, "no")),
                "wave": lambda: self.choose("wave"),
                "card": lambda: self.choose("stripe"),
                "pay": lambda: self.pay(which),
                "over": lambda: self.do(
                    lambda tx: payments.apply_status(tx, which, StatusResult(Pay.EXPIRED, "expired"))
                ),
                "due": lambda: self.do(lambda tx: ahead.due(tx, self.order)),
                "extend": lambda: self.do(lambda tx: self.shop.orders.extend(tx, self.order, 5)),
                "cancel": lambda: self.do(lambda tx: self.shop.orders.cancel(tx, self.order, "customer")),
                "expire": lambda: self.do(lambda tx: self.shop.orders.expire(tx, self.order)),
                "stop": lambda: self.do(payments.resume),
            }
            verbs[act]()

    def holds(self, reader: Reader) -> None:
        order = load(reader, self.order)
        attempts = [load_attempt(reader, n) for (n,) in reader.all(ATTEMPTS, (self.order,))]
        payable = [a for a in attempts if a.state in PAYABLE and not a.closing]
        assert len(payable) <= (1 if order.state == "reserved" else 0), "two could be paid"
        assert all(a.amount == order.asked for a in payable), "another amount could be paid"
        assert not any(a.ahead for a in attempts if a.state == "paid")
        paid = [a.amount for a in attempts if a.state == "paid"]
        received = "SELECT coalesce(sum(amount), 0) FROM payment WHERE order_id = ?"
        assert order.received == sum(paid) == reader.value(received, (self.order,))
        assert not reader.all("SELECT 1 FROM ledger_line GROUP BY entry_id HAVING sum(amount) <> 0")
        assert reader.value("SELECT tries FROM prepare WHERE order_id = ?", (self.order,)) <= ahead.MOST
        seen = read_link(reader, self.order)
        assert seen is not None
        chosen = [a for a in attempts if not a.ahead]
        assert (seen.last is None) == (not chosen)
        assert seen.facts.trying <= bool(chosen)
        assert seen.prepared is None or (payable and payable[0].ahead)


ACTS = ("begin", "answered", "unclear", "missing", "refused", "wave", "card", "pay", "over", "due", "time", "quantity")
STEP = st.tuples(st.sampled_from((*ACTS, "begin", "answered", "extend", "cancel", "expire", "stop")), st.integers(0, 9))


def test_one_session_at_most_can_be_paid_and_money_counts_once_whatever_happens(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:

        @settings(max_examples=80, deadline=None)
        @given(st.lists(STEP, max_size=20))
        def all_orders(steps: list[tuple[str, int]]) -> None:
            play = Play(shop)
            for act, number in steps:
                if act in ("pay", "over") and not play.last:
                    continue
                with suppress(LivePayError):
                    play.act(act, number)
                shop.engine.read(play.holds)

        all_orders()


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with opened(tmp_path) as shop:
        yield Play(shop)


def test_a_page_that_closes_early_is_followed_by_another_one(play: Play) -> None:
    now = play.shop.clock.now()
    play.do(lambda tx: tx.run("UPDATE orders SET expires_at = ? WHERE id = ?", (now + 25 * MINUTE, play.order)))
    assert play.begin()
    play.answered(now + 10 * MINUTE)
    assert play.begin() is None
    play.do(lambda tx: ahead.due(tx, play.order))
    due = "SELECT due_at FROM deadline WHERE kind = 'ahead'"
    assert play.value(due) == now + 10 * MINUTE
    play.shop.clock.advance(9 * MINUTE + 30 * SECOND)  # type: ignore[attr-defined]
    first = play.last
    chosen, fresh = play.choose("wave")
    assert (fresh, chosen != first) == (True, True), "half a minute is no time to pay"


def test_what_waits_for_days_and_what_ends_at_once_gets_none(play: Play) -> None:
    for left in (2 * DAY, 30 * SECOND):
        end = play.shop.clock.now() + left
        play.do(lambda tx, end=end: tx.run("UPDATE orders SET expires_at = ? WHERE id = ?", (end, play.order)))
        assert play.begin() is None


def test_it_is_asked_about_seldom_until_a_buyer_chooses_it(play: Play) -> None:
    now = play.shop.clock.now()
    assert next_poll(0, now + 30 * MINUTE, now, seldom=True) == now + 5 * MINUTE
    assert next_poll(3, now + MINUTE, now, seldom=True) == now + MINUTE + SECOND
    play.begin()
    play.answered()
    due = "SELECT due_at FROM deadline WHERE kind = 'poll'"
    assert play.value(due) == now + 5 * MINUTE
    play.choose("wave")
    assert play.value(due) == now + 5 * SECOND


def test_when_a_buyer_can_be_sent_there() -> None:
    assert ready("open", True, 100 * SECOND, 100 * SECOND, 90 * SECOND), "as long as the reservation"
    assert not ready("open", True, 100 * SECOND, 900 * SECOND, 90 * SECOND)
    assert not ready("open", False, 900 * SECOND, 900 * SECOND, 90 * SECOND)
    assert not ready("created", True, 900 * SECOND, 900 * SECOND, 90 * SECOND)
