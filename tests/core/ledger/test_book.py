"""The ledger itself: what it refuses, and where it says that a payment is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from core.bootstrap import Shop
from core.ledger import book
from core.payments import service as payments
from core.payments.provider import Pay, StatusResult
from tests.support.books import explained, opened, order_of, pay
from tests.support.stores import add_product


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as found:
        yield found


def paid(shop: Shop, amount: int = 15_000, fee: int | None = 150) -> tuple[int, int]:
    """One order of 15 000 and its payment. → attempt, payment."""
    order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    pay(shop, attempt.ref, "wave", amount, fee, "T1")
    return attempt.id, shop.engine.read(lambda r: r.value("SELECT max(id) FROM payment"))


def test_nothing_that_is_written_can_be_changed(shop: Shop) -> None:
    paid(shop)
    for sql in (
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_entry",
        "INSERT OR REPLACE INTO ledger_entry(id, at, kind, debit, credit, amount) VALUES(1, 0, 'sale', 'a', 'b', 1)",
    ):
        with pytest.raises(apsw.ConstraintError, match="only added to"):
            shop.engine.call(lambda tx, sql=sql: tx.run(sql))  # type: ignore[misc]


@pytest.mark.parametrize(("debit", "amount"), [("sales", 5), ("fees", 0), ("fees", -3)])
def test_what_would_not_balance_cannot_be_written(shop: Shop, debit: str, amount: int) -> None:
    with pytest.raises(apsw.ConstraintError):
        shop.engine.call(
            lambda tx: tx.run(
                "INSERT INTO ledger_entry(at, kind, debit, credit, amount) VALUES(0, 'sale', ?, 'sales', ?)",
                (debit, amount),
            )
        )


def test_a_running_sum_that_was_tampered_with_is_found(shop: Shop) -> None:
    paid(shop)
    shop.engine.call(lambda tx: tx.run("UPDATE ledger_balance SET amount = amount + 1 WHERE kind = 'sale'"))
    assert shop.engine.read(book.miscounted) == [("customer_funds", "sale"), ("sales", "sale")]


def test_a_fee_told_later_is_booked_once(shop: Shop) -> None:
    attempt, payment = paid(shop, fee=None)
    assert book.FEES not in shop.engine.read(book.balances)
    told = StatusResult(Pay.PAID, "paid", amount=15_000, currency="XOF", fee=150, txn_id="T1")
    for _ in range(3):
        shop.engine.call(lambda tx: payments.apply_status(tx, attempt, told))
    kinds = [b.kind for b in shop.engine.read(lambda r: book.of_payment(r, payment))]
    assert kinds == ["payment", "sale", "psp_fee"]
    assert shop.engine.read(book.balances)[book.FEES] == 150


@pytest.mark.parametrize("fee", [-1, 15_001])
def test_a_fee_that_cannot_be_is_none(shop: Shop, fee: int) -> None:
    paid(shop, fee=fee)
    shop.engine.read(explained)
    assert shop.engine.read(lambda r: r.one("SELECT fee, fee_known FROM payment")) == (0, 0)


@pytest.mark.parametrize("amount", [0, -15_000])
def test_an_amount_that_cannot_be_is_no_payment(shop: Shop, amount: int) -> None:
    order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    pay(shop, attempt.ref, "wave", amount, None, "T1")
    assert shop.engine.read(lambda r: r.value("SELECT error FROM attempt")) == "contradiction"
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM payment")) == 0


def test_a_part_of_the_price_is_a_deposit(shop: Shop) -> None:
    _, payment = paid(shop, amount=9_000)
    assert shop.engine.read(lambda r: book.of_payment(r, payment))[0].kind == "deposit"
    assert shop.engine.read(book.by_provider) == [book.ProviderBooks("wave", 9_000, 150, 0, 0)]
