"""What others are shown of a customer: plain values. Times in ms UTC."""

from __future__ import annotations

from msgspec import Struct

from core.customers.rules import Record


class CustomerView(Struct, frozen=True):
    """``phone`` in E.164, None when only a business-scoped id is known."""

    id: int
    name: str
    phone: str | None
    language: str
    record: Record
    created_at: int
    last_order_at: int | None
    notes: str
