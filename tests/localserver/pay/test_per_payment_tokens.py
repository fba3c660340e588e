"""Sales through providers whose notifications prove little: what they say is read again, and only that settles."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from localserver.pay.view import _drawn
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.support.payshop import PayShop, pay_shop

MEANS = "orange_web.orange_money"


@pytest.fixture(params=["CI", "MG"])
async def orange(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PayShop]:
    """A shop that takes Orange Money's web payment, in francs and in ariary."""
    async with pay_shop(tmp_path, country=request.param, providers=("orange_web",)) as running:
        yield running


def session_of(shop: PayShop) -> Session:
    return list(shop.simulators["orange_web"].sessions.values())[-1]


def address(shop: PayShop) -> str:
    """Where Orange notifies of the last attempt."""
    path = session_of(shop).notify_url.removeprefix(shop.url)
    assert path.startswith("/webhooks/psp/orange_web/")
    return path


async def tell(shop: PayShop, path: str, **body: Any) -> int:
    status, _, _ = await shop.post(path, json.dumps(body), headers={"Content-Type": "application/json"})
    return status


async def test_a_whole_sale_over_the_wire(orange: PayShop) -> None:
    order = orange.bag()
    assert "Orange Money" in await orange.page(order)

    where = await orange.choose(order, MEANS)
    async with orange.client.post(where, data={"action": "pay"}, allow_redirects=False) as paid:
        assert (paid.status, paid.headers["Location"]) == (303, orange.link(order))
    await orange.news(orange.simulators["orange_web"])
    await orange.until(f"SELECT state FROM orders WHERE id = {order}", "paid")

    assert "Paiement confirmé" in await orange.page(order)
    txn = session_of(orange).payments[0].id
    stored = "SELECT provider, amount, method, txn_id FROM payment WHERE order_id = ?"
    row = orange.shop.engine.read(lambda reader: reader.one(stored, (order,)))
    assert row == ("orange_web", 22_000, "orange_money", txn)


async def test_copies_of_a_notification_settle_once(orange: PayShop) -> None:
    order = orange.bag()
    await orange.choose(order, MEANS)
    simulator = orange.simulators["orange_web"]

    simulator.pay(session_of(orange), Delivery(copies=20))
    await orange.news(simulator)
    await orange.until(f"SELECT state FROM orders WHERE id = {order}", "paid")

    assert [line.status for line in simulator.courier.log] == [200] * 20
    assert orange.value("SELECT count(*) FROM payment") == 1
    assert orange.value("SELECT received FROM orders WHERE id = ?", order) == 22_000


@pytest.mark.parametrize("claim", ["SUCCESS", "FAILED", "EXPIRED", "on_the_moon"])
async def test_what_the_provider_does_not_confirm_changes_nothing(orange: PayShop, claim: str) -> None:
    order = orange.bag()
    await orange.choose(order, MEANS)
    token = session_of(orange).extra["notif_token"]

    assert await tell(orange, address(orange), status=claim, notif_token=token, txnid="MP1") == 200
    await orange.until("SELECT NOT EXISTS(SELECT 1 FROM inbox WHERE state = 'new')", 1)

    await orange.shop.desk.ask(orange.value("SELECT max(id) FROM attempt"))
    assert orange.state(order) == "reserved"
    assert orange.value("SELECT state FROM attempt") == "open"
    assert orange.value("SELECT count(*) FROM payment") == 0


async def test_who_does_not_know_the_token_or_the_address_is_sent_away(orange: PayShop) -> None:
    await orange.choose(orange.bag(), MEANS)
    session, path = session_of(orange), address(orange)
    token = session.extra["notif_token"]
    good = {"status": "SUCCESS", "txnid": "MP1"}

    assert await tell(orange, path, **good, notif_token="x" * len(token)) == 401
    assert await tell(orange, path, **good, notif_token="") == 401
    assert await tell(orange, path, **good) == 401
    assert await tell(orange, path[:-1] + "x", **good, notif_token=token) == 404
    assert await tell(orange, path.rpartition("/")[0], **good, notif_token=token) == 404
    assert await tell(orange, path.replace("orange_web", "sandbox"), **good, notif_token=token) == 401
    assert orange.value("SELECT count(*) FROM inbox WHERE source = 'psp'") == 0
    assert orange.value("SELECT count(*) FROM orphan") == 0


async def test_no_token_is_kept_with_what_came_in(orange: PayShop) -> None:
    await orange.choose(orange.bag(), MEANS)
    session = session_of(orange)

    assert await tell(orange, address(orange), status="PENDING", notif_token=session.extra["notif_token"]) == 200

    kept = orange.value("SELECT CAST(payload AS TEXT) FROM inbox WHERE source = 'psp'")
    assert '"status": "pending"' in kept
    assert session.extra["notif_token"] not in kept
    assert session.id not in kept


