"""Unusual money, to its end: after each decision orders, payments and ledger tell the same sums, to the franc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.ledger import book
from core.live import queries, service
from core.orders import settling
from core.orders.service import Order, Wanted, load
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.stores import add_product

CLOCK = ManualClock()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    card = create_store(home, "Boutique Téranga", "SN")
    opened = open_shop(home, card.slug, CLOCK)
    yield opened
    opened.close()


def buyer(shop: Shop, number: int = 1) -> int:
    """Somebody who wrote to the shop a moment ago."""

    def arrive(tx: Tx) -> int:
        customer = recognise(tx, [Identity("phone", f"+2217700{number:05d}")], f"Awa {number}")
        threads.heard(tx, threads.thread_of(tx, customer), tx.now)
        return customer

    return shop.engine.call(arrive)


def claim(shop: Shop, customer: int, *wanted: Wanted) -> int:
    return shop.engine.call(lambda tx: shop.orders.claim(tx, customer, list(wanted), "whatsapp")).order_id or 0


def expire(shop: Shop, order: int) -> None:
    CLOCK.advance(31 * MINUTE)
    shop.engine.call(lambda tx: shop.orders.expire(tx, order))


def session(shop: Shop, order: int, provider: str = "wave") -> str:
    """Open a payment session as the pay page does. → its reference."""
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, provider, provider, "XOF"))
    return attempt.ref


def money(shop: Shop, ref: str, amount: int, txn: str, provider: str = "wave") -> None:
    """The provider's signed word that this much came in."""
    event = ProviderEvent(txn, "payment", Pay.PAID, ref, None, amount, "XOF", 0, txn)
    payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))


def decide(
    shop: Shop, order: int, choice: str, product: int | None = None, quantity: int | None = None, **asked: int
) -> settling.Decision:
    substitute = None if product is None else settling.Substitute(product, quantity)
    return shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, choice, substitute, **asked))


def order_of(shop: Shop, order: int) -> Order:
    return shop.engine.call(lambda tx: load(tx, order))


def balances(shop: Shop) -> dict[str, int]:
    return {a: b for a, b in shop.engine.read(book.balances).items() if b}


def said(shop: Shop, customer: int) -> list[str]:
    return [
        row[0]
        for row in shop.engine.read(
            lambda r: r.all(
                "SELECT m.text FROM message m JOIN conversation v ON v.id = m.conversation_id WHERE v.customer_id = ?"
                " ORDER BY m.id",
                (customer,),
            )
        )
    ]


