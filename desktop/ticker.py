"""The window's one clock: a beat on every full second, for whatever counts down while it can be seen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.kernel.clock import SECOND, Clock


class Ticker(QObject):
    """Emits ``second`` (ms UTC) just after each full second of ``clock``: all clocks of the window turn together."""

    second = Signal(object)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)

    def start(self) -> None:
        self._timer.start(SECOND - self.clock.now() % SECOND)

    def stop(self) -> None:
        self._timer.stop()

    def beat(self) -> None:
        """Tell the time now and wait for the next second."""
        self.second.emit(self.clock.now())
        self.start()
