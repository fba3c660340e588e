"""What happens to invoices."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class InvoiceIssued(Event, frozen=True):
    """``number`` is gapless within series and year."""

    area: ClassVar[str] = "invoices"
    invoice_id: int
    order_id: int
    series: str
    year: int
    number: int
    total: int

    @property
    def subject(self) -> int:
        return self.invoice_id
