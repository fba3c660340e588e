"""Python's cyclic collector, run by the window's thread only, in small steps.

Left alone it runs on whichever thread happens to allocate: there it would destroy the window's objects, which Qt allows
on the window's own thread only, and stop every thread at once (measured: 50 ms for a full run with 2 000 orders).
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

STEP_MS: Final = 250
SETTLING: Final = 12  # steps in which the first board, its charts and pages are loaded: all of it stays
SURVIVORS_EVERY: Final = 8  # steps
FULL_EVERY: Final = 2400  # steps, ten minutes


class Collector(QObject):
    """The collector is off from the beginning, steps begin with :meth:`start`, and :meth:`stop` gives it back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._steps = 0
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self.step)

    def start(self) -> None:
        self._timer.start()

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def step(self) -> None:
        """Look at what is new; what survives twice is set aside (frozen) until the next full run."""
        self._steps += 1
        if self._steps % FULL_EVERY == 0:
            gc.unfreeze()
            gc.collect()
        elif self._steps > SETTLING:
            gc.collect(1 if self._steps % SURVIVORS_EVERY == 0 else 0)
        if self._steps <= SETTLING or self._steps % SURVIVORS_EVERY == 0:
            gc.freeze()

    def stop(self) -> None:
        """Idempotent."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
