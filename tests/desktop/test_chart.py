"""The minute curve: what it draws, when it draws it, and that it costs nothing before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from core.kernel.clock import MINUTE
from core.kernel.look import DARK, LIGHT
from desktop.bridge import Bridge
from desktop.charts.bars import Bar, products
from desktop.charts.minutes import MinuteChart
from desktop.charts.plot import MinutePlot
from desktop.fonts import width
from desktop.texts import Texts
from desktop.theme import theme

HOUR = 1_793_480_400_000  # 2026-10-31 21:00 UTC
TEN = tuple(Bar(value, "ROBE1" if value < 5 else "SAC2", value == 9, f"tip {value}") for value in range(10))


@pytest.fixture
def bridge(t: Texts) -> Iterator[Bridge]:
    made = Bridge(t)
    yield made
    made.close()


@pytest.fixture
def chart(qtbot: QtBot, bridge: Bridge) -> MinuteChart:
    made = MinuteChart(bridge, UTC, "Rien encore")
    qtbot.addWidget(made)
    made.resize(400, 100)
    made.show()
    return made


@pytest.fixture
def plot(qtbot: QtBot) -> MinutePlot:
    made = MinutePlot(timezone(timedelta(hours=3)))
    qtbot.addWidget(made)
    made.resize(400, 100)
    made.show()
    return made


def picture(plot: MinutePlot) -> QImage:
    image: QImage = plot.grab().toImage()
    return image.convertToFormat(QImage.Format.Format_RGB32)


def colours(plot: MinutePlot) -> set[str]:
    image = picture(plot)
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def written(plot: MinutePlot, axis: str) -> list[tuple[str, float]]:
    """What stands on an axis, and where its middle is."""
    plot.grab()
    _line, _ticks, texts = getattr(plot, axis).generateDrawSpecs(QPainter())
    return [(text, box.center().x()) for box, _, text in texts]


# -- when


def test_without_an_order_there_is_a_hint_and_no_curve(chart: MinuteChart, bridge: Bridge) -> None:
    chart.show_bars(HOUR, [Bar(0), Bar(0)], "aucune commande")
    assert (chart.currentWidget(), chart._hint.text()) == (chart._hint, "Rien encore")
    assert (chart.plot, bridge.busy, chart._settle.isActive()) == (None, False, False)


def test_the_first_order_brings_the_curve_and_its_absence_the_hint(chart: MinuteChart, qtbot: QtBot) -> None:
    chart.show_bars(HOUR, TEN, "dix minutes")
    assert chart._hint.text() == ""
    qtbot.waitUntil(lambda: chart.plot is not None)
    assert chart.plot is not None
    assert (chart.currentWidget(), chart.accessibleName()) == (chart.plot, "dix minutes")
    assert {DARK.gold, DARK.structure} <= colours(chart.plot)
    chart._timer.timeout.emit()
    chart._timer.stop()
    chart.show_bars(HOUR, [Bar(0)], "")
    assert (chart.currentWidget(), chart._hint.text()) == (chart._hint, "Rien encore")


def test_new_data_is_drawn_at_most_every_so_often(chart: MinuteChart) -> None:
    for value in (1, 2, 3):
        chart.show_bars(HOUR, [Bar(value)], "")
    assert chart.bars == (Bar(1),)
    chart._timer.timeout.emit()
    assert chart.bars == (Bar(3),)


def test_a_curve_that_cannot_be_seen_waits(chart: MinuteChart) -> None:
    chart.hide()
    chart.show_bars(HOUR, TEN, "")
    assert (chart.bars, chart._timer.isActive(), chart._settle.isActive()) == ((), False, False)
    chart.show()
    assert chart.bars == TEN
    chart.hide()
    chart._settle.timeout.emit()
    assert not chart._asked


_BEFORE_AND_AFTER = """
import sys
from msgspec.structs import replace
from PySide6.QtCore import QTimer
from desktop.app import Desktop, InMemory, application
from desktop.theme import theme
from tests.desktop.sample import MINUTES, SampleContext, SampleSource

app = application()
theme().install(app, "dark")
source = SampleSource(curve=[])
desktop = Desktop(lambda: SampleContext(source), InMemory({"sound": "off"}))
desktop.start()

def until(met):
    QTimer.singleShot(90_000, lambda: sys.exit("too late"))
    while not met():
        app.processEvents()

