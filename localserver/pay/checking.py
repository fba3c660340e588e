"""« Déjà payé ? »: ask the providers again, now, and say what they answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, Literal

from core.bootstrap import Shop
from core.kernel.errors import LivePayError
from core.paylinks.queries import LinkView, read_link
from core.payments.service import ask_about_order

log = logging.getLogger(__name__)

MOST: Final = 8  # attempts asked about at once, the newest: a buyer who taps on and on must not flood a provider
PATIENCE: Final = 8.0  # s that a buyer waits for the page; asking goes on behind it
Answer = Literal["changed", "unpaid", "silent", "nothing"]


class Background:
    """What must come to its end though the buyer's phone has lost the line: opening a session, asking a provider."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()  # looked at, so that nobody complains when the waiter has left
        if error is not None and not isinstance(error, LivePayError):
            log.error("A buyer's request failed behind the page", exc_info=error)

    async def close(self) -> None:
        """Wait for what is still going on; calls to providers end by their own time limits."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))


async def check_now(shop: Shop, view: LinkView, background: Background, patience: float = PATIENCE) -> Answer:
    """Read every attempt of the order that is not known to be paid at its provider, side by side.

    changed: the page says something new, or what came in before it was asked. unpaid: all answered, no money. silent:
    one did not answer (in time); polling goes on. nothing: no payment was ever begun with this link.
    """
    attempts, paid = shop.engine.read(
        lambda r: (
            r.all(
                "SELECT id FROM attempt WHERE order_id = ? AND state NOT IN ('paid', 'rejected')"
                " ORDER BY id DESC LIMIT ?",
                (view.order_id, MOST),
            ),
            r.value("SELECT 1 FROM attempt WHERE order_id = ? AND state = 'paid'", (view.order_id,)) is not None,
        )
    )
    before = view.fingerprint(shop.clock.now())
    tasks = [background.start(_ask(shop, attempt_id)) for (attempt_id,) in attempts]
    if tasks:
        await asyncio.wait(tasks, timeout=patience)
    after = shop.engine.read(lambda r: read_link(r, view.order_id))
    if after is not None and after.fingerprint(shop.clock.now()) != before:
        return "changed"
    if not tasks:
        return "changed" if paid else "nothing"
    return "unpaid" if all(task.done() and task.result() for task in tasks) else "silent"


async def _ask(shop: Shop, attempt_id: int) -> bool:
    """Did the provider answer?"""
    try:
        await shop.desk.ask(attempt_id)
    except LivePayError as error:
        log.info("Payment attempt %d: %s", attempt_id, error)
        return False
    return True


async def ask_quietly(shop: Shop, order_id: int) -> None:
    """The buyer is back: let the desk ask the providers, behind everything urgent."""
    await shop.engine.run(lambda tx: ask_about_order(tx, order_id), actor="buyer", background=True)
