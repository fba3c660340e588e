"""Reading a time: plain SQL that adds up in the database, each question over an index of the time it is about."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

from core.analytics import revenue
from core.analytics.rules import QUARTER, Period, before, months, of_live, pieces, triangle, unit_of, week_hours
from core.analytics.views import Funnel, LiveLine, ProductFigures, Report, Sums
from core.conversations.figures import figures as answers
from core.customers.rules import Record, tier
from core.orders.behind import SALES, SIGNED
from core.orders.figures import of_live as figures_of_live
from core.pipeline.figures import funnel as prospects
from core.storage.connection import Reader, Row

PRODUCTS: Final = 10
LIVES: Final = 10
COHORTS: Final = 6  # months
TIERS: Final = ("diamond", "gold", "silver", "bronze")
# The n-th of n in order of size; of an even number the upper of the two in the middle, as the database can.
_MEDIAN: Final = (
    "SELECT paid_at - reserved_at FROM {found} AND o.state = 'paid' ORDER BY 1 LIMIT 1"
    " OFFSET (SELECT count(*) FROM {found} AND o.state = 'paid') / 2"
)


def report(reader: Reader, period: Period, other: Period | None, now: int, zone: tzinfo) -> Report:
    """All figures of a time. ``other``: what it is compared with, None: nothing. One snapshot: call in one read."""
    unit = unit_of(period, zone)
    cut = pieces(period, unit, zone)
    then = () if other is None else _series(reader, other, unit, zone)
    calendar = months(now, zone, COHORTS)
    return Report(
        period=period,
        before=other,
        now=now,
        unit=unit,
        pieces=cut,
        earned=tuple(revenue.by_provider(reader, period, cut).items()),
        then=then[: len(cut)],
        sums=sums(reader, period),
        sums_before=None if other is None else sums(reader, other),
        funnel=funnel(reader, period),
        funnel_before=None if other is None else funnel(reader, other),
        hours=week_hours(_quarters(reader, period), zone),
        products=products(reader, period),
        tiers=tiers(reader, period),
        months=calendar,
        cohorts=cohorts(reader, calendar),
        answers=answers(reader, period.since, period.until),
        answers_before=None if other is None else answers(reader, other.since, other.until),
        prospects=prospects(reader, period.since, period.until),
        lives=lives(reader, period),
        ever_sold=reader.value("SELECT 1 FROM orders LIMIT 1") is not None,
    )


def _series(reader: Reader, other: Period, unit: Any, zone: tzinfo) -> tuple[int, ...]:
    found = revenue.by_provider(reader, other, pieces(other, unit, zone))
    return tuple(map(sum, zip(*found.values(), strict=True)))


def compared(reader: Reader, period: Period, live: int | None, now: int, zone: tzinfo) -> Period | None:
    """What a time is compared with: the live ``live``, else the time or the live before. None: there is none."""
    if live is None and period.session_id is None:
        return before(period, now, zone)
    row = reader.one(
        "SELECT id, started_at, ended_at FROM live_session WHERE id = ?"
        if live is not None
        else "SELECT id, started_at, ended_at FROM live_session WHERE id < ? ORDER BY id DESC LIMIT 1",
        (live if live is not None else period.session_id,),
    )
    return None if row is None else of_live(row[0], row[1], row[2], now)


def live_period(reader: Reader, session_id: int, now: int) -> Period | None:
    """The time of one live; None: there is no such live."""
    row = reader.one("SELECT id, started_at, ended_at FROM live_session WHERE id = ?", (session_id,))
    return None if row is None else of_live(row[0], row[1], row[2], now)


def known_lives(reader: Reader, limit: int = 60) -> list[tuple[int, str, int]]:
    """(id, title, start) of the latest lives."""
    return reader.all("SELECT id, title, started_at FROM live_session ORDER BY id DESC LIMIT ?", (limit,))


def claimed(period: Period) -> tuple[str, list[Any]]:
    """The SQL behind FROM that finds the orders claimed in a time, and its values."""
    return _orders("reserved_at", period)


def paid(period: Period) -> tuple[str, list[Any]]:
    """The same of the orders paid in a time that are paid now: what was given back since is not among them."""
    found, values = _orders("paid_at", period)
    return f"{found} AND o.state = 'paid'", values


def _orders(column: str, period: Period) -> tuple[str, list[Any]]:
    found, values = f"orders o WHERE o.{column} >= ? AND o.{column} < ?", list[Any]((period.since, period.until))
    if period.session_id is not None:
        found += " AND o.session_id = ?"
        values.append(period.session_id)
    return found, values


def sums(reader: Reader, period: Period) -> Sums:
    """``orders`` and ``conversion`` of what was claimed in the time; ``paid``, buyers and order time of what was paid
    in it. ``new``: buyers who had paid nothing here before it."""
    steps = funnel(reader, period)
    found, values = paid(period)
    orders_paid, buyers, new = reader.one(
        f"SELECT coalesce(sum(n), 0), count(*), coalesce(sum(NOT EXISTS (SELECT 1 FROM orders e"  # noqa: S608
        f" WHERE e.customer_id = b.customer_id AND e.paid_at < ?)), 0)"
        f" FROM (SELECT o.customer_id, count(*) AS n FROM {found} GROUP BY 1) b",
        [period.since, *values],
    ) or (0, 0, 0)
    timed, times = _orders("paid_at", period)
    median = reader.value(_MEDIAN.format(found=timed), times + times)
    return Sums(
        revenue.total(reader, period), steps.reserved, orders_paid, steps.conversion, buyers, new,
        None if median is None else max(0, median),
    )  # fmt: skip


def funnel(reader: Reader, period: Period) -> Funnel:
    """From the claim to the payment."""
    found, values = claimed(period)
    reserved, seen, done = reader.one(
        "SELECT count(*), coalesce(sum(o.state = 'paid' OR o.link_opened_at IS NOT NULL), 0),"  # noqa: S608
        f" coalesce(sum(o.state = 'paid'), 0) FROM {found}",
        values,
    ) or (0, 0, 0)
    return Funnel(unserved(reader, period), reserved, seen, done)


def unserved(reader: Reader, period: Period, product_id: int | None = None) -> int:
    """Claims of a time for which nothing was left, and that never became an order."""
    where, values = "order_id IS NULL AND since >= ? AND since < ?", list[Any]((period.since, period.until))
    for column, value in (("session_id", period.session_id), ("product_id", product_id)):
        if value is not None:
            where += f" AND {column} = ?"
            values.append(value)
    return int(reader.value(f"SELECT count(*) FROM waiting WHERE {where}", values))  # noqa: S608 - constants


def _quarters(reader: Reader, period: Period) -> list[tuple[int, int]]:
    found, values = claimed(period)
    return reader.all(f"SELECT o.reserved_at / {QUARTER}, count(*) FROM {found} GROUP BY 1", values)  # noqa: S608


def products(reader: Reader, period: Period) -> tuple[ProductFigures, ...]:
    """What brought most in the time, the best first."""
    found, values = paid(period)
    rows = reader.all(
        "SELECT p.id, p.sku, p.title, s.sold, s.value, p.on_hand - p.held FROM (SELECT l.product_id AS id,"  # noqa: S608
        " sum(l.quantity) AS sold, sum(l.quantity * l.unit_price) AS value FROM order_line l"
        f" WHERE l.order_id IN (SELECT o.id FROM {found}) GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?) s"
        " JOIN product p ON p.id = s.id ORDER BY s.value DESC, p.id",
        [*values, PRODUCTS],
    )
    return tuple(_product(reader, period, row) for row in rows)


def _product(reader: Reader, period: Period, row: Row) -> ProductFigures:
    number, sku, title, sold, value, left = row
    return ProductFigures(number, sku, title, sold, value, left, unserved(reader, period, number), _out_at(reader, row))


def _out_at(reader: Reader, row: Row) -> int | None:
    """Of what is sold out: when the latest order that stands claimed it."""
    if row[5] > 0:
        return None
    value: int | None = reader.value(
        "SELECT max(o.reserved_at) FROM order_line l JOIN orders o ON o.id = l.order_id WHERE l.product_id = ?"
        " AND o.state IN ('paid', 'reserved')",
        (row[0],),
    )
    return value


def tiers(reader: Reader, period: Period) -> tuple[tuple[str, int], ...]:
    """The tiers of those who paid in the time, as they stand now."""
    knows_tiers(reader)
    found, values = paid(period)
    counted = dict(
        reader.all(
            "SELECT tier_of(c.orders, c.paid, c.expired, c.spent, c.pay_ms, c.scored), count(*) FROM customer c"  # noqa: S608
            f" WHERE c.id IN (SELECT o.customer_id FROM {found}) GROUP BY 1",
            values,
        )
    )
    return tuple((name, counted.get(name, 0)) for name in TIERS)


def knows_tiers(reader: Reader) -> None:
    """Lets this connection's SQL ask for a record's tier."""
    reader.connection.create_scalar_function("tier_of", _tier, 6, deterministic=True)


def _tier(*record: Any) -> str:
    *counts, scored = record
    orders, paid_orders, expired, spent, pay_ms = counts
    return tier(Record(orders, paid_orders, expired, spent, pay_ms, bool(scored)))


def cohorts(reader: Reader, calendar: tuple[tuple[int, int], ...]) -> tuple[tuple[int, ...], ...]:
    """Who first paid in each month, and how many of them paid in each month from then on."""
    spans = " UNION ALL ".join("SELECT ? AS number, ? AS since, ? AS until" for _ in calendar)
    values = [value for number, (since, until) in enumerate(calendar) for value in (number, since, until)]
    pairs = reader.all(
        f"WITH month AS ({spans}), bought AS (SELECT m.number, o.customer_id, max(o.state = 'paid') AS stands"  # noqa: S608
        " FROM month m CROSS JOIN orders o WHERE o.paid_at >= m.since AND o.paid_at < m.until GROUP BY 1, 2),"
        " first AS (SELECT customer_id, min(number) AS number FROM bought"
        " WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE paid_at < ?) GROUP BY 1)"
        " SELECT f.number, b.number, count(*) FROM first f JOIN bought b ON b.customer_id = f.customer_id"
        " WHERE b.stands GROUP BY 1, 2",
        [*values, calendar[0][0]],
    )
    return triangle(pairs, len(calendar))


def lives(reader: Reader, period: Period, limit: int = LIVES) -> tuple[LiveLine, ...]:
    """The latest lives that began in a time, the newest first; looking at one live, those up to it."""
    where, values = "started_at >= ? AND started_at < ?", (period.since, period.until)
    if period.session_id is not None:
        where, values = "id <= ? AND ? > 0", (period.session_id, period.until)
    rows = reader.all(
        f"SELECT id, title, started_at, ended_at FROM live_session WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    )
    return tuple(_live(reader, *row) for row in rows)


def _live(reader: Reader, session_id: int, title: str, started: int, ended: int | None) -> LiveLine:
    found = figures_of_live(reader, session_id)
    earned = reader.value(
        f"SELECT coalesce(sum({SIGNED}), 0) FROM orders o JOIN ledger_entry e ON e.order_id = o.id"  # noqa: S608
        f" WHERE o.session_id = ? AND {SALES}",
        (session_id,),
    )
    return LiveLine(
        session_id,
        title,
        started,
        None if ended is None else ended - started,
        len(found.conversion.whole),
        len(found.conversion.part),
        found.conversion.percent,
        earned,
        found.order_time.median,
        found.fraud.percent,
    )
