"""What a bar chart shows, without Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class Bar(Struct, frozen=True):
    """One minute. ``product`` was on screen then; ``tip`` is said on hovering."""

    value: int
    product: str = ""
    peak: bool = False
    tip: str = ""


def products(bars: Iterable[Bar]) -> Iterator[tuple[int, int, str]]:
    """From which bar up to which (excluded) each product was on screen; bars without a product belong to none."""
    start, current, place = 0, "", 0
    for place, bar in enumerate(bars, 1):
        if bar.product != current:
            if current:
                yield start, place - 1, current
            start, current = place - 1, bar.product
    if current:
        yield start, place, current
