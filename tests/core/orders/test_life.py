"""Claims, holds, the waiting list and money, with the stock and R5 checked after every step."""

from __future__ import annotations

import itertools
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.orders import settling
from core.orders.rules import CHOICES, EVENTS, STATES, TRANSITIONS, judge, new_expiry, next_state
from core.orders.service import Claimed, Wanted, load
from core.storage import journal
from core.storage.engine import Engine, Tx
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()


def claim(engine: Engine, customer: int, product: int, quantity: int | None = None) -> Claimed:
    return engine.call(lambda tx: ORDERS.claim(tx, customer, [Wanted(product, quantity)], "whatsapp"))


def taken(engine: Engine, product: int) -> int:
    sql = "SELECT coalesce(sum(taken), 0) FROM order_line WHERE product_id = ?"
    return int(engine.read(lambda r: r.value(sql, (product,))))


def claimed_order(engine: Engine, customer: int, product: int) -> int:
    order_id = claim(engine, customer, product).order_id
    assert order_id is not None
    return order_id


def stock(engine: Engine, product: int) -> tuple[int, int]:
    row = engine.read(lambda r: r.one("SELECT on_hand, held FROM product WHERE id = ?", (product,)))
    assert row is not None
    return row[0], row[1]


def state(engine: Engine, order: int) -> tuple[str, str | None, int]:
    row = engine.read(lambda r: r.one("SELECT state, exception, undecided FROM orders WHERE id = ?", (order,)))
    assert row is not None
    return row[0], row[1], row[2]


def pay(engine: Engine, order: int, amount: int, key: str = "a") -> str | None:
    def settle(tx: Tx) -> str | None:
        payment = tx.insert(
            "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox', ?, ?, ?, ?)",
            (key, order, amount, tx.now),
        )
        return settling.settle(tx, order, amount, "sandbox", payment)

    return engine.call(settle)


@pytest.mark.parametrize(("before", "event"), list(itertools.product(STATES, EVENTS)))
def test_every_pair_of_state_and_event_is_decided_by_the_table(before: str, event: str) -> None:
    if (before, event) in TRANSITIONS:
        assert next_state(before, event) == TRANSITIONS[(before, event)]
    else:
        with pytest.raises(Refused):
            next_state(before, event)


@pytest.mark.parametrize(
    ("before", "received", "amount", "expected"),
    [
        ("reserved", 0, 100, ("paid", None)),
        ("reserved", 0, 60, ("reserved", "underpaid")),
        ("reserved", 60, 40, ("paid", None)),
        ("reserved", 0, 120, ("paid", "overpaid")),
        ("expired", 0, 100, ("paid", "paid_late")),
        ("cancelled", 0, 100, ("paid", "paid_late")),
        ("expired", 0, 60, ("expired", "underpaid")),
        ("paid", 100, 100, ("paid", "paid_twice")),
        ("refunded", 0, 100, ("refunded", "paid_twice")),
    ],
)
def test_money_is_judged_by_state_and_sum(before: str, received: int, amount: int, expected: tuple[str, str]) -> None:
    verdict = judge(before, 100, received, amount)
    assert (verdict.state, verdict.exception) == expected


@pytest.mark.parametrize(("hold", "minutes"), [(1, 5), (10, 10), (300, 30)])
def test_a_hold_stays_within_the_bounds_of_r1(hold: int, minutes: int) -> None:
    assert new_expiry(0, None, 0, hold * MINUTE) == minutes * MINUTE


