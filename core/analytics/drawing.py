"""Charts as strokes: rectangles, lines and words with places in px, for a window, a picture or a paper alike. Pure.

Whoever draws says how wide a text is. Colours are the look's names, so that one drawing serves both themes. Every
figure has a :class:`Mark`: where it is, what it says exactly, and what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec import Struct

from core.analytics.charts import Bars, Columns, Entry, Matrix, Point, Shape, Table, Tone

Measure = Callable[[str, float, bool], float]
"""Text, size in px, bold → width in px."""
Side = Literal["left", "right", "middle"]
Colour = Tone | Literal["text", "surface"]

SMALL: Final = 12.5
BODY: Final = 14.0
BAR_ROW: Final = 40.0
LINE_ROW: Final = 44.0
HEAD: Final = 28.0
CELL: Final = 26.0
AXIS: Final = 22.0
LEGEND: Final = 24.0
COLUMNS: Final = 250.0


class Box(Struct, frozen=True):
    """``share`` of the colour lies on the surface, in thousandths."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    share: int = 1000
    corner: float = 0


class Line(Struct, frozen=True):
    points: tuple[tuple[float, float], ...]
    colour: Colour
    width: float = 1
    dashed: bool = False


class Word(Struct, frozen=True):
    """One line of text in a box, in its middle from top to bottom."""

    x: float
    y: float
    width: float
    height: float
    text: str
    colour: Colour = "text"
    size: float = SMALL
    bold: bool = False
    side: Side = "left"


class Mark(Struct, frozen=True):
    """A figure that can be pointed at."""

    x: float
    y: float
    width: float
    height: float
    point: Point

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(slots=True)
class Drawing:
    """What is drawn, in this order: what lies under, boxes, lines, words."""

    width: float
    height: float
    under: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def mark_at(self, x: float, y: float) -> int:
        """The figure there, -1: none."""
        return next((place for place, mark in enumerate(self.marks) if mark.holds(x, y)), -1)


def height_of(shape: Shape) -> float:
    """How high a chart wants to be, px."""
    match shape:
        case Columns():
            return COLUMNS
        case Bars(bars):
            return BAR_ROW * max(1, len(bars))
        case Matrix(labels=labels, scale=scale):
            return HEAD + CELL * len(labels) + (LEGEND if any(scale) else 0)
        case Table(lines=lines):
            return HEAD + LINE_ROW * max(1, len(lines))


def draw(shape: Shape, width: float, height: float, measure: Measure) -> Drawing:
    """The chart in so much room."""
    drawing = Drawing(width, height)
    match shape:
        case Columns():
            _columns(drawing, shape, measure)
        case Bars():
            _bars(drawing, shape, measure)
        case Matrix():
            _matrix(drawing, shape, measure)
        case Table():
            _table(drawing, shape, measure)
    return drawing


def cut(text: str, room: float, size: float, bold: bool, measure: Measure) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if measure(text, size, bold) <= room:
        return text
    while text and measure(text + "…", size, bold) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


# -- columns over time


def _columns(drawing: Drawing, shape: Columns, measure: Measure) -> None:
    legend = _legend(drawing, shape, measure)
    left = max((measure(word, SMALL, False) for _, word in shape.ticks), default=0) + 10
    top, bottom = legend + 8, drawing.height - AXIS
    highest = max(shape.ticks[-1][0], 1)
    lowest = min(0, shape.ticks[0][0])
    unit = (bottom - top) / (highest - lowest)
    ground = bottom + lowest * unit
    for value, word in shape.ticks:
        y = ground - value * unit
        drawing.under.append(Line(((left, y), (drawing.width, y)), "line"))
        drawing.words.append(Word(0, y - 9, left - 10, 18, word, "muted", side="right"))
    pitch = (drawing.width - left) / max(1, len(shape.labels))
    wide = min(46.0, max(2.0, pitch * 0.68))
    for number in range(len(shape.labels)):
        x = left + pitch * number + (pitch - wide) / 2
        _column(drawing, shape, number, x, wide, ground, unit, (left + pitch * number, pitch, top, bottom))
    if shape.then:
        points = [(left + pitch * (n + 0.5), ground - value * unit) for n, value in enumerate(shape.then)]
        drawing.lines.append(Line(tuple(points[: len(shape.labels)]), "text", 2, dashed=True))
    _times(drawing, shape.labels, left, pitch, bottom, measure)


