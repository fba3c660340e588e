"""Runs of the comparison and what they found: stored, each difference once for as long as it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from core.kernel.errors import NotFound, Refused
from core.ledger import book
from core.payments import booking, refunds
from core.reconciliation import queries
from core.reconciliation.events import DifferenceSettled, Reconciled
from core.reconciliation.rules import TAKEN, Difference
from core.storage.connection import Reader
from core.storage.engine import Tx

BOOKS: Final = ("unbooked", "order_unbooked", "miscounted")  # what every run looks for, whatever it compares with
_RUN: Final = "id, source, provider, started_at, ended_at, since, until, compared, foreign_lines, found"
_DIFFERENCE: Final = (
    "id, run_id, kind, provider, reference, ours, theirs, order_id, payment_id, attempt_id, state, found_at"
)


class Run(Struct, frozen=True):
    """``source``: providers (asked one by one) or statement. ``compared`` payments; ``foreign_lines`` of a statement
    are of other sales on the same account; ``found``: differences at the time. Times in ms UTC."""

    id: int
    source: str
    provider: str
    started_at: int
    ended_at: int
    since: int | None
    until: int | None
    compared: int
    foreign_lines: int
    found: int


class Found(Struct, frozen=True):
    """One stored difference. ``state``: open, gone (a later run no longer found it), taken (booked), done (by hand)."""

    id: int
    run_id: int
    kind: str
    provider: str
    reference: str
    ours: int | None
    theirs: int | None
    order_id: int | None
    payment_id: int | None
    attempt_id: int | None
    state: str
    found_at: int


class Compared(Struct, frozen=True):
    """What a run looked at: what it does not name of these is no longer a difference."""

    source: str
    provider: str
    started_at: int
    since: int | None
    until: int | None
    payments: Collection[int]
    attempts: Collection[int]
    foreign_lines: int = 0
    fees: Mapping[int, int] = field(default_factory=dict)
    """Payment → the fee, told for the first time."""


def record(tx: Tx, looked: Compared, differences: Sequence[Difference]) -> int:
    """Store a run; fees that it is the first to tell are booked. → its id."""
    for payment_id, fee in looked.fees.items():
        booking.learn_fee(tx, payment_id, fee)
    differences = [found for found in differences if not _settled(tx, found)]
    run_id = tx.insert(
        "INSERT INTO reconciliation(source, provider, started_at, ended_at, since, until, compared, foreign_lines,"
        " found, actor) VALUES(?,?,?,?,?,?,?,?,?,?)",
        (
            looked.source,
            looked.provider,
            looked.started_at,
            tx.now,
            looked.since,
            looked.until,
            len(looked.payments) + len(looked.attempts),
            looked.foreign_lines,
            len(differences),
            tx.actor,
        ),
    )
    for found in differences:
        tx.run(
            "INSERT INTO difference(key, run_id, kind, provider, reference, ours, theirs, order_id, payment_id,"
            " attempt_id, found_at) VALUES(?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT(key) WHERE state = 'open' DO UPDATE SET run_id = excluded.run_id, ours = excluded.ours,"
            " theirs = excluded.theirs",
            (
                found.key,
                run_id,
                found.kind,
                found.provider,
                found.reference,
                found.ours,
                found.theirs,
                found.order_id,
                found.payment_id,
                found.attempt_id,
                tx.now,
            ),
        )
    _forget(tx, looked, {found.key for found in differences})
    tx.emit(Reconciled(run_id, looked.source, looked.provider, len(differences)))
    return run_id


def _settled(tx: Tx, found: Difference) -> bool:
    """A person settled this very difference, and nothing about it has changed since. The books' own mistakes stay."""
    row = tx.one("SELECT state, ours, theirs FROM difference WHERE key = ? ORDER BY id DESC LIMIT 1", (found.key,))
    return found.kind not in BOOKS and row == ("done", found.ours, found.theirs)


def _forget(tx: Tx, looked: Compared, standing: Collection[str]) -> None:
    payments, attempts = set(looked.payments), set(looked.attempts)
    for difference_id, key, kind, payment_id, attempt_id in tx.all(
        "SELECT id, key, kind, payment_id, attempt_id FROM difference WHERE state = 'open'"
    ):
        seen = kind in BOOKS or payment_id in payments or (payment_id is None and attempt_id in attempts)
        if seen and key not in standing:
            _close(tx, difference_id, "gone")


