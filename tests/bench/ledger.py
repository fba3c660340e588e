"""``ledger``: a year of a busy shop, its payments opened as the page opens them: what needs a person, the balances of
every provider, the first page.

The raw reference is the same SQL, statement by statement over the same file, its rows fetched and left as they are. The
sum of all entries afresh, a page deep in the year and a name looked for stand beside it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.bootstrap import Shop
from core.kernel.clock import DAY
from core.ledger import book
from core.payments import queries
from core.payments.queries import Filter, PaymentRow
from core.reconciliation import concerns
from core.storage.connection import Reader
from core.storage.engine import Tx
from tests.bench import wire
from tests.bench.figures import Measured, median
from tests.bench.stores import PRICE, open_new

LIMIT_MS: Final = 300.0
BOUND: Final = 5.0
PAGE: Final = 100
PROVIDERS: Final = ("wave", "orange_web", "fedapay", "bictorys", "sandbox")
CUSTOMERS: Final = 5_000
YEAR: Final = 365 * DAY
FEE_PER_MILLE: Final = 10


@dataclass(frozen=True, slots=True)
class Scale:
    orders: int = 100_000
    rounds: int = 15


@dataclass(frozen=True, slots=True)
class Opened:
    """What the page shows first."""

    to_do: list[concerns.Concern]
    count: int
    books: list[book.ProviderBooks]
    rows: list[PaymentRow]


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with open_new(folder, "Une année") as shop:
        shop.engine.call(lambda tx: _fill(tx, scale.orders))
        now = shop.clock.now()
        began = time.perf_counter()
        opened = shop.engine.read(lambda r: _open(r, now))
        first_ms = (time.perf_counter() - began) * 1000
        _check(shop, opened, scale.orders)
        statements = _statements(shop, now)
        ours, raw = [], []
        for _ in range(scale.rounds):  # one after the other: a busy moment of the machine meets both
            ours.append(_timed(shop, lambda r: _open(r, now)))
            raw.append(_timed(shop, lambda r: [r.all(sql, values) for sql, values in statements]))
        middle = shop.engine.read(lambda r: queries.one(r, scale.orders // 2 + 1)).cursor()
        figures = {
            "ms": median(ours),
            "raw_ms": median(raw),
            "first_ms": first_ms,
            "deep_page_ms": _timed(shop, lambda r: queries.page(r, after=middle, limit=PAGE)),
            "search_ms": _timed(shop, lambda r: queries.page(r, Filter(text="cliente 4999"), limit=PAGE)),
            "sum_afresh_ms": _timed(shop, book.miscounted),
            "orders": scale.orders,
        }
    return [
        Measured("ledger", figures["ms"] / LIMIT_MS, "at most", 1.0, {"limit_ms": LIMIT_MS, **figures}),
        Measured("ledger.raw", figures["ms"] / figures["raw_ms"], "at most", BOUND, {"statements": len(statements)}),
    ]


def _open(reader: Reader, now: int) -> Opened:
    """As the page reads on opening."""
    return Opened(
        concerns.standing(reader, now),
        concerns.count(reader, now),
        book.by_provider(reader),
        queries.page(reader, limit=PAGE),
    )


def _timed(shop: Shop, question: Callable[[Reader], Any]) -> float:
    began = time.perf_counter()
    shop.engine.read(question)
    return (time.perf_counter() - began) * 1000


def _statements(shop: Shop, now: int) -> list[tuple[str, Any]]:
    """Every statement that opening executes, as SQLite is given it."""
    seen: list[tuple[str, Any]] = []
    with shop.engine.reader() as reader:

        def trace(cursor: Any, sql: str, values: Any) -> bool:
            seen.append((sql, values))
            return True

        reader.connection.exec_trace = trace
        _open(reader, now)
        reader.connection.exec_trace = None
    return seen


def _check(shop: Shop, opened: Opened, orders: int) -> None:
    """A figure of a wrong answer says nothing."""
    received = sum(books.received for books in opened.books)
    fees = sum(books.fees for books in opened.books)
    if received != orders * PRICE or fees != orders * (PRICE * FEE_PER_MILLE // 1000):
        raise RuntimeError(f"the books say {received} and {fees} of {orders} orders")
    if len(opened.rows) != min(PAGE, orders) or opened.count != len(opened.to_do) or not opened.to_do:
        raise RuntimeError(f"{len(opened.rows)} rows, {opened.count} to do")
    if shop.engine.read(book.miscounted):
        raise RuntimeError("a running sum is wrong")


def _fill(tx: Tx, orders: int) -> None:
    """Orders spread over the year that ends now, paid by five providers; some questions open, some refunds to do."""
    for n in range(CUSTOMERS):
        name = f"{wire.NAMES[n % len(wire.NAMES)]} cliente {n}"
        tx.run("INSERT INTO customer(name, created_at) VALUES(?,?)", (name, tx.now - YEAR))
    start = tx.now
    for n in range(orders):
        tx.now = start - YEAR + YEAR * n // orders
        _sale(tx, n, PROVIDERS[n % len(PROVIDERS)])
    tx.now = start
    for n in range(1, min(orders, 2_000), 100):
        tx.run("INSERT INTO decision(order_id, kind, amount, opened_at) VALUES(?, 'overpaid', 500, ?)", (n, tx.now))
        tx.run(
            "INSERT INTO refund(ref, payment_id, order_id, provider, amount, state, origin, asked_at, asked_by,"
            " changed_at) VALUES(?,?,?,'wave',500,'todo','seller',?,'seller',?)",
            (f"R{n}", n, n, tx.now, tx.now),
        )


def _sale(tx: Tx, n: int, provider: str) -> None:
    order = tx.insert(
        "INSERT INTO orders(reference, customer_id, source, state, total, received, reserved_at, expires_at, paid_at,"
        " provider, link) VALUES(?,?,'whatsapp','paid',?,?,?,?,?,?,?)",
        (
            f"LP-2026-{n % 365:04d}-{n:06X}",
            n % CUSTOMERS + 1,
            PRICE,
            PRICE,
            tx.now,
            tx.now,
            tx.now,
            provider,
            secrets.token_bytes(12),
        ),
    )
    fee = PRICE * FEE_PER_MILLE // 1000
    payment = tx.insert(
        "INSERT INTO payment(provider, key, order_id, amount, fee, fee_known, method, txn_id, received_at)"
        " VALUES(?,?,?,?,?,1,'wave',?,?)",
        (provider, f"K{n}", order, PRICE, fee, f"T{n}", tx.now),
    )
    account = book.account_of(provider)
    book.post(tx, "payment", account, book.CUSTOMER_FUNDS, PRICE, order_id=order, payment_id=payment)
    book.post(tx, "psp_fee", book.FEES, account, fee, order_id=order, payment_id=payment)
    book.post(tx, "sale", book.CUSTOMER_FUNDS, book.SALES, PRICE, order_id=order, payment_id=payment)
