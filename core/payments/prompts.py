"""Payment requests on phones: how many one order may send."""

from __future__ import annotations

from core.kernel.errors import Refused
from core.payments.rules import MOST_PROMPTS, REJECTED
from core.storage.engine import Tx


class TooManyPrompts(Refused):
    """Enough payment requests were sent to phones for one order."""

    def __init__(self) -> None:
        super().__init__("Too many payment requests were sent for this order. Choose another means of payment.")


def count(tx: Tx, order_id: int) -> None:
    """Whoever holds a link can make any phone ring: only so often. Raises TooManyPrompts."""
    sent = "SELECT count(*) FROM attempt WHERE order_id = ? AND payer IS NOT NULL AND state <> ?"
    if tx.value(sent, (order_id, REJECTED)) >= MOST_PROMPTS:
        raise TooManyPrompts
