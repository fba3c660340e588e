"""The seller's word that somebody pays first: a risk's short hold and no later terms (F69), whatever their score."""

from __future__ import annotations

from core.customers.events import BuyerRestricted
from core.kernel.errors import NotFound
from core.storage.connection import Reader
from core.storage.engine import Tx


def restrict(tx: Tx, customer_id: int, *, wanted: bool = True) -> bool:
    """Have them pay first, or no longer; what they hold already runs on. → whether it is news. Raises NotFound."""
    if not tx.value("SELECT 1 FROM customer WHERE id = ?", (customer_id,)):
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    if restricted(tx, customer_id) == wanted:
        return False
    tx.run("UPDATE customer SET restricted_at = ? WHERE id = ?", (tx.now if wanted else None, customer_id))
    tx.emit(BuyerRestricted(customer_id, wanted))
    return True


def restricted(reader: Reader, customer_id: int) -> bool:
    return reader.value("SELECT restricted_at FROM customer WHERE id = ?", (customer_id,)) is not None
