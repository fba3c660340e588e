"""Offering times, taking one, and the seller's call. Every verb is a function of an open transaction.

A time is taken by one conditional update inside the transaction of the only writer, under a constraint of the table
itself (taken ≤ capacity): it cannot be promised twice. It goes back with the end of its order, whatever ends that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Final

from msgspec import Struct

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


class Added(Struct, frozen=True):
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
        "SELECT coalesce(sum(max(0, l.held - coalesce((SELECT sum(b.places) FROM booking b WHERE b.order_id ="
        " l.order_id AND b.product_id = ?1), 0))), 0) FROM order_line l WHERE l.product_id = ?1 AND l.held > 0",
        (product_id,),
    )
    wanted, available = max(0, free - waiting), stock.available(tx, product_id)
    if wanted != available:
        stock.offer(tx, product_id, wanted - available)


# -- taking ------------------------------------------------------------------------------------------------------


def choose(tx: Tx, order_id: int, slot_id: int) -> bool:
    """The order takes this time for all it has of the product; another one it had is free again.

    A party that no single time has room for takes as many places as this one has left, and the rest elsewhere
    (:func:`core.slots.queries.without_time` tells how many wait). → False, with nothing changed, when it was just taken
    or has begun. Raises Refused when the order is over or has nothing of that product.
    """
    order = load(tx, order_id)
    if not _lives(order, tx.now):
        raise Refused("This reservation is over: nothing of it can be changed.")
    row = tx.one(
        "SELECT l.product_id, l.quantity, s.starts_at, s.capacity - s.taken FROM slot s JOIN order_line l"
        " ON l.product_id = s.product_id AND l.order_id = ? WHERE s.id = ?",
        (order_id, slot_id),
    )
    if row is None:
        raise Refused("This time is not of what was ordered.")
    product_id, wanted, starts_at, free = row
    before = _of(tx, order_id, product_id)
    own, booked = before.get(slot_id, 0), sum(before.values())
    if own and booked == wanted:
        return True
    if starts_at <= tx.now:
        return False
    # All chosen already: this one takes the place of what was chosen, else it is one more of several.
    apart = booked < wanted and bool(before) and not (own and free + own >= wanted)
    missing = wanted - booked if apart else wanted
    places = min(missing, free) if apart else min(missing, free + own)
    if places <= 0 or (places < missing and _room(tx, product_id, missing)):
        return False
    if not apart:
        for other, taken in before.items():
            _give_up(tx, order_id, product_id, other, taken)
    if not tx.run(
        "UPDATE slot SET taken = taken + ?1 WHERE id = ?2 AND taken + ?1 <= capacity AND starts_at > ?3",
        (places, slot_id, tx.now),
    ):
        return False
    tx.run(
        "INSERT INTO booking(order_id, product_id, slot_id, places, at) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET places = places + ?4, at = ?5, confirmed_at = NULL",
        (order_id, product_id, slot_id, places, tx.now),
    )
    if order.deposit and not order.agreed:
        tx.run(
            "UPDATE orders SET balance_by = max(coalesce(balance_by, 0), ?) WHERE id = ?", (starts_at + DAY, order_id)
        )
    tx.emit(SlotBooked(order_id, product_id, slot_id, starts_at, places))
    return True


def _of(tx: Tx, order_id: int, product_id: int) -> dict[int, int]:
    """Time → places of an order, in the order they were taken."""
    sql = "SELECT slot_id, places FROM booking WHERE order_id = ? AND product_id = ? ORDER BY at, slot_id"
    return dict(tx.all(sql, (order_id, product_id)))


def _room(tx: Tx, product_id: int, places: int) -> bool:
    """Whether some time to come has room for all of them."""
    sql = "SELECT 1 FROM slot WHERE product_id = ? AND starts_at > ? AND capacity - taken >= ?"
    return tx.value(sql, (product_id, tx.now, places)) is not None


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
    tx.run("DELETE FROM booking WHERE order_id = ? AND product_id = ? AND slot_id = ?", (order_id, product_id, slot_id))
    tx.emit(SlotReleased(order_id, product_id, slot_id))


def follow(tx: Tx, event: OrderChanged) -> None:
    """The order changed: its times hold as many people as it does, or are given up to be chosen anew."""
    products = tx.all("SELECT DISTINCT product_id FROM booking WHERE order_id = ?", (event.order_id,))
    if not products:
        return
    order = load(tx, event.order_id)
    for (product_id,) in products:
        line = "SELECT quantity FROM order_line WHERE order_id = ? AND product_id = ?"
        wanted = tx.value(line, (order.id, product_id)) if order.state in (RESERVED, PAID) else None
        _fit(tx, order.id, product_id, wanted or 0)


def _fit(tx: Tx, order_id: int, product_id: int, wanted: int) -> None:
    """So many people come now. Fewer: the times taken last go back first. More: the same time where it has room; else
    another one that has room for all is to be chosen, and where none has, only a time for the rest."""
    booked = _of(tx, order_id, product_id)
    total = sum(booked.values())
    for slot_id, places in reversed(booked.items()):
        if total <= wanted:
            break
        _leave(tx, order_id, product_id, slot_id, places, min(places, total - wanted))
        total -= min(places, total - wanted)
    if total < wanted and len(booked) == 1:
        (slot_id, places), missing = next(iter(booked.items())), wanted - total
        grown = "UPDATE slot SET taken = taken + ?1 WHERE id = ?2 AND taken + ?1 <= capacity AND starts_at > ?3"
        if tx.run(grown, (missing, slot_id, tx.now)):
            _places(tx, order_id, product_id, slot_id, wanted)
        elif _room(tx, product_id, wanted):
            _give_up(tx, order_id, product_id, slot_id, places)


def _leave(tx: Tx, order_id: int, product_id: int, slot_id: int, places: int, fewer: int) -> None:
    if fewer == places:
        _give_up(tx, order_id, product_id, slot_id, places)
        return
    tx.run("UPDATE slot SET taken = taken - ? WHERE id = ?", (fewer, slot_id))
    _places(tx, order_id, product_id, slot_id, places - fewer)


def _places(tx: Tx, order_id: int, product_id: int, slot_id: int, places: int) -> None:
    tx.run(
        "UPDATE booking SET places = ?, at = ?, confirmed_at = NULL WHERE order_id = ? AND product_id = ?"
        " AND slot_id = ?",
        (places, tx.now, order_id, product_id, slot_id),
    )
    starts_at = tx.value("SELECT starts_at FROM slot WHERE id = ?", (slot_id,))
    tx.emit(SlotBooked(order_id, product_id, slot_id, starts_at, places))


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
