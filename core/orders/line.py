"""Who is next for an item that is sold out: gold and diamond customers (F72) and VIPs (F77) first, the
others as they came.

Who was let pass stands at the end, whatever their tier. The seller sees the line, and may change it.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.customers.rules import LOYAL, Record, in_front
from core.customers.service import RECORD_COLUMNS
from core.storage.connection import Reader, Row

# Only who has paid so often can be in front: the others need no score.
_CANDIDATES: Final = (
    f"SELECT w.id, {', '.join('c.' + name.strip() for name in RECORD_COLUMNS.split(','))}"  # noqa: S608 - fixed columns
    " FROM waiting w JOIN customer c ON c.id = w.customer_id"
    f" WHERE w.product_id = ? AND w.state = 'waiting' AND w.skipped_at IS NULL"
    f" AND c.paid > {LOYAL} ORDER BY w.id"
)


def _ahead(reader: Reader, product_id: int) -> list[int]:
    """Those who are served before the others, in their order."""
    return [number for number, *record in reader.all(_CANDIDATES, (product_id,)) if in_front(Record(*record))]


def first(reader: Reader, product_id: int) -> Row | None:
    """(id, customer, quantity, source) of who is next; None when nobody waits."""
    ahead = _ahead(reader, product_id)
    return reader.one(
        "SELECT id, customer_id, quantity, source FROM waiting WHERE product_id = ? AND state = 'waiting'"
        " AND id >= ? ORDER BY id LIMIT 1",
        (product_id, ahead[0] if ahead else 0),
    )


def place(reader: Reader, product_id: int, customer_id: int) -> int:
    """The customer's place, from 1; 0 when they do not wait."""
    mine = reader.value(
        "SELECT id FROM waiting WHERE product_id = ? AND customer_id = ? AND state = 'waiting'",
        (product_id, customer_id),
    )
    if mine is None:
        return 0
    ahead = _ahead(reader, product_id)
    if mine in ahead:
        return ahead.index(mine) + 1
    before: int = reader.value(
        "SELECT count(*) FROM waiting WHERE product_id = ? AND state = 'waiting' AND id <= ?", (product_id, mine)
    )
    return before + len([number for number in ahead if number > mine])


class Waiter(Struct, frozen=True):
    """Somebody in line, from the one who is next on. ``since``: ms UTC. ``ahead``: served before those who came
    earlier; ``skipped``: let pass by the seller."""

    waiting_id: int
    customer_id: int
    name: str
    quantity: int
    since: int
    ahead: bool
    skipped: bool
    conversation_id: int | None


def waiters(reader: Reader, product_id: int, limit: int = 200) -> list[Waiter]:
    """The line of a product."""
    ahead = _ahead(reader, product_id)
    found = [
        Waiter(number, customer, name, quantity, since, number in ahead, bool(skipped), talk)
        for number, customer, name, quantity, since, skipped, talk in reader.all(
            "SELECT w.id, w.customer_id, c.name, w.quantity, w.since, w.skipped_at IS NOT NULL, v.id FROM waiting w"
            " JOIN customer c ON c.id = w.customer_id LEFT JOIN conversation v ON v.customer_id = w.customer_id"
            " WHERE w.product_id = ? AND w.state = 'waiting' ORDER BY w.id LIMIT ?",
            (product_id, limit),
        )
    ]
    return sorted(found, key=lambda one: not one.ahead)  # stable: each part as they came
