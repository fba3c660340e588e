"""Money that the seller takes in their hand, and their word settles: the rest of a deposit on site, an invoice in
cash."""

from __future__ import annotations

from typing import Final

from core.kernel.errors import Refused
from core.orders.rules import RESERVED
from core.orders.service import load
from core.payments import service
from core.payments.attempts import begin_attempt, load_attempt
from core.payments.events import AttemptOpened, CashReceived
from core.payments.rules import OPEN
from core.storage.engine import Tx

CASH: Final = "cash"
"""Provider and means of what no provider saw: the ledger has an account of it like any other."""
LABEL: Final = "Cash"  # for people; a message id of the domain ``errors``


def receive(tx: Tx, order_id: int, currency: str, amount: int | None = None) -> int:
    """The seller has the money: it settles the order like any other, and no other session stays payable.

    ``amount``: what came, if not all that is left. → what was booked. Raises NotFound, or Refused when nothing is due
    or more came than is.
    """
    order = load(tx, order_id)
    left = order.total - order.received
    if order.state != RESERVED or left <= 0:
        raise Refused("Nothing is to be paid for this order.")
    came = left if amount is None else amount
    if not 0 < came <= left:
        raise Refused("The amount received must be between 1 and {left}.", left=left)
    attempt_id = begin_attempt(tx, order_id, CASH, CASH, came, currency, tx.now, state=OPEN, by_seller=True)
    tx.emit(AttemptOpened(attempt_id, order_id, CASH, came))
    tx.emit(CashReceived(attempt_id, order_id, came))
    service.receive(tx, load_attempt(tx, attempt_id), came, 0, CASH, None)
    return came
