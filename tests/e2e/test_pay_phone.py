"""Paying by a request on the phone or by a code, in a real browser the size of a cheap phone. ``PAY_SHOTS`` too."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from core.payments import receipts
from localserver.sandbox.psp_faults import Fault
from tests.e2e.test_pay_page import PAID, Scene, _looks_right, _open, _shot
from tests.support.browser import Chromium, chromium_session
from tests.support.payshop import PayShop, pay_shop

pytestmark = pytest.mark.skipif(not Chromium.installed(), reason="needs Chromium")
NUMBER = "034 35 000 03"
MVOLA, CODE = "mvola.mvola", "pi_spi.pi_spi"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    yield from chromium_session()


@pytest.fixture
def play(chromium: Chromium, tmp_path: Path) -> Callable[[Scene, str], None]:
    """Run a scene with a shop in Madagascar (MG) or in Senegal."""

    async def with_shop(scene: Scene, country: str) -> None:
        providers = ("mvola", "airtel_mg") if country == "MG" else ("sandbox", "pi_spi")
        settings = {"store.city": "Antananarivo" if country == "MG" else "Dakar"}
        async with pay_shop(tmp_path, country=country, providers=providers, settings=settings) as shop:
            await scene(shop, chromium)

    return lambda scene, country: chromium.run(with_shop(scene, country))


async def _asked(shop: PayShop) -> int:
    order = shop.bag(number="+261343500003")
    await shop.act(order, "pay", {"method": MVOLA, "phone": NUMBER})
    return order


async def _fresh(shop: PayShop) -> int:
    return shop.bag(number="+261343500003")


async def _declined(shop: PayShop) -> int:
    order = await _asked(shop)
    mvola = shop.simulators["mvola"]
    mvola.decline(next(iter(mvola.sessions.values())))
    await shop.news(mvola)
    await shop.until("SELECT state FROM attempt", "failed")
    return order


async def _unclear(shop: PayShop) -> int:
    order = await _fresh(shop)
    shop.simulators["mvola"].faults.append(Fault("drop", "create"))
    await shop.act(order, "pay", {"method": MVOLA, "phone": NUMBER})
    return order


async def _coded(shop: PayShop) -> int:
    order = shop.bag()
    await shop.act(order, "pay", {"method": CODE})
    return order


async def _claimed(shop: PayShop) -> int:
    order = await _coded(shop)
    await shop.act(order, "check")
    return order


STATES: dict[str, tuple[str, Callable[[PayShop], Awaitable[int]], str, str]] = {
    "phone-means": ("MG", _fresh, "", "Comment payez-vous"),
    "phone-number": ("MG", _fresh, f"?m={MVOLA}", "Votre numéro MVola"),
    "phone-asked": ("MG", _asked, "", "Validez le paiement sur votre téléphone"),
    "phone-again": ("MG", _asked, f"?ask=1&m={MVOLA}", "Votre numéro MVola"),
    "phone-declined": ("MG", _declined, f"?m={MVOLA}", "Le paiement par MVola n’a pas abouti."),
    "phone-unclear": ("MG", _unclear, "", "Si votre téléphone montre la demande"),
    "phone-malagasy": ("MG", _asked, "?lang=mg", "Ekeo amin’ny findainao ny fandoavana"),
    "code": ("SN", _coded, "", "scannez ce code PI-SPI"),
    "code-claimed": ("SN", _claimed, "?n=told", "La boutique est prévenue."),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_on_a_small_phone(state: str, play: Callable[[Scene, str], None]) -> None:
    country, make, query, text = STATES[state]

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await make(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order, query)
            await expect(page.get_by_text(text).first).to_be_visible()
            assert await page.locator(".gold:visible").count() <= 1
            await _looks_right(page, seen, shop, state)
            await page.emulate_media(color_scheme="dark")
            await _shot(page, f"{state}-dark")

    play(scene, country)


def test_from_the_number_to_paid_without_a_reload(play: Callable[[Scene, str], None]) -> None:
    """A wrong number is mended in its place; the approval on the phone turns this page and another by themselves."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = shop.bag(number="+261331112233")
        async with chromium.page() as (page, seen), chromium.page() as (watching, watched):
            await _open(watching, shop, order)
            await _open(page, shop, order)
            await page.get_by_role("button", name="MVola").click()
            await page.get_by_label("Votre numéro MVola").fill("034 35")
            await page.get_by_role("button", name="Recevoir la demande").click()
            await expect(page.get_by_text("Ce n’est pas un numéro de mobile complet.")).to_be_visible()
            await _shot(page, "phone-wrong")
            number = page.get_by_label("Votre numéro MVola")
            assert await number.input_value() == "034 35"
            assert "034" not in page.url
            await number.fill(NUMBER)
            shop.shop.engine.call(lambda tx: shop.shop.orders.extend(tx, order, 5))  # news while typing
            await expect(page.locator("#until")).to_contain_text("01\u202fh\u202f01")
            assert await number.input_value() == NUMBER
            await page.get_by_role("button", name="Recevoir la demande").click()
            await expect(page.get_by_text("Validez le paiement sur votre téléphone")).to_be_visible()
            await expect(watching.get_by_text("Validez le paiement sur votre téléphone")).to_be_visible()
            mvola = shop.simulators["mvola"]
            mvola.pay(next(iter(mvola.sessions.values())))
            await expect(page.get_by_text(PAID)).to_be_visible()
            await expect(watching.get_by_text(PAID)).to_be_visible()
            assert seen.complaints + watched.complaints == []
        assert shop.state(order) == "paid"

    play(scene, "MG")


