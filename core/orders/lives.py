"""The lives that are over as they are listed (F11): when, for how long, where, and what each brought.

Each figure is the one that the live's own summary tells (:mod:`core.orders.evening`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from core.kernel.paging import Sort
from core.orders.figures import percent
from core.storage.connection import Reader

NEWEST: Final = Sort("id")
_ORDERS: Final = "(SELECT count(*) FROM orders o WHERE o.session_id = s.id)"
_PAID: Final = "(SELECT count(*) FROM orders o WHERE o.session_id = s.id AND o.state = 'paid')"
_TAKINGS: Final = (
    "(SELECT coalesce(sum(min(o.total, o.received)), 0) FROM orders o WHERE o.session_id = s.id AND o.state = 'paid')"
)
_SHARE: Final = f"coalesce((200 * {_PAID} + {_ORDERS}) / (2 * nullif({_ORDERS}, 0)), 0)"
_DURATION: Final = "(s.ended_at - s.started_at)"
SORTS: Final = {"id": "s.id", "duration": _DURATION, "takings": _TAKINGS, "orders": _ORDERS, "share": _SHARE}
_BEST: Final = (
    "SELECT l.title, sum(l.quantity) FROM orders o JOIN order_line l ON l.order_id = o.id"
    " WHERE o.session_id = ? AND o.state = 'paid' GROUP BY l.product_id ORDER BY 2 DESC, min(o.id) LIMIT 1"
)
_PAGE: Final = 200


class Wanted(Struct, frozen=True):
    """What is looked for. ``since`` of the start, ms UTC; ``text``: in the title, or in the name of what was sold."""

    source: str | None = None
    since: int | None = None
    text: str = ""
    sort: Sort = NEWEST


class LiveRow(Struct, frozen=True):
    """One live. Times in ms UTC, ``takings`` in smallest units; ``best``: (title, units sold) or None."""

    id: int
    title: str
    source: str
    started_at: int
    duration: int
    orders: int
    paid: int
    takings: int
    best: tuple[str, int] | None

    @property
    def share(self) -> int | None:
        """Percent of the orders that are paid."""
        return percent(self.paid, self.orders)

    def cursor(self, sort: Sort = NEWEST) -> tuple[int, int]:
        """Where the page after this row begins."""
        return getattr(self, sort.by) or 0, self.id


class Totals(Struct, frozen=True):
    """All lives that fit together."""

    count: int = 0
    takings: int = 0
    orders: int = 0
    paid: int = 0


def page(reader: Reader, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[LiveRow]:
    """The lives behind a row, or the first ones."""
    past, values, order = wanted.sort.keyset(SORTS, "s.id", after)
    where, more = _where(wanted)
    rows = reader.all(
        f"SELECT s.id, s.title, s.source, s.started_at, {_DURATION}, {_ORDERS}, {_PAID}, {_TAKINGS}"  # noqa: S608
        f" FROM live_session s WHERE {past} AND {where} ORDER BY {order} LIMIT ?",
        (*values, *more, limit),
    )
    found: list[tuple[Any, ...]] = [(*row, _best(reader, row[0])) for row in rows]
    return [LiveRow(*row) for row in found]


def _best(reader: Reader, session_id: int) -> tuple[str, int] | None:
    row = reader.one(_BEST, (session_id,))
    return None if row is None else (row[0], row[1])


def every(reader: Reader, wanted: Wanted) -> Iterator[LiveRow]:
    """All that fit, read by the page."""
    after = None
    while found := page(reader, wanted, after, _PAGE):
        yield from found
        after = found[-1].cursor(wanted.sort)


def totals(reader: Reader, wanted: Wanted) -> Totals:
    where, values = _where(wanted)
    row = reader.one(
        f"SELECT count(*), coalesce(sum({_TAKINGS}), 0), coalesce(sum({_ORDERS}), 0), coalesce(sum({_PAID}), 0)"  # noqa: S608
        f" FROM live_session s WHERE {where}",
        values,
    )
    return Totals(*(row or ()))


def sources(reader: Reader) -> list[str]:
    """Where the lives that are over were."""
    return [
        row[0] for row in reader.all("SELECT DISTINCT source FROM live_session WHERE ended_at IS NOT NULL ORDER BY 1")
    ]


def _where(wanted: Wanted) -> tuple[str, list[Any]]:
    where, values = ["s.ended_at IS NOT NULL"], list[Any]()
    for condition, value in (("s.source = ?", wanted.source), ("s.started_at >= ?", wanted.since)):
        if value is not None:
            where.append(condition)
            values.append(value)
    if text := wanted.text.strip():
        sought = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where.append(
            "(s.title LIKE ? ESCAPE '\\' OR s.id IN (SELECT o.session_id FROM order_line l JOIN orders o ON o.id ="
            " l.order_id WHERE l.title LIKE ? ESCAPE '\\' OR l.sku LIKE ? ESCAPE '\\'))"
        )
        values += [sought] * 3
    return " AND ".join(where), values
