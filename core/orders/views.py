"""What others are shown of an order: plain values. Times in ms UTC, amounts in smallest units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineView:
    product_id: int
    sku: str
    title: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class OrderView:
    """``customer_phone`` in E.164 or None; ``link`` is the nonce of the pay link."""

    id: int
    reference: str
    state: str
    exception: str | None
    source: str
    session_id: int | None
    customer_id: int
    customer_name: str
    customer_phone: str | None
    lines: tuple[LineView, ...]
    total: int
    reserved_at: int
    expires_at: int
    paid_at: int | None
    link: bytes
    question: int | None = None
