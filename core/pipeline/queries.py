"""Reading prospects by the page, by their stage and by what is to be done next."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from core.pipeline.rules import STAGES
from core.pipeline.service import Lead
from core.storage.connection import Reader

COLUMNS: Final = (
    "l.id, l.customer_id, l.stage, l.asked, l.amount, l.next_at, l.next_what, l.opened_at, l.moved_at,"
    " l.qualified_at, l.qualified_by, l.estimate, l.note, l.lost_why, c.name,"
    " (SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone' ORDER BY last_seen DESC LIMIT 1),"
    " v.id, v.last_text"
)
ROWS: Final = (
    "FROM lead l JOIN customer c ON c.id = l.customer_id LEFT JOIN conversation v ON v.customer_id = l.customer_id"
)


class LeadView(Struct, frozen=True):
    """A prospect with whom it is and where to talk to them."""

    lead: Lead
    name: str
    phone: str | None
    conversation_id: int | None
    last_text: str


class Column(Struct, frozen=True):
    """All of one stage: how many, and what they are about together in smallest units."""

    stage: str
    count: int
    amount: int


def page(
    reader: Reader,
    *,
    before: int = 2**63 - 1,
    limit: int = 50,
    stage: str | None = None,
    customer_id: int | None = None,
    qualified: bool = False,
    due_before: int | None = None,
) -> list[LeadView]:
    """The latest prospects below an id, newest first. ``due_before``: whose next activity is due by then (ms UTC)."""
    where, parameters = ["l.id < ?"], [before]
    wanted: tuple[tuple[str, Any], ...] = (
        ("l.stage = ?", stage),
        ("l.customer_id = ?", customer_id),
        ("l.next_at <= ?", due_before),
    )
    for clause, value in wanted:
        if value is not None:
            where.append(clause)
            parameters.append(value)
    if qualified:
        where.append("l.qualified_at IS NOT NULL")
    sql = f"SELECT {COLUMNS} {ROWS} WHERE {' AND '.join(where)} ORDER BY l.id DESC LIMIT ?"
    return [view(row) for row in reader.all(sql, (*parameters, limit))]


def one(reader: Reader, lead_id: int) -> LeadView | None:
    row = reader.one(f"SELECT {COLUMNS} {ROWS} WHERE l.id = ?", (lead_id,))
    return view(row) if row else None


def view(row: Any) -> LeadView:
    """A row that begins with :data:`COLUMNS`."""
    return LeadView(Lead(*row[:14]), row[14], row[15], row[16], row[17] or "")


def columns(reader: Reader) -> list[Column]:
    """Every stage in its order, empty ones too."""
    found = {
        stage: (count, amount)
        for stage, count, amount in reader.all(
            "SELECT stage, count(*), coalesce(sum(amount), 0) FROM lead GROUP BY stage"
        )
    }
    return [Column(stage, *found.get(stage, (0, 0))) for stage in STAGES]
