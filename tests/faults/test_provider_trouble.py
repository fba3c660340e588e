"""Providers that answer late, wrongly or not at all: the money is found, and nobody is asked for it twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from core.kernel.clock import MINUTE, SECOND, ManualClock
from core.payments import service as payments
from core.payments.rules import CALL_ENDS
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import (
    books_hold,
    checkout,
    leads_out,
    link_for,
    news,
    press,
    quiet,
    resigned,
    sent_once,
    submit,
    tell,
)
from tests.support.shops import World, world

NAME = "Aminata Diallo"
SEARCHABLE = ("sandbox", "wave", "stripe", "fedapay")  # the others list a charge only once its buyer tried to pay
CLOSABLE = ("sandbox", "wave", "stripe")


def _paid_once(w: World, amount: int = 15_000) -> None:
    assert w.order(NAME)[1:] == ("paid", None, 0, amount, amount)
    assert w.rows("SELECT amount FROM payment") == [(amount,)]
    assert w.value("SELECT count(*) FROM orphan") == 0
    assert books_hold(w)
    assert sent_once(w)


async def _polls(w: World, seconds: int = 5) -> None:
    """Let the plan's next question be asked, and answered."""
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(seconds * SECOND)
    await w.shop.scheduler.settle_due()
    await quiet(w)


# -- success first -----------------------------------------------------------------------------------------------