until(lambda: desktop.shell.page("live") and desktop.shell.page("live").running and not desktop.bridge.busy)
page = desktop.shell.page("live")
page.grab()
print([name for name in ("pyqtgraph", "numpy") if name in sys.modules])
source.curve = MINUTES
page.feed.refresh()
until(lambda: page.board.chart.plot is not None)
page.grab()
print([name for name in ("pyqtgraph", "numpy") if name in sys.modules])
desktop.stop()
desktop.shell.close()
desktop.shell.deleteLater()
app.processEvents()
"""


def test_pyqtgraph_is_imported_with_the_first_order_and_ends_quietly() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", _BEFORE_AND_AFTER],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    said = [line for line in ended.stderr.splitlines() if "This plugin does not support" not in line]
    assert (ended.stdout.splitlines(), said, ended.returncode) == (["[]", "['pyqtgraph', 'numpy']"], [], 0)


# -- what


def test_a_young_live_has_bars_of_a_sensible_width(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, TEN[4:10])
    row = picture(plot)
    bar = [x for x in range(400) if row.pixelColor(x, 75) != QColor(DARK.surface)]
    assert len(bar) / 400 > 0.18
    assert bar[-1] > 100


def test_bars_have_whole_pixels(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, [Bar(9)] * 48)
    row = picture(plot)
    inks = [row.pixelColor(x, 60).name().upper() for x in range(400)]
    assert set(inks) == {DARK.structure, DARK.surface}
    widths = {len(run) for run in "".join("#" if ink == DARK.structure else " " for ink in inks).split()}
    assert len(widths) == 1


def test_the_bar_under_the_mouse_is_found_brightened_and_told(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, TEN)
    assert [plot.bar_at(x) for x in (3, 20 * 9 + 3, 399, -5)] == [0, 9, -1, -1]
    viewport, place = plot.viewport(), QPoint(20 * 9 + 9, 50)
    bright = QColor(DARK.gold).lighter(118).name().upper()
    assert bright not in colours(plot)
    QTest.mouseMove(viewport, place)
    assert bright in colours(plot)
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place)))
    assert QToolTip.text() == "tip 9"
    QToolTip.hideText()
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert bright not in colours(plot)


def test_a_whole_day_shows_its_newest_minutes(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, [Bar(one) for one in range(720)])
    plot.grab()
    assert plot.bar_at(399) == 719


def test_times_are_the_stores_and_stand_under_their_bars(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, [Bar(1)] * 40)
    assert [text for text, _ in written(plot, "_times")] == ["00:00", "00:15", "00:30"]
    middles = [x for _, x in written(plot, "_times")]
    assert [plot.bar_at(x) for x in middles[1:]] == [15, 30]
    plot.show_bars(HOUR - 4 * MINUTE, [Bar(1)])
    assert [text for text, _ in written(plot, "_times")] == ["23:56", "00:00", "00:15"]


def test_products_stand_where_they_were_on_screen(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, TEN)
    (first, left), (second, right) = written(plot, "_products")
    assert (first, second) == ("ROBE1", "SAC2")
    assert plot.bar_at(left) < 5 <= plot.bar_at(right)
    plot.show_bars(HOUR, [Bar(1, name) for name in ("ROBE1", "SAC2", "CHAUSSURE", "SAC2")])
    words = written(plot, "_products")
    assert words[0][0] == "ROBE1"
    assert {word for word, _ in words} < {"ROBE1", "SAC2", "CHAUSSURE"}, "what was shown shortly gives way, whole"
    ends = [(at - width(word, "small") / 2, at + width(word, "small") / 2) for word, at in words]
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_spans_of_products() -> None:
    shown = ["", "A", "A", "", "B", "C"]
    assert list(products(Bar(1, name) for name in shown)) == [(1, 3, "A"), (4, 5, "B"), (5, 6, "C")]
    assert list(products(())) == []


def test_the_theme_is_followed(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, TEN)
    theme().choose("light")
    try:
        seen = colours(plot)
        assert {LIGHT.surface, LIGHT.structure, LIGHT.gold, LIGHT.line} <= seen
        assert not {DARK.surface, DARK.structure} & seen
    finally:
        theme().choose("dark")


def test_the_mouse_neither_zooms_nor_opens_a_menu(plot: MinutePlot) -> None:
    plot.show_bars(HOUR, TEN)
    before, viewport, place = plot._view.viewRange(), plot.viewport(), QPoint(200, 50)
    at = QPointF(place)
    wheel = QWheelEvent(
        at,
        QPointF(viewport.mapToGlobal(place)),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, wheel)
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        QTest.mousePress(viewport, button, pos=place)
        QTest.mouseMove(viewport, QPoint(100, 50))
        QTest.mouseRelease(viewport, button, pos=QPoint(100, 50))
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert plot._view.viewRange() == before
    assert QApplication.activePopupWidget() is None
    assert plot.focusPolicy() == Qt.FocusPolicy.NoFocus