def settle(tx: Tx, difference_id: int, choice: str) -> None:
    """``take``: the provider is right, the books follow by an entry of their own. ``done``: settled otherwise.

    Raises NotFound, Refused.
    """
    found = load(tx, difference_id)
    if found.state != "open":
        raise Refused("This difference is settled already.")
    if choice == "take":
        _take(tx, found)
    elif choice != "done":
        raise Refused("This choice does not fit: use one of {choices}.", choices="take, done")
    _close(tx, difference_id, "taken" if choice == "take" else "done")
    tx.emit(DifferenceSettled(difference_id, found.kind, choice, (found.theirs or 0) - (found.ours or 0)))


def _take(tx: Tx, found: Found) -> None:
    theirs = 0 if found.kind == "payment_unknown" else found.theirs
    if found.kind not in TAKEN or found.payment_id is None or theirs is None or found.ours is None:
        raise Refused("The books cannot simply follow here: do the next step that is named, then mark it as done.")
    if found.kind in ("refund_missing", "refund_unknown"):
        _take_refund(tx, found.payment_id, found.ours, theirs)
        return
    account, about = book.account_of(found.provider), {"order_id": found.order_id, "payment_id": found.payment_id}
    more = theirs - found.ours
    if found.kind == "fee_differs":
        now = tx.value("SELECT fee FROM payment WHERE id = ?", (found.payment_id,))
        if now != found.ours or theirs > tx.value("SELECT amount FROM payment WHERE id = ?", (found.payment_id,)):
            raise Refused("The books have changed since: compare again.")
        tx.run("UPDATE payment SET fee = ?, fee_known = 1 WHERE id = ?", (theirs, found.payment_id))
        to, of = (book.FEES, account) if more > 0 else (account, book.FEES)
        book.post(tx, "psp_fee", to, of, abs(more), **about)
    else:
        now = queries.amount_of(tx, found.payment_id)
        if now != found.ours:
            raise Refused("The books have changed since: compare again.")
        to, of = (account, book.ADJUSTMENTS) if more > 0 else (book.ADJUSTMENTS, account)
        book.post(tx, "adjustment", to, of, abs(more), **about)


def _take_refund(tx: Tx, payment_id: int, ours: int, theirs: int) -> None:
    amount, refunded = tx.one("SELECT amount, refunded FROM payment WHERE id = ?", (payment_id,)) or (0, 0)
    if refunded != ours or not 0 <= theirs <= amount or theirs == ours:
        raise Refused("The books have changed since: compare again.")
    if theirs > ours:
        refunds.went_back(tx, payment_id, theirs - ours)
    else:
        refunds.never_left(tx, payment_id, ours - theirs)


def _close(tx: Tx, difference_id: int, state: str) -> None:
    tx.run(
        "UPDATE difference SET state = ?, closed_at = ?, closed_by = ? WHERE id = ?",
        (state, tx.now, tx.actor, difference_id),
    )


def load(reader: Reader, difference_id: int) -> Found:
    """Raises NotFound."""
    row = reader.one(f"SELECT {_DIFFERENCE} FROM difference WHERE id = ?", (difference_id,))  # noqa: S608 - fixed
    if row is None:
        raise NotFound("There is no difference number {difference_id}.", difference_id=difference_id)
    return Found(*row)


def run(reader: Reader, run_id: int) -> Run:
    """Raises NotFound."""
    row = reader.one(f"SELECT {_RUN} FROM reconciliation WHERE id = ?", (run_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no comparison number {run_id}.", run_id=run_id)
    return Run(*row)


def runs(reader: Reader, *, before: int = 2**63 - 1, limit: int = 50) -> list[Run]:
    """The newest first."""
    rows = reader.all(f"SELECT {_RUN} FROM reconciliation WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit))  # noqa: S608
    return [Run(*row) for row in rows]


def of_run(reader: Reader, run_id: int) -> list[Found]:
    """What a run found and no later run found again."""
    rows = reader.all(f"SELECT {_DIFFERENCE} FROM difference WHERE run_id = ? ORDER BY id", (run_id,))  # noqa: S608
    return [Found(*row) for row in rows]


def standing(reader: Reader, limit: int = 200) -> list[Found]:
    """The differences that stand, the newest first."""
    rows = reader.all(
        f"SELECT {_DIFFERENCE} FROM difference WHERE state = 'open' ORDER BY id DESC LIMIT ?",  # noqa: S608 - fixed
        (limit,),
    )
    return [Found(*row) for row in rows]


def once(differences: Iterable[Difference]) -> list[Difference]:
    """The same, each once."""
    return list({found.key: found for found in differences}.values())
