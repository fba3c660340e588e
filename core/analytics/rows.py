"""The orders behind a figure, the latest first."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any, Final

from core.analytics.queries import knows_tiers
from core.analytics.revenue import PROVIDER, SALES, SIGNED
from core.analytics.views import OrderLine, OrdersWanted
from core.kernel.clock import to_datetime
from core.storage.connection import Reader, Row

LIMIT: Final = 500
_FIRST: Final = "(SELECT min(f.paid_at) FROM orders f WHERE f.customer_id = o.customer_id)"


def orders(reader: Reader, wanted: OrdersWanted, zone: tzinfo, limit: int = LIMIT) -> list[OrderLine]:
    """At most ``limit`` of them. The amounts of all of a revenue's rows add up to it."""
    knows_tiers(reader)
    rows_from, values, (amount, at) = _source(wanted)
    where, more = _where(wanted)
    sql = (
        f"SELECT o.id, o.reference, o.state, o.customer_id, c.name, {amount}, {at} AS moment, v.id FROM {rows_from}"  # noqa: S608 - constants
        " JOIN customer c ON c.id = o.customer_id LEFT JOIN conversation v ON v.customer_id = c.id"
        f" WHERE {' AND '.join(where)} ORDER BY moment DESC, o.id DESC"
    )
    found: list[OrderLine] = []
    for row in reader.connection.execute(sql, values + more):
        line = OrderLine(*row)
        if wanted.hour is None or _in_hour(line.at, wanted.hour, zone):
            found.append(line)
            if len(found) == limit:
                break
    return found


def _source(wanted: OrdersWanted) -> tuple[str, list[Any], tuple[str, str]]:
    """FROM what, its values, and the columns of the amount and the time."""
    if wanted.basis != "earned":
        column = "o.reserved_at" if wanted.basis == "claimed" else "o.paid_at"
        return "orders o", [], ("o.total", column)
    where, values = [SALES], list[Any]()
    for condition, value in (("e.at >= ?", wanted.since), ("e.at < ?", wanted.until)):
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.providers:
        marks = ", ".join("?" * len(wanted.providers))
        where.append(f"{PROVIDER} IN ({marks})")
        values += wanted.providers
    sums = (
        f"SELECT e.order_id, sum({SIGNED}) AS amount, max(e.at) AS at FROM ledger_entry e WHERE {' AND '.join(where)}"  # noqa: S608
    )
    return f"({sums} GROUP BY 1) s JOIN orders o ON o.id = s.order_id", values, ("s.amount", "s.at")


def _where(wanted: OrdersWanted) -> tuple[list[str], list[Any]]:
    conditions: list[tuple[str, Any]] = [
        ("o.session_id = ?", wanted.session_id),
        ("o.customer_id = ?", wanted.customer_id),
        (f"{_FIRST} >= ?", wanted.first_since),
        (f"{_FIRST} < ?", wanted.first_until),
        ("EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.product_id = ?)", wanted.product_id),
        ("tier_of(c.orders, c.paid, c.expired, c.spent, c.pay_ms, c.scored) = ?", wanted.tier),
    ]
    if wanted.basis != "earned":
        column = "reserved_at" if wanted.basis == "claimed" else "paid_at"
        conditions += [(f"o.{column} >= ?", wanted.since), (f"o.{column} < ?", wanted.until)]
    where = ["1"] + [condition for condition, value in conditions if value is not None]
    values = [value for _, value in conditions if value is not None]
    if wanted.states:
        where.append(f"o.state IN ({', '.join('?' * len(wanted.states))})")
        values += wanted.states
    if wanted.seen:
        where.append("(o.state = 'paid' OR o.link_opened_at IS NOT NULL)")
    return where, values


def _in_hour(at: int, hour: tuple[int, int], zone: tzinfo) -> bool:
    local = to_datetime(at, zone)
    return (local.weekday(), local.hour) == hour


def prospects(reader: Reader, ids: tuple[int, ...], limit: int = LIMIT) -> list[Row]:
    """(name, stage, opened at, conversation or None) of these prospects, the latest first."""
    return reader.all(
        "SELECT c.name, l.stage, l.opened_at, v.id FROM json_each(?) j JOIN lead l ON l.id = j.value"
        " JOIN customer c ON c.id = l.customer_id LEFT JOIN conversation v ON v.customer_id = c.id"
        " ORDER BY l.opened_at DESC, l.id DESC LIMIT ?",
        (json.dumps(ids), limit),
    )
