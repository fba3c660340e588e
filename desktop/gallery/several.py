"""The pictures of windows that are not one store's: the first start, and several stores in one window."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from PySide6.QtCore import QCoreApplication, QEvent

from core.kernel.paths import resource
from core.storage.folder import Home
from desktop import rehearsal
from desktop.app import InMemory
from desktop.door import Servers, opener
from desktop.firstrun import FirstRun
from desktop.gallery.photographer import Seen, Size, be_still, standing
from desktop.sources.stores import HomeKeeping
from desktop.stores.making import Makers
from desktop.stores.running import OPEN, STORE, Stores
from desktop.texts import Texts
from desktop.widgets.popover import Popover


class Shopping(Protocol):
    """Stores that nobody has open, how their servers are made, and a rehearsal; by main."""

    def furnish_home(self, folder: Path) -> Home: ...

    def furnish_move(self, folder: Path) -> Home: ...

    def rehearsal(self) -> rehearsal.Play: ...

    @property
    def servers(self) -> Servers: ...


def first_start(_: Shopping, language: str, size: Size) -> Seen:
    """Before there is any store."""
    with tempfile.TemporaryDirectory(prefix="livepay-first-") as folder:
        window = FirstRun(Home(Path(folder)), Texts(language))
        window.resize(*size)
        window.show()
        try:
            be_still([window.bridge], [window])
            yield "first-start", window
            window.submit()
            be_still([window.bridge], [window])
            yield "first-start-missing", window
            for field, text in ((window.name, "Boutique Téranga"), (window.phone, "77 123 45 67")):
                field.edit.setText(text)
                field.changed.emit(text)
            window.logo.picked.emit(resource("samples", "photos", "logo.png"))
            window.samples.setChecked(True)
            be_still([window.bridge], [window])
            yield "first-start-filled", window
        finally:
            window.close()
            window.bridge.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def several_stores(shopping: Shopping, language: str, size: Size) -> Seen:
    """Three stores, two of them open: their overview, what waits in the other one, the way to it, and the lock."""
    with tempfile.TemporaryDirectory(prefix="livepay-stores-") as folder:
        home = shopping.furnish_home(Path(folder))
        with opened(shopping, home, language, size) as stores:
            yield from _states(stores)


@contextmanager
def opened(
    shopping: Shopping, home: Home, language: str, size: Size, chosen: Mapping[str, str] | None = None
) -> Iterator[Stores]:
    """A window over the first two stores of a home, the first in view. ``chosen``: more of the person's choices."""
    found = home.survey()
    cards = [one.card for one in found if one.card is not None]
    preferences = {STORE: cards[0].slug, OPEN: " ".join(card.slug for card in cards[:2]), "language": language}
    makers = Makers(
        lambda slug: opener(home, slug, shopping.servers, 0)(), lambda: HomeKeeping(home), lambda *how: None
    )
    stores = Stores(makers, found, cards[0], InMemory({"sound": "off", **preferences, **(chosen or {})}))
    stores.window.resize(*size)
    stores.start()
    try:
        wanted = min(2, len(cards))
        still(stores, lambda: len(stores.seats) == wanted and all(seat.context for seat in stores.seats.values()))
        yield stores
    finally:
        stores.stop()
        stores.window.close()
        stores.window.deleteLater()
        stores.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _states(stores: Stores) -> Seen:
    shell = stores.window.shell
    still(stores, lambda: bool(stores.window.alarms.buttons))
    yield "stores-alarm", stores.window
    switcher = stores.open_switcher()
    still(stores)
    yield "stores-switcher", stores.window
    if isinstance(switcher, Popover):
        switcher.close()
    shell.go("stores")
    still(stores)
    page: Any = shell.page("stores")
    yield "stores-overview", stores.window
    closed = next(state for state in stores.states() if state.state == "closed")
    for name, act in (
        ("stores-new", page.make_new),
        ("stores-bring", page.bring),
        ("stores-archive", lambda: page.archive(closed)),
        ("stores-delete", lambda: page.delete(closed)),
    ):
        act()
        still(stores)
        yield name, stores.window
        for dialog in standing(stores.window):
            dialog.reject()
        still(stores)
    shell.go("settings")
    page = shell.page("settings")
    page.open("access")
    still(stores)
    yield "settings-access-people", stores.window
    shell.lock_now()
    still(stores)
    yield "locked", stores.window
    lock = stores.seat.shell.lock
    assert lock is not None
    lock.screen.password.edit.setText("pas celui-ci")
    lock.screen.open_button.click()
    still(stores)
    yield "locked-wrong", stores.window


_PATIENCE: Final = 2_000  # rounds


def still(stores: Stores, until: Callable[[], bool] = lambda: True) -> None:
    """Wait until none of them reads anything, and this is so."""
    for _ in range(_PATIENCE):
        shells = [seat.shell for seat in stores.seats.values()]
        be_still([stores.bridge, *(seat.bridge for seat in stores.seats.values())], [stores, *shells])
        if until():
            return
