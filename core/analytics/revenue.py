"""What counts as revenue, written down once.

**Revenue of a time** is what the ledger's account ``sales`` grew by in it: every entry that credits the account, less
every entry that debits it, at the moment of the entry. So

- a sale counts when its order becomes firm, with the money that is there then; a deposit counts from that moment for
  what came in, and the rest of the price when it comes;
- money that no sale has earned (late, short, double, too much) counts only once the seller decides that it does, and an
  excess that the buyer leaves to the shop counts then;
- money given back is subtracted on the day it is given back, whenever it was earned, and counts again where a provider
  did not make the refund after all;
- providers' fees are no less revenue, and an order that nobody paid for is none.

Over all times it is exactly the account's balance with its sign turned (:func:`core.ledger.book.balances`). Amounts are
in the smallest units of the store's one currency.
"""

from __future__ import annotations

from typing import Any

from core.analytics.rules import QUARTER, Period, place
from core.orders.behind import PROVIDER, SALES, SIGNED
from core.storage.connection import Reader


def entries(period: Period) -> tuple[str, list[Any]]:
    """The SQL behind FROM that finds a time's entries, and its values."""
    joined, values = "", list[Any]((period.since, period.until))
    if period.session_id is not None:
        joined = " JOIN orders o ON o.id = e.order_id AND o.session_id = ?"
        values.insert(0, period.session_id)
    return f"ledger_entry e{joined} WHERE {SALES} AND e.at >= ? AND e.at < ?", values


def total(reader: Reader, period: Period) -> int:
    """The revenue of a time."""
    found, values = entries(period)
    return int(reader.value(f"SELECT coalesce(sum({SIGNED}), 0) FROM {found}", values))  # noqa: S608 - constants


def by_provider(reader: Reader, period: Period, pieces: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Provider → its revenue in each piece, the largest provider first. Whatever has no payment is under "".

    Summed by the quarter of an hour in SQL, put into the store's hours, days and months here.
    """
    found, values = entries(period)
    sums: dict[str, list[int]] = {}
    for provider, quarter, amount in reader.all(
        f"SELECT {PROVIDER}, e.at / {QUARTER},"  # noqa: S608
        f" sum({SIGNED}) FROM {found} GROUP BY 1, 2",
        values,
    ):
        # A quarter in which the time begins (a live's) lies in the first piece.
        at = max(quarter * QUARTER, pieces[0])
        sums.setdefault(provider, [0] * len(pieces))[place(pieces, at)] += amount
    ranked = sorted(sums, key=lambda name: (-sum(sums[name]), name))
    return {name: tuple(sums[name]) for name in ranked}
