"""What else a buyer might like: what the seller paired, what others bought with it, what stands beside it (F85, F86).

Learned counts are of products, not of people: how often two were bought in one order, or by one buyer within a day.
Two that met three times count, if they met more often than chance (lift above 1).
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY
from core.orders.events import OrderFirm, Suggested, SuggestionTaken
from core.storage.connection import Reader
from core.storage.engine import Tx

LEAST_TIMES: Final = 3
REMEMBERED: Final = 7 * DAY  # a purchase later than this owes nothing to the proposal
MOST_LINES: Final = 50

# An event that is over by then cannot be had.
_TO_COME: Final = (
    "(p.event_at IS NULL OR p.event_at > (SELECT max(reserved_at, coalesce(paid_at, 0)) FROM orders WHERE id = ?1))"
)
# What may be proposed: on sale, in stock, at most half of the order's amount, not bought by this person before or now.
_FIT: Final = (
    f"p.active AND p.on_hand - p.held > 0 AND p.price > 0 AND p.price * 2 <= ?2 AND {_TO_COME}"  # noqa: S608 - fixed words
    " AND NOT EXISTS (SELECT 1 FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = ?3"
    " AND o.state IN ('reserved', 'paid') AND l.product_id = p.id)"
)
_MINE: Final = "(SELECT product_id FROM order_line WHERE order_id = ?1)"
_PAIRED: Final = (
    f"SELECT p.id, r.percent FROM pair r JOIN product p ON p.id = r.with_id WHERE r.product_id IN {_MINE}"  # noqa: S608 - fixed words
    f" AND p.id NOT IN {_MINE} AND {_FIT} ORDER BY r.percent DESC, p.price DESC, p.id LIMIT 1"
)
_LEARNED: Final = (
    f"SELECT p.id, 0 FROM bought_together t JOIN product p ON p.id = t.with_id"  # noqa: S608 - fixed words
    " JOIN bought a ON a.product_id = t.product_id JOIN bought b ON b.product_id = t.with_id"
    f" WHERE t.product_id IN {_MINE} AND t.times >= {LEAST_TIMES} AND p.id NOT IN {_MINE} AND {_FIT}"
    " AND t.times * ?4 > a.times * b.times"
    " ORDER BY 1.0 * t.times / (a.times * b.times) DESC, t.times DESC, p.id LIMIT 1"
)
_BESIDE: Final = (
    f"SELECT p.id, 0 FROM product p WHERE p.category <> '' AND p.category IN (SELECT category FROM product"  # noqa: S608 - fixed words
    f" WHERE id IN {_MINE}) AND p.id NOT IN {_MINE} AND {_FIT} ORDER BY p.price DESC, p.id LIMIT 1"
)
PAIRED_NOW: Final = (
    f"SELECT p.id, r.percent FROM pair r JOIN product p ON p.id = r.with_id WHERE r.product_id IN {_MINE}"  # noqa: S608 - fixed words
    f" AND r.percent > 0 AND p.id NOT IN {_MINE} AND p.active AND p.on_hand - p.held > 0 AND {_TO_COME}"
    " ORDER BY r.percent DESC, p.id LIMIT 1"
)
WAYS: Final = (("pair", _PAIRED), ("bought", _LEARNED), ("category", _BESIDE))


class Related(Struct, frozen=True):
    """A product to propose. ``why``: pair, bought or category; ``percent`` less in the same order, by the pair."""

    product_id: int
    why: str
    percent: int


def related(reader: Reader, order_id: int) -> Related | None:
    """What to propose to the buyer of this order; None when nothing fits."""
    amount, customer_id = reader.one("SELECT total, customer_id FROM orders WHERE id = ?", (order_id,)) or (0, 0)
    baskets = reader.value("SELECT orders FROM bought_total") or 0
    for why, sql in WAYS:
        parameters = (order_id, amount, customer_id, baskets)
        row = reader.one(sql, parameters[: 4 if "?4" in sql else 3])
        if row is not None:
            return Related(row[0], why, row[1])
    return None


def paired(reader: Reader, order_id: int) -> Related | None:
    """What costs less if it is added to this open order, whatever it costs; None when there is nothing."""
    row = reader.one(PAIRED_NOW, (order_id,))
    return Related(row[0], "pair", row[1]) if row else None


def may_propose(reader: Reader, order_id: int, customer_id: int, now: int) -> bool:
    """At most once for an order, once a day for a person, and never after STOP."""
    refused = reader.value("SELECT no_offers FROM customer WHERE id = ?", (customer_id,))
    told = "SELECT 1 FROM suggestion WHERE order_id = ? OR (customer_id = ? AND at > ?) LIMIT 1"
    return not refused and reader.value(told, (order_id, customer_id, now - DAY)) is None


def note(tx: Tx, order_id: int, customer_id: int, found: Related) -> None:
    """It is being proposed."""
    tx.run(
        "INSERT INTO suggestion(order_id, customer_id, product_id, why, percent, at) VALUES(?,?,?,?,?,?)",
        (order_id, customer_id, found.product_id, found.why, found.percent, tx.now),
    )
    tx.emit(Suggested(order_id, customer_id, found.product_id, found.why))


def learn(tx: Tx, event: OrderFirm) -> None:
    """A sale is firm: count what was bought with what, and whether a proposal was followed."""
    sql = "SELECT product_id FROM order_line WHERE order_id = ? ORDER BY id LIMIT ?"
    mine = [row[0] for row in tx.all(sql, (event.order_id, MOST_LINES))]
    before = tx.all(
        "SELECT DISTINCT l.product_id FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = ?"
        " AND o.id <> ? AND o.state = 'paid' AND o.paid_at > ? LIMIT ?",
        (event.customer_id, event.order_id, tx.now - DAY, MOST_LINES),
    )
    tx.run("UPDATE bought_total SET orders = orders + 1")
    for product_id in mine:
        tx.run(
            "INSERT INTO bought(product_id, times) VALUES(?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            (product_id,),
        )
    counted = {(one, other) for one in mine for other in mine if one != other}
    for (other,) in before:
        counted |= {pair for one in mine if one != other for pair in ((one, other), (other, one))}
    for pair in sorted(counted):
        tx.run(
            "INSERT INTO bought_together(product_id, with_id, times) VALUES(?,?,1)"
            " ON CONFLICT DO UPDATE SET times = times + 1",
            pair,
        )
    _followed(tx, event, mine)


def _followed(tx: Tx, event: OrderFirm, products: list[int]) -> None:
    rows = tx.all(
        "SELECT order_id, product_id FROM suggestion WHERE customer_id = ? AND at > ? AND taken_by IS NULL",
        (event.customer_id, tx.now - REMEMBERED),
    )
    for order_id, product_id in rows:
        if product_id in products:
            tx.run("UPDATE suggestion SET taken_by = ? WHERE order_id = ?", (event.order_id, order_id))
            tx.emit(SuggestionTaken(order_id, event.order_id))
