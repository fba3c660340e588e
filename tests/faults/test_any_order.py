"""Webhooks in any order: the same end, and nothing that ever steps back."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest

from core.conversations.events import MessageProgressed
from core.durable.outbox import RANK
from localserver.sandbox.graph_events import Event as Reported
from localserver.sandbox.graph_events import status_event
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import (
    News,
    books_hold,
    catch,
    caught,
    checkout,
    deliver,
    link_for,
    news,
    pass_time,
    quiet,
    resigned,
    sent_once,
    tell,
)
from tests.support.shops import World, world

SEED = 20261120
ENDS = {
    ("sent", "delivered", "read"): "read",
    ("sent", "delivered"): "delivered",
    ("sent", "failed"): "failed",
    ("sent", "failed", "delivered"): "delivered",  # one of two phones had failed
    ("sent", "delivered", "read", "played"): "played",
}


async def _applied(w: World) -> None:
    await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new'"))


async def _greeted(w: World, name: str) -> int:
    """A buyer to whom one message was sent whose statuses are still to come. → its outbox id."""
    pass_time(w)
    w.buyer(name)
    w.graph.acts(name).say("bonjour")
    await deliver(w, caught(w))
    await _applied(w)
    await w.until(lambda: w.thread(name))
    found = "SELECT o.id, o.state FROM outbox o JOIN customer c ON c.id = o.customer_id WHERE c.name = ?"
    await w.until(lambda: w.rows(f"{found} AND o.kind = 'message'", (name,))[0][1] == "accepted")
    caught(w)
    return int(w.rows(f"{found} AND o.kind = 'message'", (name,))[0][0])


def _status(w: World, name: str, word: str) -> Reported:
    buyer, account = w.graph.world.buyer(name), w.graph.world.account()
    entry = next(e for e in reversed(buyer.thread(account)) if e.direction == "out")
    return status_event(account, buyer, entry, word, w.clock.now(), "+" + buyer.phone)


@pytest.mark.parametrize("words", ENDS)
async def test_statuses_end_the_same_in_every_order_and_only_go_forward(tmp_path: Path, words: tuple[str, ...]) -> None:
    async with world(tmp_path) as w:
        catch(w)
        told: dict[int, list[str]] = {}

        def hear(found: object) -> None:
            for event in found:  # type: ignore[attr-defined]
                if isinstance(event, MessageProgressed):
                    told.setdefault(event.outbox_id, []).append(event.state)

        w.shop.engine.subscribe(hear)
        for number, order in enumerate(itertools.permutations(words)):
            name = f"Cliente {number}"
            message = await _greeted(w, name)
            for word in order:
                assert await deliver(w, [_status(w, name, word)]) == 200
                await _applied(w)
            assert w.value("SELECT state FROM outbox WHERE id = ?", (message,)) == ENDS[words], order
            ranks = [RANK[state] for state in told[message]]
            assert ranks == sorted(set(ranks)), (order, told[message])
        assert sent_once(w)


async def test_statuses_before_the_answer_to_the_sending_are_kept(tmp_path: Path) -> None:
    """« delivered » may overtake the answer that carries the message's id: our mark in it tells which one it is."""
    async with world(tmp_path) as w:
        catch(w)
        message = await _greeted(w, "Awa Ndour")
        w.shop.engine.call(lambda tx: tx.run("UPDATE outbox SET wamid = NULL, state = 'sending'"))
        await deliver(w, [_status(w, "Awa Ndour", "delivered")])
        await _applied(w)
        state, wamid = w.rows("SELECT state, wamid FROM outbox WHERE id = ?", (message,))[0]
        assert state == "delivered"
        assert wamid == w.graph.world.sends[-1].wamid


async def test_a_status_with_another_programs_mark_touches_nothing(tmp_path: Path) -> None:
    """The number may be shared, or the store may have been another one before: only our own mark counts."""
    async with world(tmp_path) as w:
        catch(w)
        message = await _greeted(w, "Awa Ndour")
        foreign = _status(w, "Awa Ndour", "failed")
        foreign.item |= {"id": "wamid.OTHER", "biz_opaque_callback_data": f"crm:{message}", "errors": []}
        assert await deliver(w, [foreign]) == 200
        await _applied(w)
        assert w.rows("SELECT state, error_code FROM outbox WHERE id = ?", (message,)) == [("accepted", None)]


