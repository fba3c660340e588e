"""An order under review, and money, time, buyers and refunds in any order: the books balance, each payment is explained
to the unit, the shelf is right, and every franc has its paper."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.bootstrap import create_store, open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.ledger import book
from core.orders import questions, settling
from core.orders.rules import CHOICES, RESERVED
from core.orders.service import Wanted, load
from core.payments import refunds
from core.payments import service as payments
from core.storage import journal
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.proofs.acts import paid
from tests.support.books import explained
from tests.support.stores import add_product

PRICE: Final = 15_000
STOCK: Final = 3
PARTS: Final = st.sampled_from([500, 5_000, PRICE])


class Review(RuleBasedStateMachine):
    """One order of one article; whatever the shop refuses changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.room = tempfile.TemporaryDirectory()
        home, self.clock = Home(Path(self.room.name)), ManualClock()
        self.shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, self.clock)
        self.order = self.count = 0
        self.refs: list[str] = []

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.shop.close()
            self.room.cleanup()

    def do(self, command: Any) -> Any:
        try:
            return self.shop.engine.call(command, actor="seller")
        except Refused:
            return None

    def rows(self, sql: str) -> list[Any]:
        return self.shop.engine.read(lambda r: r.all(sql))

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0]

    # -- what happens ------------------------------------------------------------------------------------------

    @initialize(before=st.booleans())
    def claim(self, before: bool) -> None:
        robe = add_product(self.shop.engine, "ROBE1", PRICE, STOCK)
        buyer = self.do(lambda tx: recognise(tx, [Identity("phone", "+221770000001")], "Awa"))
        self.order = self.do(lambda tx: self.shop.orders.claim(tx, buyer, [Wanted(robe)], "whatsapp")).order_id
        self.session()
        if before:
            self.review()

    @rule()
    def session(self) -> None:
        opened = self.do(lambda tx: payments.open_attempt(tx, self.order, "wave", "wave", "XOF"))
        if opened is not None:
            self.refs.append(opened[0].ref)

    @rule(which=st.integers(0, 5), amount=st.sampled_from([500, 5_000, PRICE, PRICE + 1_000]))
    def pay(self, which: int, amount: int) -> None:
        self.count += 1
        name = f"T{self.count}"
        self.do(lambda tx: payments.apply_event(tx, paid(self.refs[which % len(self.refs)], amount, name)))

    @rule()
    def review(self) -> None:
        self.do(lambda tx: questions.ask_review(tx, self.order, 80))

    @rule()
    def expire(self) -> None:
        self.clock.advance(31 * MINUTE)
        self.do(lambda tx: self.shop.orders.expire(tx, self.order))

    @rule(who=st.sampled_from(["customer", "seller"]))
    def cancel(self, who: str) -> None:
        def cancel(tx: Tx) -> None:
            if not load(tx, self.order).received:
                self.shop.orders.cancel(tx, self.order, who)

        self.do(cancel)

    @rule(value=st.integers(0, 5))
    def decide(self, value: int) -> None:
        self.answered(value)

    def answered(self, value: int) -> bool:
        def answer(tx: Tx) -> bool:
            kind = questions.open_decision(tx, self.order).kind
            options = [choice for choice in CHOICES[kind] if choice != "substitute"]
            settling.decide(tx, self.shop.orders, self.order, options[value % len(options)])
            return True

        return bool(self.do(answer))

    @precondition(lambda self: self.rows("SELECT 1 FROM payment"))
    @rule(which=st.integers(0, 5), amount=PARTS)
    def ask_back(self, which: int, amount: int) -> None:
        number = self.payment(which)
        self.do(lambda tx: self.shop.refunds.ask(tx, number, amount, restock=False))

    @precondition(lambda self: self.rows("SELECT 1 FROM payment"))
    @rule(which=st.integers(0, 5), amount=PARTS)
    def given_back_outside(self, which: int, amount: int) -> None:
        """On the provider's own pages."""
        number = self.payment(which)

        def seen(tx: Tx) -> None:
            room = tx.value("SELECT amount - refunded FROM payment WHERE id = ?", (number,))
            if room:
                refunds.went_back(tx, number, min(amount, room))

        self.do(seen)

    @rule()
    def give_back(self) -> None:
        for (number,) in self.rows("SELECT id FROM refund WHERE state NOT IN ('done', 'withdrawn')"):
            self.do(lambda tx, n=number: self.shop.refunds.by_hand(tx, n))

    def payment(self, which: int) -> int:
        numbers = self.rows("SELECT id FROM payment ORDER BY id")
        return int(numbers[which % len(numbers)][0])

    # -- what is always true -----------------------------------------------------------------------------------

    @invariant()
    def books(self) -> None:
        self.shop.engine.read(explained)

    @invariant()
    def shelf(self) -> None:
        if not self.order:
            return
        state, taken, holding = self.one(
            "SELECT state, (SELECT sum(taken) FROM order_line), (SELECT sum(held) FROM order_line) FROM orders"
        )
        assert self.one("SELECT on_hand + (SELECT sum(taken) FROM order_line), held FROM product") == (STOCK, holding)
        assert (state == RESERVED) == bool(holding)
        assert not taken or state in ("paid", "refunded")

    @invariant()
    def papers(self) -> None:
        """A sale has its invoice; money that is none (yet) has a receipt, whole unless a part of it is a sale's."""
        firm, invoices = self.one(
            "SELECT (SELECT count(*) FROM journal WHERE kind = 'OrderFirm'), (SELECT count(*) FROM invoice)"
        )
        assert firm == invoices <= 1
        earned, kept, said = self.one(
            "SELECT (SELECT coalesce(sum(iif(credit = 'sales', amount, -amount)), 0) FROM ledger_entry"
            " WHERE 'sales' IN (credit, debit)),"
            " (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE kind = 'kept'),"
            " (SELECT coalesce(sum(total), 0) FROM invoice) - (SELECT coalesce(sum(total), 0) FROM credit_note)"
        )
        assert earned - kept <= said <= earned, "the papers say what was earned"
        without = self.rows("SELECT amount FROM payment WHERE id NOT IN (SELECT payment_id FROM receipt)")
        assert not without or invoices, "money of no sale has a receipt"
        assert not self.rows("SELECT 1 FROM receipt r JOIN payment p ON p.id = r.payment_id WHERE r.total > p.amount")
        waits = self.rows("SELECT 1 FROM decision WHERE kind = 'suspect' AND choice IS NULL")
        assert not waits or not invoices, "what the seller is to look at has no invoice"

    @invariant()
    def counted(self) -> None:
        """What is told of the person is what they bought."""
        if not self.order:
            return
        paid_orders, spent = self.one("SELECT paid, spent FROM customer")
        assert paid_orders == self.one("SELECT count(*) FROM orders WHERE state = 'paid'")[0]
        assert self.kept() or 0 <= spent <= PRICE

    def kept(self) -> bool:
        """An excess was left to the shop: that is no purchase, but what goes back may be of it."""
        return bool(self.rows("SELECT 1 FROM decision WHERE choice = 'keep'"))

    def finish(self) -> None:
        """The seller answers everything and gives back what is to be given back: no money is nobody's."""
        if not self.order:
            return
        self.expire()
        for value in range(30):
            self.give_back()
            if not self.answered(value) and not self.rows("SELECT 1 FROM decision WHERE choice IS NULL"):
                break
        state, received, undecided = self.one("SELECT state, received, undecided FROM orders")
        funds = self.shop.engine.read(book.balances)
        assert undecided == 0
        assert funds.get("customer_funds", 0) == 0, funds
        assert funds.get("psp:wave", 0) == received == -funds.get("sales", 0)
        if state != "paid" and not self.kept():
            assert (received, self.one("SELECT paid FROM customer")[0]) == (0, 0)
            late = self.rows("SELECT 1 FROM decision WHERE kind = 'paid_late'")
            assert late or self.one("SELECT spent FROM customer") == (0,)
        self.books()
        self.shelf()
        self.papers()
        assert self.shop.engine.read(journal.verify).intact


Review.TestCase.settings = settings(max_examples=60, stateful_step_count=16, deadline=None)
TestReview = pytest.mark.timeout(600)(Review.TestCase)  # a store for every example
