"""Sales over providers whose notices prove little: the order is paid by what the provider answers, and by that only."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.conversations.paying import METHOD
from core.kernel.clock import SECOND, ManualClock
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import (
    News,
    books_hold,
    checkout,
    leads_out,
    link_for,
    news,
    press,
    quiet,
    resigned,
    say,
    sent_once,
    submit,
    tell,
)
from tests.support.shops import World, world

NAME = "Aminata Diallo"
PLATFORMS = ("cinetpay", "cinetpay-v2", "paydunya")
everyone = pytest.mark.parametrize("platform", PLATFORMS)


@asynccontextmanager
async def shop(folder: Path, platform: str) -> AsyncIterator[tuple[World, PspSimulator]]:
    """A shop with this one provider and one dress."""
    name, _, version = platform.partition("-")
    async with world(folder, providers=(name,)) as w:
        provider = w.providers[name]
        if version:
            provider.values["platform"] = version
            w.shop.settings.set("psp.cinetpay.platform", version)
        w.product("ROBE1")
        yield w, provider


def paid_once(w: World) -> None:
    assert w.order(NAME)[1:] == ("paid", None, 0, 15_000, 15_000)
    assert w.rows("SELECT amount FROM payment") == [(15_000,)]
    assert books_hold(w)
    assert sent_once(w)


def later(w: World) -> None:
    """After the time in which notices with the same words are copies of one."""
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(15 * SECOND)


async def polled(w: World, seconds: int) -> None:
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(seconds * SECOND)
    await w.shop.scheduler.settle_due()
    await quiet(w)


@everyone
@pytest.mark.parametrize("means", ["Wave", "Orange Money"])
async def test_a_whole_sale_over_the_pay_page(tmp_path: Path, platform: str, means: str) -> None:
    async with shop(tmp_path, platform) as (w, provider):
        link = await link_for(w, NAME, means=means)
        async with w.http.get(link) as page:
            shown = await page.text()
            assert means in shown
            assert not re.search(r"\bMTN\b", shown), "not a means of this country"
        session = await checkout(w, link, provider.name)
        assert (session.amount, session.currency) == (15_000, "XOF")
        async with w.http.post(session.url, data={"action": "pay"}, allow_redirects=False) as paid:
            assert (paid.status, paid.headers["Location"].startswith(w.url)) == (303, True)
        await w.until(lambda: w.order(NAME)[1] == "paid")
        await quiet(w)
        paid_once(w)
        async with w.http.get(link) as page:
            assert "Voir la facture" in await page.text()


@everyone
async def test_the_address_of_notices_answers_a_ping(tmp_path: Path, platform: str) -> None:
    async with shop(tmp_path, platform) as (w, provider):
        session = await checkout(w, await link_for(w, NAME), provider.name)
        assert session.notify_url.startswith(f"{w.url}/webhooks/psp/{provider.name}/")
        for ask in (w.http.get, w.http.head):
            async with ask(session.notify_url) as reply:
                assert reply.status == 200


@everyone
async def test_a_notice_of_success_alone_pays_nothing(tmp_path: Path, platform: str) -> None:
    """Rightly proven, and the buyer has not paid: what counts is what the provider answers."""
    async with shop(tmp_path, platform) as (w, provider):
        session = await checkout(w, await link_for(w, NAME), provider.name)
        session.state = "paid"
        body = provider.event(session, "paid", None)
        session.state = "open"
        assert body is not None
        assert await tell(w, resigned(provider, body, session.notify_url)) == 200
        await quiet(w)
        assert w.order(NAME)[1] == "reserved"
        assert w.value("SELECT count(*) FROM payment") == 0
        later(w)
        provider.pay(session)
        await w.until(lambda: w.order(NAME)[1] == "paid")
        await quiet(w)
        paid_once(w)


@everyone
async def test_a_notice_with_a_wrong_proof_is_refused_and_the_plan_finds_the_money(
    tmp_path: Path, platform: str
) -> None:
    async with shop(tmp_path, platform) as (w, provider):
        session = await checkout(w, await link_for(w, NAME), provider.name)
        provider.pay(session, Delivery(bad_signature=True))
        await quiet(w)
        assert {line.status for line in provider.courier.log} == {401}
        assert w.order(NAME)[1] == "reserved"
        assert w.value("SELECT count(*) FROM inbox WHERE source = 'psp'") == 0
        await polled(w, 5)
        paid_once(w)


@everyone
async def test_a_session_whose_page_nobody_knows_gives_way_to_another(tmp_path: Path, platform: str) -> None:
    """The answer to the creation was lost, and the provider never tells its page again: the buyer must not be stuck."""
    async with shop(tmp_path, platform) as (w, provider):
        link = await link_for(w, NAME)
        provider.faults.append(Fault("lost", "create"))
        first = await submit(w, link)
        assert "silent" in first[1]
        assert leads_out(w, await submit(w, link))
        lost, session = provider.sessions.values()
        provider.pay(session)
        await w.until(lambda: w.order(NAME)[1] == "paid")
        await quiet(w)
        paid_once(w)
        assert (w.value("SELECT count(*) FROM attempt"), lost.state) == (2, "open")


# A token for each payment


async def _two_orders(w: World, provider: PspSimulator) -> tuple[News, News]:
    """Notices of two payments, of which none was made."""
    w.product("ROBE2")
    for buyer, sku in ((NAME, "ROBE1"), ("Awa Ndour", "ROBE2")):
        session = await checkout(w, await link_for(w, buyer, sku), provider.name)
        provider.pay(session, Delivery(hold=True))
        session.payments.clear()
        session.state = "open"
    first, second = news(provider)
    return first, second


async def test_the_token_of_another_payment_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path, "cinetpay") as (w, provider):
        first, second = await _two_orders(w, provider)
        tokens = [session.extra["notify_token"].encode() for session in provider.sessions.values()]
        mixed = first.body.replace(tokens[0], tokens[1])
        for url in (first.url, provider.webhook_url):
            assert await tell(w, News(url, mixed, first.headers)) == 401
        assert await tell(w, News(second.url, first.body, first.headers)) == 401
        assert await tell(w, News(first.url, first.body.replace(tokens[0], b"nt-x"), first.headers)) == 401
        assert await tell(w, News(first.url, b'{"notify_token":"nt-x"}', first.headers)) == 401
        assert await tell(w, News(provider.webhook_url, b'{"notify_token":"nt-x"}', first.headers)) == 404
        assert await tell(w, first) == 200


async def test_a_notice_before_the_answer_to_the_creation_is_known_by_its_address(tmp_path: Path) -> None:
    """We have no token yet to hold it against: it makes us ask, and nothing else."""
    async with shop(tmp_path, "cinetpay") as (w, provider):
        session = await checkout(w, await link_for(w, NAME), provider.name)
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        w.shop.engine.call(lambda tx: tx.run("UPDATE attempt SET secrets = '{}', provider_ref = NULL"))
        assert await tell(w, News(note.url[:-1] + "x", note.body, note.headers)) == 404
        assert await tell(w, note) == 200
        await w.until(lambda: w.order(NAME)[1] == "paid")
        await quiet(w)
        paid_once(w)


async def test_an_address_too_long_for_the_provider_has_a_short_form(tmp_path: Path) -> None:
    async with shop(tmp_path, "cinetpay") as (w, provider):
        link = await link_for(w, NAME)
        w.shop.settings.set("public_url", "https://four-random-words-here-now-and.trycloudflare.example.test")
        session = await checkout(w, link, provider.name)
        assert "/n/boutique-teranga/" in session.notify_url
        assert len(session.notify_url) <= 120
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        here = w.url + note.url.partition(".test")[2]
        async with w.http.get(here) as ping:
            assert ping.status == 200
        assert await tell(w, News(here[:-1] + "x", note.body, note.headers)) == 404
        assert await tell(w, News(here, note.body, note.headers)) == 200
        await w.until(lambda: w.order(NAME)[1] == "paid")


# One hash for all payments


async def test_a_paid_invoice_of_another_order_pays_nothing(tmp_path: Path) -> None:
    """Whoever saw one notice knows the hash, and may join one order's reference to another's paid invoice."""
    async with shop(tmp_path, "paydunya") as (w, provider):
        first, second = await _two_orders(w, provider)
        mine, other = provider.sessions.values()
        provider.pay(other, Delivery(send=False))
        forged = first.body.replace(mine.id.encode(), other.id.encode())
        assert await tell(w, News(provider.webhook_url, forged, first.headers)) == 200
        await quiet(w)
        assert w.order(NAME)[1] == "reserved"
        assert w.rows("SELECT a.error FROM attempt a WHERE a.ref = ?", (mine.reference,)) == [("contradiction",)]
        later(w)
        assert await tell(w, second) == 200
        await w.until(lambda: w.order("Awa Ndour")[1] == "paid")


async def test_less_money_than_asked_is_short_whatever_the_notice_says(tmp_path: Path) -> None:
    async with shop(tmp_path, "paydunya") as (w, provider):
        session = await checkout(w, await link_for(w, NAME), provider.name)
        provider.pay(session, Delivery(hold=True), amount=100)
        (note,) = news(provider)
        lie = note.body.replace(b"total_amount%5D=100", b"total_amount%5D=15000")
        assert lie != note.body
        assert await tell(w, News(note.url, lie, note.headers)) == 200
        await w.until(lambda: w.rows("SELECT amount FROM payment") == [(100,)])
        assert w.order(NAME)[2] == "underpaid"


# Only what can work


@pytest.mark.parametrize(
    ("price", "offered"),
    [
        (15_000, {"sandbox", "cinetpay", "paydunya"}),
        (95, {"sandbox"}),  # too little
        (15_003, {"sandbox"}),  # no multiple of five
        (2_000_000, {"sandbox", "cinetpay", "paydunya"}),
        (2_000_005, {"cinetpay"}),
        (2_500_005, set()),
    ],
)
async def test_buyers_are_offered_only_what_takes_their_amount(tmp_path: Path, price: int, offered: set[str]) -> None:
    async with world(tmp_path, providers=("sandbox", "cinetpay", "paydunya")) as w:
        w.shop.settings.set("limits.order", "0")
        w.product("ROBE1", price=price)
        assert {choice.provider for choice in w.shop.desk.offer.choices(price)} == offered
        w.buyer(NAME)
        await say(w, NAME, "je prends ROBE1")
        await press(w, NAME, "PAYER")
        thread = w.graph.world.buyer(NAME).thread(w.graph.world.account())
        told = set(re.findall(rf'"{METHOD}:[0-9]+:([a-z]+)\.', json.dumps([entry.part for entry in thread])))
        assert told == (offered if len(w.shop.desk.offer.choices(price)) > 1 else set())
        token = w.shop.links.token(w.value("SELECT link FROM orders"))
        async with w.http.get(w.shop.page_url(token)) as page:
            shown = await page.text()
        assert {name for name in ("sandbox", "cinetpay", "paydunya") if f'value="{name}.' in shown} == offered
