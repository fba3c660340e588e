"""The seller says that two records are one person: shown before, journalled, and the books stay as they were."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.customers import consent, merging
from core.customers.rules import Record, score
from core.customers.service import record, set_notes
from core.kernel.clock import ManualClock
from core.kernel.errors import Forbidden, NotFound, Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage import journal
from core.storage.engine import Engine, Tx
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()
RECORD = (
    "SELECT count(*), coalesce(sum(state = 'paid'), 0), coalesce(sum(state = 'expired'), 0) FROM orders"
    " WHERE customer_id = ?"
)
LEDGER = (
    "SELECT e.id, e.at, e.kind, e.order_id, e.payment_id, l.account, l.amount FROM ledger_entry e"
    " JOIN ledger_line l ON l.entry_id = e.id"
)
# Tables with somebody's number that a merge does not simply hand over, and why.
OTHERWISE = {
    "outbox": "what still waits, and what the thread shows",
    "waiting": "once in each line",
    "conversation": "two threads become one",
    "customer_tag": "the same word once",
    "lead": "two open opportunities become one, where prospects are kept",
    "text_exposure": "once in each comparison; who was in both groups counts as two",
    "erasure": "a report on a record that was erased, which is never merged",
}


def _buy(engine: Engine, customer: int, product: int, end: str) -> None:
    def act(tx: Tx) -> None:
        order = ORDERS.claim(tx, customer, [Wanted(product)], "whatsapp").order_id or 0
        if end == "paid":
            payment = tx.insert(
                "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox',?,?,15000,?)",
                (f"k{order}", order, tx.now),
            )
            booking.received(tx, payment, order, "sandbox", 15_000, 0)
            settling.settle(tx, order, 15_000, "sandbox", payment)
        elif end == "expired":
            ORDERS.expire(tx, order)
        elif end == "cancelled":
            ORDERS.cancel(tx, order, "customer")

    engine.call(act)


ENDS = st.lists(st.sampled_from(["paid", "expired", "cancelled", "open"]), max_size=6)


@settings(max_examples=25, deadline=None)
@given(ENDS, ENDS, st.sampled_from([None, True, False]), st.sampled_from([None, True, False]))
def test_everything_adds_up_and_the_books_stay(
    mine: list[str], theirs: list[str], my_word: bool | None, their_word: bool | None
) -> None:
    with tempfile.TemporaryDirectory() as folder, bare_engine(Path(folder), ManualClock()) as engine:
        robe = add_product(engine, "ROBE1", stock=50)
        kept, other = add_customer(engine, 1), add_customer(engine, 2)
        for customer, ends, word in ((kept, mine, my_word), (other, theirs, their_word)):
            for end in ends:
                _buy(engine, customer, robe, end)
            if word is not None:
                engine.call(lambda tx, c=customer, w=word: consent.say(tx, c, w, "seller"))  # type: ignore[misc]
        before = [engine.read(lambda r, c=c: record(r, c)) for c in (kept, other)]  # type: ignore[misc]
        ledger, chain = engine.read(lambda r: r.all(LEDGER)), engine.read(lambda r: list(journal.entries(r)))
        shown = engine.read(lambda r: merging.preview(r, kept, other))
        engine.call(lambda tx: merging.merge(tx, kept, other), actor="seller")
        after = engine.read(lambda r: record(r, kept))
        assert after == shown.record == merging.together(*before)
        assert shown.score == score(after)
        assert after.scored == all(word is not False for word in (my_word, their_word)), "the stricter word holds"
        assert engine.read(lambda r: r.one(RECORD, (kept,))) == (after.orders, after.paid, after.expired)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM orders WHERE customer_id = ?", (other,))) == 0
        assert engine.read(lambda r: record(r, other)) == Record(0, 0, 0, 0, 0, their_word is not False)
        assert engine.read(lambda r: r.all(LEDGER)) == ledger
        assert engine.read(lambda r: list(journal.entries(r)))[: len(chain)] == chain
        assert engine.read(journal.verify).intact
        kinds = engine.read(lambda r: r.all("SELECT kind, actor FROM journal ORDER BY seq DESC LIMIT 2"))
        assert kinds == [("CustomersMerged", "seller"), ("MergeAsked", "seller")]


def test_what_is_shown_before(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe = add_product(engine, "ROBE1")
        kept, other = add_customer(engine, 1), add_customer(engine, 2)
        engine.call(lambda tx: set_notes(tx, other, "Taille 40"))
        _buy(engine, kept, robe, "paid")
        _buy(engine, other, robe, "open")
        shown = engine.read(lambda r: merging.preview(r, kept, other))
        assert (shown.record.orders, shown.record.paid, shown.open_orders, shown.tier) == (2, 1, 1, "bronze")
        assert set(shown.phones) == {"+221770000001", "+221770000002"}


def test_what_cannot_be_merged(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        one, two, three = (add_customer(engine, number) for number in (1, 2, 3))
        with pytest.raises(Refused):
            engine.call(lambda tx: merging.merge(tx, one, one))
        with pytest.raises(NotFound):
            engine.call(lambda tx: merging.merge(tx, one, 99))
        engine.call(lambda tx: merging.merge(tx, one, two))
        for pair in ((three, two), (two, three)):
            with pytest.raises(Refused):
                engine.call(lambda tx, pair=pair: merging.merge(tx, *pair))  # type: ignore[misc]
        engine.call(lambda tx: tx.run("UPDATE customer SET erased_at = 1 WHERE id = ?", (three,)))
        with pytest.raises(Refused):
            engine.read(lambda r: merging.preview(r, one, three))


def test_the_same_name_is_proposed_and_others_are_searched(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        one, two, three = (add_customer(engine, number) for number in (1, 2, 3))
        rename = "UPDATE customer SET name = ? WHERE id = ?"
        for customer, name in ((one, "Hélène Koné"), (two, "helene kone"), (three, "Moussa")):
            engine.call(lambda tx, name=name, customer=customer: tx.run(rename, (name, customer)))  # type: ignore[misc]
        assert [c.id for c in engine.read(lambda r: merging.similar(r, one))] == [two]
        assert [c.id for c in engine.read(lambda r: merging.similar(r, one, "0003"))] == [three]
        assert engine.read(lambda r: merging.similar(r, one, "nobody")) == []


def test_every_table_with_somebody_in_it_is_thought_of(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        tables = engine.read(
            lambda r: r.all(
                "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
                " WHERE m.type = 'table' AND c.name = 'customer_id'"
            )
        )
    assert {row[0] for row in tables} == {*merging.MOVED, *OTHERWISE}


def test_a_cashier_may_not(tmp_path: Path) -> None:
    from core.accounts.guard import check

    with bare_engine(tmp_path, ManualClock()) as engine:
        engine.guard(check)
        one, two = add_customer(engine, 1), add_customer(engine, 2)
        engine.call(
            lambda tx: tx.run("INSERT INTO account(email, hash, role, created_at) VALUES('c@x','n','cashier',1)")
        )
        with pytest.raises(Forbidden):
            engine.call(lambda tx: merging.merge(tx, one, two), actor="account:1")
