"""The pay page in a real browser, the size of a cheap phone. ``PAY_SHOTS=folder`` keeps a picture of every state."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from core.kernel.clock import MINUTE, SECOND
from core.orders import settling
from localserver.sandbox.psp_faults import Fault
from tests.support.browser import Chromium, Seen, chromium_session
from tests.support.payshop import PayShop, pay_shop

pytestmark = pytest.mark.skipif(not Chromium.installed(), reason="needs Chromium")

Scene = Callable[[PayShop, Chromium], Awaitable[None]]
BUDGET = 30_000
PAID, CHECKING, ENDED = "Paiement confirmé", "Nous vérifions auprès de votre opérateur", "La réservation est terminée"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    yield from chromium_session()


@pytest.fixture
def play(chromium: Chromium, tmp_path: Path) -> Callable[[Scene], None]:
    """Run a scene with a shop of its own, in the browser's loop."""

    async def with_shop(scene: Scene) -> None:
        async with pay_shop(tmp_path) as shop:
            _photo(shop.shop.media / "sac.jpg")
            shop.product("SAC2", "Sac cuir marron", photo="sac.jpg")
            await scene(shop, chromium)

    return lambda scene: chromium.run(with_shop(scene))


def _photo(path: Path) -> None:
    """A bag as a phone's camera would bring it: large, with grain."""
    picture = Image.new("RGB", (1200, 1600), "#E9DFCF")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((250, 600, 950, 1250), 80, fill="#8A4B20")
    draw.arc((400, 300, 800, 950), 180, 360, fill="#5D3114", width=50)
    draw.rectangle((250, 740, 950, 800), fill="#6D3A18")
    draw.ellipse((560, 740, 640, 850), fill="#C5B358")
    grain = Image.effect_noise(picture.size, 40).convert("RGB")
    Image.blend(picture, grain, 0.12).save(path, quality=92)


async def _open(page: Page, shop: PayShop, order: int, query: str = "") -> None:
    await page.goto(shop.link(order) + query)


async def _shot(page: Page, name: str) -> None:
    folder = os.environ.get("PAY_SHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"pay-{name}.png", full_page=True)


async def _looks_right(page: Page, seen: Seen, shop: PayShop, name: str) -> None:
    """What holds in every state: nothing beside the page, nothing from elsewhere, nothing the policy stops."""
    await _shot(page, name)
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], f"{name}: wider than the phone"
    assert await seen.bytes() <= BUDGET, name
    assert [url for url in seen.requests if not url.startswith((shop.url, "data:"))] == []
    assert seen.complaints == []
    small = await page.evaluate(
        """[...document.querySelectorAll('main > a, main > form button, summary')]
           .filter(e => e.offsetParent && e.getBoundingClientRect().height < 40).map(e => e.outerHTML)"""
    )
    assert small == [], f"{name}: targets below 40 px"


async def _hold(shop: PayShop) -> int:
    return shop.bag()


async def _checking(shop: PayShop) -> int:
    order = shop.bag()
    await shop.choose(order)
    return order


async def _last(shop: PayShop) -> int:
    order = shop.bag()
    shop.clock.advance(10 * MINUTE - 72 * SECOND)
    return order


async def _paid(shop: PayShop) -> int:
    order = shop.bag()
    shop.clock.advance(3 * MINUTE)
    await shop.pay(order)
    return order


async def _underpaid(shop: PayShop) -> int:
    order = shop.bag()
    await shop.pay(order, amount=10_000)
    return order


async def _failed(shop: PayShop) -> int:
    order = shop.bag()
    where = await shop.choose(order, "sandbox.orange_money")
    shop.simulator.decline(shop.simulator.sessions[where.rsplit("/", 1)[-1]])
    await shop.until("SELECT state FROM attempt", "failed")
    return order


async def _rejected(shop: PayShop) -> int:
    order = shop.bag()
    shop.simulator.faults.append(Fault("status", "create", code=422))
    await shop.act(order, "pay", {"method": "sandbox.wave"})
    return order