async def test_a_whole_evening_of_webhooks_shuffled_ends_the_same(tmp_path: Path) -> None:
    """Six buyers, their claims and every status, in drawn orders and drawn batches."""
    dice, ends = random.Random(SEED), set()
    for attempt in range(5):
        async with world(tmp_path / str(attempt)) as w:
            for sku in ("ROBE1", "SAC2"):
                w.product(sku, stock=20)
            catch(w)
            for n in range(6):
                name = f"Cliente {n}"
                w.buyer(name)
                w.graph.acts(name).say(f"je prends {n + 1} ROBE1" if n % 2 else "je prends 2 SAC2")
            await _shuffled(w, dice)
            await w.until(lambda: all(w.thread(f"Cliente {n}") for n in range(6)))
            await w.until(lambda: w.value("SELECT min(state = 'accepted') FROM outbox WHERE kind = 'message'"))
            await _shuffled(w, dice)
            assert books_hold(w)
            assert sent_once(w)
            ends.add(
                repr(
                    (
                        w.rows(
                            "SELECT c.name, o.state, l.sku, l.held FROM orders o JOIN order_line l"
                            " ON l.order_id = o.id JOIN customer c ON c.id = o.customer_id ORDER BY 1, 3"
                        ),
                        w.rows("SELECT sku, on_hand, held FROM product ORDER BY 1"),
                        w.rows(
                            "SELECT c.name, o.kind, o.state FROM outbox o JOIN customer c ON c.id = o.customer_id"
                            " WHERE o.kind = 'message' ORDER BY 1, 2"
                        ),
                    )
                )
            )
    assert len(ends) == 1


async def _shuffled(w: World, dice: random.Random) -> None:
    """Everything caught so far, in a drawn order, in batches of drawn sizes, some of them twice."""
    events = caught(w)
    dice.shuffle(events)
    while events:
        size = dice.randint(1, 4)
        batch, events = events[:size], events[size:]
        for _ in range(dice.randint(1, 2)):
            assert await deliver(w, batch) == 200
    await _applied(w)


# -- providers ---------------------------------------------------------------------------------------------------

ORDERS = list(itertools.permutations(("pending", "declined", "paid")))


@pytest.mark.parametrize("reachable", [True, False], ids=["asked", "silent"])
async def test_a_success_wins_in_every_order(tmp_path: Path, reachable: bool) -> None:
    """Pending, failed and succeeded of one payment, whether or not the provider can be asked meanwhile."""
    async with world(tmp_path) as w:
        w.product("ROBE1", stock=len(ORDERS))
        provider = w.providers["sandbox"]
        for number, order in enumerate(ORDERS):
            name = f"Cliente {number}"
            pass_time(w)
            session = await checkout(w, await link_for(w, name))
            provider.decline(session, Delivery(hold=True))
            provider.pay(session, Delivery(hold=True), late=True)
            declined, paid = news(provider)
            if not reachable:
                provider.faults.append(Fault("status", "any", times=1000))
            notes = {"declined": declined, "paid": paid, "pending": _pending(w, paid)}
            for word in order:
                assert await tell(w, notes[word]) == 200
                await _applied(w)
                await quiet(w)
            provider.faults.clear()
            await quiet(w)
            assert w.order(name)[1:] == ("paid", None, 0, 15_000, 15_000), order
            assert w.rows("SELECT state FROM attempt ORDER BY id DESC LIMIT 1") == [("paid",)]
        assert w.value("SELECT count(*) FROM payment") == len(ORDERS)
        assert books_hold(w)


def _pending(w: World, paid: News) -> News:
    """The event a provider sends when the buyer has begun."""
    body = json.loads(paid.body)
    body |= {"id": body["id"] + "p", "type": "session.pending"}
    body["session"] |= {"status": "open", "transaction_id": None, "paid_at": None}
    return resigned(w.providers["sandbox"], json.dumps(body).encode(), paid.url)


async def test_a_failure_after_success_changes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, "Fanta Keïta"))
        provider = w.providers["sandbox"]
        provider.pay(session)
        await quiet(w)
        before = w.rows("SELECT * FROM orders"), w.rows("SELECT * FROM ledger_line"), w.rows("SELECT * FROM attempt")
        body = {
            "id": "evt_late",
            "type": "session.declined",
            "created_at": w.clock.now(),
            "session": {**provider.show(session), "status": "declined", "transaction_id": None},  # type: ignore[attr-defined]
        }
        assert await tell(w, resigned(provider, json.dumps(body).encode())) == 200
        await quiet(w)
        after = w.rows("SELECT * FROM orders"), w.rows("SELECT * FROM ledger_line"), w.rows("SELECT * FROM attempt")
        assert after == before
