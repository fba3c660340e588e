"""The ledger itself: what it refuses, and that every payment is explained to the unit whatever happens to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import LivePayError
from core.ledger import book
from core.orders import settling
from core.orders.service import Wanted
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent, StatusResult
from core.storage.connection import Reader
from core.storage.folder import Home
from tests.support.stores import add_product


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    home = Home(folder)
    card = create_store(home, "Boutique Téranga", "SN")
    shop = open_shop(home, card.slug, ManualClock())
    try:
        yield shop
    finally:
        shop.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as found:
        yield found


def order_of(shop: Shop, number: int, product: int, quantity: int = 1) -> int:
    buyer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", f"+2217700{number:05d}")], f"Awa {number}"))
    claimed = shop.engine.call(lambda tx: shop.orders.claim(tx, buyer, [Wanted(product, quantity)], "whatsapp"))
    return claimed.order_id or 0


def pay(shop: Shop, ref: str, provider: str, amount: int, fee: int | None, txn: str) -> None:
    event = ProviderEvent(txn, "payment", Pay.PAID, ref, None, amount, "XOF", fee, txn)
    payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))


def paid(shop: Shop, amount: int = 15_000, fee: int | None = 150) -> tuple[int, int]:
    """One order of 15 000 and its payment. → attempt, payment."""
    order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    pay(shop, attempt.ref, "wave", amount, fee, "T1")
    return attempt.id, shop.engine.read(lambda r: r.value("SELECT max(id) FROM payment"))


def explained(reader: Reader) -> None:
    """Every payment to the unit, the books in balance, and money in equal to what the providers' accounts say."""
    assert book.miscounted(reader) == []
    assert sum(book.balances(reader).values()) == 0
    received = fees = refunds = 0
    for payment_id, amount, fee in reader.all("SELECT id, amount, fee FROM payment"):
        where = book.where(book.of_payment(reader, payment_id))
        assert where.received == amount == where.earned + where.refunded + where.held
        assert where.fee == fee
        assert min(where.earned, where.refunded, where.held) >= 0
        received, fees, refunds = received + amount, fees + fee, refunds + where.refunded
    per_provider = book.by_provider(reader)
    assert sum(p.received for p in per_provider) == received
    assert sum(p.net for p in per_provider) == received - fees - refunds
    assert reader.value("SELECT count(*) FROM ledger_entry WHERE payment_id IS NULL") == 0


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


STEP = st.tuples(
    st.sampled_from(["pay", "pay", "pay", "expire", "honour", "refund", "keep", "substitute", "give back"]),
    st.integers(0, 2),  # which order
    st.sampled_from([1, 4_999, 10_000, 15_000, 15_001, 20_000]),
    st.sampled_from([None, 0, 1, 150]),
    st.sampled_from(["wave", "bictorys"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=14))
def test_every_payment_is_explained_whatever_happens(steps: list[tuple[str, int, int, int | None, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        robe, sac = add_product(shop.engine, "ROBE1", 15_000, 4), add_product(shop.engine, "SAC2", 12_000, 1)
        orders = [order_of(shop, n, robe) for n in range(3)]
        refs = {
            (order, provider): shop.engine.call(
                lambda tx, o=order, p=provider: payments.open_attempt(tx, o, p, p, "XOF")  # type: ignore[misc]
            )[0].ref
            for order in orders
            for provider in ("wave", "bictorys")
        }
        for number, (act, index, amount, fee, provider) in enumerate(steps):
            order = orders[index]
            with suppress(LivePayError):
                if act == "pay":
                    pay(shop, refs[order, provider], provider, amount, fee, f"T{number}")
                elif act == "expire":
                    shop.clock.advance(31 * MINUTE)  # type: ignore[attr-defined]
                    shop.engine.call(lambda tx, o=order: shop.orders.expire(tx, o))  # type: ignore[misc]
                elif act == "give back":
                    todo = shop.engine.read(lambda r: r.value("SELECT id FROM decision WHERE refund = 'todo'"))
                    shop.engine.call(lambda tx, d=todo: settling.refund_done(tx, d or 0))  # type: ignore[misc]
                else:
                    chosen = sac if act == "substitute" else None
                    shop.engine.call(
                        lambda tx, o=order, c=act, s=chosen: settling.decide(tx, shop.orders, o, c, s)  # type: ignore[misc]
                    )
            shop.engine.read(explained)
        back = "SELECT coalesce(sum(amount), 0) FROM {}"
        decided = shop.engine.read(lambda r: r.value(back.format("decision WHERE refund = 'done'")))
        booked = shop.engine.read(lambda r: r.value(back.format("ledger_entry WHERE kind = 'refund'")))
        assert booked == decided, "what was decided to go back is what went back"
