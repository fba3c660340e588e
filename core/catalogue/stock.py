"""Stock: available = on hand − held, never negative. Every move is one conditional update."""

from __future__ import annotations

from core.catalogue.events import StockMoved, StockRepaired
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader, Row
from core.storage.engine import Tx


def for_sale(tx: Tx, product_id: int) -> Row:
    """(SKU, title, price). Raises NotFound when it is not for sale, Refused when its day is over."""
    product = tx.one("SELECT sku, title, price, event_at FROM product WHERE id = ? AND active", (product_id,))
    if product is None:
        raise NotFound("This product is not in the catalogue.")
    if product[3] is not None and product[3] <= tx.now:
        raise Refused("“{title}” has taken place already.", title=product[1])
    return product[:3]


def took_place(tx: Tx, product_id: int) -> bool:
    """Whether it is an event whose day is over."""
    return bool(tx.value("SELECT event_at <= ? FROM product WHERE id = ?", (tx.now, product_id)))


def hold(tx: Tx, product_id: int, quantity: int) -> bool:
    """Set units aside for a hold; False (nothing changed) when fewer are available."""
    return _move(
        tx,
        "UPDATE product SET held = held + ?1 WHERE id = ?2 AND active AND on_hand - held >= ?1 RETURNING on_hand, held",
        product_id,
        quantity,
    )


def release(tx: Tx, product_id: int, quantity: int) -> None:
    """Held units become available again."""
    _move(tx, "UPDATE product SET held = held - ?1 WHERE id = ?2 RETURNING on_hand, held", product_id, quantity)


def sell_held(tx: Tx, product_id: int, quantity: int) -> None:
    """Held units leave the shop."""
    _move(
        tx,
        "UPDATE product SET held = held - ?1, on_hand = on_hand - ?1 WHERE id = ?2 RETURNING on_hand, held",
        product_id,
        quantity,
    )


def sell_free(tx: Tx, product_id: int, quantity: int) -> bool:
    """Units nobody holds leave the shop (a payment that came late); False when fewer are available."""
    return _move(
        tx,
        "UPDATE product SET on_hand = on_hand - ?1 WHERE id = ?2 AND on_hand - held >= ?1 RETURNING on_hand, held",
        product_id,
        quantity,
    )


def give_back(tx: Tx, product_id: int, quantity: int) -> None:
    """Sold units come back (a refund decided before delivery)."""
    _move(tx, "UPDATE product SET on_hand = on_hand + ?1 WHERE id = ?2 RETURNING on_hand, held", product_id, quantity)


def offer(tx: Tx, product_id: int, more: int) -> bool:
    """So many places more (fewer, below 0) are offered of what is sold by times: nothing of it is a sale. False, with
    nothing changed, when fewer than that are free."""
    return _move(
        tx,
        "UPDATE product SET on_hand = on_hand + ?1, total = max(0, total + ?1) WHERE id = ?2"
        " AND on_hand + ?1 >= held RETURNING on_hand, held",
        product_id,
        more,
    )


def available(reader: Reader, product_id: int) -> int:
    value: int | None = reader.value("SELECT on_hand - held FROM product WHERE id = ? AND active", (product_id,))
    return value or 0


def recount(tx: Tx) -> list[int]:
    """Repair: make each product's held units equal to what open holds say. → products that were wrong."""
    rows = tx.all(
        "SELECT p.id, p.on_hand, coalesce(sum(l.held), 0) FROM product p LEFT JOIN order_line l ON l.product_id = p.id"
        " GROUP BY p.id HAVING p.held <> coalesce(sum(l.held), 0)"
    )
    for product_id, on_hand, held in rows:
        tx.run("UPDATE product SET held = ?, on_hand = max(?, ?) WHERE id = ?", (held, on_hand, held, product_id))
        tx.emit(StockRepaired(product_id, max(on_hand, held), held))
    return [r[0] for r in rows]


def _move(tx: Tx, sql: str, product_id: int, quantity: int) -> bool:
    row = tx.one(sql, (quantity, product_id))
    if row is None:
        return False
    tx.emit(StockMoved(product_id, row[0], row[1]))
    return True
