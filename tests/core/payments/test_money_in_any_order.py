"""All that can happen to the money of two orders, in any order: each franc is earned, promised, asked about or gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop
from core.invoices import credits
from core.kernel.clock import MINUTE
from core.kernel.errors import LivePayError
from core.ledger import book
from core.orders import questions, settling
from core.payments import refunds
from tests.core.payments.test_refunds import Play, connect
from tests.support.books import explained, nothing_forgotten, opened, order_of, pay, session_of
from tests.support.stores import add_product

ACTS = ["pay"] * 4 + ["expire", "cancel", "honour", "keep", "substitute", "refund", "refund", "done"]
ACTS += ["review", "accept", "refuse", "ask", "ask", "begin", "begin", "made", "refused", "unclear"]
ACTS += ["by hand", "by hand", "again", "withdraw", "told", "told", "told", "never left", "never left", "credit"]
Step = tuple[str, int, int, int | None, str]
STEP = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 1),
    st.sampled_from([1, 4_999, 5_000, 10_000, 15_000, 15_001, 20_000, 30_000, 35_000]),
    st.sampled_from([None, 0, 150]),
    st.sampled_from(["sandbox", "sandbox", "wave"]),
)
# Two parts are promised back and one has left when the price comes: it is earned whole.
IN_PARTS: list[Step] = [
    ("pay", 0, 5_000, 0, "sandbox"),
    ("pay", 0, 5_000, 0, "wave"),
    ("refund", 0, 1, 0, "sandbox"),
    ("by hand", 0, 1, 0, "sandbox"),
    ("pay", 0, 15_000, 0, "sandbox"),
    ("honour", 0, 1, 0, "sandbox"),
]


class Market(Play):
    """What else can happen: a look before the sale stands, a refund that was none, a credit note by hand."""

    def act(self, act: str, order_id: int, amount: int, fee: int | None, provider: str, number: int) -> None:
        shop, call = self.shop, self.shop.engine.call
        if act == "cancel":
            call(lambda tx: shop.orders.cancel(tx, order_id, "seller"))
        elif act == "review":
            call(lambda tx: questions.ask_review(tx, order_id, 90))
        elif act in ("accept", "refuse"):
            call(lambda tx: settling.decide(tx, shop.orders, order_id, act))
        elif act == "never left":
            back = shop.engine.read(lambda r: r.one(_GIVEN_BACK, (order_id,)))
            if back:
                call(lambda tx: refunds.never_left(tx, back[0], back[1] if number % 2 else amount))
        elif act == "credit":
            invoice = shop.engine.read(lambda r: r.value("SELECT id FROM invoice WHERE order_id = ?", (order_id,)))
            call(lambda tx: credits.credit(tx, invoice or 0, amount, "", shop.papers.terms()))
        else:
            super().act(act, order_id, amount, fee, provider, number)


_GIVEN_BACK = "SELECT id, refunded FROM payment WHERE order_id = ? AND refunded > 0 ORDER BY id DESC LIMIT 1"


@pytest.mark.timeout(600)  # a store for every example
@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, min_size=3, max_size=16))
@example(IN_PARTS)
def test_no_franc_is_forgotten_whatever_happens(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        connect(shop, "sandbox")
        market = Market(shop)
        for number, (act, index, amount, fee, provider) in enumerate(steps):
            with suppress(LivePayError):
                market.act(act, market.orders[index], amount, fee, provider, number)
            shop.engine.read(explained)
            shop.engine.read(nothing_forgotten)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as found:
        yield found


def entries(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.engine.read(lambda r: r.all("SELECT kind, debit, credit, amount FROM ledger_entry ORDER BY id"))


def test_a_price_that_comes_while_a_promise_is_half_kept_is_earned_whole(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = order_of(shop, 1, robe)
    ref = session_of(shop, order, "wave")
    for txn in ("T1", "T2"):
        pay(shop, ref, "wave", 5_000, 0, txn)
    shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, "refund"))
    shop.engine.call(lambda tx: shop.refunds.by_hand(tx, 1))
    pay(shop, ref, "wave", 15_000, 0, "T3")
    shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, "honour"))
    assert shop.engine.read(book.balances)[book.SALES] == -15_000
    shop.engine.call(lambda tx: shop.refunds.by_hand(tx, 2))
    assert {a: b for a, b in shop.engine.read(book.balances).items() if b} == {"psp:wave": 15_000, "sales": -15_000}
    shop.engine.read(explained)


def test_a_part_then_the_rest_is_a_deposit_a_payment_and_a_sale(shop: Shop) -> None:
    order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
    ref = session_of(shop, order, "wave")
    for amount, txn in ((4_000, "T1"), (6_000, "T2"), (5_000, "T3")):
        pay(shop, ref, "wave", amount, 0, txn)
    assert entries(shop) == [
        ("deposit", "psp:wave", "customer_funds", 4_000),
        ("deposit", "psp:wave", "customer_funds", 6_000),
        ("payment", "psp:wave", "customer_funds", 5_000),
        ("sale", "customer_funds", "sales", 4_000),
        ("sale", "customer_funds", "sales", 6_000),
        ("sale", "customer_funds", "sales", 5_000),
    ]
    assert shop.engine.read(lambda r: r.all("SELECT total FROM receipt ORDER BY id")) == [(4_000,), (6_000,)]
    assert shop.engine.read(lambda r: r.all("SELECT total FROM invoice")) == [(15_000,)]


def test_a_part_that_comes_after_the_end_is_a_deposit_too(shop: Shop) -> None:
    order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
    ref = session_of(shop, order, "wave")
    shop.clock.advance(31 * MINUTE)  # type: ignore[attr-defined]
    shop.engine.call(lambda tx: shop.orders.expire(tx, order))
    pay(shop, ref, "wave", 4_000, 0, "T1")
    pay(shop, ref, "wave", 11_000, 0, "T2")
    assert [kind for kind, *_ in entries(shop)] == ["deposit", "payment"]
