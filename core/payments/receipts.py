"""Money that comes to the seller's own account, where no provider tells LivePay: only the seller's word settles it."""

from __future__ import annotations

from core.kernel.errors import Refused
from core.payments import service
from core.payments.attempts import AttemptRow, load_attempt
from core.payments.events import ReceiptClaimed, ReceiptConfirmed, ReceiptDenied
from core.payments.rules import PAID, REJECTED
from core.storage.connection import Reader
from core.storage.engine import Tx


def awaiting(reader: Reader, order_id: int) -> AttemptRow | None:
    """The attempt that the seller can confirm: one whose buyer says it is paid, else the latest; None without one."""
    row = reader.one(
        "SELECT id FROM attempt WHERE order_id = ? AND by_seller AND state NOT IN (?, ?)"
        " ORDER BY claimed_at IS NULL, id DESC LIMIT 1",
        (order_id, PAID, REJECTED),
    )
    return load_attempt(reader, row[0]) if row else None


def says_paid(tx: Tx, order_id: int) -> bool:
    """The buyer says so: the seller is asked to look, once. → whether there is anything for the seller to look at."""
    attempt = awaiting(tx, order_id)
    if attempt is None:
        return False
    if tx.run("UPDATE attempt SET claimed_at = ? WHERE id = ? AND claimed_at IS NULL", (tx.now, attempt.id)):
        tx.emit(ReceiptClaimed(attempt.id, order_id, attempt.amount))
    return True


def confirm(tx: Tx, order_id: int, amount: int | None = None) -> None:
    """The seller saw the money: it settles the order like any other. ``amount``: what came, if not what was asked.

    Raises Refused when no payment of this order waits for the seller's word, or for an impossible amount.
    """
    attempt = _asked_about(tx, order_id)
    came = attempt.amount if amount is None else amount
    if came <= 0:
        raise Refused("The amount received must be greater than zero.")
    tx.emit(ReceiptConfirmed(attempt.id, order_id, came))
    service.receive(tx, attempt, came, None, attempt.method, None)


def deny(tx: Tx, order_id: int) -> None:
    """The seller looked and there is no money (yet); the buyer may say again that there is. Raises Refused."""
    attempt = _asked_about(tx, order_id)
    tx.run("UPDATE attempt SET claimed_at = NULL WHERE id = ?", (attempt.id,))
    tx.emit(ReceiptDenied(attempt.id, order_id))


def _asked_about(tx: Tx, order_id: int) -> AttemptRow:
    attempt = awaiting(tx, order_id)
    if attempt is None:
        raise Refused("No payment of this order waits for your confirmation.")
    return attempt
