"""Orders at agreed prices, made from a quote: goods are held all together or not at all, the rest needs no stock.

Such an order stands apart: no claim is added to it, and it may ask for a deposit first. From there on it lives like any
other: reserved, paid, expired, cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from core.catalogue import stock
from core.durable.deadlines import set_deadline
from core.kernel.errors import Refused
from core.kernel.ids import new_nonce
from core.orders.events import OrderReserved
from core.orders.holds import HOLD
from core.orders.service import Orders
from core.storage.connection import Reader
from core.storage.engine import Tx


class Agreed(Struct, frozen=True):
    """One line. ``product_id`` None: nothing of the catalogue. ``discount`` is the line's, in smallest units; ``vat``
    in percent, None for the product's or the store's rate."""

    product_id: int | None
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int = 0
    vat: int | None = None

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price - self.discount


class Plan(Struct, frozen=True):
    """What was agreed. ``deposit`` in smallest units, 0 to ask for the whole; times in ms UTC."""

    customer_id: int
    lines: tuple[Agreed, ...]
    deposit: int
    pay_by: int
    balance_by: int | None

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


class Short(Struct, frozen=True):
    """A product of which fewer units are free than were agreed."""

    product_id: int
    title: str
    wanted: int
    available: int


def one_line_each(lines: Sequence[Agreed]) -> tuple[Agreed, ...]:
    """A product on several lines becomes one: the dearest unit price, and a discount that makes up for the others."""
    merged: dict[int, Agreed] = {}
    extras = []
    for line in lines:
        if line.product_id is None:
            extras.append(line)
            continue
        before = merged.get(line.product_id)
        if before is not None:
            quantity = before.quantity + line.quantity
            price = max(before.unit_price, line.unit_price)
            discount = quantity * price - before.amount - line.amount
            line = Agreed(line.product_id, line.sku, before.title, quantity, price, discount, before.vat)
        merged[line.product_id or 0] = line
    return (*merged.values(), *extras)


def shortages(reader: Reader, lines: Sequence[Agreed]) -> list[Short]:
    """What the shop cannot set aside now."""
    found = []
    for line in one_line_each(lines):
        if line.product_id is not None:
            free = stock.available(reader, line.product_id)
            if free < line.quantity:
                found.append(Short(line.product_id, line.title, line.quantity, free))
    return found


def agree(tx: Tx, orders: Orders, plan: Plan) -> int:
    """Make the order and hold its goods. → its id. Raises Refused, with nothing done, when a product is short."""
    lines = one_line_each(plan.lines)
    if shortages(tx, lines):
        raise Refused("There is not enough stock for this quote.")
    order_id = tx.insert(
        "INSERT INTO orders(reference, customer_id, source, state, total, reserved_at, expires_at, link, agreed,"
        " deposit, balance_by) VALUES(?,?,'quote','reserved',?,?,?,?,1,?,?)",
        (
            reference := orders.new_reference(tx),
            plan.customer_id,
            plan.total,
            tx.now,
            plan.pay_by,
            new_nonce(),
            plan.deposit,
            plan.balance_by,
        ),
    )
    for line in lines:
        _keep(tx, order_id, line)
    set_deadline(tx, HOLD, order_id, plan.pay_by)
    tx.run("UPDATE customer SET orders = orders + 1, last_order_at = ? WHERE id = ?", (tx.now, plan.customer_id))
    tx.emit(OrderReserved(order_id, reference, plan.customer_id, None, plan.total, plan.pay_by))
    return order_id


def _keep(tx: Tx, order_id: int, line: Agreed) -> None:
    if line.product_id is None:
        tx.insert(
            "INSERT INTO order_extra(order_id, title, quantity, unit_price, discount, vat) VALUES(?,?,?,?,?,?)",
            (order_id, line.title, line.quantity, line.unit_price, line.discount, line.vat),
        )
        return
    held = stock.hold(tx, line.product_id, line.quantity)
    assert held, "counted in this transaction"
    tx.insert(
        "INSERT INTO order_line(order_id, product_id, sku, title, quantity, unit_price, held, discount, vat)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7, ?8)",
        (
            order_id,
            line.product_id,
            line.sku,
            line.title,
            line.quantity,
            line.unit_price,
            line.discount,
            line.vat,
        ),
    )
