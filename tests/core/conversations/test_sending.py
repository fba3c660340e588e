"""Messages that leave together, and people who turn out to be one while a message is on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.conversations import threads
from core.conversations.outgoing import text
from core.customers.service import Identity, recognise
from core.durable import outbox
from core.kernel.clock import MINUTE
from core.storage.engine import Tx
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def _met(w: World, name: str) -> int:
    w.buyer(name)
    w.graph.acts(name).say("bonjour")
    await w.settled()
    w.clock.advance(MINUTE)  # type: ignore[attr-defined]
    return int(w.value("SELECT id FROM customer WHERE name = ?", (name,)))


async def test_texts_that_leave_together_are_shown_as_they_were_said(tmp_path: Path) -> None:
    """What is too late to be useful does not travel with another; the thread shows each text once, times filled in."""
    async with world(tmp_path) as w:
        customer = await _met(w, AWA)
        now = w.clock.now()

        def post(tx: Tx) -> None:
            threads.post(tx, customer, "one", text("Premier."))
            threads.post(tx, customer, "late", text("Trop tard."), valid_until=now - 1)
            threads.post(tx, customer, "two", text("Reste {remaining}."), deadline=now + 9 * MINUTE)

        w.shop.engine.call(post)
        await w.settled()
        assert w.thread(AWA)[-1] == "Premier.\n\nReste 9:00."
        shown = [r[0] for r in w.rows("SELECT text FROM message ORDER BY id DESC LIMIT 3")]
        assert shown == ["Reste 9:00.", "Trop tard.", "Premier."]
        states = dict(w.rows("SELECT key, state FROM outbox WHERE key IN ('one', 'late', 'two')"))
        assert states["late"] == "dropped"
        assert states["two"] == "merged"


async def test_a_message_follows_its_customer_into_another_record(tmp_path: Path) -> None:
    """Two records prove to be one between the look at the queue and the sending."""
    async with world(tmp_path, work=False) as w:

        def queue(tx: Tx) -> None:
            old = recognise(tx, [Identity("phone", "+221770000001")], AWA)
            threads.heard(tx, threads.thread_of(tx, old), tx.now)
            threads.post(tx, old, "one", text("Bonjour"))
            recognise(tx, [Identity("bsuid", "SN.AWA1")])

        w.shop.engine.call(queue)
        (seen,) = w.shop.engine.read(lambda r: outbox.waiting(r, w.clock.now()))
        w.shop.engine.call(lambda tx: recognise(tx, [Identity("bsuid", "SN.AWA1"), Identity("phone", "+221770000001")]))
        prepared: Any = w.shop.engine.call(lambda tx: w.shop.sender._prepare(tx, seen))
        assert prepared is not None, w.rows("SELECT state, error FROM outbox")
        assert prepared[0]["to"] == "+221770000001"
