"""A store that came back from a backup: what happened between the backup and the loss is found out, and nothing of it
is done twice.

From the moment it is known to be restored until its providers have said what they know, a deadline row stands (kind
``restored``, subject the last order of then; so it survives any stop). Meanwhile

- messages that waited were held back, refunds that were to be asked for are looked up first;
- holds do not end, so that an order that was paid meanwhile is settled as paid, and its goods are not offered on;
- what the news makes the shop say about an order that is older than the restore is held back as well: the lost store
  may have said it already. The seller sees these messages, and may send them.

Then the books are compared with the providers: payments and refunds made meanwhile are booked as when they are told,
and what differs stands among the payments' exceptions.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core.backups import restoring
from core.durable import letters, outbox
from core.durable.deadlines import clear_deadline, put_off, set_deadline
from core.kernel.clock import DAY, MINUTE
from core.orders.holds import HOLD
from core.orders.service import Orders
from core.payments import refunds
from core.reconciliation.run import Reconciler
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

RESTORED: Final = "restored"  # kind of the deadline
LOOK_BACK: Final = 30  # days: older payments are hardly ever given back
GIVE_UP: Final = DAY  # a provider that is silent for so long is left to the seller's own comparison
_PATIENCE: Final = 10 * MINUTE  # how long holds wait for the providers
_WAITS: Final = (MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE)

Reactor = Callable[[Tx, Any], None]


def last_order(reader: Reader) -> int | None:
    """The newest order of a restored store whose providers have not answered yet (0: it had none); else None."""
    found: int | None = reader.value("SELECT max(subject) FROM deadline WHERE kind = ?", (RESTORED,))
    return found


class Returning:
    """One store's; a part of its work (:func:`core.durable.workers.always`)."""

    def __init__(self, engine: Engine, folder: Path, reconciler: Reconciler, orders: Orders) -> None:
        self._engine = engine
        self._folder = folder
        self._reconciler = reconciler
        self._orders = orders
        self._due = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._silent: list[int] | None = None
        self._tries = 0
        self._began = 0

    def begin(self, tx: Tx) -> bool:
        """In the first transaction of a start. → whether the store was restored since the last."""
        if not restoring.calm(tx, self._folder):
            return False
        refunds.doubt(tx)
        letters.hold_back(tx)
        put_off(tx, HOLD, tx.now + _PATIENCE)
        clear(tx)
        set_deadline(tx, RESTORED, int(tx.value("SELECT coalesce(max(id), 0) FROM orders")), 0)
        return True

    def begun(self) -> None:
        """After the commit of :meth:`begin`."""
        restoring.calmed(self._folder)

    def pending(self) -> bool:
        """Whether the providers are still to be asked."""
        return self._engine.read(last_order) is not None

    def quietly(self, react: Reactor) -> Reactor:
        """A reactor that tells somebody about an order (``event.order_id``)."""

        def reacting(tx: Tx, event: Any) -> None:
            newest = last_order(tx)
            if newest is None or event.order_id > newest:
                react(tx, event)
                return
            last = int(tx.value("SELECT coalesce(max(id), 0) FROM outbox"))
            react(tx, event)
            outbox.hold_back(tx, after=last)

        return reacting

    def due(self, tx: Tx, newest: int) -> None:
        """The deadline: ask now, and plan the next try, should this one not come to its end."""
        wait = _WAITS[min(self._tries, len(_WAITS) - 1)]
        set_deadline(tx, RESTORED, newest, tx.now + wait)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._due.set)

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop, self._due = asyncio.get_running_loop(), asyncio.Event()
        while True:
            await self._due.wait()
            self._due.clear()
            if await asyncio.to_thread(self.pending):
                await self._compare()

    async def _compare(self) -> None:
        self._tries += 1
        self._began = self._began or self._engine.clock.now()
        self._silent = await self._reconciler.after_restore(LOOK_BACK, self._silent)
        late = self._engine.clock.now() - self._began > GIVE_UP
        if self._silent and not late:
            log.info("Brought back from a backup: %d payments are still to be asked about", len(self._silent))
            return
        await self._engine.run(self._finish, actor="start")

    def _finish(self, tx: Tx) -> None:
        """From now on the store is as any other. Holds whose time is over end without a word."""
        for order_id, expires_at in tx.all("SELECT id, expires_at FROM orders WHERE state = 'reserved' ORDER BY id"):
            if expires_at <= tx.now:
                self._orders.expire(tx, order_id)
            else:
                set_deadline(tx, HOLD, order_id, expires_at)
        clear(tx)


def clear(tx: Tx) -> None:
    for (newest,) in tx.all("SELECT subject FROM deadline WHERE kind = ?", (RESTORED,)):
        clear_deadline(tx, RESTORED, newest)
