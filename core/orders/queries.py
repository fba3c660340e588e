"""Reading orders, whole and by the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from core.kernel.errors import NotFound
from core.orders.views import LineView, OrderView
from core.storage.connection import Reader

# Free stock, and what the same buyer has claimed again meanwhile: that gives way to their own money.
_MISSING: Final = (
    "SELECT l.id, l.product_id, l.quantity, l.unit_price FROM order_line l JOIN orders o ON o.id = l.order_id"
    " JOIN product p ON p.id = l.product_id WHERE o.id = ? AND o.state <> 'reserved' AND l.taken = 0 AND l.quantity >"
    " p.on_hand - p.held + (SELECT coalesce(max(h.held), 0) FROM order_line h JOIN orders a ON a.id = h.order_id"
    " WHERE h.product_id = l.product_id AND a.customer_id = o.customer_id AND a.state = 'reserved'"
    " AND NOT a.agreed AND a.received = 0)"
    " ORDER BY l.id"
)
_ORDER: Final = (
    "SELECT o.id, o.reference, o.state, o.exception, o.source, o.session_id, o.customer_id, c.name,"
    " (SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone' ORDER BY last_seen DESC LIMIT 1),"
    " o.total, o.reserved_at, o.expires_at, o.paid_at, o.link, o.received, o.deposit, iif(o.undecided,"
    " (SELECT min(id) FROM decision d WHERE d.order_id = o.id AND d.choice IS NULL), NULL)"
    " FROM orders o JOIN customer c ON c.id = o.customer_id"
)


class OrderedLine(Struct, frozen=True):
    """A line of an order as it is kept. ``unit_price`` in the smallest unit."""

    id: int
    product_id: int
    quantity: int
    unit_price: int


def lines_of(reader: Reader, order_id: int) -> list[OrderedLine]:
    """What was ordered, line by line."""
    sql = "SELECT id, product_id, quantity, unit_price FROM order_line WHERE order_id = ? ORDER BY id"
    return [OrderedLine(*row) for row in reader.all(sql, (order_id,))]


def missing(reader: Reader, order_id: int) -> list[OrderedLine]:
    """The lines of an ended order that the shop cannot deliver any more."""
    return [OrderedLine(*row) for row in reader.all(_MISSING, (order_id,))]


def page(
    reader: Reader,
    *,
    before: int = 2**63 - 1,
    limit: int = 50,
    state: str | None = None,
    session_id: int | None = None,
    customer_id: int | None = None,
) -> list[OrderView]:
    """The latest orders below an id, newest first."""
    where, parameters = ["o.id < ?"], [before]
    wanted: tuple[tuple[str, Any], ...] = (
        ("o.state", state),
        ("o.session_id", session_id),
        ("o.customer_id", customer_id),
    )
    for column, value in wanted:
        if value is not None:
            where.append(f"{column} = ?")
            parameters.append(value)
    return _read(reader, f"{_ORDER} WHERE {' AND '.join(where)} ORDER BY o.id DESC LIMIT ?", (*parameters, limit))


def order(reader: Reader, order_id: int) -> OrderView:
    """Raises NotFound."""
    found = _read(reader, f"{_ORDER} WHERE o.id = ?", (order_id,))
    if not found:
        raise NotFound("There is no order number {order_id}.", order_id=order_id)
    return found[0]


def _read(reader: Reader, sql: str, parameters: Sequence[Any]) -> list[OrderView]:
    rows = reader.all(sql, parameters)
    lines: dict[int, list[LineView]] = {row[0]: [] for row in rows}
    marks = ",".join("?" * len(rows))
    for order_id, *line in reader.all(
        f"SELECT order_id, product_id, sku, title, quantity, unit_price, discount, note FROM order_content"  # noqa: S608
        f" WHERE order_id IN ({marks}) ORDER BY extra, id",
        list(lines),
    ):
        lines[order_id].append(LineView(*line))
    found: list[OrderView] = []
    for order_id, *facts, customer_id, name, phone, total, reserved, expires, paid, link, got, part, question in rows:
        reference, state, exception, source, session_id = facts
        found.append(
            OrderView(
                id=order_id,
                reference=reference,
                state=state,
                exception=exception,
                source=source,
                session_id=session_id,
                customer_id=customer_id,
                customer_name=name,
                customer_phone=phone,
                lines=tuple(lines[order_id]),
                total=total,
                reserved_at=reserved,
                expires_at=expires,
                paid_at=paid,
                link=link,
                received=got,
                deposit=part,
                question=question,
            )
        )
    return found


def in_live(reader: Reader, customer_id: int) -> bool:
    """Whether this customer buys, or waits for something, in the live that is running."""
    session = reader.value("SELECT id FROM live_session WHERE ended_at IS NULL")
    if session is None:
        return False
    found = (
        "SELECT EXISTS(SELECT 1 FROM orders WHERE customer_id = ?1 AND session_id = ?2)"
        " OR EXISTS(SELECT 1 FROM waiting WHERE customer_id = ?1 AND session_id = ?2 AND state = 'waiting')"
    )
    return bool(reader.value(found, (customer_id, session)))
