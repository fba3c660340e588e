"""What a chart says, already in words: drawn by :mod:`core.analytics.drawing`, written out as a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

Tone = Literal["structure", "gold", "info", "waiting", "paid", "danger", "muted", "line"]
Cell = str | int | Decimal | None


class Point(Struct, frozen=True):
    """One figure. ``tip`` says it exactly; ``rows`` names what it is made of, for whoever draws it to lead there."""

    value: int
    tip: str
    rows: object = None


class Series(Struct, frozen=True):
    """One kind of a column's parts; as many points as there are labels. ``share`` of the tone's colour, thousandths."""

    name: str
    tone: Tone
    points: tuple[Point, ...]
    share: int = 1000


class Columns(Struct, frozen=True):
    """Columns over time, each the sum of its series; ``then``: what they are compared with, a line."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    then: tuple[int, ...] = ()
    then_name: str = ""
    ticks: tuple[tuple[int, str], ...] = ()
    """Where the scale has its lines: (value, word), the first at 0 and the last above every column."""


class Bar(Struct, frozen=True):
    """``word`` says the figure beside its bar; ``share`` of the whole width, 0 to 1000."""

    label: str
    share: int
    word: str
    detail: str
    point: Point
    tone: Tone = "structure"


class Bars(Struct, frozen=True):
    """Lying bars under each other."""

    bars: tuple[Bar, ...]


class Spot(Struct, frozen=True):
    """A cell: how dark (0 to 1000), and what stands in it."""

    point: Point
    depth: int
    word: str = ""


class Matrix(Struct, frozen=True):
    """Rows and columns of cells; None: there is no such cell."""

    labels: tuple[str, ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[Spot | None, ...], ...]
    tone: Tone = "info"
    scale: tuple[str, str] = ("", "")
    """What the lightest and the darkest colour stand for."""
    wide: int = 120
    """px: the room of the labels."""


class Entry(Struct, frozen=True):
    """A cell of a table: its word, and how long the bar behind it is (0 to 1000, None: no bar)."""

    word: str
    share: int | None = None
    tone: Tone = "structure"
    detail: str = ""


class Table(Struct, frozen=True):
    """Lines with small bars. ``shares``: how the width is shared out; ``right``: columns of numbers."""

    heads: tuple[str, ...]
    shares: tuple[int, ...]
    lines: tuple[tuple[tuple[Entry, ...], Point], ...]
    right: frozenset[int] = frozenset()


Shape = Columns | Bars | Matrix | Table


class Chart(Struct, frozen=True):
    """``name`` is also the file's. ``summary``: the whole in one sentence. ``nothing``: said instead where there is
    nothing to draw. ``titles`` and ``records``: the same as a table, amounts as numbers."""

    name: str
    title: str
    about: str
    summary: str
    shape: Shape
    titles: tuple[str, ...]
    records: tuple[tuple[Cell, ...], ...]
    nothing: str = ""
    notes: Sequence[str] = field(default=())


def scale(highest: int) -> tuple[int, ...]:
    """Where the lines of a scale stand: from 0 in three to five equal round steps to the first that is not below the
    highest value."""
    if highest <= 0:
        return (0, 1)
    power = 1
    while power * 10 <= highest:
        power *= 10
    for step in (power // 5, power // 4, power // 2, power, power * 2, power * 5):
        if step and -(-highest // step) <= 5:
            return tuple(step * number for number in range(-(-highest // step) + 1))
    raise AssertionError("a step of twice the power always fits")


def share(part: int, whole: int) -> int:
    """In thousandths, between 0 and 1000."""
    return 0 if whole <= 0 else max(0, min(1000, 1000 * part // whole))