async def _silent(shop: PayShop) -> int:
    order = shop.bag()
    shop.simulator.faults.append(Fault("status", "any", times=100, code=500))
    await shop.act(order, "pay", {"method": "sandbox.wave"})
    return order


async def _expired(shop: PayShop, started: bool = False) -> int:
    order = shop.bag()
    _ = started and await shop.choose(order)
    await shop.expire()
    return order


async def _late(shop: PayShop) -> int:
    order = await _expired(shop, started=True)
    shop.simulator.pay(list(shop.simulator.sessions.values())[-1], late=True)
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    return order


async def _refund_due(shop: PayShop) -> int:
    order = await _late(shop)
    shop.simulator.faults.append(Fault("status", on="refund", code=400))  # the seller will do it by hand
    shop.shop.engine.call(lambda tx: settling.decide(tx, shop.shop.orders, order, "refund"))
    return order


async def _refunded(shop: PayShop) -> int:
    order = await _refund_due(shop)
    await shop.until("SELECT state FROM refund", "failed")
    shop.shop.engine.call(lambda tx: settling.refund_done(tx, tx.value("SELECT id FROM decision")))
    return order


async def _cancelled(shop: PayShop) -> int:
    order = shop.bag()
    await shop.act(order, "cancel")
    return order


STATES: dict[str, tuple[Callable[[PayShop], Awaitable[int]], str, str]] = {
    "reserved": (_hold, "", "Réservé pour vous jusqu’à"),
    "last-quarter": (_last, "", "pour payer, jusqu’à"),
    "checking": (_checking, "", CHECKING),
    "underpaid": (_underpaid, "", "Comment payez-vous le reste"),
    "failed": (_failed, "", "Le paiement par Orange Money n’a pas abouti."),
    "rejected": (_rejected, "", "paiement refusé"),
    "silent": (_silent, "", "pas de réponse pour l’instant"),
    "unpaid": (_checking, "?n=unpaid", "aucun paiement n’est arrivé"),
    "cancel": (_hold, "?cancel=1", "Garder ma réservation"),
    "malagasy": (_hold, "?lang=mg", "Hanafoana ny famandrihako"),
    "paid": (_paid, "", PAID),
    "late": (_late, "", "Paiement reçu après le délai"),
    "refund-due": (_refund_due, "", "Remboursement en cours"),
    "refunded": (_refunded, "", "La boutique vous a rendu"),
    "expired": (_expired, "", ENDED),
    "expired-asked": (_expired, "?n=nothing", "Aucun paiement n’a été commencé"),
    "cancelled": (_cancelled, "", "Vous avez annulé cette réservation."),
}
PAYABLE = ("reserved", "last-quarter", "checking", "underpaid", "failed", "rejected", "silent", "malagasy")


@pytest.mark.parametrize("state", STATES)
def test_each_state_on_a_small_phone(state: str, play: Callable[[Scene], None]) -> None:
    make, query, text = STATES[state]

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await make(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order, query)
            await expect(page.get_by_text(text).first).to_be_visible()
            if state in PAYABLE:
                boxes = [await way.bounding_box() for way in await page.locator(".way").all()]
                assert len(boxes) == 3
                assert all(b and b["height"] >= 54 and b["y"] + b["height"] <= 640 for b in boxes), boxes
            else:
                assert await page.locator(".gold:visible").count() <= 1  # one gold button per view
            await _looks_right(page, seen, shop, state)
            await page.emulate_media(color_scheme="dark")
            await _shot(page, f"{state}-dark")

    play(scene)


