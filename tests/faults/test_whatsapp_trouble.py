"""WhatsApp says no, says nonsense, says nothing: every message ends once, in order, and as it truly did."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from core.conversations import sender, threads
from core.conversations.outgoing import text
from core.kernel.clock import HOUR, MINUTE
from localserver.sandbox.graph import default_account
from localserver.sandbox.graph_world import Fault
from tests.faults.steps import catch, caught, deliver, impatient, pass_time, sent_once
from tests.support.shops import World, world

AWA, BINTOU = "Awa Ndour", "Bintou Camara"


def _fails(w: World, kind: Any = "code", code: int = 131000, times: int = 1, **how: Any) -> None:
    w.graph.world.faults.append(Fault(kind=kind, code=code, times=times, **how))


async def _met(w: World, *names: str) -> None:
    """Buyers who wrote once and were greeted, so that they may be written to."""
    for name in names:
        w.buyer(name)
        w.graph.acts(name).say("bonjour")
    await w.settled()
    pass_time(w)


def _write(w: World, name: str, *words: str) -> list[int]:
    """The seller writes. → outbox ids."""
    customer = w.value("SELECT id FROM customer WHERE name = ?", (name,))

    def post(tx: Any) -> list[int]:
        keys = [f"test:{name}:{word}" for word in words]
        return [
            int(threads.post(tx, customer, k, text(t), author="seller") or 0) for k, t in zip(keys, words, strict=True)
        ]

    return w.shop.engine.call(post)


def _row(w: World, message: int) -> tuple[Any, ...]:
    """(state, error code, attempts, not before minus now)"""
    found = w.rows(
        "SELECT state, error_code, attempts, not_before - ? FROM outbox WHERE id = ?", (w.clock.now(), message)
    )
    return tuple(found[0])


async def _becomes(w: World, message: int, *states: str) -> None:
    await w.until(lambda: _row(w, message)[0] in states)


def _halted(w: World) -> int | None:
    """The code that stopped all sending."""
    return w.shop.sender.halt.code if w.shop.sender.halt else None


def _times(w: World, message: int) -> int:
    """How often WhatsApp took this message."""
    return sum(1 for send in w.graph.world.sends if (send.callback or "").endswith(f":{message}"))


async def test_too_fast_for_one_customer_holds_that_customer_only(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA, BINTOU)
        _fails(w, code=131056, buyer=w.graph.world.buyer(AWA).id)
        (first,) = _write(w, AWA, "un")
        await w.until(lambda: _row(w, first)[1] == 131056)
        assert _row(w, first) == ("queued", 131056, 1, 1000)
        (later,) = _write(w, AWA, "deux")
        (other,) = _write(w, BINTOU, "trois")
        await _becomes(w, other, "read")
        assert _row(w, later)[0] == "queued", "what comes later does not overtake"
        pass_time(w, 1001)
        await _becomes(w, first, "read", "delivered", "sent", "accepted")
        await w.until(lambda: "un" in "".join(w.thread(AWA)) and "deux" in "".join(w.thread(AWA)))
        said = "\n".join(w.thread(AWA))
        assert said.index("un") < said.index("deux")
        assert sent_once(w)


async def test_too_fast_for_the_number_holds_everybody_then_goes_on(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA, BINTOU)
        _fails(w, code=130429)
        (first,) = _write(w, AWA, "un")
        await w.until(lambda: _row(w, first)[1] == 130429)
        (second,) = _write(w, BINTOU, "deux")
        for _ in range(20):
            w.shop.sender.nudge()
            await asyncio.sleep(0)
        assert _row(w, second)[0] == "queued"
        assert 2000 <= _row(w, first)[3] <= 3000
        pass_time(w, 3001)
        for message in (first, second):
            await _becomes(w, message, "read")
            assert _times(w, message) == 1


async def test_after_24_hours_a_message_fails_for_good(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA)
        _fails(w, code=131047)
        (message,) = _write(w, AWA, "toujours là ?")
        await _becomes(w, message, "failed")
        assert _row(w, message)[1] == 131047
        pass_time(w, HOUR)
        await w.settled()
        assert _times(w, message) == 0
        assert w.graph.world.calls["messages"] == 2, "the greeting and this one, never again"


@pytest.mark.parametrize("code", [131042, 190])
async def test_what_stops_everything_keeps_everything_and_its_order(tmp_path: Path, code: int) -> None:
    """Billing, a dead token: nothing is lost while the seller mends it; one message asks again now and then."""
    async with world(tmp_path) as w:
        await _met(w, AWA, BINTOU)
        _fails(w, code=code, times=2)
        waiting = [*_write(w, AWA, "1er", "2e", "3e"), *_write(w, BINTOU, "4e", "5e")]
        await w.until(lambda: _halted(w) == code)
        calls = w.graph.world.calls["messages"]
        pass_time(w, MINUTE)
        for _ in range(20):
            await asyncio.sleep(0)
        assert w.graph.world.calls["messages"] <= calls + 1, "nobody hammers a closed door"
        w.graph.world.faults.clear()
        pass_time(w, 2 * MINUTE)
        for message in waiting:
            await w.until(lambda m=message: _row(w, m)[0] in ("read", "merged"))  # type: ignore[misc]
        said = "\n".join(w.thread(AWA)[1:])
        assert said.index("1er") < said.index("2e") < said.index("3e")
        assert _halted(w) is None
        assert sent_once(w)


async def test_a_new_token_resumes_the_queue_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA, BINTOU)
        account = w.graph.world.account()
        account.access_token = "EAArenewed"
        messages = [*_write(w, AWA, "un"), *_write(w, BINTOU, "deux")]
        await w.until(lambda: _halted(w) == 190)
        await asyncio.to_thread(w.shop.settings.set_secret, "whatsapp.access_token", "EAArenewed")
        for message in messages:  # the clock has not moved: it was the new token alone
            await _becomes(w, message, "read")
            assert _times(w, message) == 1
        assert default_account().access_token != account.access_token


async def test_a_page_of_a_machine_in_between_is_never_answered_by_a_second_message(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA)
        _fails(w, "html")
        _fails(w, "html_after")
        (lost,) = _write(w, AWA, "perdu")
        await _becomes(w, lost, "unknown")
        (taken,) = _write(w, AWA, "arrivé")
        await _becomes(w, taken, "read")  # the status says that it left after all
        pass_time(w, HOUR)
        await w.settled()
        assert (_row(w, lost)[0], _times(w, lost)) == ("unknown", 0)
        assert _times(w, taken) == 1


@pytest.mark.parametrize("kind", ["hang", "drop", "html_after", "no_id", "no_contacts"])
async def test_taken_without_a_word_is_settled_by_the_status_and_never_sent_again(tmp_path: Path, kind: str) -> None:
    async with world(tmp_path) as w:
        impatient(w)
        await _met(w, AWA)
        catch(w)
        _fails(w, kind)
        (message,) = _write(w, AWA, "es-tu là ?")
        await _becomes(w, message, "unknown" if kind in ("hang", "drop", "html_after") else "accepted")
        pass_time(w, HOUR)
        assert await deliver(w, caught(w)) == 200
        await _becomes(w, message, "read")
        assert _times(w, message) == 1
        assert w.value("SELECT wamid FROM outbox WHERE id = ?", (message,)) == w.graph.world.sends[-1].wamid


async def test_nobody_there_is_tried_again_in_order_until_somebody_is(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            await _nobody_there(w, f"http://127.0.0.1:{closed.getsockname()[1]}")
        assert sent_once(w)


async def _nobody_there(w: World, nobody: str) -> None:
    await asyncio.to_thread(w.shop.settings.set, "whatsapp.base_url", nobody)
    (first,) = _write(w, AWA, "un")
    await w.until(lambda: _row(w, first)[2] == 1 and _row(w, first)[0] == "queued")
    (second,) = _write(w, AWA, "deux")
    for attempt in (2, 3):
        pass_time(w, _row(w, first)[3])
        await w.until(lambda n=attempt: _row(w, first)[2] == n and _row(w, first)[0] == "queued")  # type: ignore[misc]
    await asyncio.to_thread(w.shop.settings.set, "whatsapp.base_url", w.graph_url)
    pass_time(w, MINUTE)
    await w.until(lambda: w.thread(AWA)[-1].endswith("deux"))
    said = "\n".join(w.thread(AWA))
    assert said.index("un") < said.index("deux")
    await _becomes(w, second, "read", "merged")


async def test_taken_and_then_not_delivered_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _met(w, AWA)
        _fails(w, "late", code=131026)
        (message,) = _write(w, AWA, "allô ?")
        await _becomes(w, message, "failed")
        assert _row(w, message)[1] == 131026
        assert _times(w, message) == 1


async def test_a_stop_in_order_lets_what_is_on_its_way_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing the window in the middle of a sending: the answer is waited for, nothing is left of unknown end."""
    monkeypatch.setattr(sender, "STOP_PATIENCE", 60.0)
    async with world(tmp_path) as w:
        await _met(w, AWA)
        _fails(w, "slow", seconds=0.3)
        (message,) = _write(w, AWA, "bonne nuit")
        await w.until(lambda: _times(w, message) == 1)
        assert w.work is not None
        w.work.cancel()
        await asyncio.wait({w.work})
        assert _row(w, message)[0] in ("accepted", "sent", "delivered", "read")


@pytest.mark.expect_log("cannot be made ready")
async def test_a_message_that_cannot_be_made_stops_nobody(tmp_path: Path) -> None:
    """A row that this version cannot read fails alone, once."""
    async with world(tmp_path) as w:
        await _met(w, AWA, BINTOU)
        customer = w.value("SELECT id FROM customer WHERE name = ?", (AWA,))
        w.shop.engine.call(
            lambda tx: tx.run(
                "INSERT INTO outbox(key, customer_id, kind, body, priority, created_at, changed_at)"
                " VALUES('odd', ?, 'message', '{\"shape\": \"of tomorrow\"}', 0, 0, 0)",
                (customer,),
            )
        )
        (message,) = _write(w, BINTOU, "bonsoir")
        await _becomes(w, message, "read")
        await w.until(lambda: w.value("SELECT state FROM outbox WHERE key = 'odd'") == "failed")
