"""The window's door: which store to open, and the shop behind the window."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.kernel.errors import EnvironmentProblem
from core.storage.folder import Home, Standing, StoreCard
from core.storage.vault import write_private
from desktop.app import run_window
from desktop.context import Context
from desktop.stores.making import Makers
from desktop.stores.running import STORE, Stores

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from desktop.sources.context import Backstage
    from desktop.sources.welcome import Practices
    from desktop.stores.keeping import Keeping


class Servers(Protocol):
    """How the server beside the window is made; main hands it in, because the window does not know the web."""

    def __call__(self, shop: Any, port: int) -> Backstage: ...


class FilePreferences:
    """The person's own choices on this computer, in ``window.json`` of the home. What cannot be read is as if nothing
    had been chosen; what cannot be written holds until the window closes, since no sale depends on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            read = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            read = None
        self._values: dict[str, str] = read if isinstance(read, dict) else {}

    def get(self, key: str, default: str) -> str:
        return str(self._values.get(key, default))

    def set(self, key: str, value: str) -> None:
        self._values[key] = value
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, json.dumps(self._values, ensure_ascii=False).encode())
        except OSError as error:  # a full disk: the window says that itself, and must still close
            log.info("%s cannot be written: %s", self._path.name, error)


def opener(
    home: Home, slug: str, servers: Servers, port: int, practices: Practices | None = None
) -> Callable[[], Context]:
    """Opens the store and its server; runs beside the window, which already shows."""

    def open_context() -> Context:
        # The window shows before these are imported, and buyers are served before the window's own sources are.
        from core.bootstrap import open_shop

        shop = open_shop(home, slug)
        try:
            try:
                server = servers(shop, port)
                server.start()
            except EnvironmentProblem:  # the usual port is taken: any other will do behind a tunnel
                server = servers(shop, 0)
                server.start()
        except BaseException:
            shop.close()
            raise
        from desktop.sources.context import ShopContext

        return ShopContext(shop, server, practices)

    return open_context


def run(home: Home, servers: Servers, port: int = 8787, practices: Practices | None = None) -> int:
    """Open the window. → exit code."""
    preferences = FilePreferences(home.path / "window.json")
    found = home.survey()
    card = which(found, preferences.get(STORE, ""))
    if card is None:
        from desktop.firstdoor import create_first_store

        card = create_first_store(home, preferences)
        if card is None:
            return 0
        found = home.survey()
    first = card

    def rehearse(slug: str, buyers: int, speed: int) -> None:
        from desktop.rehearsal import launch

        launch(home.path, slug, buyers, speed)

    def keep() -> Keeping:
        from desktop.sources.stores import HomeKeeping

        return HomeKeeping(home)

    makers = Makers(lambda slug: opener(home, slug, servers, port, practices)(), keep, rehearse)
    return run_window(lambda: Stores(makers, found, first, preferences), preferences)


def which(found: Sequence[Standing], wanted: str) -> StoreCard | None:
    """The store to open first: the one that was in view, else any that can be read and is not put away."""
    cards = {one.slug: one.card for one in found if one.card is not None and not one.archived}
    return cards.get(wanted) or next(iter(cards.values()), None)
