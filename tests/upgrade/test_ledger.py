"""A store whose ledger had lines of its own: carried over, every sum is what it was, every entry has its payment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest

from core.ledger import book
from core.storage.connection import Reader, open_connection
from core.storage.migrations import m0001_start, migrate
from tests.support.stores import KEY

# (kind, order, payment, lines) as first written: a sale, parts, an excess kept, one given back, a late one
ENTRIES: list[tuple[str, int, int | None, dict[str, int]]] = [
    ("payment", 1, 1, {"psp:wave": 14_850, "fees": 150, "customer_funds": -15_000}),
    ("sale", 1, None, {"customer_funds": 15_000, "sales": -15_000}),
    ("payment", 2, 2, {"psp:wave": 9_000, "customer_funds": -9_000}),
    ("payment", 2, 3, {"psp:bictorys": 6_500, "customer_funds": -6_500}),
    ("sale", 2, None, {"customer_funds": 15_000, "sales": -15_000}),
    ("kept", 2, None, {"customer_funds": 500, "sales": -500}),
    ("payment", 3, 4, {"psp:wave": 20_000, "customer_funds": -20_000}),
    ("sale", 3, None, {"customer_funds": 15_000, "sales": -15_000}),
    ("refund", 3, 4, {"customer_funds": 5_000, "psp:wave": -5_000}),
    ("payment", 4, 5, {"psp:wave": 7_000, "customer_funds": -7_000}),
    ("sale", 5, None, {}),
]
OLD_BALANCES = "SELECT account, sum(amount) FROM ledger_line GROUP BY 1 ORDER BY 1"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=(m0001_start.apply,))
    connection = open_connection(path, KEY, write=True)
    connection.execute("INSERT INTO customer(id, created_at) VALUES(1, 0)")
    for order in range(1, 6):
        connection.execute(
            "INSERT INTO orders(id, reference, customer_id, source, state, total, reserved_at, expires_at, link)"
            " VALUES(?, ?, 1, 'api', 'paid', 15000, 0, 0, ?)",
            (order, f"LP-{order}", bytes([order])),
        )
    for entry, (kind, order, payment, lines) in enumerate(ENTRIES, start=1):
        if kind == "payment":
            _payment(connection, payment, order, lines)
        connection.execute(
            "INSERT INTO ledger_entry(id, at, kind, order_id, payment_id) VALUES(?,?,?,?,?)",
            (entry, entry, kind, order, payment),
        )
        connection.executemany("INSERT INTO ledger_line VALUES(?,?,?)", [(entry, a, n) for a, n in lines.items()])
    connection.close()
    return path


def _payment(connection: apsw.Connection, payment: Any, order: int, lines: dict[str, int]) -> None:
    provider = next(a for a in lines if a.startswith("psp:")).removeprefix("psp:")
    connection.execute(
        "INSERT INTO payment(id, provider, key, order_id, amount, fee, received_at) VALUES(?,?,?,?,?,?,0)",
        (payment, provider, f"P{payment}", order, -lines["customer_funds"], lines.get("fees", 0)),
    )


def test_every_sum_is_what_it_was(old: Path) -> None:
    connection = open_connection(old, KEY, write=False)
    before = dict(Reader(connection).all(OLD_BALANCES))
    connection.close()
    migrate(old, KEY)
    connection = open_connection(old, KEY, write=False)
    reader = Reader(connection)
    assert book.balances(reader) == before
    assert dict(reader.all(OLD_BALANCES)) == before, "what reads lines still can"
    assert book.miscounted(reader) == []
    assert reader.value("SELECT count(*) FROM ledger_entry WHERE payment_id IS NULL") == 0
    found = {p: book.where(book.of_payment(reader, p)) for p in range(1, 6)}
    connection.close()
    assert found == {
        1: book.Where(15_000, 150, 15_000, 0, 0),
        2: book.Where(9_000, 0, 9_000, 0, 0),
        3: book.Where(6_500, 0, 6_500, 0, 0),
        4: book.Where(20_000, 0, 15_000, 5_000, 0),
        5: book.Where(7_000, 0, 0, 0, 7_000),
    }


def test_what_was_and_is_to_be_given_back_are_refunds(old: Path) -> None:
    connection = open_connection(old, KEY, write=True)
    connection.execute(
        "INSERT INTO decision(id, order_id, kind, amount, payment_id, opened_at, choice, refund)"
        " VALUES(7, 4, 'underpaid', 7000, 5, 0, 'refund', 'todo')"
    )
    connection.close()
    migrate(old, KEY)
    connection = open_connection(old, KEY, write=False)
    found = Reader(connection).all(
        "SELECT payment_id, decision_id, provider, amount, state FROM refund ORDER BY payment_id"
    )
    refunded = Reader(connection).all("SELECT id, refunded FROM payment WHERE refunded > 0")
    connection.close()
    assert found == [(4, None, "wave", 5_000, "done"), (5, 7, "wave", 7_000, "todo")]
    assert refunded == [(4, 5_000)]


def test_an_entry_that_comes_from_no_payment_stops_the_step_and_leaves_the_store_as_it_was(old: Path) -> None:
    connection = open_connection(old, KEY, write=True)
    connection.execute("INSERT INTO ledger_entry(id, at, kind, order_id) VALUES(99, 99, 'kept', 4)")
    connection.execute("INSERT INTO ledger_line VALUES(99, 'customer_funds', 9000), (99, 'sales', -9000)")
    connection.close()
    with pytest.raises(ValueError, match="2000"):
        migrate(old, KEY)
    connection = open_connection(old, KEY, write=False)
    assert Reader(connection).value("PRAGMA user_version") == 1
    assert Reader(connection).value("SELECT sum(amount) FROM ledger_line") == 0
    connection.close()
