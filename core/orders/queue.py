"""What the seller may do with the line of a sold-out item: give it to somebody now, let them pass, take them out.

Nobody is told of the latter two; who is taken out may claim again.
"""

from __future__ import annotations

from core.catalogue import stock
from core.kernel.errors import NotFound, Refused
from core.orders.events import LineChanged
from core.orders.service import Orders
from core.storage.connection import Row
from core.storage.engine import Tx


def offer(tx: Tx, orders: Orders, waiting_id: int) -> None:
    """Give what is free to this one, before those who are in front. Raises NotFound, and Refused with nothing free."""
    product_id, waiter = _waiter(tx, waiting_id)
    if stock.available(tx, product_id) <= 0 or not orders.offer(tx, product_id, waiter):
        raise Refused("Nothing of this product is free: put some in stock, or wait until a hold ends.")
    tx.emit(LineChanged(product_id, waiter[1], "offered"))


def skip(tx: Tx, waiting_id: int) -> None:
    """Let the others pass: this one stands at the end of the line from now on. Raises NotFound."""
    product_id, waiter = _waiter(tx, waiting_id)
    tx.run(
        "UPDATE waiting SET id = (SELECT max(id) + 1 FROM waiting), skipped_at = ? WHERE id = ?", (tx.now, waiting_id)
    )
    tx.emit(LineChanged(product_id, waiter[1], "skipped"))


def drop(tx: Tx, waiting_id: int) -> None:
    """Take somebody out of the line. Raises NotFound."""
    product_id, waiter = _waiter(tx, waiting_id)
    tx.run("UPDATE waiting SET state = 'left', reason = 'seller' WHERE id = ?", (waiting_id,))
    tx.emit(LineChanged(product_id, waiter[1], "dropped"))


def take_back(tx: Tx, waiting_id: int) -> None:
    """Whoever was taken out stands where they stood, unless they have claimed since. Raises NotFound."""
    row = tx.one(
        "SELECT product_id, customer_id FROM waiting WHERE id = ? AND state = 'left' AND reason = 'seller'",
        (waiting_id,),
    )
    if row is None or not tx.run(
        "UPDATE OR IGNORE waiting SET state = 'waiting', reason = NULL WHERE id = ?", (waiting_id,)
    ):
        raise NotFound("They no longer wait for this product.")
    product_id, customer_id = row
    tx.emit(LineChanged(product_id, customer_id, "returned"))


def _waiter(tx: Tx, waiting_id: int) -> tuple[int, Row]:
    row = tx.one(
        "SELECT product_id, id, customer_id, quantity, source FROM waiting WHERE id = ? AND state = 'waiting'",
        (waiting_id,),
    )
    if row is None:
        raise NotFound("They no longer wait for this product.")
    return row[0], row[1:]
