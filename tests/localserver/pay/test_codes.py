"""PI-SPI on the pay page: a code to scan or type, the buyer's word that only asks, the seller's word that settles."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.payments import receipts
from localserver.sandbox.psp_pi_spi import read_code
from tests.support.payshop import PayShop, code_of, pay_shop

ALIAS = "7f3c9a52-1b4d-4e8f-9a61-2c5d7e8f9012"
CODE = {"method": "pi_spi.pi_spi"}


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[PayShop]:
    """A shop whose bank opens its API."""
    async with pay_shop(tmp_path, providers=("sandbox", "pi_spi")) as running:
        yield running


@pytest.fixture
async def alone(bank: PayShop) -> PayShop:
    """A shop that has nothing but its alias."""
    for name in ("api_key", "api_secret", "webhook_secret"):
        bank.shop.settings.set_secret(f"psp.pi_spi.{name}", "")
    return bank


def code(shop: PayShop) -> str:
    return str(shop.value("SELECT qr_text FROM attempt ORDER BY id DESC LIMIT 1"))


async def test_the_code_and_what_to_type_are_shown(alone: PayShop) -> None:
    order = alone.bag()
    assert code_of(await alone.act(order, "pay", CODE)) == ""
    html = await alone.page(order)
    ref = alone.value("SELECT ref FROM attempt")
    assert read_code(code(alone)) == {"alias": ALIAS, "amount": "22000", "reference": ref}
    assert '<div class="code"><svg' in html
    assert re.search(r'<path[^>]*stroke="#000"', html)
    assert "style=" not in html.partition("<main")[2]  # the page's policy allows none
    assert all(text in html for text in (ALIAS, ref, "22\u202f000\u00a0F\u202fCFA", "scannez ce code PI-SPI"))
    assert "J’ai payé\u202f: prévenir la boutique" in html
    assert "Wave" in html  # another means until paid
    assert len(html.encode()) < 30_000
    assert await alone.act(order, "pay", CODE)
    assert alone.value("SELECT count(*) FROM attempt") == 1


async def test_the_buyers_word_only_tells_the_shop(alone: PayShop) -> None:
    order = alone.bag()
    await alone.act(order, "pay", CODE)
    assert code_of(await alone.act(order, "check")) == "told"
    html = await alone.page(order)
    assert "La boutique est prévenue." in html
    assert "J’ai payé\u202f: prévenir" not in html
    assert alone.state(order) == "reserved"
    alone.shop.engine.call(lambda tx: receipts.deny(tx, order), actor="seller")
    assert "J’ai payé\u202f: prévenir" in await alone.page(order)
    alone.shop.engine.call(lambda tx: receipts.confirm(tx, order), actor="seller")
    assert "Payé par PI-SPI" in await alone.page(order)


async def test_who_paid_at_the_last_moment_can_still_say_so(alone: PayShop) -> None:
    order = alone.bag()
    await alone.act(order, "pay", CODE)
    await alone.expire()
    assert code_of(await alone.act(order, "check")) == "told"
    assert "La boutique est prévenue." in await alone.page(order, "?n=told")
    alone.shop.engine.call(lambda tx: receipts.confirm(tx, order), actor="seller")
    assert "Paiement reçu après le délai" in await alone.page(order)


async def test_a_banks_signed_notice_settles_by_itself(bank: PayShop) -> None:
    order = bank.bag()
    await bank.act(order, "pay", CODE)
    simulator = bank.simulators["pi_spi"]
    base = bank.shop.settings.get("psp.pi_spi.base_url")
    simulator.webhook_url = f"{bank.url}/webhooks/psp/pi_spi/{bank.shop.slug}"
    async with bank.client.post(f"{base}/wallet", json={"qr": code(bank)}) as scanned:
        assert scanned.status == 201
    (session,) = simulator.sessions.values()
    simulator.pay(session)
    await bank.news(simulator)
    await bank.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert bank.value("SELECT txn_id FROM payment") == session.payments[0].id


async def test_a_bank_that_sends_no_notice_is_asked(bank: PayShop) -> None:
    order = bank.bag()
    await bank.act(order, "pay", CODE)
    base = bank.shop.settings.get("psp.pi_spi.base_url")
    async with bank.client.post(f"{base}/wallet", json={"qr": code(bank)}) as scanned:
        assert scanned.status == 201
    simulator = bank.simulators["pi_spi"]
    simulator.pay(next(iter(simulator.sessions.values())))
    await bank.act(order, "check")
    await bank.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert "Payé par PI-SPI" in await bank.page(order)


async def test_a_code_that_a_crash_lost_is_drawn_again(alone: PayShop) -> None:
    """Opening asks nobody, so it is simply done once more."""
    order = alone.bag()
    await alone.act(order, "pay", CODE)
    before = code(alone)
    lost = "UPDATE attempt SET state = 'unknown', provider_ref = NULL, qr_text = NULL"
    alone.shop.engine.call(lambda tx: tx.run(lost))
    await alone.act(order, "pay", CODE)
    assert code(alone) == before
    assert alone.value("SELECT count(*) FROM attempt") == 1


async def test_a_wrong_alias_is_never_offered_as_a_code(alone: PayShop) -> None:
    alone.shop.settings.set("psp.pi_spi.alias", "7f3c9a52")
    order = alone.bag()
    assert code_of(await alone.act(order, "pay", CODE)) == "refused"
    alone.shop.settings.set("psp.pi_spi.alias", "")
    assert 'value="pi_spi' not in await alone.page(order)
