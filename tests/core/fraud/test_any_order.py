"""Whatever comes first, the money, the end of the hold or the seller's look: a sale stands once at most, and when every
question is answered the books hold no money that is nobody's."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.ledger import book
from core.orders import questions, settling
from core.orders.rules import CHOICES
from core.orders.service import Wanted
from core.payments import service as payments
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.proofs.acts import paid
from tests.support.stores import add_product

PRICE = 15_000
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.sampled_from([5_000, PRICE, PRICE + 1_000])),
        st.tuples(st.sampled_from(["review", "expire", "cancel", "give back"]), st.just(0)),
        st.tuples(st.just("decide"), st.integers(0, 2)),
    ),
    min_size=2,
    max_size=12,
)


class One:
    """One order of one article, and everything that may happen to it."""

    def __init__(self, shop: Shop, clock: ManualClock) -> None:
        self.shop, self.clock, self.count = shop, clock, 0
        robe = add_product(shop.engine, "ROBE1", PRICE, 3)
        customer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000001")], "Awa"))
        claimed = shop.engine.call(lambda tx: shop.orders.claim(tx, customer, [Wanted(robe)], "whatsapp"))
        self.order = claimed.order_id or 0
        opened = shop.engine.call(lambda tx: payments.open_attempt(tx, self.order, "wave", "wave", "XOF"))
        self.ref = opened[0].ref

    def step(self, what: str, value: int) -> bool:
        """→ False when the shop refuses it."""
        self.count += 1
        try:
            self.shop.engine.call(lambda tx: self._step(tx, what, value), actor="seller")
        except Refused:
            return False
        return True

    def _step(self, tx: Tx, what: str, value: int) -> None:
        orders = self.shop.orders
        if what == "pay":
            payments.apply_event(tx, paid(self.ref, value, f"T{self.count}"))
        elif what == "review":
            questions.ask_review(tx, self.order, 80)
        elif what == "expire":
            self.clock.advance(31 * MINUTE)
            orders.expire(tx, self.order)
        elif what == "cancel":
            orders.cancel(tx, self.order, "seller")
        elif what == "decide":
            options = [c for c in CHOICES[questions.open_decision(tx, self.order).kind] if c != "substitute"]
            settling.decide(tx, orders, self.order, options[value % len(options)])
        else:
            for (decision,) in tx.all("SELECT id FROM decision WHERE refund = 'todo'"):
                settling.refund_done(tx, decision)

    def finish(self) -> None:
        """The seller answers everything and gives back what is to be given back."""
        self.step("expire", 0)
        for value in range(20):
            self.step("give back", 0)
            if not self.step("decide", value) and not self.one("SELECT 1 FROM decision WHERE choice IS NULL"):
                return
        raise AssertionError("there is always one more question")

    def one(self, sql: str) -> Any:
        return self.shop.engine.read(lambda r: r.one(sql))


@pytest.mark.timeout(600)  # a store for every example
@settings(max_examples=60)
@given(STEPS)
def test_a_sale_stands_once_and_no_money_is_left_over(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as room:
        home = Home(Path(room))
        card = create_store(home, "Boutique Téranga", "SN")
        clock = ManualClock()
        shop = open_shop(home, card.slug, clock)
        try:
            one = One(shop, clock)
            for what, value in steps:
                one.step(what, value)
                firm, invoices = one.one(
                    "SELECT (SELECT count(*) FROM journal WHERE kind = 'OrderFirm'), (SELECT count(*) FROM invoice)"
                ) or (0, 0)
                assert firm == invoices <= 1
                assert (one.one("SELECT coalesce(sum(amount), 0) FROM ledger_line") or (0,))[0] == 0
            one.finish()
            state, received, undecided, taken = one.one(
                "SELECT state, received, undecided, (SELECT sum(taken) FROM order_line) FROM orders"
            ) or ("", 0, 0, 0)
            funds = shop.engine.read(book.balances)
            assert undecided == 0
            assert funds.get("customer_funds", 0) == 0, funds
            assert funds.get("psp:wave", 0) == received == -funds.get("sales", 0)
            on_hand, held = one.one("SELECT on_hand, held FROM product") or (0, 0)
            assert (on_hand + taken, held) == (3, 0)
            assert (state == "paid") == bool(taken)
        finally:
            shop.close()
