"""Refunds over the real wire, with all that can go wrong: the money goes back once, and the books say so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from core.orders import settling
from core.payments import refunds
from core.payments import service as payments
from core.storage.arriving import RESTORED
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import checkout, impatient, link_for, quiet
from tests.faults.test_provider_trouble import _polls
from tests.support.books import explained
from tests.support.shops import World, world

NAME = "Aminata Diallo"
PROVIDERS = ("sandbox", "wave", "stripe", "bictorys")
KINDS = ("status", "html", "hang", "drop", "broken_json", "lost")
PLAN = (5, 10, 20, 40, 60, 60, 60)


async def sold(w: World, name: str) -> Session:
    w.product("ROBE1")
    session = await checkout(w, await link_for(w, NAME), name)
    w.providers[name].pay(session)
    await w.until(lambda: w.order(NAME)[1] == "paid")
    await quiet(w)
    return session


def ask(w: World, amount: int = 15_000) -> int:
    return w.shop.engine.call(lambda tx: w.shop.refunds.ask(tx, w.value("SELECT id FROM payment"), amount))


def state(w: World) -> Any:
    return w.value("SELECT state FROM refund ORDER BY id DESC LIMIT 1")


async def ended(w: World, pauses: tuple[int, ...] = PLAN) -> str:
    """Time passes until the refund is over. → how."""
    for pause in pauses:
        if state(w) in ("done", "failed", "todo"):
            break
        await _polls(w, pause)
    return str(state(w))


def back(w: World, session: Session, amount: int = 15_000) -> None:
    """The provider gave it back, once, and the books agree."""
    assert session.refunded == amount
    assert w.value("SELECT sum(refunded) FROM payment") == amount
    assert w.order(NAME)[1] == ("refunded" if amount == 15_000 else "paid")
    w.shop.engine.read(explained)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_refund_goes_back_and_is_booked(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        ask(w)
        await w.until(lambda: state(w) == "done")
        await quiet(w)
        back(w, session)


@pytest.mark.parametrize("name", ["sandbox", "stripe"])
async def test_parts_go_back_where_the_provider_can(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        for part in (4_000, 1_000):
            ask(w, part)
            await w.until(lambda: state(w) == "done")
            await quiet(w)
        back(w, session, 5_000)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PROVIDERS)
async def test_an_unclear_answer_is_looked_up_and_the_money_goes_back_once(
    tmp_path: Path, name: str, kind: Any
) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        impatient(w)
        session = await sold(w, name)
        w.providers[name].faults.append(Fault(kind, "refund"))
        refund = ask(w)
        await w.until(lambda: state(w) not in ("requested", "sent") or session.refunded)
        how = await ended(w)
        if how == "failed":  # it looked, and the provider's own figures say that nothing went back
            assert not session.refunded
            w.shop.engine.call(lambda tx: w.shop.refunds.again(tx, refund))
            await w.until(lambda: state(w) == "done")
        elif how == "unknown":  # nobody can tell: a person looks at the provider's pages
            assert name == "bictorys"
            assert not session.refunded
            w.providers[name].refund(session, 15_000)
            await w.until(lambda: state(w) == "done")
        await quiet(w)
        back(w, session)
        assert w.value("SELECT count(*) FROM refund") == 1


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_stop_while_the_provider_answers(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        w.providers[name].delivery = Delivery(send=False)
        w.providers[name].faults.append(Fault("hang", "refund"))
        ask(w)
        await w.until(lambda: session.refunded)
        assert w.work is not None
        w.work.cancel()
        await asyncio.gather(w.work, return_exceptions=True)
        assert state(w) == "sent"
        again = asyncio.create_task(w.shop.work())
        try:
            await w.until(lambda: state(w) != "sent")
            assert await ended(w) == "done"
            back(w, session)
        finally:
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)


async def test_a_stop_before_the_provider_was_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        session = await sold(w, "sandbox")
        assert w.work is not None
        w.work.cancel()
        await asyncio.gather(w.work, return_exceptions=True)
        ask(w)
        assert state(w) == "requested"
        again = asyncio.create_task(w.shop.work())
        try:
            await w.until(lambda: state(w) == "done")
            back(w, session)
        finally:
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)


@pytest.mark.parametrize("made", [True, False], ids=["made since", "not made"])
@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_restored_store_looks_before_it_asks(tmp_path: Path, name: str, made: bool) -> None:
    """The backup still had the refund to ask for. Was it asked for afterwards, before the computer was lost?"""
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        assert w.work is not None
        w.work.cancel()
        await asyncio.gather(w.work, return_exceptions=True)
        ask(w)
        if made:
            w.providers[name].refund(session, 15_000, Delivery(send=False))
        (w.shop.folder / RESTORED).touch()
        again = asyncio.create_task(w.shop.work())
        try:
            await w.until(lambda: state(w) != "requested")
            how = await ended(w)
            if made or name in ("sandbox", "wave"):  # these may be asked twice under one reference
                assert how == "done"
                back(w, session)
            else:  # a person decides: the provider's figures say that nothing went back, or nothing at all
                assert how == ("failed" if name == "stripe" else "unknown")
                assert not session.refunded
        finally:
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)


async def test_a_provider_out_of_reach_is_asked_when_it_answers_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        session = await sold(w, "sandbox")
        address = w.shop.settings.get("psp.sandbox.base_url")
        w.shop.settings.set("psp.sandbox.base_url", "http://127.0.0.1:9")
        ask(w)
        await w.until(lambda: w.value("SELECT said FROM refund") is not None)
        assert state(w) == "requested", "it never left: nothing to look up"
        w.shop.settings.set("psp.sandbox.base_url", address)
        assert await ended(w) == "done"
        back(w, session)


@pytest.mark.parametrize("name", ["sandbox", "stripe", "bictorys"])
async def test_a_refund_made_on_the_providers_pages_is_booked(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        parts = (15_000,) if name == "bictorys" else (4_000, 11_000)
        for part in parts:
            w.providers[name].refund(session, part)
        await w.until(lambda: w.order(NAME)[1] == "refunded")
        await quiet(w)
        back(w, session)
        assert w.value("SELECT count(*) FROM refund WHERE origin = 'provider'") == len(parts)


@pytest.mark.parametrize("name", ["sandbox", "stripe", "bictorys"])
async def test_a_refund_whose_news_never_came_is_seen_when_the_payment_is_read(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        session = await sold(w, name)
        w.providers[name].refund(session, 15_000, Delivery(send=False))
        await w.shop.desk.ask(w.value("SELECT id FROM attempt"))
        back(w, session)


async def test_a_fee_that_only_the_charge_tells_is_booked(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("stripe",)) as w:
        session = await sold(w, "stripe")
        assert w.rows("SELECT fee, fee_known FROM payment") == [(0, 0)]
        await w.shop.desk.ask(w.value("SELECT id FROM attempt"))
        assert w.rows("SELECT fee, fee_known FROM payment") == [(session.payments[0].fee, 1)]
        w.shop.engine.read(explained)


async def test_the_sellers_decision_sends_the_money_back_by_itself(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        w.providers["sandbox"].pay(session, amount=20_000)
        await w.until(lambda: w.order(NAME)[2] == "overpaid")
        order = w.order(NAME)[0]
        w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, order, "refund"))
        await w.until(lambda: w.value("SELECT refund FROM decision") == "done")
        await quiet(w)
        assert session.refunded == 5_000
        assert w.order(NAME)[1:] == ("paid", "overpaid", 0, 15_000, 15_000)
        w.shop.engine.read(explained)


async def test_only_one_call_is_made_however_often_it_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        session = await sold(w, "sandbox")
        refund = ask(w)
        await asyncio.gather(*(w.shop.desk.refund(refund) for _ in range(20)))
        await w.until(lambda: state(w) == "done")
        assert session.refunded == 15_000
        assert w.shop.engine.read(lambda r: refunds.load(r, refund)).polls == 0
        assert payments.REFUND_UNCLEAR not in [row[0] for row in w.rows("SELECT error FROM attempt")]
        w.shop.engine.read(explained)
