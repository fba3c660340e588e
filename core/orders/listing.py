"""The orders of a store as they are listed: by state, time, live, source and what is looked for, in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from core.kernel.errors import NotFound
from core.kernel.paging import Sort
from core.orders import behind
from core.orders.behind import Added, OrdersWanted
from core.storage.connection import Reader, Row

State = Literal["to_decide", "reserved", "paid", "expired", "cancelled", "refunded"]
NEWEST: Final = Sort("id")
# Ids grow with time, and their index costs nothing; the others are read through, which 100 000 orders allow.
SORTS: Final = {
    "id": "o.id",
    "total": "o.total",
    "customer": "(SELECT name FROM customer WHERE id = o.customer_id)",
}
_PAGE: Final = 1000
_GOODS: Final = (  # « ROBE1 × 2, SAC2 »
    "SELECT group_concat(brief || iif(quantity > 1, ' × ' || quantity, ''), ', ') FROM order_content"
    " WHERE order_id = o.id"
)
_ROW: Final = (
    "SELECT o.id, o.reference, o.state, iif(o.undecided, coalesce((SELECT kind FROM decision WHERE order_id = o.id"  # noqa: S608 - fixed
    " AND choice IS NULL ORDER BY id LIMIT 1), o.exception), NULL), EXISTS (SELECT 1 FROM attempt a WHERE a.order_id ="
    " o.id AND a.claimed_at IS NOT NULL AND a.state NOT IN ('paid', 'rejected')), o.source, o.session_id, s.title,"
    f" o.customer_id, c.name, ({_GOODS}), o.total, o.received, o.reserved_at, o.expires_at, o.paid_at, o.closed_at,"
    " coalesce((SELECT method FROM payment WHERE order_id = o.id ORDER BY id LIMIT 1), o.provider), {earned}"
    " FROM {rows} o JOIN customer c ON c.id = o.customer_id LEFT JOIN live_session s ON s.id = o.session_id"
)


class Filter(Struct, frozen=True):
    """What is looked for. ``since`` and ``until`` (not included) of the reservation, in ms UTC; ``text``: part of a
    reference, a name, a phone or a SKU; ``sort``: by one of SORTS; ``only``: of these orders, by id; ``behind``: only
    those behind a figure."""

    state: State | None = None
    since: int | None = None
    until: int | None = None
    session_id: int | None = None
    source: str | None = None
    text: str = ""
    sort: Sort = NEWEST
    only: tuple[int, ...] = ()
    behind: OrdersWanted | None = None


class OrderRow(Struct, frozen=True):
    """One order in the list. Times in ms UTC, amounts in smallest units.

    ``question``: what the seller is to decide, None for nothing; ``claimed``: the buyer says that money came which only
    the seller can see; ``goods``: the articles in short; ``means``: how it was paid, as far as is known; ``earned``:
    what it adds to the money that is asked about, None where none is.
    """

    id: int
    reference: str
    state: str
    question: str | None
    claimed: bool
    source: str
    session_id: int | None
    session: str | None
    customer_id: int
    customer: str
    goods: str
    total: int
    received: int
    reserved_at: int
    expires_at: int
    paid_at: int | None
    closed_at: int | None
    means: str | None
    earned: int | None = None

    def cursor(self, sort: Sort = NEWEST) -> tuple[int | str, int]:
        """Where the page after this row begins."""
        value: int | str = getattr(self, sort.by)
        return value, self.id


class Totals(Struct, frozen=True):
    """All that fits together: how many, what they are worth, what has come of it, and what is still awaited.
    ``added``: what they add to the figure they stand behind."""

    count: int = 0
    worth: int = 0
    received: int = 0
    awaited: int = 0
    added: Added | None = None


class Live(Struct, frozen=True):
    """A live that orders can be of."""

    id: int
    title: str
    started_at: int


def page(
    reader: Reader, wanted: Filter = Filter(), *, after: tuple[int | str, int] | None = None, limit: int = 100
) -> list[OrderRow]:
    """The orders behind a row, or the first ones; the newest first where nothing else is asked for."""
    past, values, order = wanted.sort.keyset(SORTS, "o.id", after)
    where, more = _where(reader, wanted)
    # The page first, by as little as can be; what is shown of it is read for these rows only.
    rows = f"(SELECT * FROM orders o WHERE {past} AND {where} ORDER BY {order} LIMIT ?)"  # noqa: S608 - see SORTS
    earned, asked = behind.earned(wanted.behind) if wanted.behind and wanted.behind.basis == "earned" else ("NULL", [])
    sql = _ROW.format(rows=rows, earned=earned)
    found = reader.all(f"{sql} ORDER BY {order}", (*asked, *values, *more, limit))
    return [_row(row) for row in found]


def one(reader: Reader, order_id: int) -> OrderRow:
    """Raises NotFound."""
    row = reader.one(f"{_ROW.format(rows='orders', earned='NULL')} WHERE o.id = ?", (order_id,))
    if row is None:
        raise NotFound("There is no order number {order_id}.", order_id=order_id)
    return _row(row)


def every(reader: Reader, wanted: Filter) -> Iterator[OrderRow]:
    """Every order that fits, read by the page."""
    after = None
    while found := page(reader, wanted, after=after, limit=_PAGE):
        yield from found
        after = found[-1].cursor(wanted.sort)


def totals(reader: Reader, wanted: Filter) -> Totals:
    where, values = _where(reader, wanted)
    row = reader.one(
        "SELECT count(*), coalesce(sum(total), 0), coalesce(sum(iif(state = 'paid', min(total, received), 0)), 0),"  # noqa: S608
        f" coalesce(sum(iif(state = 'reserved', max(0, total - received), 0)), 0) FROM orders o WHERE {where}",
        values,
    )
    added = behind.added(reader, wanted.behind, where, values) if wanted.behind is not None else None
    return replace(Totals(*(row or ())), added=added)


def counts(reader: Reader) -> dict[str, int]:
    """How many orders stand in each state, and wait for the seller."""
    found = dict(reader.all("SELECT state, count(*) FROM orders GROUP BY state"))
    found["to_decide"] = reader.value(f"SELECT count(*) FROM orders o WHERE {_TO_DECIDE}")  # noqa: S608 - fixed
    return found


def lives(reader: Reader, limit: int = 50) -> list[Live]:
    """The latest lives, newest first."""
    sql = "SELECT id, title, started_at FROM live_session ORDER BY id DESC LIMIT ?"
    return [Live(*row) for row in reader.all(sql, (limit,))]


def sources(reader: Reader) -> list[str]:
    """Where the orders that there are came from."""
    return [row[0] for row in reader.all("SELECT DISTINCT source FROM orders ORDER BY source")]


_TO_DECIDE: Final = (
    "(o.id IN (SELECT id FROM orders WHERE undecided = 1) OR o.id IN (SELECT order_id FROM attempt WHERE claimed_at IS"
    " NOT NULL AND state NOT IN ('paid', 'rejected')))"
)


def _where(reader: Reader, wanted: Filter) -> tuple[str, list[Any]]:
    where, values = ["1"], list[Any]()
    if wanted.state == "to_decide":
        where.append(_TO_DECIDE)
    for condition, value in (
        ("o.state = ?", None if wanted.state == "to_decide" else wanted.state),
        ("o.reserved_at >= ?", wanted.since),
        ("o.reserved_at < ?", wanted.until),
        ("o.session_id = ?", wanted.session_id),
        ("o.source = ?", wanted.source),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.only:
        where.append("o.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(wanted.only))
    if wanted.behind is not None:
        behind.teach(reader, wanted.behind)
        found, more = behind.condition(wanted.behind)
        where.append(f"({found})")
        values += more
    if text := wanted.text.strip():
        found, more = matching(text)
        where.append(f"(o.id IN ({found}) OR o.id IN (SELECT order_id FROM order_line WHERE sku LIKE ? ESCAPE '\\'))")  # noqa: S608
        values += [*more, _like(text)]
    return " AND ".join(where), values


def matching(text: str) -> tuple[str, list[Any]]:
    """The orders whose reference, or buyer's name or phone, has this text in it: (SQL of their ids, its values)."""
    people, values = "SELECT id FROM customer WHERE name LIKE ? ESCAPE '\\'", [_like(text), _like(text)]
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 6 and not any(c.isalpha() for c in text):
        people += " UNION SELECT customer_id FROM identity WHERE kind = 'phone' AND value LIKE ?"
        values.append(f"%{digits}%")
    return f"SELECT id FROM orders WHERE reference LIKE ? ESCAPE '\\' OR customer_id IN ({people})", values  # noqa: S608


def _like(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _row(row: Row) -> OrderRow:
    facts: Any = row
    found = OrderRow(*facts)
    return replace(found, claimed=bool(found.claimed), goods=found.goods or "")
