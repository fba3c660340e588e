"""Deposits, days, times and payment after a time on the pay page, in a real browser the size of a cheap phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.catalogue import service as catalogue
from core.kernel.clock import DAY, HOUR
from core.orders import terms
from core.payments import onsite
from core.slots import service as slots
from core.slots.rules import Offered
from tests.e2e.test_pay_page import _looks_right, _open
from tests.support.browser import Chromium, chromium_session
from tests.support.payshop import PayShop, pay_shop

pytestmark = pytest.mark.skipif(not Chromium.installed(), reason="needs Chromium")

Scene = Callable[[PayShop, Chromium], Awaitable[None]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    yield from chromium_session()


@pytest.fixture
def play(chromium: Chromium, tmp_path: Path) -> Callable[[Scene], None]:
    async def with_shop(scene: Scene) -> None:
        async with pay_shop(tmp_path) as shop:
            await scene(shop, chromium)

    return lambda scene: chromium.run(with_shop(scene))


def gala(shop: PayShop) -> int:
    """A seat for an evening with half of it asked for first."""
    shop.shop.settings.set("store.segment", "events")
    product = shop.product("GALA", "Gala de fin d’année", 25_000)
    at = shop.clock.now() + 30 * DAY
    shop.shop.engine.call(lambda tx: catalogue.change(tx, product, event_at=at, place="Théâtre Daniel-Sorano"))
    return shop.order((product, 1))


def test_a_deposit_its_day_and_what_is_left_for_the_evening(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        order = gala(shop)
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            for told in ("Théâtre Daniel-Sorano", "12 500", "se règle sur place"):
                await expect(page.locator("main")).to_contain_text(told)
            await _looks_right(page, seen, shop, "event-deposit")
        await shop.pay(order)
        assert shop.state(order) == "reserved"
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            await expect(page.locator("main")).to_contain_text("Votre place est réservée")
            await expect(page.locator("main")).not_to_contain_text("Annuler ma réservation")
            await _looks_right(page, seen, shop, "event-deposit-paid")
        shop.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF"))
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            await expect(page.locator("main")).to_contain_text("espèces")
            await _looks_right(page, seen, shop, "event-paid")

    play(scene)


def test_the_time_that_was_chosen(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        shop.shop.settings.set("store.segment", "services")
        product = shop.product("TRESSE", "Tresses collées", 20_000, stock=0)
        offered = [Offered(shop.clock.now() + 60 * HOUR, 90)]
        shop.shop.engine.call(lambda tx: slots.add(tx, product, offered))
        order = shop.order((product, 1))
        shop.shop.engine.call(lambda tx: slots.choose(tx, order, 1))
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            await expect(page.locator(".day")).to_contain_text("lun.\u00a023\u00a0nov. · 9\u00a0h\u00a046")
            await _looks_right(page, seen, shop, "service-slot")
        async with chromium.page() as (page, _):
            await _open(page, shop, order, "?lang=mg")
            await expect(page.locator(".day")).to_contain_text("Alats.")

    play(scene)


def test_what_is_paid_later_says_until_when(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        shop.shop.settings.set("store.segment", "b2b")
        order = shop.order((shop.product("RIZ50", "Riz parfumé 50 kg", 22_000), 20))
        customer = shop.value("SELECT customer_id FROM orders WHERE id = ?", order)
        shop.shop.engine.call(lambda tx: terms.allow(tx, customer, 30))
        shop.shop.engine.call(lambda tx: terms.pay_later(tx, order, UTC))
        async with chromium.page() as (page, seen):
            await _open(page, shop, order)
            for told in ("À payer avant le", "confirmée et facturée", "440 000", "20/12/2026"):
                await expect(page.locator("main")).to_contain_text(told)
            await expect(page.locator("main")).not_to_contain_text("Annuler ma réservation")
            await _looks_right(page, seen, shop, "on-terms")
        await shop.pay(order)
        assert shop.state(order) == "paid"

    play(scene)
