"""What the window of several stores is made with: how a store is opened and kept, and the person's choices in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from desktop.context import Context, Preferences
from desktop.stores.keeping import Keeping

_OWN: Final = frozenset({"window.page"})


class StorePreferences(Struct, frozen=True):
    """The person's choices: one for all stores but for what each store has of its own."""

    all: Preferences
    slug: str

    def get(self, key: str, default: str) -> str:
        shared = self.all.get(key, default)
        return self.all.get(f"{key}.{self.slug}", shared) if key in _OWN else shared

    def set(self, key: str, value: str) -> None:
        self.all.set(f"{key}.{self.slug}" if key in _OWN else key, value)


class Makers(Struct, frozen=True):
    """``open`` a store off the window's thread, ``rehearse`` a live on one, and ``keep`` the home they are in; that is
    made when it is first needed."""

    open: Callable[[str], Context]
    keep: Callable[[], Keeping]
    rehearse: Callable[[str, int, int], object]
