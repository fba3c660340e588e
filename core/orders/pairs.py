"""Products that the seller says go together (F86): with the first in an order, the second costs less, really.

As many units of the second are reduced as there are of the first. The discount is the line's own, so that the total,
the pay link and the invoice all say the same.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.errors import NotFound, Refused
from core.orders.events import PairRemoved, PairSet
from core.storage.connection import Reader
from core.storage.engine import Tx

MOST: Final = 90  # percent


class Pair(Struct, frozen=True):
    """``percent`` off ``with_sku`` in an order that holds ``sku``; 0: only proposed."""

    product_id: int
    sku: str
    with_id: int
    with_sku: str
    percent: int


def discount(percent: int, unit_price: int, units: int) -> int:
    """Off so many units, rounded down on each: never more than was said."""
    return unit_price * percent // 100 * units


def put(tx: Tx, product_id: int, with_id: int, percent: int) -> None:
    """Say that they go together, or change by how much. Raises NotFound, Refused."""
    if product_id == with_id:
        raise Refused("A product goes together with another one, not with itself.")
    if not 0 <= percent <= MOST:
        raise Refused("A discount is between 0 and {most} percent.", most=MOST)
    for number in (product_id, with_id):
        if tx.value("SELECT 1 FROM product WHERE id = ?", (number,)) is None:
            raise NotFound("This product is not in the catalogue.")
    tx.run(
        "INSERT INTO pair(product_id, with_id, percent, made_at) VALUES(?,?,?,?)"
        " ON CONFLICT DO UPDATE SET percent = excluded.percent",
        (product_id, with_id, percent, tx.now),
    )
    tx.emit(PairSet(product_id, with_id, percent))


def remove(tx: Tx, product_id: int, with_id: int) -> None:
    """Raises NotFound."""
    if not tx.run("DELETE FROM pair WHERE product_id = ? AND with_id = ?", (product_id, with_id)):
        raise NotFound("These two products are no pair.")
    tx.emit(PairRemoved(product_id, with_id))


def all_of(reader: Reader) -> list[Pair]:
    return [
        Pair(*row)
        for row in reader.all(
            "SELECT r.product_id, a.sku, r.with_id, b.sku, r.percent FROM pair r JOIN product a ON a.id = r.product_id"
            " JOIN product b ON b.id = r.with_id ORDER BY a.sku, b.sku"
        )
    ]


def priced(tx: Tx, order_id: int) -> int:
    """Give every line of an open order the discount of its best pair, or takes it away. → the order's total."""
    lines = tx.all(
        "SELECT l.id, l.quantity, l.unit_price, l.discount, coalesce((SELECT max(r.percent * 1000 + min(t.quantity,"
        " l.quantity)) FROM pair r JOIN order_line t ON t.product_id = r.product_id AND t.order_id = l.order_id"
        " WHERE r.with_id = l.product_id), 0) FROM order_line l WHERE l.order_id = ?",
        (order_id,),
    )
    total = 0
    for line_id, quantity, unit_price, before, best in lines:
        off = discount(best // 1000, unit_price, best % 1000)
        if off != before:
            tx.run("UPDATE order_line SET discount = ? WHERE id = ?", (off, line_id))
        total += quantity * unit_price - off
    return total
