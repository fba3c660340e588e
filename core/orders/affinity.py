"""What the shop proposes with what, and why: paired by the seller, or learned from sales (F85, F86)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.orders.together import LEAST_TIMES
from core.storage.connection import Reader

MOST: Final = 200  # learned ones that are listed, the strongest first

# Of one product with another: by how much less, how often bought together and at all, proposed and taken.
_PAIR: Final = (
    "SELECT p.id, p.sku, p.title, w.id, w.sku, w.title, {percent}, coalesce(t.times, 0), coalesce(b.times, 0),"
    " (SELECT count(*) FROM suggestion g JOIN order_line l ON l.order_id = g.order_id AND l.product_id = p.id"
    " WHERE g.product_id = w.id),"
    " (SELECT count(*) FROM suggestion g JOIN order_line l ON l.order_id = g.order_id AND l.product_id = p.id"
    " WHERE g.product_id = w.id AND g.taken_by IS NOT NULL), w.active AND w.on_hand > w.held"
)
_SET: Final = (
    _PAIR.format(percent="r.percent") + " FROM pair r JOIN product p ON p.id = r.product_id JOIN product w"
    " ON w.id = r.with_id LEFT JOIN bought_together t ON t.product_id = p.id AND t.with_id = w.id"
    " LEFT JOIN bought b ON b.product_id = p.id ORDER BY p.sku, w.sku"
)
# As the proposals themselves choose: met often enough, and more often than chance.
_LEARNED: Final = _PAIR.format(percent="NULL") + (  # noqa: S608 - fixed words
    " FROM bought_together t JOIN product p ON p.id = t.product_id JOIN product w"
    " ON w.id = t.with_id JOIN bought b ON b.product_id = p.id JOIN bought o ON o.product_id = w.id"
    " WHERE t.times >= ?1 AND t.times * (SELECT orders FROM bought_total) > b.times * o.times"
    " AND NOT EXISTS (SELECT 1 FROM pair r WHERE r.product_id = p.id AND r.with_id = w.id)"
    " ORDER BY 1.0 * t.times / (b.times * o.times) DESC, t.times DESC, p.id, w.id LIMIT ?2"
)


class Affinity(Struct, frozen=True):
    """With ``sku`` in an order, ``with_sku`` is proposed. ``percent``: so much less, 0 only proposed, None: nobody set
    it, it was learned. ``times``: orders or days with both, of ``bought`` orders with the first; ``taken`` of
    ``proposed``; ``sold``: whether the second can be bought now."""

    product_id: int
    sku: str
    title: str
    with_id: int
    with_sku: str
    with_title: str
    percent: int | None
    times: int
    bought: int
    proposed: int
    taken: int
    sold: bool


def known(reader: Reader) -> list[Affinity]:
    """What the seller set, then what was learned."""
    rows = reader.all(_SET) + reader.all(_LEARNED, (LEAST_TIMES, MOST))
    return [Affinity(*row) for row in rows]
