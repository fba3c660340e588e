"""What others are shown of an order: plain values. Times in ms UTC, amounts in smallest units."""

from __future__ import annotations

from msgspec import Struct


class LineView(Struct, frozen=True):
    """``product_id`` None, ``sku`` empty: nothing of the catalogue. ``discount``: what the line costs less.
    ``note``: the size and colour the buyer said."""

    product_id: int | None
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int = 0
    note: str = ""


class OrderView(Struct, frozen=True):
    """``customer_phone`` in E.164 or None; ``link``: the nonce of the pay link; ``deposit``: the first part agreed."""

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
    received: int = 0
    deposit: int = 0
