"""The store's place at a relay: one row, written with the events that say so."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from core.kernel.errors import Refused
from core.relay.events import PlaceTaken, RelayJoined, RelayLeft
from core.storage.connection import Reader
from core.storage.engine import Tx


class Place(Struct, frozen=True):
    """``url``: the relay; ``address``: the store's own below it; ``epoch``: how often the store has moved, from 1."""

    url: str
    handle: str
    address: str
    epoch: int

    @property
    def domain(self) -> str:
        return urlsplit(self.url).hostname or ""


def place_of(reader: Reader) -> Place | None:
    """None: no relay."""
    row = reader.one("SELECT url, handle, address, epoch FROM relay_place WHERE id = 1")
    return None if row is None else Place(*row)


def join(tx: Tx, url: str, handle: str, address: str, epoch: int) -> None:
    """Remember a registration; another one before it is replaced."""
    tx.run(
        "INSERT OR REPLACE INTO relay_place(id, url, handle, address, epoch, joined_at) VALUES(1, ?, ?, ?, ?, ?)",
        (url, handle, address, epoch, tx.now),
    )
    tx.emit(RelayJoined())


def leave(tx: Tx) -> None:
    """Raises Refused without a relay."""
    if not tx.run("DELETE FROM relay_place"):
        raise Refused("This store has no relay.")
    tx.emit(RelayLeft())


def take(tx: Tx, beyond: int) -> int:
    """Claim the place for this computer with an epoch beyond the one that holds it. → the new epoch.

    Raises Refused without a relay.
    """
    place = place_of(tx)
    if place is None:
        raise Refused("This store has no relay.")
    epoch = max(place.epoch, beyond) + 1
    tx.run("UPDATE relay_place SET epoch = ?", (epoch,))
    tx.emit(PlaceTaken(epoch))
    return epoch
