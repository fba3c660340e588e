"""Claims, holds and their ends. Every verb is a function of an open transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

from core.catalogue import stock
from core.customers.counting import count
from core.durable.deadlines import set_deadline
from core.kernel.errors import Refused
from core.kernel.ids import new_nonce, new_reference
from core.orders import line, pairs
from core.orders.events import (
    BalanceOverdue,
    ItemOffered,
    OrderCancelled,
    OrderChanged,
    OrderExpired,
    OrderReserved,
    WaitingJoined,
    WaitingLeft,
)
from core.orders.holds import HOLD, STANDS, Holds, end_hold
from core.orders.limits import Limits
from core.orders.order import COLUMNS, Order, load
from core.orders.parts import first_part
from core.orders.rules import FOR_A_QUOTE, GRACE, MAX_HOLD, RESERVED, new_expiry, next_state
from core.orders.wanted import MAX_LINES, MAX_QUANTITY, NOTE_MAX, Claimed, Outcome, Wanted, merge_wanted
from core.segments.rules import DEFAULT, Segment
from core.storage.connection import Row
from core.storage.engine import Tx

__all__ = [
    "DECISION",
    "MAX_QUANTITY",
    "SOURCES",
    "Claimed",
    "Order",
    "Orders",
    "Wanted",
    "load",
    "merge_wanted",
]

SOURCES: Final = ("whatsapp", "tiktok", "instagram", "facebook", "reseller", "shop", "api")
DECISION: Final = "decision"  # why an order is cancelled: its money goes back, and the buyer is told so elsewhere


class Orders:
    """The verbs. ``holds`` tells how long whose hold is, ``zone`` the store's time zone, ``segment()`` how it sells,
    ``limits`` who may."""

    def __init__(
        self,
        holds: Holds,
        zone: tzinfo,
        segment: Callable[[], Segment] = lambda: DEFAULT,
        limits: Limits | None = None,
    ) -> None:
        self.holds = holds
        self.segment = segment
        self.limits = limits or Limits()
        self.zone = zone

    # -- claiming ----------------------------------------------------------------------------------------------

    def claim(
        self,
        tx: Tx,
        customer_id: int,
        wanted: Sequence[Wanted],
        source: str,
        *,
        hold_ms: int | None = None,
        promised: bool = False,
    ) -> Claimed:
        """Hold what is wanted for this customer, in the order already open if there is one; sold out means waiting.

        A number *sets* the quantity ("2 ROBE1" after "ROBE1" is two, not three), so that a repeated message changes
        nothing. Raises Refused for an unknown product or a senseless quantity, Limited where the store's limits forbid
        a new order (not what was ``promised`` in the waiting list).
        """
        _check(wanted, source)
        hold_ms = hold_ms or self.holds.length(tx, customer_id)
        products = [
            stock.for_sale(tx, w.product_id) for w in wanted
        ]  # all refusals first: the caller may go on after one
        existing = self.open_order(tx, customer_id)
        if existing is None and not promised:
            self.limits.check(tx, customer_id, source)
        order = existing or self._new(tx, customer_id, source, hold_ms)
        held = [self._hold_line(tx, order, w, p) for w, p in zip(wanted, products, strict=True)]
        outcomes = tuple(outcome for outcome, _ in held)
        if not any(o.held for o in outcomes) and existing is None:
            tx.run("DELETE FROM orders WHERE id = ?", (order.id,))
            return Claimed(None, outcomes, False)
        news, counted = any(changed for _, changed in held), all(w.quantity is not None for w in wanted)
        if news:
            self._reprice(tx, order, hold_ms, created=existing is None)
        tx.run(
            "UPDATE orders SET counted = ?1 OR (counted AND NOT ?2), confirmed_at = iif(?2, NULL, confirmed_at)"
            " WHERE id = ?3",
            (counted, news, order.id),
        )
        return Claimed(order.id, outcomes, existing is not None)

    def put_back(self, tx: Tx, order_id: int, product_id: int) -> None:
        """The buyer takes something else instead: these units go on. Nothing is done to an order's only line, or where
        money has come in already."""
        order = load(tx, order_id)
        line = tx.one("SELECT id, held FROM order_line WHERE order_id = ? AND product_id = ?", (order_id, product_id))
        others = tx.value("SELECT 1 FROM order_line WHERE order_id = ? AND product_id <> ?", (order_id, product_id))
        if line is None or not others or order.state != RESERVED or order.received:
            return
        if line[1]:
            stock.release(tx, product_id, line[1])
        tx.run("DELETE FROM order_line WHERE id = ?", (line[0],))
        self._reprice(tx, order, self.holds.length(tx, order.customer_id), created=False)
        self.offer_next(tx, product_id, order_id)

    def open_order(self, tx: Tx, customer_id: int) -> Order | None:
        """The customer's reserved order; one past its time is expired first. One made from a quote stands apart, and
        one that was sold already."""
        row = tx.one(
            f"SELECT {COLUMNS} FROM orders WHERE customer_id = ? AND state = 'reserved' AND NOT {STANDS}"  # noqa: S608
            " ORDER BY id DESC LIMIT 1",
            (customer_id,),
        )
        if row is None:
            return None
        order = Order(*row)
        if order.expires_at <= tx.now:
            self.expire(tx, order.id)
            return None
        return order

    def _new(self, tx: Tx, customer_id: int, source: str, hold_ms: int) -> Order:
        session = tx.value("SELECT id FROM live_session WHERE ended_at IS NULL")
        reference = self.new_reference(tx)
        expires = new_expiry(tx.now, None, tx.now, hold_ms)
        order_id = tx.insert(
            "INSERT INTO orders(reference, session_id, customer_id, source, state, total, reserved_at, expires_at,"
            " link) VALUES(?,?,?,?,'reserved',0,?,?,?)",
            (reference, session, customer_id, source, tx.now, expires, new_nonce()),
        )
        return Order(order_id, reference, session, customer_id, source, RESERVED, None, 0, 0, tx.now, expires)

    def new_reference(self, tx: Tx) -> str:
        """Four hex digits a day: drawn again while taken. Raises Refused on a day of more than about 60 000 orders."""
        for _ in range(200):
            reference = new_reference(tx.now, self.zone)
            if tx.value("SELECT 1 FROM orders WHERE reference = ?", (reference,)) is None:
                return reference
        raise Refused("All order references of today are used.")

    def _hold_line(self, tx: Tx, order: Order, wanted: Wanted, product: Row) -> tuple[Outcome, bool]:
        """Make the line what is wanted, as far as the stock goes. → (outcome, whether the order changed)."""
        line = tx.one(
            "SELECT id, held FROM order_line WHERE order_id = ? AND product_id = ?", (order.id, wanted.product_id)
        )
        already = line[1] if line else 0
        asked = wanted.quantity or max(1, already)
        if asked < already:
            stock.release(tx, wanted.product_id, already - asked)
            held = asked
        else:
            more = min(asked - already, stock.available(tx, wanted.product_id))
            held = already + (more if more and stock.hold(tx, wanted.product_id, more) else 0)
        if held and line:
            tx.run(
                "UPDATE order_line SET quantity = ?1, held = ?1, note = iif(?3 = '', note, ?3) WHERE id = ?2",
                (held, line[0], wanted.note[:NOTE_MAX]),
            )
        elif held:
            tx.run(
                "INSERT INTO order_line(order_id, product_id, sku, title, quantity, unit_price, held, note)"
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7)",
                (order.id, wanted.product_id, *product[:2], held, product[2], wanted.note[:NOTE_MAX]),
            )
        if asked < already:
            self.offer_next(tx, wanted.product_id, order.id)
        place = None if held else self._wait(tx, wanted, order)
        if held:
            tx.run(
                "UPDATE waiting SET state = 'left', reason = 'claimed' WHERE product_id = ? AND customer_id = ?"
                " AND state = 'waiting'",
                (wanted.product_id, order.customer_id),
            )
        return Outcome(wanted.product_id, asked, held, place), held != already

    def _reprice(self, tx: Tx, order: Order, hold_ms: int, *, created: bool) -> None:
        total = pairs.priced(tx, order.id)
        expires, first = order.expires_at, self.holds.pays_first(tx, order.customer_id)
        if not created and not first:
            expires = new_expiry(order.reserved_at, order.expires_at, tx.now, hold_ms)
        part = (0, None) if first else first_part(tx, order.id, total, self.segment())
        tx.run(
            "UPDATE orders SET total = ?, expires_at = ?, deposit = ?, balance_by = ? WHERE id = ?",
            (total, expires, *part, order.id),
        )
        self.holds.plan(tx, order.id, expires)
        if created:
            tx.run(
                "UPDATE customer SET orders = orders + 1, last_order_at = ? WHERE id = ?", (tx.now, order.customer_id)
            )
            tx.emit(OrderReserved(order.id, order.reference, order.customer_id, order.session_id, total, expires))
        else:
            tx.emit(OrderChanged(order.id, total, expires))

    # -- the waiting list --------------------------------------------------------------------------------------

    def _wait(self, tx: Tx, wanted: Wanted, order: Order) -> int:
        """Join the line, or stay in it; there, too, a number sets the quantity. → place, from 1."""
        product_id, customer_id, quantity = wanted.product_id, order.customer_id, wanted.quantity or 1
        tx.run(
            "INSERT OR IGNORE INTO waiting(product_id, customer_id, quantity, session_id, since, source)"
            " VALUES(?,?,?,?,?,?)",
            (product_id, customer_id, quantity, order.session_id, tx.now, order.source),
        )
        joined = bool(tx.connection.changes())
        place = line.place(tx, product_id, customer_id)
        if joined:
            tx.emit(WaitingJoined(product_id, customer_id, quantity, place))
        elif wanted.quantity is not None:
            tx.run(
                "UPDATE waiting SET quantity = ? WHERE product_id = ? AND customer_id = ? AND state = 'waiting'",
                (quantity, product_id, customer_id),
            )
        return place

    def offer_next(self, tx: Tx, product_id: int, after_order: int | None) -> None:
        """Give free units to the line, one after the other, each with a hold of their own; not of what is over."""
        while stock.available(tx, product_id) > 0 and not stock.took_place(tx, product_id):
            first = line.first(tx, product_id)
            if first is None:
                return
            self.offer(tx, product_id, first, after_order)

    def offer(self, tx: Tx, product_id: int, waiter: Row, after_order: int | None = None) -> bool:
        """Give free units to one in line (see :func:`line.first`). → whether there were any, and they still waited."""
        waiting_id, customer_id, quantity, source = waiter
        order = self.open_order(tx, customer_id)  # ends one past its time, which may move this very line
        free = 0 if stock.took_place(tx, product_id) else stock.available(tx, product_id)
        if not free or not tx.run(
            "UPDATE waiting SET state = 'offered', reason = 'released' WHERE id = ? AND state = 'waiting'",
            (waiting_id,),
        ):
            return False
        held = self._held(tx, order, product_id)
        wanted = Wanted(product_id, min(MAX_QUANTITY, held + min(quantity, free)))
        claimed = self.claim(tx, customer_id, [wanted], source, promised=True)
        assert claimed.order_id is not None, "there are free units"
        tx.run("UPDATE waiting SET order_id = ? WHERE id = ?", (claimed.order_id, waiting_id))
        if after_order is not None:
            tx.run("UPDATE orders SET next_customer = ? WHERE id = ?", (customer_id, after_order))
        tx.emit(ItemOffered(claimed.order_id, customer_id, product_id, claimed.outcomes[0].held, after_order))
        return True

    @staticmethod
    def _held(tx: Tx, order: Order | None, product_id: int) -> int:
        """What somebody in line holds of the item already: two records of theirs may have been merged."""
        if order is None:
            return 0
        sql = "SELECT held FROM order_line WHERE order_id = ? AND product_id = ?"
        return tx.value(sql, (order.id, product_id)) or 0

    def leave_line(self, tx: Tx, customer_id: int) -> int:
        """The customer no longer waits for anything. → how many lines were left."""
        left = tx.run(
            "UPDATE waiting SET state = 'left', reason = 'customer' WHERE customer_id = ? AND state = 'waiting'",
            (customer_id,),
        )
        if left:
            tx.emit(WaitingLeft(customer_id, left))
        return left

    # -- the end of a hold -------------------------------------------------------------------------------------

    def expire(self, tx: Tx, order_id: int) -> None:
        """The time is over: free the units, offer them on. A no-op for an order no longer reserved."""
        order = load(tx, order_id)
        if order.state != RESERVED:
            return
        if order.stands:
            self._overdue(tx, order)
            return
        quoted = tx.value("SELECT quote_asked_at FROM orders WHERE id = ?", (order.id,)) is not None
        self._end(tx, order, next_state(order.state, "expire"), FOR_A_QUOTE if quoted else "time")
        if not quoted:
            count(tx, order.customer_id, order.id, expired=1)
        tx.emit(OrderExpired(order.id, order.customer_id))
        self._offer_lines(tx, order.id)

    @staticmethod
    def _overdue(tx: Tx, order: Order) -> None:
        """The goods stay with who paid a deposit or pays later, and so does the link."""
        expires = tx.now + GRACE
        tx.run("UPDATE orders SET expires_at = ? WHERE id = ?", (expires, order.id))
        set_deadline(tx, HOLD, order.id, expires)
        tx.emit(BalanceOverdue(order.id, order.customer_id, order.total - order.received))
        tx.emit(OrderChanged(order.id, order.total, expires))

    def cancel(self, tx: Tx, order_id: int, reason: str) -> None:
        """``reason``: customer, seller or DECISION. Raises Refused when the order is not reserved."""
        order = load(tx, order_id)
        self._end(tx, order, next_state(order.state, "cancel"), "seller" if reason == DECISION else reason)
        tx.emit(OrderCancelled(order.id, order.customer_id, reason))
        self._offer_lines(tx, order.id)

    def _end(self, tx: Tx, order: Order, state: str, reason: str) -> None:
        for product_id, held, taken in tx.all(
            "SELECT product_id, held, taken FROM order_line WHERE order_id = ? AND held + taken > 0", (order.id,)
        ):
            if held:
                stock.release(tx, product_id, held)
            if taken:  # sold, to be paid later
                stock.give_back(tx, product_id, taken)
        tx.run("UPDATE order_line SET held = 0, taken = 0 WHERE order_id = ?", (order.id,))
        tx.run(
            "UPDATE orders SET state = ?, closed_at = ?, close_reason = ? WHERE id = ?",
            (state, tx.now, reason, order.id),
        )
        end_hold(tx, order.id)

    def _offer_lines(self, tx: Tx, order_id: int) -> None:
        for (product_id,) in tx.all("SELECT product_id FROM order_line WHERE order_id = ? ORDER BY id", (order_id,)):
            self.offer_next(tx, product_id, order_id)

    def extend(self, tx: Tx, order_id: int, minutes: int) -> int:
        """More time for a hold, within the bounds of ruling R1. → the new end, ms UTC. Raises Refused."""
        order = load(tx, order_id)
        if order.state != RESERVED:
            raise Refused("This order is no longer reserved, so it cannot be extended.")
        latest = (
            2**53 if order.agreed or order.stands else order.reserved_at + MAX_HOLD
        )  # a quote's time is the seller's own
        expires = min(order.expires_at + minutes * 60_000, latest)
        if expires <= order.expires_at:
            raise Refused("A reservation lasts 30 minutes at most.")
        tx.run("UPDATE orders SET expires_at = ? WHERE id = ?", (expires, order.id))
        self.holds.plan(tx, order.id, expires)
        tx.emit(OrderChanged(order.id, order.total, expires))
        return expires

    def opened(self, tx: Tx, order_id: int) -> None:
        """The buyer opened the pay page (first time only)."""
        order = load(tx, order_id)
        if tx.run("UPDATE orders SET link_opened_at = ? WHERE id = ? AND link_opened_at IS NULL", (tx.now, order_id)):
            tx.events.append(OrderChanged(order.id, order.total, order.expires_at))


def _check(wanted: Sequence[Wanted], source: str) -> None:
    if source not in SOURCES:
        raise Refused("Unknown source {source}. Use one of {known}.", source=source, known=", ".join(SOURCES))
    if not wanted or len(wanted) > MAX_LINES:
        raise Refused("An order needs between 1 and {most} products.", most=MAX_LINES)
    for item in wanted:
        if item.quantity is not None and not 1 <= item.quantity <= MAX_QUANTITY:
            raise Refused("The quantity must be between 1 and {most}.", most=MAX_QUANTITY)
