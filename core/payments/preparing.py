"""Who opens sessions ahead of time: one after the other, behind every buyer who waits for one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from core.durable.deadlines import set_deadline
from core.durable.workers import at_last
from core.kernel.clock import MINUTE
from core.kernel.errors import LivePayError, StorageFailed
from core.kernel.events import Event
from core.orders.events import OrderChanged, OrderReserved
from core.orders.rules import asked
from core.payments import ahead
from core.payments.desk import PaymentDesk
from core.payments.events import SessionWanted
from core.payments.offer import Choice
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

PACE: Final = 0.25
"""Seconds between two sessions: some providers allow a few requests a second, and buyers' own come first."""
REST: Final = MINUTE
LONGEST: Final = 10 * MINUTE
"""ms that a provider which refused or was silent is left alone: twice as long after each in a row."""
CHAT: Final = "whatsapp"
"""Orders from here get their link when they ask for it; the others' link may be anywhere at once."""


class Preparer:
    """A part of a store's work (:func:`core.durable.workers.always`).

    ``wanted()``: whether pages are shown in the store's place, and shall lead to a payment; ``settled(reader)``: False
    while a restored store still finds out what it asked for before. ``token(nonce)`` is an order's link.
    """

    def __init__(
        self,
        engine: Engine,
        desk: PaymentDesk,
        wanted: Callable[[], bool],
        settled: Callable[[Reader], bool],
        token: Callable[[bytes], str],
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._wanted = wanted
        self._settled = settled
        self._token = token
        self._asks: asyncio.Queue[int] = asyncio.Queue()
        self._queued: set[int] = set()
        self._rests: dict[str, tuple[int, int]] = {}  # provider → failures in a row, left alone until (ms UTC)
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- in the transaction of what happened -------------------------------------------------------------------

    def given(self, tx: Tx, order_id: int, means: str) -> None:
        """A buyer was sent the link."""
        if self._wanted():
            ahead.wish(tx, order_id, means)

    def reserved(self, tx: Tx, event: OrderReserved) -> None:
        if self._wanted() and tx.value("SELECT source FROM orders WHERE id = ?", (event.order_id,)) != CHAT:
            ahead.wish(tx, event.order_id)

    def changed(self, tx: Tx, event: OrderChanged) -> None:
        if self._wanted():
            ahead.changed(tx, event.order_id)

    def due(self, tx: Tx, order_id: int) -> None:
        """The deadline."""
        if not self._wanted():
            return
        if self._settled(tx):
            ahead.due(tx, order_id)
        else:
            set_deadline(tx, ahead.AHEAD, order_id, tx.now + ahead.AGAIN)

    # -- after it ----------------------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Event]) -> None:
        """After a commit, on the writer thread: only hand over."""
        loop = self._loop
        for event in events:
            if isinstance(event, SessionWanted) and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._enqueue, event.order_id)

    def _enqueue(self, order_id: int) -> None:
        if order_id not in self._queued:
            self._queued.add(order_id)
            self._asks.put_nowait(order_id)

    async def run(self) -> None:
        """Open until cancelled."""
        self._loop = asyncio.get_running_loop()
        await at_last(self._engine, ahead.forget, "start")
        while True:
            order_id = await self._asks.get()
            self._queued.discard(order_id)
            await self._desk.quiet()
            if await self._open(order_id):
                await asyncio.sleep(PACE)

    async def _open(self, order_id: int) -> bool:
        """→ whether a provider was asked. What it refused, or did not answer, is tried again with the next deadline."""
        row = self._engine.read(
            lambda r: r.one(
                "SELECT o.total, o.received, o.deposit, p.means, o.link FROM orders o JOIN prepare p"
                " ON p.order_id = o.id WHERE o.id = ?",
                (order_id,),
            )
        )
        choice = self._choice(asked(*row[:3]), row[3]) if row else None
        if row is None or choice is None or self._rests.get(choice.provider, (0, 0))[1] > self._engine.clock.now():
            return False
        currency = self._desk.offer.currency
        try:
            attempt = await self._engine.run(lambda tx: ahead.begin(tx, order_id, choice, currency), actor="desk")
        except StorageFailed:  # a full disk: the next deadline asks again
            return False
        if attempt is None:
            return False
        try:
            await self._desk.open_ahead(attempt, self._token(row[4]))
        except LivePayError as error:
            self._rest(choice.provider, attempt.created_at)
            log.info("Opening a session ahead for order %d: %s", order_id, error)
        else:
            self._rests.pop(choice.provider, None)
        return True

    def _choice(self, amount: int, means: str) -> Choice | None:
        """What the buyer named, else the store's first; only what needs nothing typed and has a page."""
        choices = [c for c in self._desk.offer.choices(amount) if not c.asks_phone and self._has_page(c.provider)]
        named = (c for c in choices if c.value == means)
        return next(named, choices[0] if choices else None)

    def _has_page(self, provider: str) -> bool:
        return self._desk.provider(provider).caps.flow == "redirect"

    def _rest(self, provider: str, since: int) -> None:
        failures = self._rests.get(provider, (0, 0))[0]
        pause = min(REST * 2 ** min(failures, 10), LONGEST)
        self._rests[provider] = failures + 1, since + pause
