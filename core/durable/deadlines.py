"""Deadlines: every time limit is a row; one scheduler settles what is due and recovers at start (ruling R18)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from core.kernel.clock import SECOND
from core.kernel.errors import LivePayError
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

Handler = Callable[[Tx, int], None]
LOOK_EVERY: Final = 0.25  # s: longest sleep, so that a deadline added or a clock set elsewhere is met within a second
PAGE: Final = 100
RETRY_AFTER: Final = 5 * SECOND


def set_deadline(tx: Tx, kind: str, subject: int, due_at: int) -> None:
    """(Re)place the deadline of this kind for this subject. ``due_at`` in ms UTC."""
    tx.run("INSERT OR REPLACE INTO deadline(kind, subject, due_at) VALUES(?,?,?)", (kind, subject, due_at))


def clear_deadline(tx: Tx, kind: str, subject: int) -> None:
    tx.run("DELETE FROM deadline WHERE kind = ? AND subject = ?", (kind, subject))


def put_off(tx: Tx, kind: str, until: int) -> int:
    """No deadline of this kind is due before ``until`` (ms UTC). → how many were put off."""
    return tx.run("UPDATE deadline SET due_at = ? WHERE kind = ? AND due_at < ?", (until, kind, until))


def settle(tx: Tx, handlers: Mapping[str, Handler], kind: str, subject: int) -> bool:
    """Handle one due deadline in this transaction; False when it was moved or cleared meanwhile."""
    row = tx.one("SELECT due_at FROM deadline WHERE kind = ? AND subject = ?", (kind, subject))
    if row is None or row[0] > tx.now:
        return False
    clear_deadline(tx, kind, subject)
    handlers[kind](tx, subject)
    return True


class Scheduler:
    """Settles deadlines as they fall due."""

    def __init__(self, engine: Engine, handlers: Mapping[str, Handler]) -> None:
        self._engine = engine
        self._handlers = handlers

    async def run(self) -> None:
        """Work until cancelled; the first round settles what fell due while the program was off."""
        while True:
            await self.settle_due()
            await asyncio.sleep(min(LOOK_EVERY, max(0.01, self._until_next())))

    def _until_next(self) -> float:
        with self._engine.reader() as reader:
            due = reader.value("SELECT min(due_at) FROM deadline")
        return LOOK_EVERY if due is None else float(due - self._engine.clock.now()) / SECOND

    async def settle_due(self) -> int:
        """Everything due now. → how many were settled."""
        count = 0
        while True:
            with self._engine.reader() as reader:
                rows = reader.all(
                    "SELECT kind, subject FROM deadline WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                    (self._engine.clock.now(), PAGE),
                )
            if not rows:
                return count
            count += sum(await asyncio.gather(*(self._settle(kind, subject) for kind, subject in rows)))

    async def _settle(self, kind: str, subject: int) -> bool:
        try:
            return await self._engine.run(lambda tx: settle(tx, self._handlers, kind, subject), actor="scheduler")
        except LivePayError as error:
            log.info("Deadline %s %d: %s", kind, subject, error)
            await self._postpone(kind, subject)
        except Exception:  # boundary: one deadline's failure must not stop the others
            log.exception("Deadline %s %d could not be settled", kind, subject)
            await self._postpone(kind, subject)
        return False

    async def _postpone(self, kind: str, subject: int) -> None:
        due = self._engine.clock.now() + RETRY_AFTER
        try:
            await self._engine.run(lambda tx: set_deadline(tx, kind, subject, due), actor="scheduler")
        except LivePayError:
            await asyncio.sleep(1)  # the disk refuses: the row is unchanged, try again in a second
