"""Whatever happened in a shop, erasing one of its customers moves no sum, breaks no link and touches nobody else."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import outgoing, threads
from core.customers.service import set_notes
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import service as payments
from core.privacy import service
from core.storage import journal
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.proofs.acts import paid
from tests.proofs.bytes_of import found_in
from tests.proofs.test_erasing import sums
from tests.support.stores import add_customer, add_product

PEOPLE = 3
Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "pay", "pay short", "pay twice", "late", "cancel", "decide", "note", "talk"]),
        st.integers(0, PEOPLE - 1),
        st.integers(1, 4),
    ),
    min_size=3,
    max_size=25,
)


class Life:
    """A shop of three customers and two articles; refused steps are simply not taken."""

    def __init__(self, shop: Shop, clock: ManualClock) -> None:
        self.shop, self.engine, self.clock = shop, shop.engine, clock
        self.goods = [add_product(self.engine, "ROBE1", 15_000, 4), add_product(self.engine, "SAC2", 22_000, 2)]
        self.people = [add_customer(self.engine, number) for number in range(PEOPLE)]
        self.refs: dict[int, str] = {}
        self.count = 0

    def step(self, what: str, who: int, how_many: int) -> None:
        try:
            self.engine.call(lambda tx: self._step(tx, what, self.people[who], how_many), actor="seller")
        except Refused:
            return
        if what == "late":
            self.clock.advance(31 * MINUTE)

    def _step(self, tx: Tx, what: str, customer: int, how_many: int) -> None:
        self.count += 1
        if what == "claim":
            wanted = Wanted(self.goods[how_many % 2], how_many)
            claimed = self.shop.orders.claim(tx, customer, [wanted], "whatsapp")
            if claimed.order_id is not None:
                attempt, _ = payments.open_attempt(tx, claimed.order_id, "wave", "wave", "XOF")
                self.refs[customer] = attempt.ref
        elif what == "note":
            set_notes(tx, customer, f"voir Cliente {customer - 1}")
        elif what == "talk":
            threads.add_message(tx, threads.thread_of(tx, customer), "customer", "text", f"Cliente {customer - 1} ici")
            threads.post(tx, customer, f"k{self.count}", outgoing.text("Bonjour"))
        elif what in ("cancel", "decide"):
            self._act(tx, what, customer)
        elif customer in self.refs:
            amount = tx.value("SELECT amount FROM attempt WHERE ref = ?", (self.refs[customer],))
            txn = f"T{self.count}" if what == "pay twice" else "T"
            payments.apply_event(tx, paid(self.refs[customer], amount - 1000 if what == "pay short" else amount, txn))

    def _act(self, tx: Tx, what: str, customer: int) -> None:
        order = tx.value("SELECT max(id) FROM orders WHERE customer_id = ?", (customer,)) or 0
        if what == "cancel":
            self.shop.orders.cancel(tx, order, "seller")
            return
        decision = settling.decide(tx, self.shop.orders, order, "refund")
        settling.refund_done(tx, decision.id)

    def wind_down(self, customer: int) -> None:
        """Everything open with this person comes to its end."""

        def end(tx: Tx) -> None:
            for (order,) in tx.all("SELECT id FROM orders WHERE customer_id = ? AND state = 'reserved'", (customer,)):
                self.shop.orders.expire(tx, order)
            while row := tx.one(
                "SELECT id FROM orders WHERE customer_id = ? AND undecided = 1 AND state <> 'reserved'", (customer,)
            ):
                settling.decide(tx, self.shop.orders, row[0], "refund")
            for (decision,) in tx.all(
                "SELECT d.id FROM decision d JOIN orders o ON o.id = d.order_id WHERE d.refund = 'todo'"
                " AND o.customer_id = ?",
                (customer,),
            ):
                settling.refund_done(tx, decision)

        self.engine.call(end, actor="seller")

    def others(self, customer: int) -> list[Any]:
        tables = {
            "customer": "id <> ?",
            "identity": "customer_id <> ?",
            "conversation": "customer_id <> ?",
            "message": "conversation_id NOT IN (SELECT id FROM conversation WHERE customer_id = ?)",
            "outbox": "customer_id <> ?",
        }
        with self.engine.reader() as reader:
            return [reader.all(f"SELECT * FROM {t} WHERE {where}", (customer,)) for t, where in tables.items()]


@settings(max_examples=25)
@given(STEPS, st.integers(0, PEOPLE - 1), st.booleans())
def test_no_sum_moves(steps: list[Step], who: int, ended: bool) -> None:
    with tempfile.TemporaryDirectory() as room:
        home = Home(Path(room))
        card = create_store(home, "Boutique Téranga", "SN")
        clock = ManualClock()
        shop = open_shop(home, card.slug, clock)
        try:
            life = Life(shop, clock)
            for step in steps:
                life.step(*step)
            customer = life.people[who]
            if ended:
                life.wind_down(customer)
            before, head, others = sums(shop.engine), shop.engine.read(journal.verify), life.others(customer)
            try:
                service.erase(shop.engine, shop.orders, shop.media, customer, "seller")
            except Refused:
                assert not ended
                assert sums(shop.engine) == before
                assert shop.engine.read(journal.verify) == head
                return
            assert sums(shop.engine) == before
            assert life.others(customer) == others
            assert shop.engine.read(lambda r: journal.verify(r, head.head)).kept_at == head.entries
            secrets = (f"Cliente {who}", f"+2217700{who:05d}")
            assert found_in(shop.folder, shop.vault.database_key(), *secrets) == set()
        finally:
            shop.close()
