"""Keeps a store safe by itself: a snapshot every few minutes, old ones given up, a restore rehearsed every day.

What it knows is in ``backup.json`` of the store's folder, not in the database: noting a backup there would be a change
that wants the next backup.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from core.backups import restoring, rules, snapshot
from core.backups.pieces import path_of
from core.backups.places import Place
from core.kernel.clock import Clock
from core.kernel.errors import LivePayError, OutsideWorld
from core.storage.folder import Home, StoreCard
from core.storage.vault import Vault, write_private

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 2.0  # s


@dataclass(frozen=True, slots=True)
class State:
    """Times in ms UTC, None: never. ``safe_at``: all work until then is kept. ``saved_at``: the newest snapshot.

    ``problem`` and ``rehearsal_problem`` say in English what went wrong last, empty when nothing did. ``pieces`` and
    ``sent`` (bytes) are of the last snapshot: how many it has, and what of it was new.
    """

    place: str = ""
    safe_at: int | None = None
    saved_at: int | None = None
    pieces: int = 0
    size: int = 0
    sent: int = 0
    problem: str = ""
    rehearsed_at: int | None = None
    rehearsal_ms: int = 0
    rehearsal_problem: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """What is kept, and how it is found at the moment of a backup. ``every``: ms; ``place``: None while none is set."""

    folder: Path
    card: StoreCard
    vault: Vault
    secret_names: Callable[[], list[str]]
    place: Callable[[], Place | None]
    every: Callable[[], int]
    recovery_key: Callable[[], bytes]

    @property
    def prefix(self) -> str:
        return snapshot.prefix_of(self.card)

    @property
    def home(self) -> Home:
        return Home(self.folder.parent.parent)


class _Stopped(Exception):
    """The program ends: what was not kept yet is kept after the next start."""


class Keeper:
    """One store's keeper. ``save`` and ``rehearse`` block: they are for worker threads and the command line."""

    def __init__(self, charge: Charge, clock: Clock) -> None:
        self._charge = charge
        self._clock = clock
        self._file = charge.folder / "backup.json"
        self._busy = threading.Lock()
        self._ending = threading.Event()
        self._next = 0
        self._known: tuple[str, set[str]] | None = None  # place, and the names of all pieces there
        self._doomed: frozenset[str] = frozenset()
        self._looked: object = None  # how the files looked when they were kept last
        self.state = self._load()

    @property
    def key_path(self) -> Path:
        """Where the recovery key is: the only thing that must be kept apart from the backups."""
        return self._charge.home.path / "recovery.key"

    def is_late(self) -> bool:
        """Whether more work than promised would be lost with this disk; never while no place is set up."""
        return self._charge.place() is not None and rules.is_late(self.state.safe_at, self._clock.now())

    async def run(self) -> None:
        """Work until cancelled."""
        self._ending.clear()
        try:
            while True:
                await asyncio.to_thread(self.look)
                await asyncio.sleep(LOOK_EVERY)
        finally:
            self._ending.set()

    def look(self) -> None:
        """Do what is due. Nothing is raised: what went wrong is in ``state``, and is tried again in a minute."""
        now = self._clock.now()
        place = self._charge.place()
        if place is None or (now < self._next and self.state.place == place.label):
            return
        try:
            self.save(place)
            if now - (self.state.rehearsed_at or 0) >= rules.REHEARSE_EVERY:
                self.rehearse(place)
                self.give_up_old(place)
            self._next = now + self._charge.every()
        except _Stopped:
            return
        except LivePayError as error:
            log.info("Backup of %s: %s", self._charge.card.slug, error)
            self._next = now + rules.RETRY_AFTER

    def save(self, place: Place) -> State:
        """Keep what changed since the last snapshot. Raises OutsideWorld, EnvironmentProblem."""
        with self._busy:
            now = self._clock.now()
            try:
                self._save(place, now)
            except LivePayError as error:
                self._note(place=place.label, problem=str(error))
                raise
            return self.state

    def _save(self, place: Place, now: int) -> None:
        charge = self._charge
        self._still_there(place)
        looks = snapshot.looks(charge.folder)  # before reading: what is written meanwhile is for the next time
        if looks == self._looked and self.state.place == place.label:
            self._note(safe_at=now, problem="")
            return
        known = self._pieces_at(place)
        sent = 0

        def keep(name: str, piece: bytes) -> None:
            nonlocal sent
            if self._ending.is_set():
                raise _Stopped
            if name not in known:
                place.put(path_of(charge.prefix, name), piece)
                known.add(name)
                sent += len(piece)

        secrets = {name: charge.vault.get(name) or "" for name in charge.secret_names()}
        made = snapshot.take(charge.folder, charge.card, charge.vault.database_key(), secrets, now, keep)
        name = f"{charge.prefix}/snapshots/{snapshot.stamp_of(now)}{snapshot.SUFFIX}"
        place.put(name, snapshot.seal(made, charge.recovery_key()))
        self._looked = looks
        self._note(
            place=place.label,
            safe_at=now,
            saved_at=now,
            pieces=len(made.pieces),
            size=made.size,
            sent=sent,
            problem="",
        )

    def rehearse(self, place: Place) -> State:
        """Prove that the newest snapshot comes back. Raises what :func:`core.backups.restoring.rehearse` raises."""
        began = time.perf_counter()
        now = self._clock.now()
        try:
            restoring.rehearse(self._charge.home, place, self._charge.prefix, self._charge.recovery_key())
        except LivePayError as error:
            self._note(rehearsal_problem=str(error))
            raise
        except OSError as error:
            self._note(rehearsal_problem=str(error))
            raise OutsideWorld("The disk refuses the backup ({detail}).", detail=error.strerror) from None
        taken = round((time.perf_counter() - began) * 1000)
        self._note(rehearsed_at=now, rehearsal_ms=taken, rehearsal_problem="")
        return self.state

    def give_up_old(self, place: Place) -> int:
        """Remove snapshots that are not kept any longer, and pieces that none names. → how many pieces went.

        A piece goes only when it was nobody's at the time before, a day ago: another computer may just be adding it.
        """
        charge = self._charge
        with self._busy:
            names = place.names(charge.prefix)
            found = snapshot.stamps(names, charge.prefix)
            stay = rules.kept(found, self._clock.now())
            wanted: set[str] = set()
            for stamp in stay:
                wanted |= snapshot.unseal(place.get(found[stamp]), charge.recovery_key()).pieces
            for stamp in found.keys() - stay:
                place.remove(found[stamp])
            nobodys = frozenset(n.rpartition("/")[2] for n in names if "/pieces/" in n) - wanted
            gone = nobodys & self._doomed
            for piece in gone:
                place.remove(path_of(charge.prefix, piece))
            self._doomed = nobodys - gone
            self._known = None
            return len(gone)

    def _still_there(self, place: Place) -> None:
        """The disk may be another one than last time, or unplugged: what this keeper knows of it holds only while its
        newest snapshot is there. Raises OutsideWorld."""
        there = snapshot.stamps(place.names(f"{self._charge.prefix}/snapshots"), self._charge.prefix)
        if self.state.saved_at not in there:
            self._known, self._looked = None, None

    def _pieces_at(self, place: Place) -> set[str]:
        """Asked once: afterwards this keeper knows what it has added."""
        if self._known is None or self._known[0] != place.label:
            names = place.names(f"{self._charge.prefix}/pieces")
            self._known = (place.label, {name.rpartition("/")[2] for name in names})
        return self._known[1]

    def _load(self) -> State:
        try:
            return State(**json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return State()

    def _note(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        try:
            write_private(self._file, json.dumps(asdict(self.state)).encode())
        except OSError as error:
            log.info("The state of the backup cannot be noted: %s", error)
