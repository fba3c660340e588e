"""An order as the services see it, and what follows from how much of it is paid."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.errors import NotFound
from core.orders.rules import asked
from core.storage.connection import Reader


class Order(Struct, frozen=True):
    """An order as the services see it. ``deposit``: the first part agreed, 0 for none; the rest is due ``balance_by``
    (ms UTC). ``agreed``: made from a quote. ``terms_days``: paid so many days after its invoice; 0 or None: now."""

    id: int
    reference: str
    session_id: int | None
    customer_id: int
    source: str
    state: str
    exception: str | None
    total: int
    received: int
    reserved_at: int
    expires_at: int
    agreed: bool = False
    deposit: int = 0
    balance_by: int | None = None
    counted: bool = False
    confirmed_at: int | None = None
    terms_days: int | None = None

    @property
    def deposit_in(self) -> bool:
        """The deposit that was agreed has come in: the goods wait for the rest as long as the seller does."""
        return 0 < self.deposit <= self.received

    @property
    def on_terms(self) -> bool:
        """Delivered and invoiced, paid later."""
        return bool(self.terms_days)

    @property
    def stands(self) -> bool:
        """Sold, though not paid: no hold ends, nothing is added to it, and the seller is asked when money is late."""
        return self.deposit_in or self.on_terms

    @property
    def first(self) -> int:
        """From which sum on less than the whole is as agreed, 0 for none: the deposit; any, where it is due later."""
        return 1 if self.on_terms else self.deposit

    @property
    def asked(self) -> int:
        """What is to be paid now."""
        return asked(self.total, self.received, self.deposit)


COLUMNS: Final = (
    "id, reference, session_id, customer_id, source, state, exception, total, received, reserved_at, expires_at,"
    " agreed, deposit, balance_by, counted, confirmed_at, terms_days"
)


def load(reader: Reader, order_id: int) -> Order:
    """Raises NotFound."""
    row = reader.one(f"SELECT {COLUMNS} FROM orders WHERE id = ?", (order_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no order number {order_id}.", order_id=order_id)
    return Order(*row)
