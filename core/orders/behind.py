"""The orders behind a figure: which they are, as SQL over ``orders o``, and what each adds to the figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final, Literal

from msgspec import Struct

from core.customers import ranking
from core.kernel.clock import to_datetime
from core.storage.connection import Reader

Basis = Literal["claimed", "paid", "earned"]
"""By which time an order counts: when it was claimed, paid, or when money of it was earned or given back."""

# The index ledger_entry_sales holds these entries and every column that is read here; the words are its condition's.
SALES: Final = "'sales' IN (e.debit, e.credit)"
PROVIDER: Final = "coalesce((SELECT p.provider FROM payment p WHERE p.id = e.payment_id), '')"
SIGNED: Final = "iif(e.credit = 'sales', e.amount, -e.amount)"
_FIRST: Final = "(SELECT min(f.paid_at) FROM orders f WHERE f.customer_id = o.customer_id)"
_MOMENTS: Final[dict[Basis, str]] = {"claimed": "o.reserved_at", "paid": "o.paid_at"}


class OrdersWanted(Struct, frozen=True):
    """The orders behind a figure. None and an empty tuple: whatever it is.

    ``since`` ≤ the time of ``basis`` < ``until``. ``states``: as the order is now. ``hour``: (day of the week, Monday
    0, hour) of that time, on the calendar of ``zone``. ``first_since`` and ``first_until``: when the buyer first paid
    anything here. ``tier``: the buyer's, now. ``seen``: the pay page was opened, or it is paid. ``basis`` earned:
    ``providers`` are those the money came by. ``called``: what people call the product or the live that is meant;
    ``besides``: how many things the figure counts that never became an order.
    """

    basis: Basis = "claimed"
    since: int | None = None
    until: int | None = None
    states: tuple[str, ...] = ()
    product_id: int | None = None
    session_id: int | None = None
    customer_id: int | None = None
    hour: tuple[int, int] | None = None
    zone: tzinfo | None = None
    first_since: int | None = None
    first_until: int | None = None
    tier: str | None = None
    seen: bool = False
    providers: tuple[str, ...] = ()
    called: str = ""
    besides: int = 0


class BuyersWanted(Struct, frozen=True):
    """The customers whose orders these are, each once."""

    orders: OrdersWanted


class Added(Struct, frozen=True):
    """What orders add to a figure together. ``earned``: of the money that is asked about, less what was given back;
    ``units`` and ``worth``: of the one product that is asked about, None of any."""

    earned: int
    units: int | None = None
    worth: int | None = None


def condition(wanted: OrdersWanted) -> tuple[str, list[Any]]:
    """What holds of these orders, and its values. The connection that asks it is to be taught first."""
    where, values = ["1"], list[Any]()
    for text, value in _plain(wanted):
        if value is not None:
            where.append(text)
            values.append(value)
    if wanted.states:
        where.append(f"o.state IN ({_marks(wanted.states)})")
        values += wanted.states
    if wanted.tier is not None:
        where.append(f"o.customer_id IN (SELECT id FROM customer WHERE {ranking.TIER} = ?)")  # noqa: S608 - fixed words
        values.append(ranking.RANKS.index(wanted.tier))
    if wanted.seen:
        where.append("(o.state = 'paid' OR o.link_opened_at IS NOT NULL)")
    if wanted.hour is not None and wanted.basis != "earned":
        where.append(f"hour_of_week({_MOMENTS[wanted.basis]}) = ?")
        values.append(24 * wanted.hour[0] + wanted.hour[1])
    if wanted.basis == "earned":
        found, more = _entries(wanted)
        where.append(f"o.id IN (SELECT e.order_id FROM ledger_entry e WHERE {found})")  # noqa: S608 - fixed words
        values += more
    return " AND ".join(where), values


def _plain(wanted: OrdersWanted) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        ("o.session_id = ?", wanted.session_id),
        ("o.customer_id = ?", wanted.customer_id),
        (f"{_FIRST} >= ?", wanted.first_since),
        (f"{_FIRST} < ?", wanted.first_until),
        ("EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.product_id = ?)", wanted.product_id),
    ]
    if wanted.basis != "earned":
        moment = _MOMENTS[wanted.basis]
        found += [(f"{moment} >= ?", wanted.since), (f"{moment} < ?", wanted.until)]
    return found


def _entries(wanted: OrdersWanted) -> tuple[str, list[Any]]:
    """The entries of the ledger that are asked about; where money is not the question, all that earned something."""
    where, values = [SALES], list[Any]()
    if wanted.basis == "earned":
        for text, value in (("e.at >= ?", wanted.since), ("e.at < ?", wanted.until)):
            if value is not None:
                where.append(text)
                values.append(value)
        if wanted.providers:
            where.append(f"{PROVIDER} IN ({_marks(wanted.providers)})")
            values += wanted.providers
    return " AND ".join(where), values


def earned(wanted: OrdersWanted) -> tuple[str, list[Any]]:
    """SQL of what the order ``o`` adds to the money that is asked about, and its values."""
    where, values = _entries(wanted)
    sql = f"(SELECT coalesce(sum({SIGNED}), 0) FROM ledger_entry e WHERE e.order_id = o.id AND {where})"  # noqa: S608
    return sql, values


def added(reader: Reader, wanted: OrdersWanted, where: str, values: Sequence[Any]) -> Added:
    """What all orders for which ``where`` holds add together."""
    sql, more = earned(wanted)
    money = int(reader.value(f"SELECT coalesce(sum({sql}), 0) FROM orders o WHERE {where}", [*more, *values]))  # noqa: S608
    if wanted.product_id is None:
        return Added(money)
    units, worth = reader.one(
        "SELECT coalesce(sum(l.quantity), 0), coalesce(sum(l.quantity * l.unit_price), 0) FROM orders o"  # noqa: S608
        f" JOIN order_line l ON l.order_id = o.id AND l.product_id = ? WHERE {where}",
        [wanted.product_id, *values],
    ) or (0, 0)
    return Added(money, units, worth)


def buyers(wanted: BuyersWanted) -> tuple[str, tuple[Any, ...]]:
    """SQL of the ids of these customers, and its values."""
    where, values = condition(wanted.orders)
    return f"SELECT o.customer_id FROM orders o WHERE {where}", tuple(values)  # noqa: S608 - fixed words


def teach(reader: Reader, wanted: OrdersWanted) -> None:
    """Let this connection's SQL ask for the hour of a week."""
    zone = wanted.zone
    if wanted.hour is None:
        return

    def hour_of_week(*moment: Any) -> int | None:
        (at,) = moment
        if at is None or zone is None:
            return None
        local = to_datetime(at, zone)
        return 24 * local.weekday() + local.hour

    reader.connection.create_scalar_function("hour_of_week", hour_of_week, 1, deterministic=True)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
