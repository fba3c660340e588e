"""Strokes stay on their sheet, and every figure can be pointed at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.charts import Bar, Bars, Columns, Entry, Matrix, Point, Series, Shape, Spot, Table, share
from core.analytics.drawing import draw, height_of

WORDS = st.text("abc é\u202f12", max_size=14)
TONES = st.sampled_from(("structure", "gold", "info"))


def measure(text: str, size: float, bold: bool) -> float:
    return len(text) * size * (0.56 if bold else 0.52)


POINTS = st.builds(Point, st.integers(-500, 5_000), st.just("said"))


@st.composite
def columns(draw_: st.DrawFn) -> Columns:
    count = draw_(st.integers(1, 62))
    labels = tuple(draw_(st.lists(WORDS, min_size=count, max_size=count)))
    series = tuple(
        Series(draw_(WORDS), draw_(TONES), tuple(draw_(st.lists(POINTS, min_size=count, max_size=count))))  # type: ignore[arg-type]
        for _ in range(draw_(st.integers(1, 3)))
    )
    sums = [[s.points[n].value for s in series] for n in range(count)]
    top = max([sum(v for v in column if v > 0) for column in sums] + [1])
    low = min([sum(v for v in column if v < 0) for column in sums] + [0])
    return Columns(labels, series, (), "", ((low, str(low)), (0, "0"), (top, str(top))))


BARS = st.lists(st.builds(Bar, WORDS, st.integers(0, 1000), WORDS, WORDS, POINTS, TONES), min_size=1, max_size=8)
SPOTS = st.one_of(st.none(), st.builds(Spot, POINTS, st.integers(0, 1000), WORDS))


@st.composite
def matrices(draw_: st.DrawFn) -> Matrix:
    wide, high = draw_(st.integers(1, 24)), draw_(st.integers(1, 7))
    cells = tuple(tuple(draw_(st.lists(SPOTS, min_size=wide, max_size=wide))) for _ in range(high))
    return Matrix(("lun.",) * high, ("00",) * wide, cells)


@st.composite
def tables(draw_: st.DrawFn) -> Table:
    wide = draw_(st.integers(1, 8))
    entries = st.builds(Entry, WORDS, st.one_of(st.none(), st.integers(0, 1000)), TONES, WORDS)
    line = st.tuples(st.lists(entries, min_size=wide, max_size=wide).map(tuple), POINTS)
    return Table(("tête",) * wide, (10,) * wide, tuple(draw_(st.lists(line, min_size=1, max_size=8))))


SHAPES: st.SearchStrategy[Shape] = st.one_of(columns(), BARS.map(lambda bars: Bars(tuple(bars))), matrices(), tables())


@given(SHAPES, st.integers(420, 1200))
def test_boxes_lines_and_marks_stay_on_the_sheet(shape: Shape, width: int) -> None:
    height = height_of(shape)
    drawing = draw(shape, width, height, measure)
    for box in drawing.boxes:
        assert -0.01 <= box.x <= box.x + box.width <= width + 0.01
        assert -0.01 <= box.y <= box.y + box.height <= height + 1.01  # the least a figure is shown with
    for mark in drawing.marks:
        assert -0.01 <= mark.x <= mark.x + mark.width <= width + 0.01
        middle = mark.x + mark.width / 2, mark.y + mark.height / 2
        assert drawing.mark_at(*middle) >= 0


@given(columns())
def test_a_column_is_as_high_as_its_figure(shape: Columns) -> None:
    drawing = draw(shape, 2_000, height_of(shape), measure)
    shown = [point for series in shape.series for point in series.points if point.value]
    assert {id(mark.point) for mark in drawing.marks} == {id(point) for point in shown}


@given(BARS)
def test_every_bar_has_its_figure_beside_it(bars: list[Bar]) -> None:
    drawing = draw(Bars(tuple(bars)), 700, height_of(Bars(tuple(bars))), measure)
    assert [mark.point for mark in drawing.marks] == [bar.point for bar in bars]
    said = [word.text for word in drawing.words]
    assert all(bar.word in said for bar in bars)


def test_shares_are_of_a_whole_and_never_beyond_it() -> None:
    assert [share(*pair) for pair in ((1, 2), (3, 2), (0, 5), (-1, 5), (1, 0))] == [500, 1000, 0, 0, 0]
