"""Offering times, taking one, and the seller's call. Every verb is a function of an open transaction.

A time is taken by one conditional update inside the transaction of the only writer, under a constraint of the table
itself (taken ≤ capacity): it cannot be promised twice. It goes back with the end of its order, whatever ends that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from core.catalogue import stock
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.clock import DAY
from core.kernel.errors import NotFound, Refused
from core.orders.events import OrderChanged
from core.orders.rules import PAID, RESERVED
from core.orders.service import Order, load
from core.slots.events import CallMade, SlotBooked, SlotPassed, SlotReleased, SlotRemoved, SlotsAdded
from core.slots.rules import Offered, Weekly, check, overlaps, times_of
from core.storage.engine import Tx

PASSED: Final = "slot"  # kind of the deadline: a time begins, and is offered no more


@dataclass(frozen=True, slots=True)
class Added:
    """What became of times that were offered: ``left_out``: those that would have run beside another one."""

    added: int
    left_out: int


# -- offering ----------------------------------------------------------------------------------------------------


def add(tx: Tx, product_id: int, offered: Sequence[Offered]) -> Added:
    """Offer these times; one that runs beside another of the product is left out. Raises NotFound, Refused."""
    if tx.value("SELECT 1 FROM product WHERE id = ? AND active", (product_id,)) is None:
        raise NotFound("This product is not in the catalogue.")
    for each in offered:
        check(each, tx.now)
    known = [
        Offered(*row)
        for row in tx.all(
            "SELECT starts_at, minutes, capacity FROM slot WHERE product_id = ? AND starts_at > ?",
            (product_id, tx.now - DAY),
        )
    ]
    added = []
    for each in sorted(offered, key=lambda o: o.starts_at):
        if not overlaps(each, known):
            known.append(each)
            added.append(each)
    if not added:
        raise Refused("There is a time of this product at that moment already.")
    for each in added:
        slot_id = tx.insert(
            "INSERT INTO slot(product_id, starts_at, minutes, capacity) VALUES(?,?,?,?)",
            (product_id, each.starts_at, each.minutes, each.capacity),
        )
        set_deadline(tx, PASSED, slot_id, each.starts_at)
    tx.emit(SlotsAdded(product_id, len(added), sum(each.capacity for each in added)))
    _level(tx, product_id)
    return Added(len(added), len(offered) - len(added))


def add_weekly(tx: Tx, product_id: int, habit: Weekly, first: date, zone: tzinfo) -> Added:
    """Offer the times of a weekly habit from a day on. Raises NotFound, Refused."""
    return add(tx, product_id, times_of(habit, first, zone, tx.now))


def remove(tx: Tx, slot_id: int) -> None:
    """Offer a time no more. Raises NotFound, or Refused while somebody has it."""
    row = tx.one("SELECT product_id, taken FROM slot WHERE id = ?", (slot_id,))
    if row is None:
        raise NotFound("There is no time number {slot_id}.", slot_id=slot_id)
    if row[1] or tx.value("SELECT 1 FROM booking WHERE slot_id = ?", (slot_id,)):
        raise Refused("Somebody has taken this time: cancel their order first.")
    tx.run("DELETE FROM slot WHERE id = ?", (slot_id,))
    clear_deadline(tx, PASSED, slot_id)
    tx.emit(SlotRemoved(row[0], slot_id))
    _level(tx, row[0])


def passed(tx: Tx, slot_id: int) -> None:
    """A time begins: what nobody took of it cannot be sold any more."""
    product_id = tx.value("SELECT product_id FROM slot WHERE id = ?", (slot_id,))
    if product_id is not None:
        tx.emit(SlotPassed(product_id, slot_id))
        _level(tx, product_id)


def _level(tx: Tx, product_id: int) -> None:
    """What is left to sell of a product with times is what is free in them, less what is held without one yet."""
    free: int = tx.value(
        "SELECT coalesce(sum(capacity - taken), 0) FROM slot WHERE product_id = ? AND starts_at > ?",
        (product_id, tx.now),
    )
    waiting: int = tx.value(
        "SELECT coalesce(sum(l.held), 0) FROM order_line l WHERE l.product_id = ?1 AND l.held > 0 AND NOT EXISTS"
        " (SELECT 1 FROM booking b WHERE b.order_id = l.order_id AND b.product_id = ?1)",
        (product_id,),
    )
    wanted, available = max(0, free - waiting), stock.available(tx, product_id)
    if wanted > available:
        stock.give_back(tx, product_id, wanted - available)
    elif wanted < available:
        stock.sell_free(tx, product_id, available - wanted)


# -- taking ------------------------------------------------------------------------------------------------------


def choose(tx: Tx, order_id: int, slot_id: int) -> bool:
    """The order takes this time for all it has of the product; another one it had is free again.

    → False, with nothing changed, when it was just taken or has begun. Raises Refused when the order is over or has
    nothing of that product.
    """
    order = load(tx, order_id)
    if not _lives(order, tx.now):
        raise Refused("This reservation is over: nothing of it can be changed.")
    row = tx.one(
        "SELECT l.product_id, l.quantity, s.starts_at FROM slot s JOIN order_line l ON l.product_id = s.product_id"
        " AND l.order_id = ? WHERE s.id = ?",
        (order_id, slot_id),
    )
    if row is None:
        raise Refused("This time is not of what was ordered.")
    product_id, places, starts_at = row
    before = tx.one("SELECT slot_id, places FROM booking WHERE order_id = ? AND product_id = ?", (order_id, product_id))
    if before == (slot_id, places):
        return True
    own = before[1] if before and before[0] == slot_id else 0
    if not tx.run(
        "UPDATE slot SET taken = taken + ?1 WHERE id = ?2 AND taken + ?1 <= capacity AND starts_at > ?3",
        (places - own, slot_id, tx.now),
    ):
        return False
    if before and not own:
        _give_up(tx, order_id, product_id, *before)
    tx.run(
        "INSERT INTO booking(order_id, product_id, slot_id, places, at) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET slot_id = ?3, places = ?4, at = ?5, confirmed_at = NULL",
        (order_id, product_id, slot_id, places, tx.now),
    )
    if order.deposit and not order.agreed:
        tx.run(
            "UPDATE orders SET balance_by = max(coalesce(balance_by, 0), ?) WHERE id = ?", (starts_at + DAY, order_id)
        )
    tx.emit(SlotBooked(order_id, product_id, slot_id, starts_at, places))
    return True


def _lives(order: Order, now: int) -> bool:
    return order.state == PAID or (order.state == RESERVED and (order.expires_at > now or order.stands))


def release(tx: Tx, order_id: int) -> None:
    """The order is over: its times are free again."""
    for product_id, slot_id, places in tx.all(
        "SELECT product_id, slot_id, places FROM booking WHERE order_id = ?", (order_id,)
    ):
        _give_up(tx, order_id, product_id, slot_id, places)


def _give_up(tx: Tx, order_id: int, product_id: int, slot_id: int, places: int) -> None:
    tx.run("UPDATE slot SET taken = taken - ? WHERE id = ?", (places, slot_id))
    tx.run("DELETE FROM booking WHERE order_id = ? AND product_id = ?", (order_id, product_id))
    tx.emit(SlotReleased(order_id, product_id, slot_id))


def follow(tx: Tx, event: OrderChanged) -> None:
    """The order changed: its times hold as many people as it does, or are given up to be chosen anew."""
    rows = tx.all(
        "SELECT b.product_id, b.slot_id, b.places, l.quantity FROM booking b LEFT JOIN order_line l"
        " ON l.order_id = b.order_id AND l.product_id = b.product_id WHERE b.order_id = ?",
        (event.order_id,),
    )
    if not rows:
        return
    order = load(tx, event.order_id)
    for product_id, slot_id, places, quantity in rows:
        fits = order.state in (RESERVED, PAID) and quantity is not None
        if not fits or (quantity != places and not choose(tx, order.id, slot_id)):
            _give_up(tx, order.id, product_id, slot_id, places)


def called(tx: Tx, order_id: int) -> None:
    """The seller called the buyer and the time stands; again: nothing more happens.

    Raises Refused when the order is not paid, or has no time.
    """
    order = load(tx, order_id)
    if not (order.state == PAID or (order.state == RESERVED and order.stands)):
        raise Refused("This order is not paid: there is nothing to confirm yet.")
    to_call = "UPDATE booking SET confirmed_at = ? WHERE order_id = ? AND confirmed_at IS NULL"
    if tx.run(to_call, (tx.now, order_id)):
        tx.emit(CallMade(order_id, order.customer_id))
    elif tx.value("SELECT 1 FROM booking WHERE order_id = ?", (order_id,)) is None:
        raise Refused("No time was chosen for this order.")
