"""The desktop as ``main.py`` opens it. It says when the window is painted, the server is ready, the shop shows.

The store of ``LIVEPAY_HOME`` is opened. The process ends when its input does.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

import main
from core.storage.folder import Home
from localserver.console.terminal import Terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from desktop import door
    from desktop.context import Context


def say(word: str) -> None:
    print(f'{{"{word}": true}}', flush=True)


class Announced:
    """A server that says when it accepts requests."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def start(self) -> str:
        url: str = self._server.start()
        say("ready")
        return url

    def stop(self) -> None:
        self._server.stop()


def watch() -> None:
    """Have the window say how far it is."""
    import threading

    from desktop import door, seat
    from desktop.stores import running

    start, opened, run = running.Stores.start, seat.Seat._opened, door.run

    def shown(desktop: running.Stores) -> None:
        from PySide6.QtWidgets import QApplication

        start(desktop)
        QApplication.processEvents()
        say("shown")
        threading.Thread(target=close_at_end_of_input, args=(desktop,), daemon=True).start()

    def attached(at: seat.Seat, context: Context) -> None:
        opened(at, context)
        say("attached")

    def announced(home: Home, servers: door.Servers, port: int = 0, **more: Any) -> int:
        def server(shop: Any, port: int) -> Announced:
            return Announced(servers(shop, 0))

        return run(home, server, port, **more)

    def close_at_end_of_input(desktop: running.Stores) -> None:
        from PySide6.QtCore import QMetaObject, Qt

        sys.stdin.read()
        QMetaObject.invokeMethod(desktop.window, "close", Qt.ConnectionType.QueuedConnection)

    setattr(running.Stores, "start", shown)  # noqa: B010 - the type checker must not see it
    setattr(seat.Seat, "_opened", attached)  # noqa: B010
    setattr(door, "run", announced)  # noqa: B010


def watched(args: Namespace, home: Home, out: Terminal) -> int:
    """The desktop's door, in the order in which it loads things by itself."""
    gc.disable()
    watch()
    return opened_by_main(args, home, out)


if __name__ == "__main__":
    opened_by_main = main.DOORS["desktop"]
    main.DOORS["desktop"] = watched
    sys.exit(main.main([]))
