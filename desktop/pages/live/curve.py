"""The minute curve without Qt: every minute of the live, its peaks, and what was on screen then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from msgspec import Struct

from core.kernel.clock import MINUTE
from core.kernel.text import clock_time
from core.live.views import MinuteBar
from desktop.charts.bars import Bar
from desktop.texts import Texts

NEIGHBOURS: Final = 8  # minutes on either side over which a peak must stand out
LEAST: Final = 3  # orders in a minute below which nothing is called a peak
LONGEST: Final = 12 * 60  # minutes drawn; a live left open overnight stays readable


class Curve(Struct, frozen=True):
    """``first`` is the oldest bar's minute, ms UTC. ``caption`` stands beside the title; ``summary`` says the chart in
    one sentence.
    """

    first: int
    bars: tuple[Bar, ...]
    caption: str
    summary: str


def peaks(values: Sequence[int]) -> set[int]:
    """Indexes that stand out: the highest of their neighbours and at least twice the average minute."""
    if not values:
        return set()
    floor = max(LEAST, 2 * sum(values) / len(values))
    found: set[int] = set()
    for at, value in enumerate(values):
        around = values[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
        # The first of equals, so that a plateau is one peak.
        if value >= floor and value == max(around) and not any(at - NEIGHBOURS <= p < at for p in found):
            found.add(at)
    return found


def curve(minutes: Sequence[MinuteBar], started_at: int, now: int, t: Texts, zone: tzinfo) -> Curve:
    """Bars from the live's first minute to now; minutes without orders are there too."""
    first = started_at - started_at % MINUTE
    last = now - now % MINUTE
    first = max(first, last - (LONGEST - 1) * MINUTE)
    known = {bar.minute: bar for bar in minutes}
    moments = range(first, last + 1, MINUTE)
    values = [known[at].orders if at in known else 0 for at in moments]
    products = _products(moments, known)
    high = peaks(values)
    bars = tuple(
        Bar(
            value,
            product,
            place in high,
            _tip(at, value, product, t, zone),
        )
        for place, (at, value, product) in enumerate(zip(moments, values, products, strict=True))
    )
    caption = _caption(list(moments), values, products, high, t, zone)
    total = t.plural("{n} order in {minutes} min", "{n} orders in {minutes} min", sum(values), minutes=len(values))
    return Curve(first, bars, caption, f"{total}. {caption}" if caption else total)


def _products(moments: range, known: dict[int, MinuteBar]) -> list[str]:
    """What was on screen each minute; a minute nobody reported keeps what was there before."""
    found: list[str] = []
    for at in moments:
        bar = known.get(at)
        found.append((bar.on_screen or "") if bar else (found[-1] if found else ""))
    return found


def _tip(at: int, value: int, product: str, t: Texts, zone: tzinfo) -> str:
    orders = t.plural("{time}: {n} order", "{time}: {n} orders", value, time=clock_time(at, zone))
    return f"{orders} · {product}" if product else orders


def _caption(moments: list[int], values: list[int], products: list[str], high: set[int], t: Texts, zone: tzinfo) -> str:
    if not high:
        return ""
    top = max(high, key=lambda at: values[at])
    time = clock_time(moments[top], zone)
    if products[top]:
        return t("peak at {time} while {product} was on screen", time=time, product=products[top])
    return t("peak at {time}", time=time)