def test_a_second_claim_joins_the_open_order_and_a_repeated_one_changes_nothing(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2", 22_000)
        buyer = add_customer(engine, 1)
        first = claim(engine, buyer, robe)
        assert claim(engine, buyer, robe) == Claimed(first.order_id, first.outcomes, True)
        assert claim(engine, buyer, sac, 2).order_id == first.order_id
        assert claim(engine, buyer, robe, 3).order_id == first.order_id
        assert engine.call(lambda tx: load(tx, first.order_id or 0)).total == 3 * 15_000 + 2 * 22_000
        assert (stock(engine, robe), stock(engine, sac)) == ((10, 3), (10, 2))


def test_when_sold_out_the_line_is_served_in_order_with_holds_of_its_own(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1", stock=1)
        first, second, third = (add_customer(engine, n) for n in (1, 2, 3))
        held = claim(engine, first, robe)
        assert [claim(engine, c, robe).outcomes[0].place for c in (second, third)] == [1, 2]
        clock.advance(10 * MINUTE)
        engine.call(lambda tx: ORDERS.expire(tx, held.order_id or 0))
        offered = engine.call(lambda tx: ORDERS.open_order(tx, second))
        assert offered is not None
        assert offered.expires_at == clock.now() + 10 * MINUTE
        assert engine.call(lambda tx: ORDERS.open_order(tx, third)) is None
        engine.call(lambda tx: ORDERS.cancel(tx, offered.id, "customer"))
        assert engine.call(lambda tx: ORDERS.open_order(tx, third)) is not None
        assert stock(engine, robe) == (1, 1)


def test_a_hold_never_blocks_its_own_owner(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, buyer = add_product(engine, "ROBE1", stock=2), None
        buyer = add_customer(engine, 1)
        claim(engine, buyer, robe, 2)
        assert claim(engine, buyer, robe, 2).outcomes[0].held == 2
        assert claim(engine, buyer, robe, 1).outcomes[0].held == 1
        assert stock(engine, robe) == (2, 1)


def test_late_money_takes_free_stock_or_asks_for_a_substitute_or_a_refund(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe, sac = add_product(engine, "ROBE1", stock=1), add_product(engine, "SAC2", 12_000, stock=1)
        late, other = add_customer(engine, 1), add_customer(engine, 2)
        order = claimed_order(engine, late, robe)
        clock.advance(11 * MINUTE)
        engine.call(lambda tx: ORDERS.expire(tx, order))
        claim(engine, other, robe)
        assert pay(engine, order, 15_000) == "paid_late"
        assert state(engine, order) == ("paid", "paid_late", 1)
        assert stock(engine, robe) == (1, 1), "the other buyer's hold is untouched"
        with pytest.raises(Refused, match="no longer in stock"):
            engine.call(lambda tx: settling.decide(tx, ORDERS, order, "honour"))
        engine.call(lambda tx: settling.decide(tx, ORDERS, order, "substitute", settling.Substitute(sac)))
        assert stock(engine, sac) == (0, 0)
        assert state(engine, order) == ("paid", "overpaid", 1), "the difference is a question of its own"


def test_double_money_is_refunded_as_a_task_and_the_sale_stands(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, buyer = add_product(engine, "ROBE1"), add_customer(engine, 1)
        order = claimed_order(engine, buyer, robe)
        assert pay(engine, order, 15_000) is None
        assert pay(engine, order, 15_000, "b") == "paid_twice"
        decision = engine.call(lambda tx: settling.decide(tx, ORDERS, order, "refund"))
        engine.call(lambda tx: settling.refund_done(tx, decision.id))
        with pytest.raises(NotFound):
            engine.call(lambda tx: settling.refund_done(tx, decision.id))
        assert state(engine, order) == ("paid", "paid_twice", 0)
        assert engine.call(lambda tx: load(tx, order)).received == 15_000


def test_a_completed_underpayment_answers_its_own_question(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, buyer = add_product(engine, "ROBE1"), add_customer(engine, 1)
        order = claimed_order(engine, buyer, robe)
        assert pay(engine, order, 10_000) == "underpaid"
        assert state(engine, order) == ("reserved", "underpaid", 1)
        assert pay(engine, order, 5_000, "b") is None
        assert state(engine, order) == ("paid", None, 0)
        assert stock(engine, robe) == (9, 0)


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_senseless_quantities_are_refused_and_nothing_changes(tmp_path: Path, quantity: int) -> None:
    with bare_engine(tmp_path) as engine:
        robe, buyer = add_product(engine, "ROBE1"), add_customer(engine, 1)
        with pytest.raises(Refused):
            claim(engine, buyer, robe, quantity)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM orders")) == 0


class Life(RuleBasedStateMachine):
    """Any order of claims, payments of any size, ends and decisions keeps stock and counts right."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.clock = ManualClock()
        self.engine = self.stack.enter_context(bare_engine(Path(folder), self.clock))
        self.products = [add_product(self.engine, f"P{n}X", 1000 * (n + 1), n + 1) for n in range(3)]
        self.customers = [add_customer(self.engine, n) for n in range(4)]
        self.keys = itertools.count()

    def teardown(self) -> None:
        verdict = self.engine.read(journal.verify)
        self.stack.close()
        assert verdict.intact

    def _orders(self) -> list[int]:
        return [r[0] for r in self.engine.read(lambda r: r.all("SELECT id FROM orders ORDER BY id"))]

    @rule(customer=st.integers(0, 3), product=st.integers(0, 2), quantity=st.none() | st.integers(1, 4))
    def claims(self, customer: int, product: int, quantity: int | None) -> None:
        claim(self.engine, self.customers[customer], self.products[product], quantity)

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes * MINUTE)
        due = self.engine.read(
            lambda r: r.all("SELECT subject FROM deadline WHERE kind = 'hold' AND due_at <= ?", (self.clock.now(),))
        )
        for (order,) in due:
            self.engine.call(partial(ORDERS.expire, order_id=order))

    @precondition(lambda self: self._orders())
    @rule(pick=st.integers(0, 50), share=st.sampled_from([0.5, 1.0, 1.0, 1.5]))
    def pays(self, pick: int, share: float) -> None:
        order = self._orders()[pick % len(self._orders())]
        total = self.engine.call(lambda tx: load(tx, order)).total
        if total:
            pay(self.engine, order, max(1, int(total * share)), str(next(self.keys)))

    @precondition(lambda self: self._orders())
    @rule(pick=st.integers(0, 50))
    def cancels(self, pick: int) -> None:
        order = self._orders()[pick % len(self._orders())]
        try:
            self.engine.call(lambda tx: ORDERS.cancel(tx, order, "seller"))
        except Refused:
            assert state(self.engine, order)[0] != "reserved"

    @rule(
        pick=st.integers(0, 50),
        choice=st.integers(0, 2),
        product=st.integers(0, 2),
        quantity=st.none() | st.integers(1, 3),
    )
    def decides(self, pick: int, choice: int, product: int, quantity: int | None) -> None:
        found = self.engine.read(
            lambda r: r.all("SELECT order_id, kind FROM decision WHERE choice IS NULL ORDER BY id")
        )
        if not found:
            return
        order, kind = found[pick % len(found)]
        options = CHOICES[kind]
        substitute = settling.Substitute(self.products[product], quantity)
        try:
            self.engine.call(lambda tx: settling.decide(tx, ORDERS, order, options[choice % len(options)], substitute))
        except Refused:
            return

    @invariant()
    def stock_is_never_negative_and_held_is_what_open_holds_say(self) -> None:
        for on_hand, held, claimed in self.engine.read(
            lambda r: r.all(
                "SELECT on_hand, held, (SELECT coalesce(sum(l.held), 0) FROM order_line l WHERE l.product_id = p.id)"
                " FROM product p"
            )
        ):
            assert 0 <= held <= on_hand
            assert held == claimed

    @invariant()
    def nothing_is_sold_twice(self) -> None:
        for product, (start,) in zip(self.products, [(1,), (2,), (3,)], strict=True):
            assert stock(self.engine, product)[0] + taken(self.engine, product) == start

    @invariant()
    def only_reserved_orders_hold_and_nobody_waits_beside_free_stock(self) -> None:
        assert not self.engine.read(
            lambda r: r.value(
                "SELECT count(*) FROM order_line l JOIN orders o ON o.id = l.order_id"
                " WHERE l.held > 0 AND o.state <> 'reserved'"
            )
        )
        assert not self.engine.read(
            lambda r: r.value(
                "SELECT count(*) FROM waiting w JOIN product p ON p.id = w.product_id"
                " WHERE w.state = 'waiting' AND p.on_hand > p.held"
            )
        )


Life.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
TestLife = Life.TestCase