def test_honouring_late_money_that_was_also_too_much_asks_about_the_rest(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = claim(shop, buyer(shop), Wanted(robe))
    ref = session(shop, order)
    expire(shop, order)
    money(shop, ref, 20_000, "T1")
    decide(shop, order, "honour")
    found = order_of(shop, order)
    assert (found.state, found.exception, found.received) == ("paid", "overpaid", 20_000)
    assert balances(shop) == {"psp:wave": 20_000, "sales": -15_000, "customer_funds": -5_000}
    over = decide(shop, order, "refund")
    assert over.amount == 5_000
    shop.engine.call(lambda tx: settling.refund_done(tx, over.id))
    assert balances(shop) == {"psp:wave": 15_000, "sales": -15_000}


def test_what_is_shown_is_the_question_that_is_answered(shop: Shop) -> None:
    """Late money, then the same again: the first question is asked first, and its answer never serves the second."""
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = claim(shop, buyer(shop), Wanted(robe))
    ref = session(shop, order)
    expire(shop, order)
    money(shop, ref, 15_000, "T1")
    money(shop, ref, 15_000, "T2")
    assert order_of(shop, order).exception == "paid_late"
    assert decide(shop, order, "honour").kind == "paid_late"
    assert order_of(shop, order).exception == "paid_twice"
    assert decide(shop, order, "refund").kind == "paid_twice"
    assert balances(shop) == {"psp:wave": 30_000, "sales": -15_000, "customer_funds": -15_000}


def test_a_substitute_is_paid_by_its_own_money_and_frees_what_was_taken_for_the_line(shop: Shop) -> None:
    robe, sac = add_product(shop.engine, "ROBE1", 15_000, 1), add_product(shop.engine, "SAC2", 12_000, 1)
    late, waiting = buyer(shop, 1), buyer(shop, 2)
    order = claim(shop, late, Wanted(robe))
    ref = session(shop, order)
    expire(shop, order)
    money(shop, ref, 15_000, "T1")  # the dress is free: put aside for her
    money(shop, ref, 15_000, "T2")
    assert claim(shop, waiting, Wanted(robe)) == 0
    decide(shop, order, "substitute", sac)
    offered = shop.engine.call(lambda tx: shop.orders.open_order(tx, waiting))
    assert offered is not None, "the dress goes to the next in line"
    amounts = [decide(shop, order, "refund").amount for _ in range(2)]
    assert sorted(amounts) == [3_000, 15_000], "the second payment is not given back twice"
    for (decision,) in shop.engine.read(lambda r: r.all("SELECT id FROM decision WHERE refund = 'todo'")):
        shop.engine.call(lambda tx, d=decision: settling.refund_done(tx, d))  # type: ignore[misc]
    assert balances(shop) == {"psp:wave": 12_000, "sales": -12_000}
    assert order_of(shop, order).received == 12_000
    assert shop.engine.read(lambda r: r.value("SELECT spent FROM customer WHERE id = ?", (late,))) == 12_000


def late(shop: Shop, *wanted: Wanted, gone: Wanted | None = None) -> int:
    """An order whose money arrives whole after its end, when another buyer has taken ``gone``. → its id."""
    order = claim(shop, buyer(shop, 7), *wanted)
    ref = session(shop, order)
    expire(shop, order)
    if gone is not None:
        claim(shop, buyer(shop, 8), gone)
    total = shop.engine.read(lambda r: r.value("SELECT total FROM orders WHERE id = ?", (order,)))
    money(shop, ref, total, "LATE")
    return order


def lines(shop: Shop, order: int) -> list[tuple[str, int, int]]:
    return shop.engine.read(
        lambda r: r.all("SELECT sku, quantity, taken FROM order_line WHERE order_id = ? ORDER BY sku", (order,))
    )


def test_a_substitute_takes_the_place_of_what_is_gone_unit_for_unit_and_the_rest_stays(shop: Shop) -> None:
    robe, sac = add_product(shop.engine, "ROBE1", 15_000, 2), add_product(shop.engine, "SAC2", 12_000, 5)
    bazin = add_product(shop.engine, "BAZIN3", 20_000, 5)
    order = late(shop, Wanted(robe, 2), Wanted(bazin, 1), gone=Wanted(robe, 1))
    asked = shop.engine.read(lambda r: queries.rows(r, [order]))[0].question
    assert asked is not None
    assert (asked.kind, asked.amount, asked.more, asked.missing) == ("paid_late", 50_000, 0, (robe,))
    with pytest.raises(Refused):
        decide(shop, order, "honour")
    decide(shop, order, "substitute", sac, question=asked.decision_id)
    assert lines(shop, order) == [("BAZIN3", 1, 1), ("SAC2", 2, 2)]
    assert decide(shop, order, "refund").amount == 6_000
    stock = shop.engine.read(lambda r: r.all("SELECT sku, on_hand, held FROM product ORDER BY sku"))
    assert stock == [("BAZIN3", 4, 0), ("ROBE1", 2, 1), ("SAC2", 3, 0)]
    shop.engine.call(lambda tx: settling.refund_done(tx, tx.value("SELECT id FROM decision WHERE refund = 'todo'")))
    assert balances(shop) == {"psp:wave": 44_000, "sales": -44_000}


def test_a_substitute_may_be_as_many_as_the_money_pays(shop: Shop) -> None:
    robe, sac = add_product(shop.engine, "ROBE1", 15_000, 1), add_product(shop.engine, "SAC2", 7_000, 5)
    order = late(shop, Wanted(robe), gone=Wanted(robe))
    for wrong in (0, 3, 1_000):
        with pytest.raises(Refused):
            decide(shop, order, "substitute", sac, wrong)
    assert lines(shop, order) == [("ROBE1", 1, 0)]
    decide(shop, order, "substitute", sac, 2)
    assert lines(shop, order) == [("SAC2", 2, 2)]
    assert decide(shop, order, "keep").amount == 1_000


def test_a_substitute_that_is_ordered_already_is_one_line_with_it(shop: Shop) -> None:
    robe, sac = add_product(shop.engine, "ROBE1", 15_000, 1), add_product(shop.engine, "SAC2", 12_000, 5)
    order = late(shop, Wanted(robe), Wanted(sac, 1), gone=Wanted(robe))
    decide(shop, order, "substitute", sac)
    assert lines(shop, order) == [("SAC2", 2, 2)]


def test_what_the_buyer_claimed_again_is_not_missing(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 1)
    order = claim(shop, buyer(shop, 7), Wanted(robe))
    ref = session(shop, order)
    expire(shop, order)
    claim(shop, buyer(shop, 7), Wanted(robe))
    money(shop, ref, 10_000, "T1")
    (row,) = shop.engine.read(lambda r: queries.rows(r, [order]))
    assert row.question is not None
    assert row.question.missing == ()
    decide(shop, order, "honour")
    assert order_of(shop, order).state == "paid"


def test_an_answer_is_to_the_question_that_was_shown(shop: Shop) -> None:
    """Two questions are open: each is shown with its own money; an answer to one that is closed decides nothing."""
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = late(shop, Wanted(robe))
    ref = shop.engine.read(lambda r: r.value("SELECT ref FROM attempt WHERE order_id = ?", (order,)))
    money(shop, ref, 15_000, "T2")
    (row,) = shop.engine.read(lambda r: queries.rows(r, [order]))
    assert row.received == 30_000
    assert row.question is not None
    assert (row.question.kind, row.question.amount, row.question.more) == ("paid_late", 15_000, 1)
    decide(shop, order, "honour", question=row.question.decision_id)
    with pytest.raises(Refused, match="meanwhile"):
        decide(shop, order, "refund", question=row.question.decision_id)
    (row,) = shop.engine.read(lambda r: queries.rows(r, [order]))
    assert row.question is not None
    assert (row.question.kind, row.question.amount, row.question.more) == ("paid_twice", 15_000, 0)


def test_a_refund_of_parts_goes_back_where_each_part_came_from(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = claim(shop, buyer(shop), Wanted(robe))
    money(shop, session(shop, order, "wave"), 9_000, "T1", "wave")
    money(shop, session(shop, order, "bictorys"), 4_000, "T2", "bictorys")
    decision = decide(shop, order, "refund")
    assert decision.amount == 13_000
    shop.engine.call(lambda tx: settling.refund_done(tx, decision.id))
    assert balances(shop) == {}


def test_money_promised_back_does_not_pay_what_comes_later(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = claim(shop, buyer(shop), Wanted(robe))
    first = session(shop, order)
    money(shop, first, 8_000, "T1")
    second = session(shop, order)
    decide(shop, order, "refund")  # the order ends, 8 000 are to be given back
    money(shop, second, 7_000, "T2")
    assert order_of(shop, order).state == "cancelled"
    rest = decide(shop, order, "refund")
    assert rest.amount == 7_000, "not 15 000: 8 000 of them are promised already"
    for (decision,) in shop.engine.read(lambda r: r.all("SELECT id FROM decision WHERE refund = 'todo'")):
        shop.engine.call(lambda tx, d=decision: settling.refund_done(tx, d))  # type: ignore[misc]
    assert balances(shop) == {}


def test_an_order_made_smaller_than_what_is_in_is_paid(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    customer = buyer(shop)
    order = claim(shop, customer, Wanted(robe, 1))
    ref = session(shop, order)
    claim(shop, customer, Wanted(robe, 2))
    money(shop, ref, 15_000, "T1")  # the link of before, for one
    assert order_of(shop, order).exception == "underpaid"
    claim(shop, customer, Wanted(robe, 1))
    found = order_of(shop, order)
    assert (found.state, found.exception) == ("paid", None)
    assert balances(shop) == {"psp:wave": 15_000, "sales": -15_000}
    assert shop.engine.read(lambda r: r.one("SELECT on_hand, held FROM product WHERE id = ?", (robe,))) == (9, 0)


def test_revenue_is_money_that_came_in(shop: Shop) -> None:
    """A short payment accepted as it is: the tile, the report, the buyer's file and the ledger tell the same sum."""
    robe = add_product(shop.engine, "ROBE1", 15_000)
    live = shop.engine.call(service.start)
    customer = buyer(shop)
    order = claim(shop, customer, Wanted(robe))
    money(shop, session(shop, order), 10_000, "T1")
    decide(shop, order, "honour")
    assert shop.engine.read(lambda r: queries.tiles(r, live, CLOCK.now())).revenue == 10_000
    assert shop.engine.read(lambda r: r.value("SELECT spent FROM customer WHERE id = ?", (customer,))) == 10_000
    shop.engine.call(service.end)
    ended = shop.engine.read(lambda r: r.value("SELECT data FROM journal WHERE kind = 'LiveEnded'"))
    assert '"revenue":10000' in ended
    assert balances(shop) == {"psp:wave": 10_000, "sales": -10_000}


@pytest.mark.parametrize(
    ("choice", "word"), [("honour", "Paiement reçu"), ("substitute", "SAC2"), ("refund", "rembourse")]
)
def test_the_buyer_hears_what_was_decided_about_late_money(shop: Shop, choice: str, word: str) -> None:
    robe, sac = add_product(shop.engine, "ROBE1", 15_000), add_product(shop.engine, "SAC2", 12_000)
    customer = buyer(shop)
    order = claim(shop, customer, Wanted(robe))
    ref = session(shop, order)
    CLOCK.advance(11 * MINUTE)
    shop.engine.call(lambda tx: shop.orders.expire(tx, order))
    money(shop, ref, 15_000, "T1")
    before = len(said(shop, customer))
    decide(shop, order, choice, sac if choice == "substitute" else None)
    assert word in "\n".join(said(shop, customer)[before:])
