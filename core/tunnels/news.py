"""What a store's tunnel is doing just now: told by who keeps it, shown by who asks. Any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.tunnels.rules import TunnelState


class TunnelNews:
    """``wake``: the keeper's; called when a person wants it tried now, or when a setting changed."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state = TunnelState()
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._wakers: tuple[Callable[[bool], None], ...] = ()

    @property
    def state(self) -> TunnelState:
        return self._state

    def report(self, state: TunnelState) -> None:
        """Keep what is so now, and tell who listens if it is new."""
        if state == self._state:
            return
        self._state = state
        for told in self._listeners:
            told()

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call on each change, on the keeper's thread. → what ends it."""
        with self._guard:
            self._listeners = (*self._listeners, told)

        def end() -> None:
            with self._guard:
                self._listeners = tuple(one for one in self._listeners if one is not told)

        return end

    def keep(self, wake: Callable[[bool], None]) -> Callable[[], None]:
        """Somebody keeps the tunnel from now on. ``wake(True)``: try at once; ``wake(False)``: a setting changed."""
        with self._guard:
            self._wakers = (*self._wakers, wake)

        def end() -> None:
            with self._guard:
                self._wakers = tuple(one for one in self._wakers if one is not wake)

        return end

    def retry(self) -> None:
        """A person wants it tried now."""
        for wake in self._wakers:
            wake(True)

    def settings_changed(self) -> None:
        for wake in self._wakers:
            wake(False)