async def test_paid_before_the_answer_to_the_creation_is_known_all_the_same(orange: PayShop) -> None:
    """The notification comes when no token is kept yet: a hint; the answer brings what is needed to ask."""
    order = orange.bag()
    orange.simulators["orange_web"].faults.append(Fault("paid_first", "create"))

    await orange.choose(order, MEANS)
    orange.clock.advance(6_000)
    await orange.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


async def test_a_session_whose_answer_is_lost_makes_room_for_another(orange: PayShop) -> None:
    """Nobody was told its page's address: the buyer's next try opens one that is known."""
    order = orange.bag()
    orange.simulators["orange_web"].faults.append(Fault("drop", "create"))

    assert "n=silent" in await orange.choose(order, MEANS)
    assert orange.value("SELECT state FROM attempt") == "failed"
    assert "/payment/pay_token/" in await orange.choose(order, MEANS)
    orange.simulators["orange_web"].pay(session_of(orange))
    await orange.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


async def test_no_notification_ever_comes_and_the_sale_is_made(orange: PayShop) -> None:
    order = orange.bag()
    await orange.choose(order, MEANS)

    orange.simulators["orange_web"].pay(session_of(orange), Delivery(send=False))
    orange.clock.advance(6_000)

    await orange.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


# Senegal and Togo


@pytest.mark.parametrize("means", ["orange_sonatel.orange_money", "orange_sonatel.maxit"])
async def test_a_sale_by_the_apps_link_at_sonatel(tmp_path: Path, means: str) -> None:
    async with pay_shop(tmp_path, providers=("orange_sonatel",)) as dakar:
        order = dakar.bag()
        page = await dakar.page(order)
        assert ("Orange Money" in page, "Max it" in page) == (True, True)

        where = await dakar.choose(order, means)
        async with dakar.client.post(where, data={"action": "pay"}, allow_redirects=False) as paid:
            assert paid.status == 303
        await dakar.news(dakar.simulators["orange_sonatel"])

        assert dakar.state(order) == "paid"  # by the signed notification alone
        assert dakar.value("SELECT received FROM orders WHERE id = ?", order) == 22_000


@pytest.mark.parametrize(
    ("means", "shown"), [("orange_sonatel.maxit", True), ("wave.wave", True), ("sandbox.wave", False)]
)
async def test_an_apps_link_can_be_scanned_from_another_screen(tmp_path: Path, means: str, shown: bool) -> None:
    async with pay_shop(tmp_path, providers=(means.partition(".")[0],)) as dakar:
        order = dakar.bag()
        assert 'class="scan"' not in await dakar.page(order)

        where = await dakar.choose(order, means)
        page = await dakar.page(order)

        drawn = str(_drawn(where))
        assert (drawn in page, "Payer avec un autre téléphone" in page) == (shown, shown)
        assert drawn.startswith("<svg")
        await dakar.expire()
        assert 'class="scan"' not in await dakar.page(order)


async def test_a_wrong_amount_at_sonatel_leaves_the_rest_to_pay(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, providers=("orange_sonatel",)) as dakar:
        order = dakar.bag()
        await dakar.pay(order, "orange_sonatel.orange_money", amount=10_000)

        assert "Reçu\u202f: 10\u202f000" in await dakar.page(order)
        assert dakar.state(order) == "reserved"


async def test_another_currency_at_sonatel_is_put_aside(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, providers=("orange_sonatel",)) as dakar:
        order = dakar.bag()
        await dakar.pay(order, "orange_sonatel.orange_money", currency="XAF")

        assert dakar.state(order) == "reserved"
        assert dakar.value("SELECT error FROM attempt") == "contradiction"


@pytest.mark.parametrize(("country", "shown", "hidden"), [("TG", "Flooz", "MTN"), ("BJ", "MTN MoMo", "Flooz")])
async def test_a_sale_at_fedapay_shows_the_wallets_of_the_country(
    tmp_path: Path, country: str, shown: str, hidden: str
) -> None:
    async with pay_shop(tmp_path, country=country, providers=("fedapay",)) as shop:
        simulator = shop.simulators["fedapay"]
        simulator.webhook_url = f"{shop.url}/webhooks/psp/fedapay/{shop.shop.slug}"
        order = shop.bag()
        page = await shop.page(order)
        assert (shown in page, hidden in page) == (True, False)

        await shop.pay(order, "fedapay")

        assert shop.state(order) == "paid"
        fee = shop.value("SELECT fee FROM payment WHERE order_id = ?", order)
        assert fee == 22_000 * 18 // 1000
