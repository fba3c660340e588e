"""The ledger as transfers, each from one account to another: out of balance is a thing that cannot be written. Refunds
as rows, each followed to its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import apsw

from core.storage.connection import Reader

_FUNDS: Final = "customer_funds"
_FEES: Final = "fees"

LEDGER: Final = """
DROP TABLE ledger_line;
DROP TABLE ledger_entry;
CREATE TABLE ledger_entry (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('payment', 'deposit', 'psp_fee',
    'sale', 'kept', 'refund', 'credit_note', 'adjustment')),
  order_id INTEGER REFERENCES orders(id), payment_id INTEGER REFERENCES payment(id),
  debit TEXT NOT NULL, credit TEXT NOT NULL CHECK (credit <> debit), amount INTEGER NOT NULL CHECK (amount > 0)
);
CREATE INDEX ledger_entry_order ON ledger_entry(order_id);
CREATE INDEX ledger_entry_payment ON ledger_entry(payment_id);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
-- REPLACE would delete without a trigger
CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger_entry WHEN EXISTS (SELECT 1 FROM ledger_entry e
    WHERE e.id = new.id) BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE VIEW ledger_line(entry_id, account, amount) AS
  SELECT id, debit, amount FROM ledger_entry UNION ALL SELECT id, credit, -amount FROM ledger_entry;

CREATE TABLE ledger_balance (
  account TEXT NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (account, kind)
) WITHOUT ROWID;
CREATE TRIGGER ledger_counted AFTER INSERT ON ledger_entry BEGIN
  INSERT INTO ledger_balance(account, kind, amount) VALUES (new.debit, new.kind, new.amount)
    ON CONFLICT(account, kind) DO UPDATE SET amount = amount + excluded.amount;
  INSERT INTO ledger_balance(account, kind, amount) VALUES (new.credit, new.kind, -new.amount)
    ON CONFLICT(account, kind) DO UPDATE SET amount = amount + excluded.amount;
END;

