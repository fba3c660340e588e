"""What a live brought, as its seller wants to hear it (F90): sums, the best-seller, the people, one thing to do."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.storage.connection import Reader

EXPIRED_SHARE: Final = 25  # percent of the orders: more is worth a word
SOLD_OUT_FROM: Final = 3  # units: the last of one or two is no lesson


class Evening(Struct, frozen=True):
    """One live. Times in ms, ``revenue`` in smallest units, ``conversion`` in percent of the orders, rounded.

    ``best``: (title, units sold) or None. ``new``: buyers who had never paid here before, ``returning``: the others.
    ``sold_out``: (title, ms from the start until the last unit was taken) of what ran out first, or None.
    """

    duration: int
    orders: int
    paid: int
    expired: int
    revenue: int
    best: tuple[str, int] | None
    new: int
    returning: int
    sold_out: tuple[str, int] | None

    @property
    def conversion(self) -> int:
        return (200 * self.paid + self.orders) // (2 * self.orders) if self.orders else 0

    @property
    def many_expired(self) -> bool:
        return self.expired * 100 > self.orders * EXPIRED_SHARE


def evening(reader: Reader, session_id: int) -> Evening:
    """The figures of a live, so far or at its end."""
    started, ended = reader.one("SELECT started_at, ended_at FROM live_session WHERE id = ?", (session_id,)) or (0, 0)
    latest = reader.value("SELECT max(reserved_at) FROM orders WHERE session_id = ?", (session_id,)) or started
    orders, paid, expired, revenue = reader.one(
        "SELECT count(*), coalesce(sum(state = 'paid'), 0), coalesce(sum(state = 'expired'), 0),"
        " coalesce(sum(CASE WHEN state = 'paid' THEN min(total, received) END), 0) FROM orders WHERE session_id = ?",
        (session_id,),
    ) or (0, 0, 0, 0)
    best = reader.one(
        "SELECT l.title, sum(l.quantity) FROM orders o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.session_id = ? AND o.state = 'paid' GROUP BY l.product_id ORDER BY 2 DESC, min(o.id) LIMIT 1",
        (session_id,),
    )
    new, all_buyers = reader.one(
        "SELECT coalesce(sum(NOT EXISTS (SELECT 1 FROM orders e WHERE e.customer_id = b.customer_id"
        " AND e.paid_at < ?2)), 0), count(*) FROM (SELECT DISTINCT customer_id FROM orders"
        " WHERE session_id = ?1 AND state = 'paid') b",
        (session_id, started),
    ) or (0, 0)
    gone = reader.one(
        "SELECT l.title, max(o.reserved_at) - ?2 FROM orders o JOIN order_line l ON l.order_id = o.id"
        " JOIN product p ON p.id = l.product_id WHERE o.session_id = ?1 AND o.state = 'paid'"
        " AND p.on_hand = p.held GROUP BY l.product_id HAVING sum(l.quantity) >= ?3 ORDER BY 2 LIMIT 1",
        (session_id, started, SOLD_OUT_FROM),
    )
    return Evening(
        duration=(ended or latest) - started,
        orders=orders,
        paid=paid,
        expired=expired,
        revenue=revenue,
        best=(best[0], best[1]) if best else None,
        new=new,
        returning=all_buyers - new,
        sold_out=(gone[0], gone[1]) if gone else None,
    )


class Sold(Struct, frozen=True):
    """What a live sold of one product: units of paid orders, and what they brought, in smallest units."""

    title: str
    units: int
    brought: int


def sold(reader: Reader, session_id: int) -> list[Sold]:
    """The most sold first."""
    return [
        Sold(*row)
        for row in reader.all(
            "SELECT l.title, sum(l.quantity), sum(l.quantity * l.unit_price - l.discount) FROM orders o"
            " JOIN order_line l ON l.order_id = o.id WHERE o.session_id = ? AND o.state = 'paid'"
            " GROUP BY l.product_id ORDER BY 2 DESC, min(o.id)",
            (session_id,),
        )
    ]


def let_go(reader: Reader, session_id: int) -> list[str | None]:
    """The names of those whose hold ended unpaid and who bought nothing else in that live, the first to come first."""
    rows = reader.all(
        "SELECT c.name FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.session_id = ?1"
        " AND o.state = 'expired' AND NOT EXISTS (SELECT 1 FROM orders p WHERE p.session_id = ?1"
        " AND p.customer_id = o.customer_id AND p.state = 'paid') GROUP BY c.id ORDER BY min(o.id)",
        (session_id,),
    )
    return [name for (name,) in rows]