def test_the_refusal_in_the_browser(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, _):
            await _open(page, shop, order)
            shop.shop.engine.call(lambda tx: shop.shop.orders.cancel(tx, order, "seller"))
            await expect(page.get_by_text("La boutique a annulé cette réservation.")).to_be_visible()
            await page.evaluate(
                """token => { const f = document.createElement('form'); f.method = 'post'; f.action = token + '/pay';
                   document.body.append(f); f.submit(); }""",
                shop.token(order),
            )
            await expect(page.get_by_text("Ce lien ne peut pas servir à cela")).to_be_visible()
            await _shot(page, "refusal")
            await page.get_by_text("Voir l’état").click()
            await expect(page.get_by_text("La boutique a annulé cette réservation.")).to_be_visible()
            assert page.url == shop.link(order)

    play(scene)


def test_from_the_link_to_paid_without_a_reload(play: Callable[[Scene], None]) -> None:
    """Choose, see it opening, pay at the provider, come back; a second phone with the page open flips by itself."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, seen), chromium.page() as (watching, watched):
            await _open(watching, shop, order)
            await watching.evaluate("window.kept = true")
            await _open(page, shop, order, "?m=sandbox.orange_money")
            await page.get_by_role("button", name="Orange Money").click()
            await expect(page.get_by_role("button", name="Payer")).to_be_visible()  # the provider's page
            await expect(watching.get_by_text(CHECKING)).to_be_visible()
            await page.get_by_role("button", name="Payer").click()
            await expect(page.get_by_text(PAID)).to_be_visible()
            assert page.url == shop.link(order)
            await expect(watching.get_by_text(PAID)).to_be_visible()
            assert await watching.evaluate("window.kept") is True  # the same document: nothing was reloaded
            assert await watching.title() == f"{PAID} · Boutique Téranga"
            await expect(watching.get_by_text("Payé par Orange Money à 21\u202fh\u202f46.")).to_be_visible()
            assert seen.complaints + watched.complaints == []
        assert shop.state(order) == "paid"

    play(scene)


def test_opening_is_shown_and_nothing_else_can_be_tapped_meanwhile(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            # The provider takes its time: our own listener has run when this one stops the form.
            await page.evaluate(
                "window.sent = 0; addEventListener('submit', e => { sent += !e.defaultPrevented; e.preventDefault() })"
            )
            await page.get_by_role("button", name="Wave").click()
            await expect(page.get_by_text("Wave s’ouvre…")).to_be_visible()
            await _shot(page, "opening")
            other = page.get_by_role("button", name="Carte bancaire")
            assert await other.evaluate("e => getComputedStyle(e).pointerEvents") == "none"
            await page.locator(".way.now").click()  # tapping twice sends once
            assert await page.evaluate("sent") == 1
            assert seen.complaints == []

    play(scene)


def test_without_javascript(play: Callable[[Scene], None]) -> None:
    """Choose, pay, come back, give up, ask: plain links and forms. The page comes back by itself to look again."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        paid, dropped = await _hold(shop), await _hold(shop)
        async with chromium.page(script=False) as (page, seen):
            await _open(page, shop, paid)
            await expect(page.get_by_role("link", name="Actualiser")).to_be_visible()
            await _looks_right(page, seen, shop, "plain")
            await page.get_by_role("button", name="Wave").click()
            await expect(page.get_by_role("button", name="Payer")).to_be_visible()
            await page.go_back()
            await expect(page.get_by_text(CHECKING)).to_be_visible()
            assert f'content="10;url={shop.token(paid)}"' in await page.content()
            await page.get_by_role("button", name="Vérifier").click()
            await expect(page.get_by_text("aucun paiement n’est arrivé")).to_be_visible()
            await page.get_by_role("button", name="Continuer avec Wave").click()
            await page.get_by_role("button", name="Payer").click()
            await shop.until(f"SELECT state FROM orders WHERE id = {paid}", "paid")
            await page.wait_for_url(f"{shop.url}/p/**")  # the provider sends the buyer back: let that journey end first
            await _open(page, shop, paid)
            await expect(page.get_by_text(PAID)).to_be_visible()
            await _open(page, shop, dropped)
            await page.get_by_role("link", name="Annuler ma réservation").click()
            await page.get_by_role("button", name="Oui, annuler").click()
            await expect(page.get_by_text("Vous avez annulé cette réservation.")).to_be_visible()
            await page.get_by_role("button", name="Déjà payé").click()
            await expect(page.get_by_text("Aucun paiement n’a été commencé avec ce lien.")).to_be_visible()
            assert seen.complaints == []

    play(scene)


