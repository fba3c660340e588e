"""The same webhook ten times, all at once: one effect, one answer, one payment."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence
from pathlib import Path

from core.conversations.events import MessageProgressed
from core.kernel.events import Event
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import (
    books_hold,
    catch,
    caught,
    checkout,
    deliver,
    link_for,
    news,
    quiet,
    resigned,
    say,
    sent_once,
    submit,
    tell,
)
from tests.support.shops import World, world

TIMES = 10
NAME = "Aminata Diallo"


async def test_a_message_ten_times_makes_one_hold_and_one_answer(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer(NAME)
        catch(w)
        w.graph.acts(NAME).say("je prends 2 ROBE1")
        events = caught(w)
        assert await asyncio.gather(*(deliver(w, events) for _ in range(TIMES))) == [200] * TIMES
        await w.until(lambda: w.thread(NAME))
        await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new'"))
        assert w.value("SELECT count(*) FROM inbox") == 1
        assert w.rows("SELECT quantity, held FROM order_line") == [(2, 2)]
        assert w.rows("SELECT held FROM product") == [(2,)]
        assert len([s for s in w.graph.world.sends if s.type == "interactive"]) == 1
        assert w.value("SELECT count(*) FROM message WHERE author = 'customer'") == 1
        assert sent_once(w)


async def test_a_status_ten_times_is_told_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer(NAME)
        catch(w)
        w.graph.acts(NAME).say("ROBE1")
        await deliver(w, caught(w))
        await w.until(lambda: len(w.graph.courier.queue) == 3)  # sent, delivered, read of the card
        await w.until(lambda: w.value("SELECT count(*) FROM outbox WHERE kind = 'message' AND state = 'accepted'"))
        told: list[str] = []

        def listen(found: Sequence[Event]) -> None:
            progress = [event.state for event in found if isinstance(event, MessageProgressed)]
            told.extend(state for state in progress if state != "accepted")  # read above before it was told here

        w.shop.engine.subscribe(listen)
        for event in caught(w):
            assert await asyncio.gather(*(deliver(w, [event]) for _ in range(TIMES))) == [200] * TIMES
            await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new'"))
        await w.until(lambda: len(told) >= 3)
        assert told == ["sent", "delivered", "read"]
        assert w.value("SELECT count(*) FROM inbox") == 4


async def test_a_success_ten_times_and_the_poll_is_one_payment(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        provider = w.providers["sandbox"]
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        attempt = w.value("SELECT id FROM attempt")
        results = await asyncio.gather(*(tell(w, note) for _ in range(TIMES)), w.shop.desk.ask(attempt))
        assert results[:TIMES] == [200] * TIMES
        await quiet(w)
        _paid_once(w)


async def test_the_same_money_under_ten_event_ids_is_one_payment(tmp_path: Path) -> None:
    """Providers repeat a fact as a new event, too."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        provider = w.providers["sandbox"]
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        again = [
            resigned(provider, json.dumps({**json.loads(note.body), "id": f"evt_{uuid.uuid4().hex}"}).encode())
            for _ in range(TIMES)
        ]
        assert await asyncio.gather(*(tell(w, n) for n in again)) == [200] * TIMES
        await quiet(w)
        assert w.value("SELECT count(*) FROM inbox WHERE source = 'psp'") == TIMES
        _paid_once(w)


def _paid_once(w: World) -> None:
    assert w.order(NAME)[1:] == ("paid", None, 0, 15_000, 15_000)
    assert w.value("SELECT count(*) FROM payment") == 1
    assert w.value("SELECT count(*) FROM invoice") == 1
    assert dict(w.rows("SELECT account, sum(amount) FROM ledger_line GROUP BY 1"))["sales"] == -15_000
    assert w.value("SELECT count(*) FROM outbox WHERE key LIKE 'paid:%'") == 1
    assert sent_once(w)
    assert books_hold(w)


async def test_the_form_sent_ten_times_opens_one_session(tmp_path: Path) -> None:
    """A finger that trembles on a slow line: all ten lead to the one session."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        link = await link_for(w, NAME)
        answers = await asyncio.gather(*(submit(w, link) for _ in range(TIMES)))
        (session,) = w.providers["sandbox"].sessions.values()
        assert set(answers) == {(303, session.url)}
        assert w.value("SELECT count(*) FROM attempt") == 1


async def test_a_claim_said_again_and_again_is_one_claim(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", stock=3)
        w.buyer(NAME)
        for _ in range(4):
            await say(w, NAME, "je prends ROBE1")
        assert w.rows("SELECT quantity, held FROM order_line") == [(1, 1)]
        assert w.value("SELECT count(*) FROM orders") == 1


async def test_two_claims_in_one_batch_and_in_two_are_the_same(tmp_path: Path) -> None:
    """Ten copies of a batch whose parts also came alone: every item once."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.product("SAC2")
        w.buyer(NAME)
        catch(w)
        acts = w.graph.acts(NAME)
        acts.say("je prends 2 ROBE1")
        acts.say("et 3 SAC2")
        events = caught(w)
        posts = [*([events] * 5), *([[e] for e in events] * 3)]
        assert set(await asyncio.gather(*(deliver(w, part) for part in posts))) == {200}
        await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new'"))
        assert w.rows("SELECT sku, held FROM order_line ORDER BY sku") == [("ROBE1", 2), ("SAC2", 3)]
        assert w.value("SELECT count(*) FROM message WHERE author = 'customer'") == 2
