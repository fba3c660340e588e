"""The seller's word that somebody may order beyond the store's limits, for a time."""

from __future__ import annotations

from typing import Final

from core.customers.events import OrderingAllowed
from core.kernel.clock import HOUR
from core.kernel.errors import NotFound
from core.storage.connection import Reader
from core.storage.engine import Tx

USUAL: Final = 24  # hours
LONGEST: Final = 24 * 365


def allow(tx: Tx, customer_id: int, hours: int = USUAL) -> int:
    """Let them order for so many hours from now; 0 takes it back. → until when, ms UTC. Raises NotFound."""
    until = tx.now + hours * HOUR if hours else 0
    if not tx.run("UPDATE customer SET allowed_until = ? WHERE id = ?", (until, customer_id)):
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    tx.emit(OrderingAllowed(customer_id, until))
    return until


def allowed(reader: Reader, customer_id: int, now: int) -> bool:
    return (reader.value("SELECT allowed_until FROM customer WHERE id = ?", (customer_id,)) or 0) > now
