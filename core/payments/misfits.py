"""Money that contradicts its attempt (another currency, another order): told of by a provider, booked nowhere."""

from __future__ import annotations

from core.kernel.errors import Refused
from core.payments.attempts import AttemptRow, load_attempt
from core.payments.events import PaymentQuarantined, QuarantineEnded
from core.storage.engine import Tx


def quarantine(tx: Tx, attempt: AttemptRow, amount: int) -> None:
    """It waits for the seller's eyes, once: ``amount`` (smallest units) is what the provider said."""
    if tx.run(
        "UPDATE attempt SET error = 'contradiction' WHERE id = ?"
        " AND coalesce(error, '') NOT IN ('contradiction', 'dealt with')",
        (attempt.id,),
    ):
        tx.emit(PaymentQuarantined(attempt.id, attempt.order_id, attempt.provider, amount))


def deal_with(tx: Tx, attempt_id: int) -> None:
    """The seller settled at the provider what did not fit its order: it is shown no more. Raises Refused."""
    attempt = load_attempt(tx, attempt_id)
    if not tx.run("UPDATE attempt SET error = 'dealt with' WHERE id = ? AND error = 'contradiction'", (attempt_id,)):
        raise Refused("There is nothing to settle here any more.")
    tx.emit(QuarantineEnded(attempt.id, attempt.order_id))
