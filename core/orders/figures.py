"""What one live tells of its sales (F164): order time, conversion and fraud, each with the orders it is made of."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.customers.rules import Record, potential_fake
from core.kernel.clock import SECOND
from core.kernel.errors import NotFound
from core.storage.connection import Reader, Row

# Upper ends of the classes of order time, in seconds: the goals are 60, 30 and 15. The last class has no end.
CLASSES: Final = (15, 30, 60, 120, 300)
_ORDERS: Final = (
    "SELECT o.id, o.state, o.reserved_at, o.paid_at, c.orders, c.paid, c.expired, c.spent, c.pay_ms,"
    " EXISTS (SELECT 1 FROM decision d WHERE d.order_id = o.id AND d.kind = 'suspect' AND d.choice = 'refuse'),"
    " coalesce((SELECT talk FROM risk r WHERE r.order_id = o.id), 0)"
    " FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.session_id = ? ORDER BY o.id"
)


class Share(Struct, frozen=True):
    """``part`` of ``whole``, both as order ids; ``percent`` rounded to the nearest, None of nothing."""

    part: tuple[int, ...]
    whole: tuple[int, ...]

    @property
    def percent(self) -> int | None:
        return percent(len(self.part), len(self.whole))


class OrderTime(Struct, frozen=True):
    """From the claim to the payment. ``times``: (order id, ms), the quickest first; ``median`` in ms, None of none;
    ``classes``: (up to so many seconds, or None for more; how many orders)."""

    times: tuple[tuple[int, int], ...]

    @property
    def median(self) -> int | None:
        """Of an even number the mean of the two in the middle, rounded down."""
        if not self.times:
            return None
        middle = len(self.times) // 2
        upper = self.times[middle][1]
        return upper if len(self.times) % 2 else (self.times[middle - 1][1] + upper) // 2

    @property
    def classes(self) -> tuple[tuple[int | None, int], ...]:
        found: dict[int | None, int] = dict.fromkeys((*CLASSES, None), 0)
        for _, ms in self.times:
            found[next((end for end in CLASSES if ms <= end * SECOND), None)] += 1
        return tuple(found.items())


class LiveFigures(Struct, frozen=True):
    """``conversion``: orders paid of all that were made, as the seller's summary has it (F90). ``fraud``: orders that
    the seller refused as suspect, or that ended unpaid after « j'ai payé » without money, or of a potential fake buyer
    (F68, as their record stands now); of all that were made."""

    session_id: int
    order_time: OrderTime
    conversion: Share
    fraud: Share


def percent(part: int, whole: int) -> int | None:
    """Rounded to the nearest, halves up."""
    return (200 * part + whole) // (2 * whole) if whole else None


def of_live(reader: Reader, session_id: int) -> LiveFigures:
    """Raises NotFound."""
    if reader.value("SELECT 1 FROM live_session WHERE id = ?", (session_id,)) is None:
        raise NotFound("There is no live number {session_id}.", session_id=session_id)
    rows = reader.all(_ORDERS, (session_id,))
    whole = tuple(row[0] for row in rows)
    times = sorted((max(0, row[3] - row[2]), row[0]) for row in rows if row[1] == "paid")
    return LiveFigures(
        session_id,
        OrderTime(tuple((number, ms) for ms, number in times)),
        Share(tuple(row[0] for row in rows if row[1] == "paid"), whole),
        Share(tuple(row[0] for row in rows if _looks_false(row)), whole),
    )


def _looks_false(row: Row) -> bool:
    _, state, _, paid_at, *record, refused, talk = row
    unpaid = state in ("expired", "cancelled") and paid_at is None
    return bool(refused) or (unpaid and (talk > 0 or potential_fake(Record(*record))))