def _column(
    drawing: Drawing, shape: Columns, number: int, x: float, wide: float, ground: float, unit: float,
    field_: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """One column: what was earned goes up from the ground, what was given back down. Its parts can be pointed at where
    they are high enough; above and below them the whole of it, which is the largest part's."""
    left, pitch, top, bottom = field_
    up = down = ground
    parts: list[Mark] = []
    for series in shape.series:
        point = series.points[number]
        size = abs(point.value) * unit
        if not point.value:
            continue
        y = up - size if point.value > 0 else down
        up, down = (y, down) if point.value > 0 else (up, y + size)
        drawing.boxes.append(Box(x, y, wide, max(1.0, size - (1 if size > 3 else 0)), series.tone, series.share, 1.5))
        parts.append(Mark(left, y, pitch, max(4.0, size), point))
    if parts:
        largest = max(parts, key=lambda mark: abs(mark.point.value))
        drawing.marks += parts
        if len(parts) == 1:
            drawing.marks[-1] = Mark(left, top, pitch, bottom - top, largest.point)


def _times(
    drawing: Drawing, labels: tuple[str, ...], left: float, pitch: float, bottom: float, measure: Measure
) -> None:
    widest = max((measure(label, SMALL, False) for label in labels), default=0) + 14
    step = max(1, -int(-widest // pitch))
    for number in range(0, len(labels), step):
        room = measure(labels[number], SMALL, False)
        x = min(max(left, left + pitch * (number + 0.5) - room / 2), drawing.width - room)
        drawing.words.append(Word(x, bottom + 3, room + 1, AXIS - 4, labels[number], "muted"))


def _legend(drawing: Drawing, shape: Columns, measure: Measure) -> float:
    """Names beside their colours; one series alone and uncompared needs none. → the height it took."""
    entries: list[tuple[str, Colour, int]] = [(s.name, s.tone, s.share) for s in shape.series if s.name]
    if shape.then:
        entries.append((shape.then_name, "text", 0))
    if len(entries) < 2:
        return 0
    x, y = 0.0, 2.0
    for name, colour, shade in entries:
        room = measure(name, SMALL, False)
        if x and x + 18 + room > drawing.width:
            x, y = 0.0, y + LEGEND - 4
        if not shade:
            drawing.lines.append(Line(((x, y + 9), (x + 14, y + 9)), colour, 2, dashed=True))
        else:
            drawing.boxes.append(Box(x, y + 4, 11, 11, colour, shade, 2))
        drawing.words.append(Word(x + 19, y, room + 2, 18, name, "muted"))
        x += 19 + room + 18
    return y + LEGEND - 4


# -- lying bars


def _bars(drawing: Drawing, shape: Bars, measure: Measure) -> None:
    label = min(drawing.width * 0.36, max((measure(b.label, BODY, False) for b in shape.bars), default=0) + 14)
    word = max((measure(b.word, BODY, True) for b in shape.bars), default=0)
    detail = max((measure(b.detail, SMALL, False) for b in shape.bars), default=0)
    tail = word + (10 + detail if detail else 0)
    room = max(30.0, drawing.width - label - tail - 12)
    row = min(BAR_ROW, drawing.height / max(1, len(shape.bars)))
    for number, bar in enumerate(shape.bars):
        y = row * number
        drawing.words.append(Word(0, y, label - 8, row, cut(bar.label, label - 8, BODY, False, measure), size=BODY))
        drawing.boxes.append(Box(label, y + (row - 16) / 2, room, 16, "line", 600, 3))
        if bar.share:
            drawing.boxes.append(
                Box(label, y + (row - 16) / 2, max(3.0, room * bar.share / 1000), 16, bar.tone, corner=3)
            )
        x = label + room + 12
        drawing.words.append(Word(x, y, word, row, bar.word, size=BODY, bold=True, side="right"))
        if bar.detail:
            drawing.words.append(Word(x + word + 10, y, detail + 1, row, bar.detail, "muted"))
        drawing.marks.append(Mark(0, y, drawing.width, row, bar.point))


# -- cells


def _matrix(drawing: Drawing, shape: Matrix, measure: Measure) -> None:
    left = min(float(shape.wide), max((measure(label, SMALL, False) for label in shape.labels), default=0) + 12)
    foot = LEGEND if any(shape.scale) else 0
    pitch = (drawing.width - left) / max(1, len(shape.heads))
    row = min(CELL * 1.4, (drawing.height - HEAD - foot) / max(1, len(shape.labels)))
    every = 1
    while max((measure(head, SMALL, False) for head in shape.heads), default=0) + 6 > pitch * every:
        every += 1
    for number, head in enumerate(shape.heads):
        if number % every == 0:
            room = max(pitch, measure(head, SMALL, False) + 1)
            x = left + pitch * number + (pitch - room) / 2
            drawing.words.append(Word(x, 0, room, HEAD - 4, head, "muted", side="middle"))
    for line, (label, cells) in enumerate(zip(shape.labels, shape.cells, strict=True)):
        y = HEAD + row * line
        drawing.words.append(Word(0, y, left - 8, row, cut(label, left - 8, SMALL, False, measure), "muted"))
        for number, spot in enumerate(cells):
            if spot is None:
                continue
            x = left + pitch * number
            drawing.boxes.append(Box(x + 1, y + 1, pitch - 2, row - 2, "line", 350, 3))
            if spot.depth:
                drawing.boxes.append(Box(x + 1, y + 1, pitch - 2, row - 2, shape.tone, 120 + spot.depth * 88 // 100, 3))
            if spot.word and measure(spot.word, SMALL, False) <= pitch - 4:
                ink: Colour = "surface" if spot.depth > 560 else "text"
                drawing.words.append(Word(x, y, pitch, row, spot.word, ink, side="middle"))
            drawing.marks.append(Mark(x, y, pitch, row, spot.point))
    if foot:
        _depths(drawing, shape, left, measure)


def _depths(drawing: Drawing, shape: Matrix, left: float, measure: Measure) -> None:
    """What the colours stand for."""
    y, (low, high) = drawing.height - LEGEND + 4, shape.scale
    x = left + measure(low, SMALL, False) + 8
    drawing.words.append(Word(left, y, x - left, 18, low, "muted"))
    for step in range(5):
        drawing.boxes.append(Box(x + 20 * step, y + 4, 18, 10, shape.tone, 120 + step * 220, 2))
    drawing.words.append(Word(x + 108, y, measure(high, SMALL, False) + 2, 18, high, "muted"))


# -- lines with small bars


def _table(drawing: Drawing, shape: Table, measure: Measure) -> None:
    total, x = sum(shape.shares), 0.0
    places: list[tuple[float, float]] = []
    for part in shape.shares:
        places.append((x, drawing.width * part / total - 12))
        x += drawing.width * part / total
    for column, head in enumerate(shape.heads):
        left, room = places[column]
        side: Side = "right" if column in shape.right else "left"
        drawing.words.append(Word(left, 0, room, HEAD - 6, cut(head, room, SMALL, False, measure), "muted", side=side))
    drawing.lines.append(Line(((0, HEAD - 2), (drawing.width, HEAD - 2)), "line"))
    row = min(LINE_ROW, (drawing.height - HEAD) / max(1, len(shape.lines)))
    for number, (entries, point) in enumerate(shape.lines):
        y = HEAD + row * number
        lifted = any(entry.share is not None or entry.detail for entry in entries)  # all stand on one line
        for column, entry in enumerate(entries):
            left, room = places[column]
            side = "right" if column in shape.right else "left"
            drawing.words += _entry(entry, left, y, room, row, side, column == 0, lifted, measure)
            if entry.share is not None:
                drawing.boxes.append(Box(left, y + row - 12, room, 4, "line", 700, 2))
                if entry.share:
                    wide = max(2.0, room * entry.share / 1000)
                    drawing.boxes.append(Box(left, y + row - 12, wide, 4, entry.tone, corner=2))
        drawing.lines.append(Line(((0, y + row), (drawing.width, y + row)), "line"))
        drawing.marks.append(Mark(0, y, drawing.width, row, point))


def _entry(
    entry: Entry,
    left: float,
    y: float,
    room: float,
    row: float,
    side: Side,
    strong: bool,
    lifted: bool,
    measure: Measure,
) -> Iterator[Word]:
    text = cut(entry.word, room, BODY, strong, measure)
    yield Word(left, y + (4 if lifted else 0), room, 20 if lifted else row, text, size=BODY, bold=strong, side=side)
    if entry.detail:
        yield Word(left, y + 22, room, 16, cut(entry.detail, room, SMALL, False, measure), "muted", side=side)
