"""With every provider connected, a page offers what works in that country for that sum, in the order of the shop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.adapters.psp import REGISTRY
from tests.support.payshop import PayShop, code_of, pay_shop

EVERYTHING = tuple(provider.name for provider in REGISTRY)
CARD = "sandbox: wave orange_money card · stripe: card"
# Which means exist where, by the market facts of reference payments §11.
OFFERED = {
    "SN": "bictorys: wave orange_money card · wave: wave · orange_sonatel: orange_money maxit · fedapay: free"
    " · cinetpay: wave orange_money free expresso · paydunya: wave orange_money free expresso card · pi_spi: pi_spi",
    "CI": "bictorys: wave orange_money card · wave: wave · orange_web: orange_money · fedapay: mtn"
    " · cinetpay: wave orange_money mtn moov · paydunya: wave orange_money mtn moov card · pi_spi: pi_spi",
    "TG": "bictorys: mixx flooz card · fedapay: mixx flooz · cinetpay: flooz mixx · paydunya: flooz mixx card"
    " · pi_spi: pi_spi",
    "BJ": "bictorys: mtn moov card · fedapay: mtn moov celtiis · cinetpay: mtn moov · paydunya: mtn moov card"
    " · pi_spi: pi_spi",
    "BF": "bictorys: wave orange_money card · wave: wave · orange_web: orange_money · fedapay: mobile_money"
    " · cinetpay: wave orange_money moov · paydunya: orange_money moov card · pi_spi: pi_spi",
    "ML": "bictorys: wave orange_money card · wave: wave · orange_web: orange_money · fedapay: mobile_money"
    " · cinetpay: orange_money moov · paydunya: orange_money moov card · pi_spi: pi_spi",
    "NE": "bictorys: wave card · wave: wave · orange_web: orange_money · fedapay: airtel · cinetpay: moov airtel zamani"
    " · pi_spi: pi_spi",
    "GW": "pi_spi: pi_spi",
    "MG": "orange_web: orange_money · mvola: mvola · airtel_mg: airtel_money",
}
AT_LEAST_100 = {"fedapay", "cinetpay", "paydunya"}
BY_FIVES = {"cinetpay", "paydunya"}
MOST = {"cinetpay": 2_500_000, "mvola": 20_000_000, "airtel_mg": 20_000_000}
SUMS = (15_000, 100, 95, 15_003, 2_000_000, 2_000_005, 2_500_000, 2_500_005, 20_000_000, 20_000_005)


def read(text: str) -> list[str]:
    """``provider.method`` of each, in order."""
    parts = (part.split(": ") for part in text.split(" · "))
    return [f"{provider}.{method}" for provider, methods in parts for method in methods.split()]


def can(value: str, amount: int) -> bool:
    provider = value.partition(".")[0]
    least, most = 100 if provider in AT_LEAST_100 else 1, MOST.get(provider, 2_000_000)
    return least <= amount <= most and not (provider in BY_FIVES and amount % 5)


@asynccontextmanager
async def market(folder: Path, country: str) -> AsyncIterator[PayShop]:
    async with pay_shop(folder, country=country, providers=EVERYTHING, settings={}) as shop:
        yield shop


def priced(shop: PayShop, amount: int, **how: Any) -> int:
    return shop.order((shop.product(f"ART{amount}", price=amount), 1), **how)


async def shown(shop: PayShop, amount: int) -> list[str]:
    """The means on the page of an order of that sum, from top to bottom."""
    page = await shop.page(priced(shop, amount))
    return re.findall(r'name="method" value="([a-z_.]+)"', page)


@pytest.mark.parametrize("country", OFFERED)
async def test_every_country_shows_what_works_there_for_each_sum(tmp_path: Path, country: str) -> None:
    everything = read(f"{OFFERED[country]} · {CARD}")
    async with market(tmp_path, country) as shop:
        shop.shop.settings.set("limits.order", "0")  # its own limit is no provider's
        for amount in SUMS:
            assert sorted(await shown(shop, amount)) == sorted(v for v in everything if can(v, amount)), amount


async def test_the_shops_order_and_limits_count(tmp_path: Path) -> None:
    async with market(tmp_path, "SN") as shop:
        shop.shop.settings.set("payments.order", "pi_spi, wave, stripe")
        shop.shop.settings.set("psp.wave.min_amount", "5000")
        shop.shop.settings.set("psp.wave.max_amount", "50000")
        for amount, fits in ((4_999, False), (5_000, True), (50_000, True), (50_001, False)):
            found = list(dict.fromkeys(value.partition(".")[0] for value in await shown(shop, amount)))
            assert found[: 3 if fits else 2] == (["pi_spi", "wave", "stripe"] if fits else ["pi_spi", "stripe"])
            assert ("wave" in found) is fits
        shop.shop.settings.set("psp.pi_spi.enabled", "false")
        assert "pi_spi.pi_spi" not in await shown(shop, 5_000)


@pytest.mark.parametrize(
    ("country", "amount", "method"),
    [("SN", 95, "fedapay.free"), ("SN", 15_003, "cinetpay.wave"), ("SN", 2_000_005, "wave.wave"), ("TG", 100, "wave")],
)
async def test_what_is_not_offered_cannot_be_chosen_by_hand_either(
    tmp_path: Path, country: str, amount: int, method: str
) -> None:
    async with market(tmp_path, country) as shop:
        shop.shop.settings.set("psp.sandbox.enabled", "false")
        order = priced(shop, amount)
        assert code_of(await shop.act(order, "pay", {"method": method, "phone": "76 123 45 67"})) == "means"
        assert shop.value("SELECT count(*) FROM attempt") == 0
        assert all(not simulator.sessions for simulator in shop.simulators.values())


async def test_a_request_by_fedapay_asks_for_the_number_first(tmp_path: Path) -> None:
    """As a setting of the seller's; the page waits with the buyer until the phone has answered."""
    async with pay_shop(tmp_path, country="TG", providers=("fedapay",), settings={}) as shop:
        simulator = shop.simulators["fedapay"]
        simulator.webhook_url = f"{shop.url}/webhooks/psp/fedapay/{shop.shop.slug}"
        shop.shop.settings.set("psp.fedapay.page", "direct")
        order = shop.bag(number="+22899123456")
        where = await shop.act(order, "pay", {"method": "fedapay.flooz"})
        assert where.endswith("?m=fedapay.flooz&ask=1")
        asking = await shop.page(order, "?" + where.partition("?")[2])
        assert 'type="tel"' in asking
        assert "99 12 34 56" in asking  # the buyer's own number is proposed
        assert not simulator.sessions

        await shop.act(order, "pay", {"method": "fedapay.flooz", "phone": "99 12 34 57"})

        (session,) = simulator.sessions.values()
        assert session.extra["mode"] == "moov_tg"
        assert "99 12 34 57" in await shop.page(order)
        simulator.pay(session)
        await shop.news(simulator)
        assert shop.state(order) == "paid"
        assert "Payé par Flooz" in await shop.page(order)
