"""The inbox: what needs a person first, counted, searched; the journal of a customer's orders."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from core.conversations import queries, threads
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, SECOND, ManualClock
from core.orders.service import Wanted
from core.orders.settling import settle
from core.orders.standing import preferred_provider
from core.storage.engine import Engine, Tx
from tests.support.stores import add_product, bare_engine, orders_of

ORDERS = orders_of()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(tmp_path: Path, clock: ManualClock) -> Iterator[Engine]:
    with bare_engine(tmp_path, clock) as made:
        yield made


def wrote(engine: Engine, clock: ManualClock, name: str, phone: str, text: str, kind: str = "text") -> int:
    """Somebody writes, a second after whoever wrote before. → conversation id."""
    clock.advance(SECOND)

    def write(tx: Tx) -> int:
        conversation_id = threads.thread_of(tx, recognise(tx, [Identity("phone", phone)], name))
        threads.add_message(tx, conversation_id, "customer", kind, text)
        threads.heard(tx, conversation_id, tx.now)
        return conversation_id

    return engine.call(write)


@pytest.fixture
def people(engine: Engine, clock: ManualClock) -> dict[str, int]:
    return {
        "Khady": wrote(engine, clock, "Khady Sarr", "+221770000011", "je veux parler à quelqu’un"),
        "Adjoa": wrote(engine, clock, "Adjoa Mensah", "+22507080910", "le sac existe en noir ?"),
        "Moussa": wrote(engine, clock, "Moussa Kané", "+221770000012", "", "image"),
        "Ndeye": wrote(engine, clock, "Ndeye Fall", "+221770000013", "annuler svp"),
    }


def names(engine: Engine, **how: str) -> list[str]:
    return [row.name.split()[0] for row in engine.read(lambda r: queries.inbox(r, **how))]  # type: ignore[arg-type]


def test_who_needs_a_person_stands_first_then_who_wrote_last(engine: Engine, people: dict[str, int]) -> None:
    engine.call(lambda tx: threads.escalate(tx, people["Khady"], "human"))
    assert names(engine) == ["Khady", "Ndeye", "Moussa", "Adjoa"]


def test_each_chip_counts_what_it_shows(engine: Engine, people: dict[str, int]) -> None:
    add_product(engine, "SAC2")
    engine.call(lambda tx: threads.escalate(tx, people["Khady"], "human"))
    engine.call(lambda tx: threads.take_over(tx, people["Adjoa"], "window"))
    engine.call(lambda tx: ORDERS.claim(tx, _customer(tx, people["Moussa"]), [Wanted(1)], "whatsapp"))
    counts = engine.read(queries.counts)
    assert (counts.escalated, counts.open, counts.all) == (1, 2, 4)
    assert names(engine, need="escalated") == ["Khady"]
    assert names(engine, need="open") == ["Moussa", "Adjoa"]
    assert names(engine, need="all") == ["Khady", "Ndeye", "Moussa", "Adjoa"]


def test_an_empty_inbox_counts_nothing(engine: Engine) -> None:
    counts = engine.read(queries.counts)
    assert (counts.escalated, counts.open, counts.all) == (0, 0, 0)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("kane", ["Moussa"]),
        ("MOUSSA ka", ["Moussa"]),
        ("0708", ["Adjoa"]),
        ("parler", ["Khady"]),
        ("annuler khady", []),
        ("%", []),
    ],
)
def test_people_are_found_by_name_phone_and_last_words(
    engine: Engine, people: dict[str, int], search: str, found: list[str]
) -> None:
    assert names(engine, search=search) == found


def test_people_are_found_by_the_reference_of_an_order(engine: Engine, people: dict[str, int]) -> None:
    add_product(engine, "SAC2")
    engine.call(lambda tx: ORDERS.claim(tx, _customer(tx, people["Moussa"]), [Wanted(1)], "whatsapp"))
    reference = engine.read(lambda r: r.value("SELECT reference FROM orders"))
    assert names(engine, search=reference[-4:]) == ["Moussa"]


def test_a_row_says_of_what_kind_the_last_message_is(engine: Engine, people: dict[str, int]) -> None:
    rows = {row.conversation_id: row for row in engine.read(queries.inbox)}
    assert (rows[people["Moussa"]].last_kind, rows[people["Ndeye"]].last_kind) == ("image", "text")


def test_the_marks_tell_an_order_that_expired_and_was_paid_all_the_same(
    engine: Engine, clock: ManualClock, people: dict[str, int]
) -> None:
    add_product(engine, "SAC2", 22_000, 1)
    moussa = engine.read(lambda r: r.value("SELECT customer_id FROM conversation WHERE id = ?", (people["Moussa"],)))
    adjoa = engine.read(lambda r: r.value("SELECT customer_id FROM conversation WHERE id = ?", (people["Adjoa"],)))
    claimed = engine.call(lambda tx: ORDERS.claim(tx, moussa, [Wanted(1, 1)], "whatsapp"))
    engine.call(lambda tx: ORDERS.claim(tx, adjoa, [Wanted(1, 1)], "whatsapp"))
    order_id = claimed.order_id or 0
    began = clock.now()
    clock.advance(10 * MINUTE)
    engine.call(lambda tx: ORDERS.expire(tx, order_id))
    clock.advance(MINUTE)
    engine.call(lambda tx: settle(tx, order_id, 22_000, "wave", 1))
    (mark,) = engine.read(lambda r: queries.marks(r, moussa))
    assert (mark.summary, mark.state, mark.close_reason) == ("1 × SAC2", "paid", "time")
    assert (mark.reserved_at, mark.closed_at, mark.paid_at) == (began, began + 10 * MINUTE, began + 11 * MINUTE)
    assert mark.next_customer == "Adjoa Mensah"


def test_a_customer_prefers_what_paid_most_of_their_orders(engine: Engine, people: dict[str, int]) -> None:
    add_product(engine, "SAC2", 22_000, 10)
    moussa = engine.read(lambda r: r.value("SELECT customer_id FROM conversation WHERE id = ?", (people["Moussa"],)))
    for number, provider in enumerate(("wave", "stripe", "wave")):
        assert engine.read(lambda r: preferred_provider(r, moussa)) is None
        engine.call(partial(_buy, moussa, provider, number))
    assert engine.read(lambda r: preferred_provider(r, moussa)) == "wave"


def _buy(customer_id: int, provider: str, payment_id: int, tx: Tx) -> None:
    claimed = ORDERS.claim(tx, customer_id, [Wanted(1, 1)], "whatsapp")
    settle(tx, claimed.order_id or 0, 22_000, provider, payment_id)


def _customer(tx: Tx, conversation_id: int) -> int:
    return int(tx.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,)))
