"""Bringing a store back from a backup place, and rehearsing that it would come back."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from core.backups.events import StoreRestored
from core.backups.pieces import Check, Damaged, Harmed, Sealer, name_of, never, path_of
from core.backups.places import Missing, Place
from core.backups.snapshot import DATABASE, Snapshot, stamps, unseal
from core.durable import outbox
from core.kernel.errors import NotFound
from core.storage import arriving, journal
from core.storage.arriving import RESTORED
from core.storage.connection import Reader, open_connection
from core.storage.engine import Tx
from core.storage.folder import Home, StoreCard

_OFTEN: Final = 20_000  # steps of SQLite's machine: some milliseconds


def stores_in(place: Place) -> dict[str, list[int]]:
    """Every store a place keeps: its folder there → the times of its snapshots, oldest first."""
    names = place.names()
    prefixes = {name.split("/", 1)[0] for name in names if "/snapshots/" in name}
    return {prefix: sorted(stamps(names, prefix)) for prefix in sorted(prefixes)}


def find(place: Place, prefix: str, recovery: bytes, at: int | None = None) -> Snapshot:
    """The newest snapshot, or the newest not after ``at`` (ms UTC). Raises NotFound, Refused, OutsideWorld."""
    there = stamps(place.names(f"{prefix}/snapshots"), prefix)
    fitting = [stamp for stamp in there if at is None or stamp <= at]
    if not fitting:
        raise NotFound("There is no backup of {store} in {place}.", store=prefix, place=place.label)
    name = there[max(fitting)]
    return unseal(place.get(name), recovery, name)


def restore(
    home: Home, place: Place, prefix: str, recovery: bytes, *, at: int | None = None, name: str | None = None
) -> StoreCard:
    """Make the store of a snapshot on this computer, under its own name or another.

    It is checked before it counts, and remembers that it was restored: see :func:`calm`. Raises Refused (name taken,
    other recovery key), NotFound, OutsideWorld (out of reach, damaged: the piece is named), EnvironmentProblem.
    """
    snapshot = find(place, prefix, recovery, at)
    card = arriving.named(snapshot.card, name)
    with arriving.arrival(home, card) as folder:
        _bring(place, prefix, snapshot, folder)
        _check(snapshot, folder)
        return arriving.settle(folder, card, snapshot.key, snapshot.secrets)


def rehearse(folder: Path, place: Place, prefix: str, recovery: bytes, check: Check = never) -> Snapshot:
    """Bring the newest snapshot back into a room of this folder that is then thrown away, checked as a real restore is.

    Raises what :func:`restore` raises, and Stopped.
    """
    snapshot = find(place, prefix, recovery)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=folder) as room:
        (Path(room) / "media").mkdir()
        _bring(place, prefix, snapshot, Path(room), check)
        _check(snapshot, Path(room), check)
    return snapshot


def calm(tx: Tx, folder: Path) -> bool:
    """The first act in a restored store: what the snapshot still had to send may have left since, and is not sent.

    → whether this is one. Payments coming in need no such care: nothing is charged without the buyer, and sessions that
    were open are asked about before anything else is done with them. Refunds do: they may have been asked for since.
    """
    restored = (folder / RESTORED).exists()
    if restored:
        held_back = outbox.hold_back(tx)
        outbox.skip_numbers(tx)
        tx.emit(StoreRestored(held_back))
    return restored


def calmed(folder: Path) -> None:
    """After the commit of :func:`calm`."""
    (folder / RESTORED).unlink(missing_ok=True)


def _bring(place: Place, prefix: str, snapshot: Snapshot, folder: Path, check: Check = never) -> None:
    sealer = Sealer(snapshot.key)
    for file in snapshot.files:
        target = folder / arriving.plain_name(file.name, DATABASE)
        with target.open("wb") as out:
            for name in file.pieces:
                check()
                piece = _fetch(place, prefix, name, file.name, out.tell())
                out.write(sealer.open(piece) if file.sealed else piece)
        if target.stat().st_size != file.size:
            raise Damaged("The backup is damaged: {name} has another size than was kept.", name=file.name)


def _fetch(place: Place, prefix: str, name: str, file: str, first: int) -> bytes:
    """The piece that belongs into this file from its byte ``first`` on. Raises Harmed."""
    try:
        piece = place.get(path_of(prefix, name))
    except Missing:
        raise Harmed(
            "The backup is incomplete: piece {name} of {file}, from its byte {first} on, is missing in {place}.",
            name,
            file=file,
            first=first,
            place=place.label,
        ) from None
    if name_of(piece) != name:
        raise Harmed(
            "The backup is damaged: piece {name} of {file}, from its byte {first} on, is not what was kept.",
            name,
            file=file,
            first=first,
        )
    return piece


def _check(snapshot: Snapshot, folder: Path, check: Check = never) -> None:
    """The database opens, is whole, and its journal leads through the very entry that was its last."""
    try:
        connection = open_connection(folder / DATABASE[0], snapshot.key, write=True)
        connection.set_progress_handler(partial(_asked, check), _OFTEN)
        try:
            reader = Reader(connection)
            verdict = reader.value("PRAGMA integrity_check")
            chain = journal.verify(reader)
            head = reader.value("SELECT hash FROM journal WHERE seq = ?", (snapshot.entries,))
        finally:
            connection.set_progress_handler(None)
            connection.close()
    except apsw.Error as error:
        raise Damaged("The backup is damaged: {name} ({detail}).", name=DATABASE[0], detail=str(error)) from None
    if verdict != "ok":
        raise Damaged("The backup is damaged: {name} ({detail}).", name=DATABASE[0], detail=str(verdict))
    if not chain.intact or (snapshot.entries and (head or b"").hex() != snapshot.head):
        at = chain.broken_at or snapshot.entries
        raise Damaged("The backup is damaged: entry {at} of its journal is not what was written.", at=at)


def _asked(check: Check) -> bool:
    """For SQLite, in the midst of a long question; what is raised here ends it."""
    check()
    return False