ALTER TABLE payment ADD COLUMN fee_known INTEGER NOT NULL DEFAULT 0;
UPDATE payment SET fee_known = 1 WHERE fee > 0;
"""

REFUNDS: Final = """
CREATE TABLE refund (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, payment_id INTEGER NOT NULL REFERENCES payment(id),
  order_id INTEGER NOT NULL REFERENCES orders(id), decision_id INTEGER REFERENCES decision(id), provider TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), state TEXT NOT NULL CHECK (state IN ('requested', 'sent', 'unknown',
    'todo', 'failed', 'done', 'withdrawn')),
  origin TEXT NOT NULL CHECK (origin IN ('seller', 'decision', 'provider')), asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL, sent_at INTEGER, polls INTEGER NOT NULL DEFAULT 0, said TEXT, changed_at INTEGER NOT NULL,
  done_by TEXT
);
CREATE INDEX refund_payment ON refund(payment_id);
CREATE INDEX refund_order ON refund(order_id);
CREATE INDEX refund_decision ON refund(decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX refund_open ON refund(id) WHERE state NOT IN ('done', 'withdrawn');
ALTER TABLE payment ADD COLUMN refunded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payment_attempt ON payment(attempt_id);
"""

COMPARED: Final = """
CREATE TABLE reconciliation (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL CHECK (source IN ('providers', 'statement')), provider TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, since INTEGER, until INTEGER, compared INTEGER NOT NULL,
  foreign_lines INTEGER NOT NULL, found INTEGER NOT NULL, actor TEXT NOT NULL
);
CREATE TABLE difference (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, run_id INTEGER NOT NULL REFERENCES reconciliation(id),
  kind TEXT NOT NULL, provider TEXT NOT NULL, reference TEXT NOT NULL, ours INTEGER, theirs INTEGER,
  order_id INTEGER REFERENCES orders(id), payment_id INTEGER REFERENCES payment(id),
  attempt_id INTEGER REFERENCES attempt(id), state TEXT NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'gone', 'taken', 'done')), found_at INTEGER NOT NULL, closed_at INTEGER, closed_by TEXT
);
CREATE UNIQUE INDEX difference_open ON difference(key) WHERE state = 'open';
CREATE INDEX difference_standing ON difference(id) WHERE state = 'open';
CREATE INDEX difference_run ON difference(run_id);
CREATE INDEX difference_order ON difference(order_id);
CREATE INDEX payment_txn ON payment(txn_id) WHERE txn_id IS NOT NULL;
CREATE INDEX payment_received ON payment(received_at, id);
CREATE INDEX payment_provider ON payment(provider, received_at, id);
CREATE INDEX attempt_created ON attempt(created_at);
CREATE INDEX attempt_trouble ON attempt(id) WHERE error IN ('contradiction', 'refund unclear');
"""

Entry = tuple[int, str, int | None, int | None, str, str, int]


def apply(connection: apsw.Connection) -> None:
    """Every entry of before is carried over as one transfer or several, sums unchanged, each tied to its payment."""
    entries = list(_transfers(connection))
    connection.execute(LEDGER)
    connection.executemany(
        "INSERT INTO ledger_entry(at, kind, order_id, payment_id, debit, credit, amount) VALUES(?,?,?,?,?,?,?)", entries
    )
    connection.execute(REFUNDS)
    connection.execute(COMPARED)
    _refunds(connection)


_REFUND: Final = (
    "INSERT INTO refund(ref, payment_id, order_id, decision_id, provider, amount, state, origin, asked_at, asked_by,"
    " changed_at) SELECT 'BEFORE' || ?1 || 'P' || p.id, p.id, p.order_id, ?2, p.provider, ?3, ?4, 'decision', ?5,"
    " 'system', ?5 FROM payment p WHERE p.id = ?6"
)


def _refunds(connection: apsw.Connection) -> None:
    """What was given back already, and what was promised: by hand, as it was then."""
    reader = Reader(connection)
    for entry, at, payment, amount in reader.all(
        "SELECT id, at, payment_id, amount FROM ledger_entry WHERE kind = 'refund'"
    ):
        connection.execute(_REFUND, (f"E{entry}", None, amount, "done", at, payment))
        connection.execute("UPDATE payment SET refunded = refunded + ? WHERE id = ?", (amount, payment))
    promised: dict[int, int] = defaultdict(int)
    for decision, order, first, left, at in reader.all(
        "SELECT id, order_id, payment_id, amount, coalesce(chosen_at, opened_at) FROM decision WHERE refund = 'todo'"
    ):
        for payment, held in reader.all(
            "SELECT payment_id, sum(iif(credit = ?1, amount, -amount)) FROM ledger_entry WHERE order_id = ?2"
            " AND ?1 IN (credit, debit) GROUP BY payment_id ORDER BY (payment_id = ?3) DESC, payment_id DESC",
            (_FUNDS, order, first),
        ):
            part = min(left, held - promised[payment])
            if part > 0:
                connection.execute(_REFUND, (f"D{decision}", decision, part, "todo", at, payment))
                promised[payment] += part
                left -= part


def _transfers(connection: apsw.Connection) -> Iterator[Entry]:
    reader = Reader(connection)
    lines: dict[int, dict[str, int]] = defaultdict(dict)
    for entry, account, amount in reader.all("SELECT entry_id, account, sum(amount) FROM ledger_line GROUP BY 1, 2"):
        lines[entry][account] = amount
    funds: dict[int, dict[int, int]] = defaultdict(dict)  # order → payment → what no sale has earned
    for entry, at, kind, order, payment in reader.all(
        "SELECT id, at, kind, order_id, payment_id FROM ledger_entry ORDER BY id"
    ):
        parts = lines[entry]
        if kind == "payment":
            (account,) = (a for a in parts if a.startswith("psp:"))
            yield at, "payment", order, payment, account, _FUNDS, -parts[_FUNDS]
            if parts.get(_FEES):
                yield at, "psp_fee", order, payment, _FEES, account, parts[_FEES]
            funds[order][payment] = -parts[_FUNDS]
            continue
        other = next((account for account in parts if account != _FUNDS), None)
        if other is None:  # a sale without money: nothing was booked
            continue
        for owner, part in _shares(funds[order], parts[_FUNDS], payment, newest=kind != "sale"):
            yield at, kind, order, owner, _FUNDS, other, part


def _shares(funds: dict[int, int], amount: int, first: int | None, *, newest: bool) -> Iterator[tuple[int, int]]:
    """Which payment's money an entry without one moved: a sale takes the oldest, what is given back is the newest."""
    for payment in sorted(funds, key=lambda p: (p != first, -p if newest else p)):
        part = min(amount, funds[payment])
        if part > 0:
            funds[payment] -= part
            amount -= part
            yield payment, part
    if amount:
        raise ValueError(f"{amount} of an entry come from no payment")
