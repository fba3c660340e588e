"""What of an order is asked for first, and until when the rest is due, by how the store sells."""

from __future__ import annotations

from core.kernel.clock import DAY
from core.segments.rules import Segment
from core.storage.connection import Reader


def first_part(reader: Reader, order_id: int, total: int, segment: Segment) -> tuple[int, int | None]:
    """(deposit, when the rest is due): 0 for the whole at once. The rest is due on site, so until the day after the
    last of it took place; None where nothing of it has a day."""
    deposit = segment.deposit_of(total)
    if not deposit:
        return 0, None
    last = reader.value(
        "SELECT max(p.event_at) FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = ?",
        (order_id,),
    )
    return deposit, None if last is None else last + DAY
