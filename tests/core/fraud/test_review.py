"""An order that looks like fraud waits for the seller: the hold stays, the buyer is told nothing of it, and whatever is
decided the books tell the same sums."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.fraud.service import risk_of
from core.invoices import receipts, verification
from core.invoices.verification import Standing
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.ledger import book
from core.live import queries
from core.orders import settling
from core.orders.questions import Decision
from core.orders.service import Wanted, load
from core.payments import refunds
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent
from core.storage import journal
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.stores import add_product

CLOCK = ManualClock()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    card = create_store(home, "Boutique Téranga", "SN")
    opened = open_shop(home, card.slug, CLOCK)
    opened.settings.set("orders.review_score", "30", "seller")
    yield opened
    opened.close()


def do(shop: Shop, command: Any) -> Any:
    return shop.engine.call(command, actor="seller")


def buyer(shop: Shop, number: int = 1) -> int:
    def arrive(tx: Tx) -> int:
        customer = recognise(tx, [Identity("phone", f"+2217700{number:05d}")], f"Awa {number}")
        threads.heard(tx, threads.thread_of(tx, customer), tx.now)
        return customer

    return int(do(shop, arrive))


def claim(shop: Shop, customer: int, product: int, quantity: int = 1) -> int:
    return int(do(shop, lambda tx: shop.orders.claim(tx, customer, [Wanted(product, quantity)], "whatsapp")).order_id)


def suspect(shop: Shop, stock: int = 50) -> tuple[int, int]:
    """A first order of 30 pieces. → (order, customer)"""
    robe = add_product(shop.engine, "ROBE1", 1_000, stock)
    customer = buyer(shop)
    order = claim(shop, customer, robe, 30)
    risk = shop.engine.read(lambda r: risk_of(r, order))
    assert risk is not None
    assert (risk.score, [one.code for one in risk.signals], risk.review) == (30, ["first"], "waiting")
    return order, customer


def pay(shop: Shop, order: int, amount: int, txn: str = "T1", payer: str | None = None) -> None:
    attempt, _ = do(shop, lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    tell(shop, attempt.ref, amount, txn, payer)


def tell(shop: Shop, ref: str, amount: int, txn: str = "T1", payer: str | None = None) -> None:
    event = ProviderEvent(txn, "payment", Pay.PAID, ref, None, amount, "XOF", 0, txn, payer=payer)
    do(shop, lambda tx: payments.apply_event(tx, payments.event_payload("wave", Auth.BODY_SIGNED, event, None)))


def decide(shop: Shop, order: int, choice: str) -> Decision:
    found: Decision = do(shop, lambda tx: settling.decide(tx, shop.orders, order, choice))
    return found


def give_back_all(shop: Shop) -> None:
    for (decision,) in shop.engine.read(lambda r: r.all("SELECT id FROM decision WHERE refund = 'todo'")):
        do(shop, lambda tx, d=decision: settling.refund_done(tx, d))


def balances(shop: Shop) -> dict[str, int]:
    return {account: amount for account, amount in shop.engine.read(book.balances).items() if amount}


def state(shop: Shop, order: int) -> tuple[Any, ...]:
    return shop.engine.read(
        lambda r: r.one("SELECT state, exception, undecided, received FROM orders WHERE id = ?", (order,)) or ()
    )


def stock_of(shop: Shop) -> tuple[Any, ...]:
    return shop.engine.read(lambda r: r.one("SELECT on_hand, held FROM product") or ())


def said(shop: Shop) -> list[str]:
    return [row[0] for row in shop.engine.read(lambda r: r.all("SELECT text FROM message WHERE author = 'bot'"))]


def test_the_hold_stays_and_the_board_says_why(shop: Shop) -> None:
    order, _ = suspect(shop)
    assert state(shop, order) == ("reserved", None, 1, 0)
    assert stock_of(shop) == (50, 30)
    row = shop.engine.read(lambda r: queries.rows(r, [order]))[0]
    assert (row.exception, row.undecided, row.risk, [one.n for one in row.reasons]) == ("suspect", True, 30, [30])
    assert said(shop) == [], "the buyer is told nothing of it"
    kinds = [row[0] for row in shop.engine.read(lambda r: r.all("SELECT kind FROM journal ORDER BY seq"))]
    assert {"RiskAssessed", "ReviewAsked"} <= set(kinds)


def test_accepted_before_the_money_it_is_an_order_like_any_other(shop: Shop) -> None:
    order, _ = suspect(shop)
    decide(shop, order, "accept")
    assert state(shop, order) == ("reserved", None, 0, 0)
    pay(shop, order, 30_000)
    assert state(shop, order) == ("paid", None, 0, 30_000)
    assert balances(shop) == {"psp:wave": 30_000, "sales": -30_000}


def test_paid_while_it_waits_it_stands_only_when_accepted(shop: Shop) -> None:
    order, _ = suspect(shop)
    pay(shop, order, 30_000)
    assert state(shop, order) == ("paid", None, 1, 30_000)
    assert balances(shop) == {"psp:wave": 30_000, "customer_funds": -30_000}
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM invoice")) == 0
    assert "vérifie" in said(shop)[-1]
    decide(shop, order, "accept")
    assert state(shop, order) == ("paid", None, 0, 30_000)
    assert balances(shop) == {"psp:wave": 30_000, "sales": -30_000}
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM invoice")) == 1
    confirmed, invoiced = said(shop)[-2:]
    assert "Paiement reçu" in confirmed
    assert "facture" in invoiced
    with pytest.raises(Refused):
        decide(shop, order, "accept")


def papers(shop: Shop, order: int) -> list[tuple[str, int, Standing]]:
    """The receipts of an order: (why, of how much, what their mark leads to)."""

    def read(reader: Reader) -> list[tuple[str, int, Standing]]:
        found = []
        for receipt in receipts.of_order(reader, order):
            nonce = reader.value("SELECT nonce FROM paper_mark WHERE kind = 'receipt' AND paper_id = ?", (receipt.id,))
            checked = verification.check(reader, nonce, CLOCK.now())
            assert checked is not None
            found.append((receipt.content["kind"], receipt.total, checked.standing))
        return found

    return shop.engine.read(read)


@pytest.mark.parametrize("amount", [30_000, 31_000])
def test_money_that_waits_for_the_sellers_eyes_has_a_receipt_and_then_its_invoice(shop: Shop, amount: int) -> None:
    order, _ = suspect(shop)
    pay(shop, order, amount)
    assert papers(shop, order) == [("checked", amount, Standing.VALID)]
    decide(shop, order, "accept")
    assert papers(shop, order) == [("checked", amount, Standing.REPLACED)]


def test_money_of_a_refused_order_has_a_receipt_that_says_it_went_back(shop: Shop) -> None:
    order, _ = suspect(shop)
    pay(shop, order, 10_000, "T1")
    pay(shop, order, 20_000, "T2")
    before = [("underpaid", 10_000, Standing.VALID), ("checked", 20_000, Standing.VALID)]
    assert papers(shop, order) == before
    decide(shop, order, "refuse")
    give_back_all(shop)
    assert papers(shop, order) == [(kind, total, Standing.GIVEN_BACK) for kind, total, _ in before]


def test_all_given_back_at_the_provider_leaves_nothing_to_look_at(shop: Shop) -> None:
    order, customer = suspect(shop)
    pay(shop, order, 30_000)
    payment = shop.engine.read(lambda r: r.value("SELECT id FROM payment"))
    do(shop, lambda tx: refunds.went_back(tx, payment, 10_000))
    assert state(shop, order) == ("paid", None, 1, 20_000)
    do(shop, lambda tx: refunds.went_back(tx, payment, 20_000))
    assert state(shop, order) == ("refunded", None, 0, 0)
    assert stock_of(shop) == (50, 0), "the goods are on the shelf again"
    spent = "SELECT paid, spent FROM customer WHERE id = ?"
    assert shop.engine.read(lambda r: r.one(spent, (customer,))) == (0, 0)
    assert balances(shop) == {}


def test_refused_before_the_money_the_goods_are_free_again(shop: Shop) -> None:
    order, _ = suspect(shop)
    decide(shop, order, "refuse")
    assert state(shop, order)[:3] == ("cancelled", None, 0)
    assert stock_of(shop) == (50, 0)
    assert balances(shop) == {}
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM decision WHERE refund = 'todo'")) == 0
    risk = shop.engine.read(lambda r: risk_of(r, order))
    assert risk is not None
    assert risk.review == "refuse"


@pytest.mark.parametrize(
    ("paid", "kinds"),
    [((30_000,), ["suspect"]), ((31_000,), ["suspect", "overpaid"]), ((10_000,), ["suspect", "underpaid"])],
)
def test_refused_after_the_money_everything_goes_back(shop: Shop, paid: tuple[int, ...], kinds: list[str]) -> None:
    order, customer = suspect(shop)
    pay(shop, order, paid[0])
    decisions = "SELECT kind FROM decision WHERE order_id = ? ORDER BY id"
    assert [row[0] for row in shop.engine.read(lambda r: r.all(decisions, (order,)))] == kinds
    refused = decide(shop, order, "refuse")
    assert refused.amount == sum(paid)
    assert stock_of(shop) == (50, 0)
    assert shop.engine.read(lambda r: r.value("SELECT undecided FROM orders WHERE id = ?", (order,))) == 0
    assert "rembours" in "\n".join(said(shop))
    give_back_all(shop)
    assert balances(shop) == {}
    assert state(shop, order)[0] in ("refunded", "cancelled")
    assert state(shop, order)[3] == 0
    spent = "SELECT paid, spent FROM customer WHERE id = ?"
    assert shop.engine.read(lambda r: r.one(spent, (customer,))) == (0, 0)
    assert shop.engine.read(journal.verify).intact


def test_a_hold_that_ends_takes_its_question_along(shop: Shop) -> None:
    order, _ = suspect(shop)
    attempt, _ = do(shop, lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    CLOCK.advance(31 * MINUTE)
    do(shop, lambda tx: shop.orders.expire(tx, order))
    assert state(shop, order) == ("expired", None, 0, 0)
    tell(shop, attempt.ref, 30_000)
    assert state(shop, order)[:3] == ("paid", "paid_late", 1)
    decide(shop, order, "honour")
    assert balances(shop) == {"psp:wave": 30_000, "sales": -30_000}


def test_a_short_payment_honoured_while_it_waits_stands_when_accepted(shop: Shop) -> None:
    order, _ = suspect(shop)
    pay(shop, order, 20_000)
    decide(shop, order, "accept")  # the older question
    assert state(shop, order)[:3] == ("reserved", "underpaid", 1)
    decide(shop, order, "honour")
    assert balances(shop) == {"psp:wave": 20_000, "sales": -20_000}


def test_words_and_screenshots_without_money_count_and_stop_counting_with_it(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    order = claim(shop, buyer(shop), robe)
    for _ in range(2):
        do(shop, lambda tx: shop.watch.talked(tx, order))
    risk = shop.engine.read(lambda r: risk_of(r, order))
    assert risk is not None
    assert ([(one.code, one.n) for one in risk.signals], risk.review) == ([("talk", 2)], "waiting")
    pay(shop, order, 15_000)
    assert shop.engine.read(lambda r: risk_of(r, order)) is None, "the money came: nothing speaks against the order"


def test_one_payer_for_many_people_is_seen_by_marks_alone(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000)
    orders = [claim(shop, buyer(shop, number), robe) for number in range(1, 4)]
    for number, order in enumerate(orders):
        pay(shop, order, 15_000, f"T{number}", "+221778889900")
    risk = shop.engine.read(lambda r: risk_of(r, orders[-1]))
    assert risk is not None
    assert [(one.code, one.n) for one in risk.signals] == [("payer", 3)]
    assert state(shop, orders[-1])[:3] == ("paid", None, 1), "asked before the money settled it"
    assert shop.engine.read(lambda r: r.value("SELECT length(mark) FROM payer")) == 32
    found = shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal WHERE data LIKE '%778889900%'"))
    assert found == 0


def test_zero_asks_nobody_and_the_score_is_kept_all_the_same(shop: Shop) -> None:
    shop.settings.set("orders.review_score", "0", "seller")
    robe = add_product(shop.engine, "ROBE1", 1_000, 50)
    order = claim(shop, buyer(shop), robe, 30)
    risk = shop.engine.read(lambda r: risk_of(r, order))
    assert risk is not None
    assert (risk.score, risk.review) == (30, None)
    assert do(shop, lambda tx: load(tx, order)).state == "reserved"
