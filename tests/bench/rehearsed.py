"""A rehearsal with its window watched, in a process of its own: ``HOME STORE BUYERS SPEED IDLE_SECONDS``.

First nobody comes and the window is left alone; then the rehearsal. It says what it measured in one line.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer

from core.storage.folder import Home
from desktop.app import Desktop, InMemory, run_desktop
from desktop.pages.live.page import LivePage
from desktop.sources.context import ShopContext
from desktop.steadiness import Pulse
from localserver.demo.rehearsal import Rehearsal
from tests.bench.figures import percentile
from tests.bench.processes import say

SETTLE_MS = 1500


class Frames(QObject):
    """How long the window takes to draw what changed, frame by frame: Qt's own update request, carried out here."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__(desktop)
        self._shell = desktop.shell
        self._inside = False
        self._times: list[float] = []
        desktop.shell.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._inside or watched is not self._shell or event.type() != QEvent.Type.UpdateRequest:
            return False
        self._inside = True
        began = time.perf_counter()
        self._shell.event(event)
        self._times.append((time.perf_counter() - began) * 1000)
        self._inside = False
        return True

    def take(self) -> list[float]:
        taken, self._times = self._times, []
        return taken


class Observer(QObject):
    """Waits for the board, then for quiet, then for the rehearsal."""

    def __init__(self, desktop: Desktop, play: Rehearsal, idle_s: float) -> None:
        super().__init__(desktop)
        self._desktop, self._play, self._idle_ms = desktop, play, int(idle_s * 1000)
        self._troubles: list[str] | None = None
        self._figures: dict[str, Any] = {}
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._until_board)
        self._timer.start()

    def _until_board(self) -> None:
        if self._desktop.shell.page("live") is not None:
            self._timer.stop()
            self._pulse, self._frames = Pulse(self), Frames(self._desktop)
            QTimer.singleShot(SETTLE_MS, self, self._rest)

    def _rest(self) -> None:
        self._take()
        QTimer.singleShot(self._idle_ms, self, self._begin)

    def _begin(self) -> None:
        self._figures |= {f"idle_{name}": value for name, value in self._take().items()}
        threading.Thread(target=self._run, name="play", daemon=True).start()
        self._timer.timeout.disconnect()
        self._timer.timeout.connect(self._until_over)
        self._timer.start()

    def _run(self) -> None:
        self._troubles = self._play.play()

    def _until_over(self) -> None:
        if self._troubles is not None:
            self._timer.stop()
            self._figures |= self._take()
            QTimer.singleShot(SETTLE_MS, self, self._end)

    def _take(self) -> dict[str, float]:
        lags, frames = self._pulse.take() or [0.0], self._frames.take() or [0.0]
        return {
            "gap_worst_ms": max(lags),
            "gap_p99_ms": percentile(lags, 0.99),
            "frame_median_ms": percentile(frames, 0.5),
            "frame_p99_ms": percentile(frames, 0.99),
            "frames": len(frames),
        }

    def _end(self) -> None:
        page = self._desktop.shell.page("live")
        assert isinstance(page, LivePage)
        report = self._play.report(page.board.figures())
        outcome = self._play.outcome()
        say(
            self._figures
            | {
                "orders": outcome.orders,
                "paid": outcome.paid,
                "agrees": report.agrees,
                "troubles": len(self._troubles or []),
            }
        )
        self._desktop.shell.close()


def main(home: str, slug: str, buyers: str, speed: str, idle_s: str) -> None:
    play = Rehearsal(Home(Path(home)), slug, int(buyers), float(speed))
    watching: list[Observer] = []

    def ready(desktop: Desktop) -> None:
        watching.append(Observer(desktop, play, float(idle_s)))

    try:
        run_desktop(lambda: ShopContext(*play.open()), preferences=InMemory(), ready=ready)
    finally:
        play.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
