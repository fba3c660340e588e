"""A store of this window on its way to another computer, and one that has just come from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from desktop.seat import Seat
    from desktop.stores.running import Stores

ARRIVED: Final = "stores.arrived"
"""Preference: the stores that came and whose person has not been told yet what still needs a hand, by their slugs."""


class Removal:
    """Over the stores of one window."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    # -- leaving

    def move_out(self, slug: str) -> None:
        """Lead through moving an open store; nothing for a locked one."""
        stores = self._stores
        context = stores.context(slug)
        if context is None:
            return
        from desktop.stores.leaving import LeaveStore

        LeaveStore(
            stores.window,
            stores.t,
            slug,
            context.store.name,
            context,
            stores.keeping,
            stores.bridge,
            partial(self.shut, slug),
            partial(self.reopen, slug),
            partial(self.leave, slug),
        ).present()

    def shut(self, slug: str, then: Callable[[], object]) -> None:
        """The shop ends; what is seen of it stays until it is known where it goes on."""
        stores = self._stores
        seat = stores.seats[slug]
        seat.quiet()
        if seat.shell.presence is not None:
            stores.beside.leave(seat.shell.presence)
        gone = lambda _: then()  # noqa: E731 - once for both ends
        stores.bridge.run(seat.close, owner=stores, done=gone, failed=gone, name="close store")

    def reopen(self, slug: str) -> None:
        """Nothing came of the move: the store goes on here, in a new seat."""
        stores = self._stores
        found = next((one for one in stores.found if one.slug == slug), None)
        if found is None or found.card is None:
            return
        old = stores.unseat(slug)
        seat = stores.take(slug, found.card)
        if stores.shown == slug:
            stores.window.bring(seat.shell)
        self._clear(old)
        seat.open()
        stores.changed.emit()

    def leave(self, slug: str) -> None:
        """The store lives elsewhere now: another one comes into view; without any, the window closes."""
        stores = self._stores
        other = next((one for one in stores.seats if one != slug), "") or next(
            (one.slug for one in stores.found if one.card is not None and not one.archived and one.slug != slug), ""
        )
        if not other:
            stores.window.close()
            return
        if stores.shown == slug:
            stores.show(other)
        self._clear(stores.unseat(slug))
        stores.refresh()

    def _clear(self, seat: Seat) -> None:
        self._stores.window.take_out(seat.shell)
        seat.shell.deleteLater()
        seat.deleteLater()

    # -- arriving

    def arrived(self, slug: str) -> None:
        """A store was brought: show it. Noted first: a window that is closed meanwhile still tells it the next time."""
        stores = self._stores
        stores.preferences.set(ARRIVED, " ".join({*self._untold(), slug}))
        stores.refresh(partial(stores.show, slug))

    def welcome(self, slug: str) -> None:
        """A store is open: one that has just come is told about."""
        stores = self._stores
        context = stores.context(slug)
        if slug not in self._untold() or context is None:
            return
        from desktop.stores.arriving import Arrived

        seat = stores.seats[slug]
        Arrived(seat.shell, stores.t, context.store.name, context, seat.bridge, partial(self._told, slug)).present()

    def _untold(self) -> list[str]:
        return self._stores.preferences.get(ARRIVED, "").split()

    def _told(self, slug: str) -> None:
        self._stores.preferences.set(ARRIVED, " ".join(one for one in self._untold() if one != slug))
