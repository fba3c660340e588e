"""Any configuration, any order of replies, any money: no claim is lost, no hold passes thirty minutes, sums stay."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.bootstrap import create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.conversations.steps import facts_of
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock
from core.kernel.errors import Refused
from core.orders import delivery, terms
from core.orders.rules import MAX_HOLD
from core.orders.service import Wanted, load
from core.payments import onsite
from core.segments.rules import NAMES, Ask, next_ask
from core.slots import service as slots
from core.slots.rules import Offered
from core.storage.engine import Tx
from core.storage.folder import Home

BUYERS = (1, 2, 3)
PRODUCTS = (("ROBE1", 15_000), ("GALA", 25_000), ("TRESSE", 20_001))


class AnyShop(RuleBasedStateMachine):
    """The verbs of buyers and seller in any order, on a real store of any kind."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        home = Home(Path(self.folder.name))
        self.shop = open_shop(home, create_store(home, "Boutique", "SN").slug, self.clock)
        self.claimed: dict[int, int] = {}  # order → until when it is held

    @initialize(segment=st.sampled_from(NAMES), deposit=st.booleans(), percent=st.integers(1, 99), times=st.booleans())
    def open(self, segment: str, deposit: bool, percent: int, times: bool) -> None:
        set_ = self.shop.settings.set
        set_("store.segment", segment)
        set_("segment.require_deposit", str(deposit).lower())
        set_("segment.deposit_percentage", str(percent))
        set_("segment.require_date_time_slot", str(times).lower())
        set_("segment.require_delivery_address", "true")
        self.products = []
        for sku, price in PRODUCTS:
            fields = ProductFields(sku, sku, sku, "", "", price, 6, None)
            self.products.append(self.do(lambda tx, f=fields: catalogue.add(tx, f)))  # type: ignore[misc]
        self.do(lambda tx: catalogue.change(tx, self.products[1], event_at=tx.now + 3 * DAY, place="Sorano"))
        offered = [Offered(self.clock.now() + hour * HOUR, 60, 2) for hour in (1, 2, 30)]
        self.do(lambda tx: slots.add(tx, self.products[2], offered))
        self.buyers = [
            self.do(lambda tx, n=n: recognise(tx, [Identity("phone", f"+2217700000{n:02d}")], f"Cliente {n}"))  # type: ignore[misc]
            for n in BUYERS
        ]
        self.do(lambda tx: terms.allow(tx, self.buyers[0], 30))

    def do(self, command: Callable[[Tx], Any]) -> Any:
        return self.shop.engine.call(command, actor="seller")

    def rows(self, sql: str) -> list[Any]:
        return self.shop.engine.read(lambda r: r.all(sql))

    def some_order(self, number: int) -> int | None:
        found = self.rows("SELECT id FROM orders ORDER BY id")
        return found[number % len(found)][0] if found else None

    @rule(buyer=st.sampled_from(BUYERS), product=st.integers(0, 2), quantity=st.one_of(st.none(), st.integers(1, 3)))
    def claim(self, buyer: int, product: int, quantity: int | None) -> None:
        wanted = [Wanted(self.products[product], quantity)]
        with suppress(Refused):  # an event that is over
            found = self.do(lambda tx: self.shop.orders.claim(tx, self.buyers[buyer - 1], wanted, "whatsapp"))
            if found.order_id is not None:
                self.claimed[found.order_id] = self.do(lambda tx: load(tx, found.order_id)).expires_at

    @rule(number=st.integers(0, 20), what=st.sampled_from(["confirm", "now", "later", "cancel", "called"]))
    def reply(self, number: int, what: str) -> None:
        order = self.some_order(number)
        if order is None:
            return
        verbs: dict[str, Callable[[Tx], Any]] = {
            "confirm": lambda tx: terms.confirm(tx, order),
            "now": lambda tx: terms.pay_now(tx, order),
            "later": lambda tx: terms.pay_later(tx, order, UTC),
            "cancel": lambda tx: self.shop.orders.cancel(tx, order, "customer"),
            "called": lambda tx: slots.called(tx, order),
        }
        with suppress(Refused):
            self.do(verbs[what])
            if what == "cancel":
                self.claimed.pop(order, None)

    @rule(number=st.integers(0, 20), slot=st.integers(0, 2))
    def choose(self, number: int, slot: int) -> None:
        order, known = self.some_order(number), self.rows("SELECT id FROM slot ORDER BY id")
        if order is not None:
            with suppress(Refused):
                self.do(lambda tx: slots.choose(tx, order, known[slot][0]))

    @rule(number=st.integers(0, 20), part=st.sampled_from(["asked", "all", "little"]))
    def pay(self, number: int, part: str) -> None:
        order = self.some_order(number)
        if order is None:
            return
        found = self.do(lambda tx: load(tx, order))
        amount = {"asked": found.asked, "all": found.total - found.received, "little": 100}[part]
        with suppress(Refused):
            self.do(lambda tx: onsite.receive(tx, order, "XOF", amount))

    @rule(number=st.integers(0, 20))
    def tell_where(self, number: int) -> None:
        if (order := self.some_order(number)) is not None:
            self.do(lambda tx: delivery.keep(tx, order, "Dakar"))

    @rule(minutes=st.sampled_from([1, 7, 31, 60 * 26, 60 * 24 * 32]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes * MINUTE)
        for kind, subject in self.rows(f"SELECT kind, subject FROM deadline WHERE due_at <= {self.clock.now()}"):
            if kind == "hold":
                self.do(lambda tx, s=subject: self.shop.orders.expire(tx, s))  # type: ignore[misc]
            elif kind == "slot":
                self.do(lambda tx, s=subject: slots.passed(tx, s))  # type: ignore[misc]

    @invariant()
    def no_claim_is_lost_before_its_time(self) -> None:
        states = {row[0]: row[1] for row in self.rows("SELECT id, state FROM orders")}
        for order, until in self.claimed.items():
            assert states[order] in ("reserved", "paid") or until <= self.clock.now()

    @invariant()
    def nothing_unsold_is_held_beyond_thirty_minutes(self) -> None:
        for order, reserved, expires in self.rows(
            "SELECT id, reserved_at, expires_at FROM orders WHERE state = 'reserved'"
            " AND NOT (deposit > 0 AND received >= deposit) AND coalesce(terms_days, 0) = 0"
        ):
            assert expires - reserved <= MAX_HOLD, order

    @invariant()
    def totals_and_stock_and_times_add_up(self) -> None:
        assert not self.rows(
            "SELECT 1 FROM orders o WHERE total <>"
            " (SELECT sum(quantity * unit_price) FROM order_line WHERE order_id = o.id)"
        )
        assert not self.rows("SELECT 1 FROM orders WHERE deposit < 0 OR deposit >= total OR received > total")
        assert not self.rows(
            "SELECT 1 FROM product p WHERE held <>"
            " (SELECT coalesce(sum(held), 0) FROM order_line WHERE product_id = p.id)"
        )
        assert not self.rows(
            "SELECT 1 FROM slot s WHERE taken <> (SELECT coalesce(sum(places), 0) FROM booking WHERE slot_id = s.id)"
        )
        assert not self.rows(
            "SELECT 1 FROM booking b JOIN orders o ON o.id = b.order_id WHERE o.state NOT IN ('reserved', 'paid')"
        )

    @invariant()
    def every_open_order_has_one_next_question(self) -> None:
        segment = self.shop.orders.segment()
        for (order,) in self.rows("SELECT id FROM orders WHERE state IN ('reserved', 'paid')"):
            ask = self.do(lambda tx, o=order: next_ask(segment, facts_of(tx, load(tx, o))))  # type: ignore[misc]
            assert ask in Ask

    @invariant()
    def what_is_sold_has_its_invoice_once(self) -> None:
        assert not self.rows(
            "SELECT 1 FROM orders o WHERE (state = 'paid' OR (state = 'reserved' AND terms_days > 0))"
            " AND (SELECT count(*) FROM invoice WHERE order_id = o.id) <> 1"
        )

    @invariant()
    def the_ledger_has_all_the_money(self) -> None:
        came = self.rows("SELECT coalesce(sum(received), 0) FROM orders")[0][0]
        booked = self.rows("SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE debit = 'psp:cash'")[0][0]
        assert came == booked

    def teardown(self) -> None:
        self.shop.close()
        self.folder.cleanup()


AnyShop.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestAnyShop = AnyShop.TestCase
