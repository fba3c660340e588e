"""A quote from the conversation to the money: sent on WhatsApp, opened and accepted in a real browser, deposit paid."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.kernel.clock import DAY, HOUR, ManualClock
from core.quotes import answering, service
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Wording
from core.storage.engine import Tx
from tests.e2e.test_papers import documents
from tests.e2e.test_sale import _say
from tests.localserver.pay.quoting import now_of, path_of, quoted
from tests.support.browser import Chromium, chromium_session
from tests.support.payshop import pay_shop
from tests.support.shops import World, world

OWNER, NUMBER = "La patronne", "+221770009999"
CUSTOMER = "Awa Ndour"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    yield from chromium_session()


@pytest.mark.skipif(not Chromium.installed(), reason="needs Chromium")
@pytest.mark.parametrize("script", [True, False])
def test_opened_accepted_and_its_deposit_paid_on_a_phone(chromium: Chromium, tmp_path: Path, script: bool) -> None:
    async def scene() -> None:
        async with pay_shop(tmp_path) as shop:
            shop.product("SAC2", "Sac cuir marron")
            bag = QuoteLine("Sac cuir marron", 3, 22_000, "SAC2", discount=Discount("percent", 10))
            fit = QuoteLine("Broderie du nom, pose et livraison à Thiès", 1, 15_600)
            quote = quoted(
                shop, bag, fit, discount=Discount("percent", 4), terms=Terms(deposit=50), note="Sous 8 jours."
            )
            async with chromium.page(script=script) as (page, seen):
                await page.goto(shop.url + path_of(shop, quote))
                await expect(page.get_by_role("button", name="Accepter ce devis")).to_be_visible()
                await _shot(page, "open")
                width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]") if script else [0, 0]
                assert width[0] <= width[1]
                assert await seen.bytes() <= 20_000
                await shop.until("SELECT state FROM quote", "seen")
                await page.get_by_role("button", name="Accepter ce devis").click()
                await expect(page).to_have_url(re.compile("/p/"))
                await expect(page.get_by_text("C’est l’acompte")).to_be_visible()
                await _shot(page, "deposit")
                order = now_of(shop, quote).order_id
                assert order is not None
                await shop.pay(order)
                await page.reload()
                await expect(page.get_by_text("Votre commande est réservée")).to_be_visible()
                await _shot(page, "rest")
                assert shop.rows("SELECT state, exception, received, total FROM orders") == [
                    ("reserved", None, 36_000, 72_000)
                ]
                assert seen.complaints == []

    chromium.run(scene())


async def _shot(page: object, name: str) -> None:
    folder = os.environ.get("PAY_SHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"quote-{name}.png", full_page=True)  # type: ignore[attr-defined]


async def _ready(w: World) -> int:
    """A customer and the seller have written. → the customer."""
    w.shop.settings.set("seller.notify_to", NUMBER)
    w.buyer(CUSTOMER)
    w.buyer(OWNER, NUMBER)
    await _say(w, OWNER, "bonjour")
    await _say(w, CUSTOMER, "bonjour")
    return int(w.value("SELECT id FROM customer WHERE name = ?", (CUSTOMER,)))


def _send(w: World, customer: int, terms: Terms) -> int:
    papers = w.shop.papers.terms()

    def write(tx: Tx) -> int:
        number = service.draft(
            tx, Wording((QuoteLine("Pose", 1, 20_000),), terms=terms), customer_id=customer, terms=papers
        )
        service.send(tx, number, papers, 2)
        return number

    return w.shop.engine.call(write)


async def test_the_paper_and_the_link_go_into_the_conversation_and_the_seller_hears_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        customer = await _ready(w)
        number = _send(w, customer, Terms())
        await w.settled()
        (sent,) = documents(w, CUSTOMER)
        assert sent["filename"].startswith("DV-")
        assert w.graph.world.media[sent["id"]].content.startswith(b"%PDF-")
        path = re.search(r"/q/[\w-]{38}", sent["caption"])
        assert path is not None
        async with w.http.get(f"{w.url}{path[0]}") as answer:
            assert answer.status == 200
        async with w.http.get(f"{w.url}{path[0]}/seen.gif", headers={"User-Agent": "Mozilla/5.0"}):
            pass
        async with w.http.post(f"{w.url}{path[0]}/accept", allow_redirects=False) as answer:
            assert answer.status == 303
        await w.settled()
        assert any("accepté" in said and "/p/" in said for said in w.thread(CUSTOMER))
        told = "\n".join(w.thread(OWNER))
        assert "a ouvert le devis" in told
        assert "a accepté le devis" in told
        assert w.value("SELECT state FROM quote WHERE id = ?", (number,)) == "converted"
        assert w.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


@pytest.mark.parametrize("switch", ["true", "false"])
async def test_one_reminder_before_the_end_where_whatsapp_lets_it_through(tmp_path: Path, switch: str) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        w.shop.settings.set("quotes.remind", switch)
        customer = await _ready(w)
        number = _send(w, customer, Terms(valid_days=3))
        clock.advance(23 * HOUR)
        await _say(w, CUSTOMER, "merci")
        await _say(w, OWNER, "ok")
        clock.advance(2 * HOUR)
        await w.until(lambda: w.value("SELECT reminded_at FROM quote WHERE id = ?", (number,)))
        await w.settled()
        reminders = [said for said in w.thread(CUSTOMER) if "se termine le" in said]
        assert len(reminders) == (1 if switch == "true" else 0)
        clock.advance(3 * DAY)
        await w.until(lambda: w.value("SELECT state FROM quote WHERE id = ?", (number,)) == "expired")


async def test_who_does_not_pay_an_accepted_quote_is_offered_its_price_again_not_the_catalogues(tmp_path: Path) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        number = _send(w, await _ready(w), Terms(valid_days=3))
        w.shop.engine.call(lambda tx: answering.accept(tx, w.shop.orders, number, "customer"))
        await w.settled()
        due = w.value("SELECT expires_at FROM orders WHERE agreed")
        clock.advance(due - HOUR - clock.now())
        await _say(w, CUSTOMER, "merci")
        clock.advance(HOUR + 1)
        await w.until(lambda: w.value("SELECT state FROM orders WHERE agreed") == "expired")
        await w.settled()
        told = w.thread(CUSTOMER)[-1]
        assert "prix du devis" in told
        assert "Réécris le code" not in told
        answer = await _say(w, CUSTOMER, "DEVIS")
        assert "devis" in answer[-1], "what the text says to write is understood"


async def test_beyond_the_window_nothing_is_queued_and_the_seller_is_told_to_call(tmp_path: Path) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        customer = await _ready(w)
        clock.advance(25 * HOUR)
        _send(w, customer, Terms(valid_days=3))
        await w.settled()
        assert documents(w, CUSTOMER) == []
        clock.advance(23 * HOUR)
        await _say(w, OWNER, "bonjour")
        clock.advance(2 * HOUR)
        await w.until(lambda: w.value("SELECT reminded_at FROM quote"))
        await w.settled()
        assert not any("se termine le" in said for said in w.thread(CUSTOMER))
        assert any("sans réponse" in said for said in w.thread(OWNER))


async def test_what_is_short_is_told_to_both(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", stock=1)
        customer = await _ready(w)
        papers = w.shop.papers.terms()

        def write(tx: Tx) -> int:
            line = service.from_catalogue(tx, "ROBE1", 2)
            number = service.draft(tx, Wording((line,)), customer_id=customer, terms=papers)
            service.send(tx, number, papers, 2)
            answering.accept(tx, w.shop.orders, number, "customer")
            return number

        w.shop.engine.call(write)
        await w.settled()
        assert any("Rien n’est à payer" in said for said in w.thread(CUSTOMER))
        assert any("tout n’est pas en stock" in said for said in w.thread(OWNER))


async def test_who_asks_after_a_deposit_is_told_what_is_in_and_what_is_due(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        number = _send(w, await _ready(w), Terms(deposit=50))
        quote = w.shop.engine.call(lambda tx: answering.accept(tx, w.shop.orders, number, "customer"))
        assert quote.order_id is not None
        order = quote.order_id
        await w.settled()
        link = w.shop.links.token(w.value("SELECT link FROM orders"))
        async with w.http.post(
            f"{w.url}/p/{link}/pay", data={"method": "sandbox.wave"}, allow_redirects=False
        ) as answer:
            session = answer.headers["Location"].rsplit("/", 1)[-1]
        w.providers["sandbox"].pay(w.providers["sandbox"].sessions[session])
        await w.settled()
        assert w.value("SELECT received FROM orders WHERE id = ?", (order,)) == 10_000
        told = [" ".join(text.split()) for text in (*w.thread(CUSTOMER), *w.thread(OWNER))]
        assert sum("10 000 F CFA reçus" in text for text in told) == 2
        await _say(w, CUSTOMER, "j'ai payé")
        await w.settled()
        assert "Reste à payer : 10 000 F CFA" in " ".join(w.thread(CUSTOMER)[-1].split())
