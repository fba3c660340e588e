"""What a customer's orders tell beside their record: how they like to pay, what they let lie, lives they opened."""

from __future__ import annotations

from collections.abc import Callable

from core.customers.explaining import Lately
from core.customers.restricting import restricted
from core.kernel.clock import DAY
from core.orders.holds import STANDS, Holds
from core.orders.rules import FOR_A_QUOTE
from core.storage.connection import Reader


def preferred_provider(reader: Reader, customer_id: int) -> str | None:
    """The means of payment of most of the customer's paid orders; None before there are two of them."""
    row = reader.one(
        "SELECT provider, count(*) AS times, sum(count(*)) OVER () FROM orders WHERE customer_id = ? AND state = 'paid'"
        " AND provider IS NOT NULL GROUP BY provider ORDER BY times DESC LIMIT 1",
        (customer_id,),
    )
    return row[0] if row and row[1] >= 2 and 2 * row[1] > row[2] else None


def unpaid_lately(reader: Reader, customer_id: int, now: int) -> int:
    """Reservations within a day, open or let go; 0 as soon as one of them was paid. What stands without its money (a
    deposit is in, it is paid later), or ended for a quote, is none of them."""
    unpaid, paid = reader.one(
        "SELECT coalesce(sum(state IN ('reserved', 'expired')), 0), coalesce(sum(paid_at IS NOT NULL), 0) FROM orders"  # noqa: S608
        f" WHERE customer_id = ? AND reserved_at > ? AND NOT {STANDS} AND close_reason IS NOT ?",
        (customer_id, now - DAY, FOR_A_QUOTE),
    ) or (0, 0)
    return 0 if paid else int(unpaid)


def first_in(reader: Reader, customer_id: int) -> int:
    """Lives in which this customer was the first to pay."""
    count: int = reader.value(
        "SELECT count(*) FROM (SELECT DISTINCT session_id AS live FROM orders WHERE customer_id = ?1"
        " AND state = 'paid' AND session_id IS NOT NULL) WHERE (SELECT customer_id FROM orders WHERE session_id = live"
        " AND state = 'paid' ORDER BY paid_at, id LIMIT 1) = ?1",
        (customer_id,),
    )
    return count


def lately(reader: Reader, customer_id: int, now: int, holds: Holds, label: Callable[[str], str] = str) -> Lately:
    """``label``: what a means of payment is called, by its provider's name."""
    means = preferred_provider(reader, customer_id)
    return Lately(
        label(means) if means else None,
        unpaid_lately(reader, customer_id, now),
        first_in(reader, customer_id),
        holds.minutes_of(reader, customer_id),
        restricted(reader, customer_id),
    )
