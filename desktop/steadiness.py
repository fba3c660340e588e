"""How steadily the window's loop turns: its beat comes every so many ms, and how late it comes is what a hand feels."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS: Final = 10


class Pulse(QObject):
    """Counts from its making on. Kept short: a beat costs a microsecond."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lags: list[float] = []
        self._expected = 0.0
        beat = QTimer(self, interval=BEAT_MS)
        beat.setTimerType(Qt.TimerType.PreciseTimer)
        beat.timeout.connect(self._tick)
        beat.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._expected:
            self._lags.append(max(0.0, now - self._expected) * 1000)
        self._expected = now + BEAT_MS / 1000

    def take(self) -> list[float]:
        """How late each beat since the last taking came, in ms."""
        taken, self._lags = self._lags, []
        return taken
