"""Quotes as they are listed and looked through: by state as it stands now, by number, by customer."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.customers import queries as customers
from core.kernel.errors import NotFound
from core.kernel.paging import Sort
from core.quotes.rules import EXPIRED, VALID_DAYS
from core.storage.connection import Reader, Row

NEWEST: Final = Sort("id")
SORTS: Final = {"id": "q.id", "total": "q.total", "valid_until": "q.valid_until"}
MANY: Final = 500  # customers a search may mean
# Past its time a quote is over before the sweep has come round: :func:`core.quotes.queries.standing` as SQL.
_STANDING: Final = "CASE WHEN q.state IN ('sent', 'seen') AND q.valid_until <= ?1 THEN 'expired' ELSE q.state END"
_ROW: Final = (
    f"SELECT q.id, q.reference, q.customer_id, coalesce(c.name, ''), (SELECT value FROM identity i"  # noqa: S608 - fixed
    f" WHERE i.customer_id = q.customer_id AND i.kind = 'phone' ORDER BY last_seen DESC LIMIT 1), {_STANDING}, q.total,"
    " q.created_at, q.valid_until, q.sent_at, q.seen_at, q.answered_at, q.reminded_at,"
    f" coalesce(json_extract(q.content, '$.terms.valid_days'), {VALID_DAYS}),"
    " coalesce(json_extract(q.content, '$.asked'), 0)"
    " FROM quote q LEFT JOIN customer c ON c.id = q.customer_id"
)


class QuoteRow(Struct, frozen=True):
    """One quote in the list. Times in ms UTC, ``total`` in smallest units; ``phone`` in E.164, None when not known;
    ``valid_days``: from its sending; ``asked``: a draft the chat wrote for who asked, and nobody has looked at."""

    id: int
    reference: str
    customer_id: int | None
    customer: str
    phone: str | None
    state: str
    total: int
    created_at: int
    valid_until: int
    sent_at: int | None
    seen_at: int | None
    answered_at: int | None
    reminded_at: int | None
    valid_days: int = VALID_DAYS
    asked: bool = False

    def cursor(self, sort: Sort = NEWEST) -> tuple[int, int]:
        """Where the page after this row begins."""
        value: int = getattr(self, sort.by)
        return value, self.id


class Wanted(Struct, frozen=True):
    """``state`` None: all. ``text``: part of a number, of a name, or of a phone. ``sort``: by one of SORTS."""

    state: str | None = None
    text: str = ""
    sort: Sort = NEWEST


def rows(
    reader: Reader, wanted: Wanted, now: int, *, after: tuple[int, int] | None = None, limit: int = 100
) -> list[QuoteRow]:
    """Those behind a row, newest first unless another order is asked for. ``now`` in ms UTC."""
    behind, edge, order = wanted.sort.keyset(SORTS, "q.id", after)
    where, values = [behind.replace("(?, ?)", "(?2, ?3)")], list[Any]((now, *edge))
    if wanted.state is not None:
        values.append(wanted.state)
        # The plain states first: an index finds them, and the sum of conditions says which of them still stand.
        plain = "('expired', 'sent', 'seen')" if wanted.state == EXPIRED else f"(?{len(values)})"
        where.append(f"q.state IN {plain} AND {_STANDING} = ?{len(values)}")
    if text := wanted.text.strip():
        ids = [found.id for found in customers.search(reader, text, MANY)]
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        values.append(like)
        fits = f"q.reference LIKE ?{len(values)} ESCAPE '\\'"
        if ids:
            fits += f" OR q.customer_id IN ({', '.join(map(str, ids))})"
        where.append(f"({fits})")
    sql = f"{_ROW} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {int(limit)}"
    return [_row(row) for row in reader.all(sql, values)]


def one(reader: Reader, quote_id: int, now: int) -> QuoteRow:
    """Raises NotFound."""
    row = reader.one(f"{_ROW} WHERE q.id = ?2", (now, quote_id))
    if row is None:
        raise NotFound("There is no quote number {quote_id}.", quote_id=quote_id)
    return _row(row)


def by_reference(reader: Reader, number: str) -> int:
    """The quote that bears this number. → its id. Raises NotFound."""
    found: int | None = reader.value("SELECT id FROM quote WHERE reference = ?", (number.strip().upper(),))
    if found is None:
        raise NotFound("There is no quote {number}.", number=number.strip()[:40])
    return found


def counts(reader: Reader, now: int) -> dict[str, int]:
    """How many quotes stand in each state now."""
    return dict(reader.all(f"SELECT {_STANDING}, count(*) FROM quote q GROUP BY 1", (now,)))  # noqa: S608 - fixed


def waiting(reader: Reader) -> int:
    """How many wait for the seller: asked for in the chat and not looked at, or accepted and not ordered yet."""
    count = "state = 'accepted' OR (state = 'draft' AND json_extract(content, '$.asked'))"
    return int(reader.value(f"SELECT count(*) FROM quote WHERE state IN ('accepted', 'draft') AND ({count})"))  # noqa: S608


def latest_draft(reader: Reader, customer_id: int) -> tuple[int, str] | None:
    """(id, number) of the draft that waits for this customer, if any."""
    sql = "SELECT id, reference FROM quote WHERE customer_id = ? AND state = 'draft' ORDER BY id DESC LIMIT 1"
    row = reader.one(sql, (customer_id,))
    return None if row is None else (row[0], row[1])


def _row(row: Row) -> QuoteRow:
    facts: Any = row
    return replace(QuoteRow(*facts), asked=bool(row[-1]))