async def test_a_success_before_the_answer_that_does_not_name_our_reference(tmp_path: Path) -> None:
    """Kept as an orphan, known again when the answer says which session was opened."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        provider = w.providers["sandbox"]
        orphans: list[int] = []

        async def nameless(body: bytes) -> None:
            event = json.loads(body)
            event["session"]["reference"] = ""
            assert await tell(w, resigned(provider, json.dumps(event).encode())) == 200
            await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new'"))
            orphans.append(w.value("SELECT count(*) FROM orphan"))

        link = await link_for(w, NAME)
        async with _between(nameless) as url:
            w.shop.settings.set("public_url", url)
            provider.faults.append(Fault("paid_first", "create"))
            status, _ = await submit(w, link)
            w.shop.settings.set("public_url", w.url)
        assert status == 303
        assert orphans == [1]
        await quiet(w)
        _paid_once(w)


@asynccontextmanager
async def _between(heard: Any) -> AsyncIterator[str]:
    """An address where notifications end in the test's hands."""

    async def take(request: web.Request) -> web.Response:
        await heard(await request.read())
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/{anything:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def test_money_of_somebody_else_on_the_same_account_is_kept_apart(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        provider = w.providers["sandbox"]
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        event = json.loads(note.body)
        event["session"] |= {"reference": "OTHERSHOP1", "id": "sbx_other"}
        assert await tell(w, resigned(provider, json.dumps(event).encode())) == 200
        await quiet(w)
        assert w.order(NAME)[1] == "reserved"
        assert w.value("SELECT count(*) FROM orphan") == 1
        assert w.value("SELECT count(*) FROM payment") == 0


# -- a creation without a clear answer ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEARCHABLE)
async def test_a_lost_session_is_found_when_the_provider_answers_again(tmp_path: Path, name: str) -> None:
    """Nothing answers for a while, neither the creation nor the search: no second session is ever made."""
    async with world(tmp_path, providers=(name,)) as w:
        w.product("ROBE1")
        provider = w.providers[name]
        link = await link_for(w, NAME)
        provider.faults.append(Fault("lost", "create"))
        provider.faults.append(Fault("status", "any", times=50, code=503))
        for _ in range(3):
            status, back = await submit(w, link)
            assert (status, "silent" in back) == (303, True)
        assert w.rows("SELECT state FROM attempt") == [("unknown",)]
        provider.faults.clear()
        await _polls(w)
        assert w.rows("SELECT state FROM attempt") == [("open",)]
        answer = await submit(w, link)
        assert leads_out(w, answer)
        (session,) = provider.sessions.values()
        provider.pay(session)
        await quiet(w)
        _paid_once(w)


@pytest.mark.parametrize("name", CLOSABLE)
async def test_a_lost_session_of_a_cancelled_order_is_closed_once_it_is_found(tmp_path: Path, name: str) -> None:
    """Ruling R14 also for a session we were never told of: nobody shall pay for what is no longer reserved."""
    async with world(tmp_path, providers=(name,)) as w:
        w.product("ROBE1")
        provider = w.providers[name]
        link = await link_for(w, NAME)
        provider.faults.append(Fault("lost", "create"))
        provider.faults.append(Fault("status", "any", times=50, code=503))
        await submit(w, link)
        await press(w, NAME, "ANNULER")
        (session,) = provider.sessions.values()
        assert session.state == "open"
        provider.faults.clear()
        await _polls(w)
        await w.until(lambda: session.state == "expired")
        await quiet(w)
        assert w.order(NAME)[1] == "cancelled"
        await w.until(lambda: w.rows("SELECT state FROM attempt") == [("expired",)])


async def test_a_closing_without_an_answer_is_repeated(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        provider = w.providers["sandbox"]
        session = await checkout(w, await link_for(w, NAME))
        provider.faults.append(Fault("status", "expire", times=1))
        await press(w, NAME, "ANNULER")
        await w.until(lambda: not provider.faults)
        assert session.state == "open"
        await _polls(w)
        await w.until(lambda: session.state == "expired")


async def test_a_creation_that_died_with_its_record_does_not_bar_the_way(tmp_path: Path) -> None:
    """The row says « created », nobody is calling any more, the provider knows nothing: a new session may be made."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        link = await link_for(w, NAME)
        order = w.order(NAME)[0]
        w.shop.engine.call(lambda tx: payments.open_attempt(tx, order, "sandbox", "wave", "XOF"))
        status, back = await submit(w, link)
        assert (status, "silent" in back) == (303, True), "it may still be under way"
        await _polls(w, CALL_ENDS // SECOND + 1)
        assert leads_out(w, await submit(w, link))
        assert len(w.providers["sandbox"].sessions) == 1


# -- a status without a clear answer -----------------------------------------------------------------------------


async def test_an_answer_with_another_amount_or_currency_is_never_taken_for_the_payment(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        provider = w.providers["sandbox"]
        session = await checkout(w, await link_for(w, NAME))
        provider.pay(session, Delivery(send=False), currency="EUR")
        await _polls(w)
        assert w.order(NAME)[1] == "reserved"
        assert w.value("SELECT count(*) FROM payment") == 0
        assert w.value("SELECT error FROM attempt") == "contradiction"


async def test_a_session_paid_after_the_program_was_off_is_asked_for_at_the_start(tmp_path: Path) -> None:
    """Webhook lost, plan not yet due: the start asks about everything that was open."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        provider = w.providers["sandbox"]
        session = await checkout(w, await link_for(w, NAME))
        provider.pay(session, Delivery(send=False))
        w.shop.engine.call(payments.resume)
        await w.shop.scheduler.settle_due()
        await w.until(lambda: w.order(NAME)[1] == "paid")
        await quiet(w)
        _paid_once(w)


def _open(provider: PspSimulator) -> int:
    return sum(session.state == "open" for session in provider.sessions.values())


async def test_after_the_hold_no_session_stays_payable(tmp_path: Path) -> None:
    """Whatever the buyer tried: Wave, then Orange Money, then nothing."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        provider = w.providers["sandbox"]
        link = await link_for(w, NAME)
        for means in ("sandbox.wave", "sandbox.orange_money", "sandbox.card"):
            assert leads_out(w, await submit(w, link, means))
        await w.until(lambda: _open(provider) == 1)
        await _polls(w, 10 * MINUTE // SECOND + 1)
        await w.until(lambda: _open(provider) == 0)
        assert w.order(NAME)[1] == "expired"
        assert len(provider.sessions) == 3
