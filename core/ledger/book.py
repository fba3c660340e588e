"""The ledger: double entry, only added to. An entry moves one amount from one account to another, so it balances.

Debits are positive, credits negative. Nobody's money is held here (F30): an account ``psp:…`` says what came in and
went out at a provider, where the seller's own account is. The database keeps a running sum of every account and kind
in the transaction of each entry (trigger ``ledger_counted``), and refuses to change or delete one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.engine import Tx

SALES: Final = "sales"
CUSTOMER_FUNDS: Final = "customer_funds"  # money of buyers whose sale does not stand (yet): late, short, double
FEES: Final = "fees"
ADJUSTMENTS: Final = "adjustments"  # what the seller's books and a provider's proved to differ by

Kind = Literal["payment", "deposit", "psp_fee", "sale", "kept", "refund", "credit_note", "adjustment"]
"""payment: money in. deposit: money in that is not the whole price. psp_fee: what the provider keeps. sale: earned.
kept: an excess left to the shop. refund: money out. credit_note: earned no more. adjustment: see ADJUSTMENTS.
A refund that the provider did not make after all is undone by the same kinds, the other way round."""


class Booking(Struct, frozen=True):
    """One entry as it is shown. ``at`` in ms UTC, ``amount`` in smallest units, from ``credit`` to ``debit``."""

    id: int
    at: int
    kind: Kind
    debit: str
    credit: str
    amount: int


class ProviderBooks(Struct, frozen=True):
    """One provider's account since the store began, in smallest units. ``net`` is what passed into the seller's hands
    there; what the seller has moved on from there is between the two."""

    provider: str
    received: int
    fees: int
    refunded: int
    adjusted: int

    @property
    def net(self) -> int:
        return self.received - self.fees - self.refunded + self.adjusted


class Where(Struct, frozen=True):
    """What became of one payment, in smallest units: ``earned`` + ``refunded`` + ``held`` is what came in."""

    received: int
    fee: int
    earned: int
    refunded: int
    held: int


def account_of(provider: str) -> str:
    """What came in and went out at a provider."""
    return f"psp:{provider}"


def post(
    tx: Tx, kind: Kind, debit: str, credit: str, amount: int, *, order_id: int | None, payment_id: int | None
) -> None:
    """Move ``amount`` (positive) from ``credit`` to ``debit``; nothing is written for 0."""
    if amount:
        tx.run(
            "INSERT INTO ledger_entry(at, kind, order_id, payment_id, debit, credit, amount) VALUES(?,?,?,?,?,?,?)",
            (tx.now, kind, order_id, payment_id, debit, credit, amount),
        )


def balances(reader: Reader) -> dict[str, int]:
    """Account → balance in smallest units."""
    return dict(reader.all("SELECT account, sum(amount) FROM ledger_balance GROUP BY account ORDER BY account"))


def by_provider(reader: Reader) -> list[ProviderBooks]:
    """Every provider that money ever came from."""
    found: dict[str, dict[str, int]] = {}
    for account, kind, amount in reader.all("SELECT account, kind, amount FROM ledger_balance WHERE account > 'psp:'"):
        if account.startswith("psp:"):
            found.setdefault(account.removeprefix("psp:"), {})[kind] = amount
    return [
        ProviderBooks(
            provider,
            kinds.get("payment", 0) + kinds.get("deposit", 0),
            -kinds.get("psp_fee", 0),
            -kinds.get("refund", 0),
            kinds.get("adjustment", 0),
        )
        for provider, kinds in sorted(found.items())
    ]


def miscounted(reader: Reader) -> list[tuple[str, str]]:
    """(account, kind) whose running sum is not the sum of the entries; empty in a sound store. Reads every entry."""
    return reader.all(
        "SELECT account, kind FROM (SELECT account, kind, amount FROM ledger_balance UNION ALL"
        " SELECT debit, kind, -amount FROM ledger_entry UNION ALL SELECT credit, kind, amount FROM ledger_entry)"
        " GROUP BY 1, 2 HAVING sum(amount) <> 0"
    )


def of_payment(reader: Reader, payment_id: int) -> list[Booking]:
    """Every entry about one payment, oldest first: where its money is, to the unit."""
    rows = reader.all(
        "SELECT id, at, kind, debit, credit, amount FROM ledger_entry WHERE payment_id = ? ORDER BY id", (payment_id,)
    )
    return [Booking(*row) for row in rows]


def where(bookings: Sequence[Booking]) -> Where:
    """The same entries, added up."""

    def moved(account: str) -> int:
        return sum(b.amount * ((b.debit == account) - (b.credit == account)) for b in bookings)

    def out_of_funds(*wanted: Kind) -> int:
        moves = (b for b in bookings if b.kind in wanted)
        return sum(b.amount * ((b.debit == CUSTOMER_FUNDS) - (b.credit == CUSTOMER_FUNDS)) for b in moves)

    received = -out_of_funds("payment", "deposit")
    return Where(received, moved(FEES), -moved(SALES), out_of_funds("refund"), -moved(CUSTOMER_FUNDS))


def earned_no_more(reader: Reader, column: Literal["order_id", "payment_id"], number: int) -> int:
    """What credit notes took back of what an order's (or a payment's) sale had earned, less what was earned again."""
    return int(
        reader.value(
            "SELECT coalesce(sum(iif(debit = ?, amount, -amount)), 0) FROM ledger_entry"  # noqa: S608 - fixed columns
            f" WHERE kind = 'credit_note' AND {column} = ?",
            (SALES, number),
        )
    )


def shares(reader: Reader, order_id: int, account: str) -> dict[int, int]:
    """Payment of this order → what of it stands in ``account`` (SALES or CUSTOMER_FUNDS), only where there is some."""
    return dict(
        reader.all(
            "SELECT payment_id, sum(iif(credit = ?1, amount, -amount)) AS there FROM ledger_entry"
            " WHERE order_id = ?2 AND ?1 IN (credit, debit) AND payment_id IS NOT NULL GROUP BY payment_id"
            " HAVING there > 0 ORDER BY payment_id",
            (account, order_id),
        )
    )
