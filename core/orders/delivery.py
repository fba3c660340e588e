"""Where an order is to be delivered, as the buyer wrote or shared it: in the encrypted file, never in the journal."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY
from core.kernel.text import one_line
from core.orders.events import AddressAsked, AddressKept
from core.orders.service import load
from core.storage.connection import Reader
from core.storage.engine import Tx

MAX_ADDRESS: Final = 300
WAITS: Final = 3 * DAY  # an answer that comes later is a message like any other


class Place(Struct, frozen=True):
    """``location``: latitude and longitude, where the buyer shared them."""

    address: str
    location: tuple[float, float] | None


def ask(tx: Tx, order_id: int) -> bool:
    """The buyer is asked where to deliver. → whether they were not before."""
    asked = tx.run("INSERT OR IGNORE INTO delivery(order_id, asked_at) VALUES(?,?)", (order_id, tx.now))
    if asked:
        tx.emit(AddressAsked(order_id, load(tx, order_id).customer_id))
    return bool(asked)


def awaited(reader: Reader, customer_id: int, now: int) -> int | None:
    """The order whose address this customer was asked for and has not told yet."""
    found: int | None = reader.value(
        "SELECT d.order_id FROM orders o JOIN delivery d ON d.order_id = o.id WHERE o.customer_id = ?"
        " AND d.at IS NULL AND d.asked_at > ? ORDER BY o.id DESC LIMIT 1",
        (customer_id, now - WAITS),
    )
    return found


def keep(tx: Tx, order_id: int, address: str, location: tuple[float, float] | None = None) -> None:
    """The place as told; a second one takes the first one's."""
    latitude, longitude = location or (None, None)
    tx.run(
        "INSERT INTO delivery(order_id, address, latitude, longitude, at) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET address = ?2, latitude = ?3, longitude = ?4, at = ?5",
        (order_id, one_line(address, MAX_ADDRESS), latitude, longitude, tx.now),
    )
    tx.emit(AddressKept(order_id, load(tx, order_id).customer_id))


def of_order(reader: Reader, order_id: int) -> Place | None:
    """None before it is told."""
    row = reader.one(
        "SELECT address, latitude, longitude FROM delivery WHERE order_id = ? AND at IS NOT NULL", (order_id,)
    )
    return None if row is None else Place(row[0], None if row[1] is None else (row[1], row[2]))