def test_without_javascript(play: Callable[[Scene, str], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = shop.bag(number="+261343500003")
        async with chromium.page(script=False) as (page, seen):
            await _open(page, shop, order)
            await page.get_by_role("button", name="MVola").click()
            number = page.get_by_label("Votre numéro MVola")
            assert await number.input_value() == NUMBER  # it is this operator's
            await page.get_by_role("button", name="Recevoir la demande").click()
            await expect(page.get_by_text("Validez le paiement sur votre téléphone")).to_be_visible()
            await page.get_by_role("link", name="Pas de demande").click()
            await page.get_by_label("Votre numéro MVola").fill("038 11 222 33")
            await page.get_by_role("button", name="Recevoir la demande").click()
            await expect(page.get_by_text("038 11 222 33")).to_be_visible()
            mvola = shop.simulators["mvola"]
            mvola.pay(list(mvola.sessions.values())[-1])
            await page.get_by_role("button", name="Vérifier").click()
            await expect(page.get_by_text(PAID)).to_be_visible()
            assert seen.complaints == []

    play(scene, "MG")


def test_the_code_can_be_scanned_and_the_sellers_word_turns_the_page(play: Callable[[Scene, str], None]) -> None:
    """What a camera would see: dark on light with a quiet edge, in the dark theme too."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = await _coded(shop)
        async with chromium.page(dark=True) as (page, seen):
            await _open(page, shop, order)
            drawn = Image.open(io.BytesIO(await page.locator(".code svg").screenshot())).convert("L")
            edge = drawn.crop((20, 8, drawn.width - 20, 16))
            dark = sum(drawn.histogram()[:64]) / (drawn.width * drawn.height)
            assert sum(edge.histogram()[:200]) == 0
            assert 0.25 < dark < 0.6
            await page.get_by_role("button", name="J’ai payé").click()
            await expect(page.get_by_text("La boutique est prévenue.").first).to_be_visible()
            shop.shop.engine.call(lambda tx: receipts.confirm(tx, order), actor="seller")
            await expect(page.get_by_text(PAID)).to_be_visible()
            assert seen.complaints == []

    play(scene, "SN")
