"""Keeps a store safe by itself: a snapshot every few minutes, old ones given up, a restore rehearsed every day.

What it knows is in ``backup.json`` of the store's folder, not in the database: noting a backup there would be a change
that wants the next backup.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from core.backups import restoring, rules, snapshot
from core.backups.pieces import Check, Damaged, Harmed, Stopped, path_of
from core.backups.places import MISSING, Missing, Place
from core.kernel.clock import Clock
from core.kernel.errors import LivePayError, OutsideWorld
from core.kernel.reasons import reason
from core.storage.folder import Home, StoreCard
from core.storage.vault import Vault, write_private

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 2.0  # s


class State(Struct, frozen=True):
    """Times in ms UTC, None: never. ``safe_at``: all work until then is kept. ``saved_at``: the newest snapshot.

    ``trouble`` and ``rehearsal_trouble`` are what went wrong last, as an English message id (domain ``errors``) with
    its parameters, None when nothing did. ``pieces`` and ``sent`` (bytes) are of the last snapshot: how many it has,
    and what of it was new. ``harmed``: what is kept did not come back when it was tried last.
    """

    place: str = ""
    safe_at: int | None = None
    saved_at: int | None = None
    pieces: int = 0
    size: int = 0
    sent: int = 0
    trouble: tuple[str, dict[str, Any]] | None = None
    rehearsed_at: int | None = None
    rehearsal_ms: int = 0
    rehearsal_trouble: tuple[str, dict[str, Any]] | None = None
    harmed: bool = False

    @property
    def problem(self) -> str:
        """In English; empty when nothing is wrong."""
        return str(_told(self.trouble) or "")

    @property
    def rehearsal_problem(self) -> str:
        return str(_told(self.rehearsal_trouble) or "")

    @property
    def worst(self) -> LivePayError | None:
        """What to tell a person, the pressing first: what is kept does not come back, then that nothing is kept."""
        return _told(self.rehearsal_trouble) or _told(self.trouble)


def _told(trouble: tuple[str, dict[str, Any]] | None) -> LivePayError | None:
    return None if trouble is None else LivePayError(trouble[0], **trouble[1])


def _noted(error: LivePayError) -> tuple[str, dict[str, Any]]:
    plain = {n: v if isinstance(v, str | int | None) else str(v) for n, v in error.params.items()}
    return error.message, plain


class Charge(Struct, frozen=True):
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
        self._harmed: set[str] = set()  # pieces that are there, and not what they should be
        self._doomed: frozenset[str] = frozenset()
        self._looked: object = None  # how the files looked when they were kept last
        self._seen_file = charge.folder / "backup-pictures.json"
        self._seen: snapshot.Seen = _load_seen(self._seen_file)
        self.state = self._load()
        self._clear_rooms()

    @property
    def key_path(self) -> Path:
        """Where the recovery key is: the only thing that must be kept apart from the backups."""
        return self._charge.home.path / "recovery.key"

    def is_late(self) -> bool:
        """Whether more work than promised would be lost with this disk; never while no place is set up."""
        return self._charge.place() is not None and rules.is_late(self.state.safe_at, self._clock.now())

    async def run(self) -> None:
        """Work until cancelled; ends when what is under way has ended, which it does within one piece."""
        self._ending.clear()
        while True:
            looking = asyncio.ensure_future(asyncio.to_thread(self.look))
            try:
                await asyncio.shield(looking)
            except asyncio.CancelledError:
                self._ending.set()
                await asyncio.wait([looking])
                raise
            await asyncio.sleep(LOOK_EVERY)

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
        except Stopped:
            return
        except LivePayError as error:
            log.info("Backup of %s: %s", self._charge.card.slug, error)
            self._next = now + rules.RETRY_AFTER

    def save(self, place: Place) -> State:
        """Keep what changed since the last snapshot. Raises OutsideWorld, EnvironmentProblem."""
        with self._busy:
            now = self._clock.now()
            place.heed(self._stop)
            try:
                self._save(place, now)
            except LivePayError as error:
                self._note(place=place.label, trouble=_noted(error))
                raise
            return self.state

    def _save(self, place: Place, now: int) -> None:
        charge = self._charge
        self._still_there(place)
        looks = snapshot.looks(charge.folder)  # before reading: what is written meanwhile is for the next time
        if looks == self._looked and self.state.place == place.label:
            self._note(safe_at=now, trouble=None)
            return
        keeping = _Keeping(place, charge.prefix, self._pieces_at(place), self._stop)
        secrets = {name: charge.vault.get(name) or "" for name in charge.secret_names()}
        key = charge.vault.database_key()
        try:
            made = snapshot.take(charge.folder, charge.card, key, secrets, now, keeping, self._seen)
        except Stopped:
            place.abandon()
            raise
        name = f"{charge.prefix}/snapshots/{snapshot.stamp_of(now)}{snapshot.SUFFIX}"
        listed = snapshot.seal(made, charge.recovery_key())
        self._harmed -= keeping.finish()
        place.put(name, listed)
        self._looked = looks
        self._write(self._seen_file, self._seen)
        self._note(
            place=place.label,
            safe_at=now,
            saved_at=now,
            pieces=len(made.pieces),
            size=made.size,
            sent=keeping.sent + len(listed),
            trouble=None,
        )

    def rehearse(self, place: Place) -> State:
        """Prove that the newest snapshot comes back. Raises what :func:`core.backups.restoring.rehearse` raises.

        What is found harmed or missing is kept anew by the next backup, as far as the store still has it.
        """
        began = time.perf_counter()
        now = self._clock.now()
        charge = self._charge
        place.heed(self._stop)
        try:
            try:
                found = restoring.rehearse(charge.folder, place, charge.prefix, charge.recovery_key(), self._stop)
            except OSError as error:
                raise OutsideWorld("The disk refuses the backup ({detail}).", detail=reason(error)) from None
            self._newest(place, found)
        except LivePayError as error:
            self._looked = None
            if isinstance(error, Harmed):
                self._harmed.add(error.piece)
                self._known = None
            self._note(
                rehearsal_trouble=_noted(error), harmed=self.state.harmed or isinstance(error, Damaged | Missing)
            )
            raise
        taken = round((time.perf_counter() - began) * 1000)
        self._note(rehearsed_at=now, rehearsal_ms=taken, rehearsal_trouble=None, harmed=False)
        return self.state

    def _newest(self, place: Place, found: snapshot.Snapshot) -> None:
        """A list that went missing cannot miss itself. Raises Missing."""
        at = self.state.saved_at
        if at is not None and self.state.place == place.label and found.at < at:
            raise Missing(MISSING, name=f"{snapshot.stamp_of(at)}{snapshot.SUFFIX}", place=place.label)

    def _stop(self) -> None:
        if self._ending.is_set():
            raise Stopped

    def _clear_rooms(self) -> None:
        """What a killed program left half done: nobody else has this store open."""
        for kind in ("saving", "rehearsal"):
            for room in self._charge.folder.glob(f"{kind}-*"):
                shutil.rmtree(room, ignore_errors=True)

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
                self._stop()
                wanted |= self._listed(place, found[stamp]).pieces
            for stamp in found.keys() - stay:
                place.remove(found[stamp])
            nobodys = frozenset(n.rpartition("/")[2] for n in names if "/pieces/" in n) - wanted
            gone = nobodys & self._doomed
            for piece in gone:
                place.remove(path_of(charge.prefix, piece))
            self._doomed = nobodys - gone
            self._known = None
            return len(gone)

    def _listed(self, place: Place, name: str) -> snapshot.Snapshot:
        try:
            return snapshot.unseal(place.get(name), self._charge.recovery_key(), name)
        except LivePayError as error:
            self._note(rehearsal_trouble=_noted(error))
            raise

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
            self._known = (place.label, {name.rpartition("/")[2] for name in names} - self._harmed)
        return self._known[1]

    def _load(self) -> State:
        try:
            state = State(**json.loads(self._file.read_text("utf-8")))
            _ = state.worst
        except (OSError, ValueError, TypeError, LookupError):
            return State()
        return state

    def _note(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)
        self._write(self._file, asdict(self.state))

    @staticmethod
    def _write(file: Path, what: object) -> None:
        try:
            write_private(file, json.dumps(what).encode())
        except OSError as error:
            log.info("The state of the backup cannot be noted: %s", error)


class _Keeping:
    """Puts new pieces at a place; ``known`` grows by what is there for certain."""

    def __init__(self, place: Place, prefix: str, known: set[str], check: Check) -> None:
        self._place = place
        self._prefix = prefix
        self._known = known
        self._check = check
        self._fresh: set[str] = set()
        self.sent = 0

    def has(self, name: str) -> bool:
        self._check()
        return name in self._known or name in self._fresh

    def keep(self, name: str, piece: bytes) -> None:
        self._check()
        self._place.put_later(path_of(self._prefix, name), piece)
        self._fresh.add(name)
        self.sent += len(piece)

    def finish(self) -> set[str]:
        """→ the new pieces, which are there now."""
        self._check()
        self._place.finish()
        self._known |= self._fresh
        return self._fresh


def _load_seen(file: Path) -> snapshot.Seen:
    try:
        return {n: (size, at, tuple(pieces)) for n, (size, at, pieces) in json.loads(file.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
