"""A short sound when an order is paid, by the means each system has; no multimedia library is shipped.

Windows plays it through ``winsound``, macOS through ``afplay``, Linux through the first player found; without one,
the system's own beep. It never waits, and a burst of payments sounds once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cached_property
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from core.kernel.paths import resource

PAUSE: Final = 0.8  # seconds during which a second sound is left out
_PLAYERS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("pw-play", ()),
    ("paplay", ()),
    ("canberra-gtk-play", ("-f",)),
    ("aplay", ("-q",)),
)


class Sounds(QObject):
    """``play("paid")`` sounds ``resources/sounds/paid.wav`` unless switched off; ``switched`` when that changes."""

    switched = Signal()

    def __init__(self, enabled: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._enabled = enabled
        self._last = -PAUSE

    @cached_property
    def _play(self) -> Callable[[str], None]:
        """How this computer plays a file, looked for with the first sound."""
        return _way(self)

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        if enabled != self._enabled:
            self._enabled = enabled
            self.switched.emit()

    def play(self, name: str) -> bool:
        """Start the sound; False when it is switched off or one has just begun."""
        now = time.monotonic()
        if not self.enabled or now - self._last < PAUSE:
            return False
        self._last = now
        self._play(str(resource("sounds", f"{name}.wav")))
        return True


def command() -> tuple[str, ...] | None:
    """The program and first arguments that play a WAV file here, None when there is none."""
    if sys.platform == "darwin":
        return ("/usr/bin/afplay",)
    from PySide6.QtCore import QStandardPaths

    for name, arguments in _PLAYERS:
        found = QStandardPaths.findExecutable(name)
        if found:
            return (found, *arguments)
    return None


def _way(owner: QObject) -> Callable[[str], None]:
    if sys.platform == "win32":
        import winsound  # exists on Windows only

        flags = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
        return lambda path: winsound.PlaySound(path, flags)
    player = command()
    if player is None:
        return lambda path: QApplication.beep()
    from PySide6.QtCore import QProcess

    def play(path: str) -> None:
        process = QProcess(owner)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.finished.connect(process.deleteLater)
        process.errorOccurred.connect(process.deleteLater)
        process.start(player[0], [*player[1:], path])

    return play