def test_the_clock_is_the_shop_s_and_the_end_comes_by_itself(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            await expect(page.locator("#last")).to_be_hidden()
            shop.clock.advance(8 * MINUTE)
            shop.shop.engine.call(lambda tx: shop.shop.orders.extend(tx, order, 1))  # three minutes are left
            await expect(page.get_by_text("21\u202fh\u202f57").first).to_be_visible()
            await expect(page.locator("#last")).to_be_hidden()
            shop.clock.advance(1 * MINUTE)
            await page.reload()
            await expect(page.locator("#clock")).to_contain_text("1:")  # two minutes less some moments
            await shop.expire()
            await expect(page.get_by_text(ENDED)).to_be_visible()
            await expect(page.get_by_role("link", name="Redemander l’article")).to_be_visible()
            assert seen.complaints == []

    play(scene)


def test_a_lost_network_is_said_and_forgotten_when_it_is_back(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, _):
            await _open(page, shop, order)
            await shop.until("SELECT link_opened_at IS NOT NULL FROM orders", 1)
            await page.context.set_offline(True)
            await page.evaluate("dispatchEvent(new Event('online'))")  # try again now, in vain
            await expect(page.get_by_text("Connexion perdue")).to_be_visible()
            await _shot(page, "offline")
            await shop.act(order, "cancel")
            await page.context.set_offline(False)
            await expect(page.get_by_text("Vous avez annulé cette réservation.")).to_be_visible()
            await expect(page.get_by_text("Connexion perdue")).to_be_hidden()

    play(scene)


def test_many_products_fold_away_and_stay_light(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        wanted = [(shop.product("SAC2"), 1)]
        for number in range(4):
            _photo(shop.shop.media / f"{number}.jpg")
            title = "Robe wax Ankara longue à manches bouffantes, taille 38, coloris bleu nuit"
            wanted.append((shop.product(f"ROBE{number}", title, photo=f"{number}.jpg"), 2))
        two, five = shop.order(*wanted[:2]), shop.order(*wanted)
        async with chromium.page() as (page, seen):
            await _open(page, shop, two)
            await _looks_right(page, seen, shop, "two")
            last = await page.locator(".way").last.bounding_box()
            assert last
            assert last["y"] + last["height"] <= 640
        async with chromium.page() as (page, seen):
            await _open(page, shop, five)
            await _looks_right(page, seen, shop, "five")
            assert len([url for url in seen.requests if "/photo/" in url]) == 1  # the others when they are looked at
            await page.get_by_text("et 4 autres articles").click()
            await expect(page.get_by_text("ROBE3 · 2 articles")).to_be_visible()
            await _shot(page, "five-open")
            for _ in range(300):
                if await page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth)"):
                    break
                await asyncio.sleep(0.1)
            else:
                pytest.fail("a photo never came")

    play(scene)


def test_a_browser_follows_the_redirect_that_the_policy_names(play: Callable[[Scene], None]) -> None:
    """Chromium checks a form's redirect against form-action: the provider's origin is in it, nothing else is."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _hold(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            await page.get_by_role("button", name="Carte bancaire").click()
            await page.wait_for_url(f"{shop.shop.settings.get('psp.sandbox.base_url')}/checkout/*")
            assert seen.complaints == []
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            shop.simulator.faults.append(
                Fault("patch", "create", patch={"url": f"{shop.url.replace('127.0.0.1', 'localhost')}/healthz"})
            )
            await page.get_by_role("button", name="Wave").click()
            await page.wait_for_url("**/healthz")
            assert seen.complaints == []

    play(scene)
