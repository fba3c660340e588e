"""The ledger: double entry, only added to. Debits are positive, credits negative, each entry sums to zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.storage.connection import Reader
from core.storage.engine import Tx

SALES: Final = "sales"
CUSTOMER_FUNDS: Final = "customer_funds"  # money of buyers whose sale does not stand (yet): late, short, double
FEES: Final = "fees"


def account_of(provider: str) -> str:
    """What a provider holds for the seller."""
    return f"psp:{provider}"


def post(tx: Tx, kind: str, lines: Mapping[str, int], *, order_id: int | None, payment_id: int | None = None) -> int:
    """Add one balanced entry. ``lines``: account → signed smallest units. Raises ValueError if it does not balance."""
    if sum(lines.values()) != 0:
        raise ValueError(f"unbalanced entry {kind}: {dict(lines)}")
    entry = tx.insert(
        "INSERT INTO ledger_entry(at, kind, order_id, payment_id) VALUES(?,?,?,?)", (tx.now, kind, order_id, payment_id)
    )
    for account, amount in lines.items():
        if amount:
            tx.run("INSERT INTO ledger_line(entry_id, account, amount) VALUES(?,?,?)", (entry, account, amount))
    return entry


def balances(reader: Reader) -> dict[str, int]:
    """Account → balance in smallest units."""
    return dict(reader.all("SELECT account, sum(amount) FROM ledger_line GROUP BY account ORDER BY account"))


def order_funds(reader: Reader, order_id: int) -> int:
    """Money of this order's buyer that no sale has earned (a positive number)."""
    value: int | None = reader.value(
        "SELECT -sum(l.amount) FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id"
        " WHERE e.order_id = ? AND l.account = ?",
        (order_id, CUSTOMER_FUNDS),
    )
    return value or 0
