"""Orders per minute: a hint until there are some, then the curve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from desktop.bridge import Bridge
from desktop.charts.bars import Bar
from desktop.widgets.labels import Label

if TYPE_CHECKING:
    from desktop.charts.plot import MinutePlot

REFRESH_MS: Final = 1000  # a drawing costs 3 ms of the window's thread
SETTLE_MS: Final = 300  # the board is painted first, then pyqtgraph is imported


class MinuteChart(QStackedWidget):
    """Bars from oldest to newest. New ones are drawn at most every second, and only while the chart can be seen.

    pyqtgraph and numpy take 30 MB and a quarter of a second: they are imported with the first order, on a worker.
    """

    def __init__(self, bridge: Bridge, zone: tzinfo, hint: str) -> None:
        super().__init__()
        self.plot: MinutePlot | None = None
        self._bridge, self._zone, self._hint_text = bridge, zone, hint
        self._asked = False
        self._first = 0
        self._bars: tuple[Bar, ...] = ()
        self._waiting: tuple[int, tuple[Bar, ...]] | None = None
        self._hint = Label(hint, "small", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.addWidget(self._hint)
        self._timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._timer.timeout.connect(self._take)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._load)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(56)

    def sizeHint(self) -> QSize:
        return QSize(600, 96)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def show_bars(self, first: int, bars: Sequence[Bar], summary: str) -> None:
        """``first`` is the oldest bar's minute (ms UTC); ``summary`` the chart in one sentence, for screen readers."""
        self.setAccessibleName(summary)
        self._waiting = first, tuple(bars)
        if not self._timer.isActive():
            self._take()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._waiting is not None:
            self._take()
        else:
            self._draw()

    def _take(self) -> None:
        if self._waiting is None or not self.isVisible():
            return
        (self._first, self._bars), self._waiting = self._waiting, None
        self._timer.start()
        self._draw()

    def _draw(self) -> None:
        something = any(bar.value for bar in self._bars)
        if self.plot is not None and something:
            self.plot.show_bars(self._first, self._bars)
            self.setCurrentWidget(self.plot)
            return
        self._hint.say("" if something else self._hint_text)
        self.setCurrentWidget(self._hint)
        if something and not self._asked and not self._settle.isActive():
            self._settle.start()

    def _load(self) -> None:
        if self.isVisible():  # else it is asked again when shown
            self._asked = True
            self._bridge.run(_plot, owner=self, done=self._loaded, name="load charts")

    def _loaded(self, plot: type[MinutePlot]) -> None:
        self.plot = plot(self._zone)
        self.addWidget(self.plot)
        self._draw()


def _plot() -> type[MinutePlot]:
    from desktop.charts.plot import MinutePlot

    return MinutePlot
