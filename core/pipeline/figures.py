"""How prospects become sales (F98): of those who came in a time, how many were sent a quote, how many bought."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from core.orders.figures import percent
from core.storage.connection import Reader

# A quote belongs to the opportunity that was open when it was sent: from its opening to that of the next one.
_LEADS: Final = (
    "SELECT l.id, l.stage = 'won', EXISTS (SELECT 1 FROM quote q WHERE q.customer_id = l.customer_id"
    " AND q.sent_at >= l.opened_at AND q.sent_at < coalesce((SELECT min(n.opened_at) FROM lead n"
    " WHERE n.customer_id = l.customer_id AND n.id > l.id), 9223372036854775807))"
    " FROM lead l WHERE l.opened_at >= ? AND l.opened_at < ? ORDER BY l.id"
)


Step = Literal["leads", "quoted", "won", "quoted_won"]


class ProspectsWanted(Struct, frozen=True):
    """The prospects behind one figure of a :class:`Funnel` of ``since`` ≤ time < ``until``, ms UTC."""

    step: Step
    ids: tuple[int, ...]
    since: int
    until: int


class Funnel(Struct, frozen=True):
    """Ids of prospects. ``leads``: all that were opened in the time; of them ``quoted``: were sent a quote; ``won``:
    bought, whenever; ``quoted_won``: both. The percentages are rounded to the nearest, None of nothing."""

    leads: tuple[int, ...]
    quoted: tuple[int, ...]
    won: tuple[int, ...]
    quoted_won: tuple[int, ...]

    @property
    def lead_to_quote(self) -> int | None:
        return percent(len(self.quoted), len(self.leads))

    @property
    def quote_to_sale(self) -> int | None:
        return percent(len(self.quoted_won), len(self.quoted))

    @property
    def lead_to_sale(self) -> int | None:
        return percent(len(self.won), len(self.leads))


def funnel(reader: Reader, since: int, until: int) -> Funnel:
    """Of the prospects opened from ``since`` to before ``until``, ms UTC."""
    rows = reader.all(_LEADS, (since, until))
    return Funnel(
        tuple(row[0] for row in rows),
        tuple(row[0] for row in rows if row[2]),
        tuple(row[0] for row in rows if row[1]),
        tuple(row[0] for row in rows if row[1] and row[2]),
    )
