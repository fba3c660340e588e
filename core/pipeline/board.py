"""Prospects as a board: each stage's cards, the latest moved first (keyset paging), and what each comes to."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from msgspec import Struct

from core.customers import ranking
from core.kernel.errors import NotFound
from core.kernel.text import fold
from core.pipeline.queries import COLUMNS, ROWS, LeadView, view
from core.pipeline.rules import STAGES
from core.storage.connection import Reader

Only = Literal["due", "qualified"]
Source = Literal["live", "conversation", "seller"]
_LIVE: Final = (
    "(SELECT s.title FROM orders o JOIN live_session s ON s.id = o.session_id WHERE o.customer_id = l.customer_id"
    " AND o.reserved_at >= l.opened_at ORDER BY o.id LIMIT 1)"
)
_PHONE: Final = (
    "EXISTS (SELECT 1 FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone' AND instr(i.value, ?) > 0)"
)
_CARD: Final = (
    f"SELECT {COLUMNS}, {_LIVE}, (SELECT q.id FROM quote q WHERE q.customer_id = l.customer_id ORDER BY q.id DESC"  # noqa: S608 - fixed words
    f" LIMIT 1) {ROWS}"
)


class Wanted(Struct, frozen=True):
    """What is looked for. ``only``: whose next activity is due, or who is worth a call; ``ids``: these ones only."""

    text: str = ""
    only: Only | None = None
    ids: tuple[int, ...] | None = None


class Card(Struct, frozen=True):
    """A prospect on the board. ``source``: where it comes from, with the live's title; ``quote``: id of the latest."""

    view: LeadView
    source: Source
    live: str
    quote: int | None

    @property
    def place(self) -> tuple[int, int]:
        """Where the page behind it begins."""
        return self.view.lead.moved_at, self.view.lead.id


class Total(Struct, frozen=True):
    """A stage: how many, and what they come to together in smallest units, as far as it is known."""

    stage: str
    count: int
    worth: int


def cards(
    reader: Reader, stage: str, wanted: Wanted, now: int, after: tuple[int, int] | None, limit: int
) -> list[Card]:
    where, parameters = _where(wanted, now)
    if after is not None:
        where.append("l.moved_at <= ? AND (l.moved_at < ? OR l.id < ?)")
        parameters += [after[0], after[0], after[1]]
    sql = f"{_CARD} WHERE l.stage = ? AND {' AND '.join(where)} ORDER BY l.moved_at DESC, l.id DESC LIMIT ?"
    return [_card(row) for row in reader.all(sql, (stage, *parameters, limit))]


def one(reader: Reader, lead_id: int) -> Card:
    """Raises NotFound."""
    row = reader.one(f"{_CARD} WHERE l.id = ?", (lead_id,))
    if row is None:
        raise NotFound("There is no prospect number {lead_id}.", lead_id=lead_id)
    return _card(row)


def totals(reader: Reader, wanted: Wanted, now: int) -> list[Total]:
    """Every stage in its order, empty ones too."""
    where, parameters = _where(wanted, now)
    rows = reader.all(
        "SELECT l.stage, count(*), coalesce(sum(coalesce(l.amount, l.estimate)), 0) FROM lead l"  # noqa: S608 - fixed words
        f" JOIN customer c ON c.id = l.customer_id WHERE {' AND '.join(where)} GROUP BY l.stage",
        parameters,
    )
    found = {stage: (count, worth) for stage, count, worth in rows}
    return [Total(stage, *found.get(stage, (0, 0))) for stage in STAGES]


def _where(wanted: Wanted, now: int) -> tuple[list[str], list[Any]]:
    where, parameters = ["1"], list[Any]()
    if wanted.only == "due":
        where.append("l.next_at <= ?")
        parameters.append(now)
    elif wanted.only == "qualified":
        where.append("l.qualified_at IS NOT NULL AND l.stage NOT IN ('won', 'lost')")
    if wanted.ids is not None:
        where.append("l.id IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(wanted.ids))
    for word in fold(wanted.text).split():
        where.append(f"(instr({ranking.NAME}, ?) > 0 OR {_PHONE})")
        parameters += [word, word]
    return where, parameters


def _card(row: Any) -> Card:
    who, (live, quote) = view(row), row[18:]
    source: Source = "live" if live is not None else "seller" if who.conversation_id is None else "conversation"
    return Card(who, source, live or "", quote)
