"""From the chosen means to the money, and everything that can go wrong on the way."""

from __future__ import annotations

import asyncio

import pytest

from core.kernel.clock import MINUTE
from core.orders import settling
from localserver.pay import routes
from localserver.sandbox.psp_faults import Fault
from tests.support.payshop import PayShop, code_of

WAVE = {"method": "sandbox.wave"}


def opened(shop: PayShop, order: int) -> bool:
    return shop.value("SELECT link_opened_at FROM orders WHERE id = ?", order) is not None


async def test_choosing_leads_to_the_provider_and_the_same_means_to_the_same_session(open_shop: PayShop) -> None:
    order = open_shop.bag()
    first = await open_shop.act(order, "pay", WAVE)
    assert first.startswith(open_shop.shop.settings.get("psp.sandbox.base_url") + "/checkout/")
    assert opened(open_shop, order)
    assert await open_shop.act(order, "pay", WAVE) == first
    html = await open_shop.page(order)
    assert "Nous vérifions auprès de votre opérateur" in html
    assert "Wave\u202f: pas encore confirmé." in html
    assert "Carte bancaire" in html  # F22: another means until paid
    other = await open_shop.act(order, "pay", {"method": "sandbox.card"})
    assert other != first
    await open_shop.until("SELECT state FROM attempt ORDER BY id LIMIT 1", "expired")  # the first can no longer be paid


async def test_paid_says_when_and_by_what(open_shop: PayShop) -> None:
    order = open_shop.bag()
    open_shop.clock.advance(3 * MINUTE)
    await open_shop.pay(order, "sandbox.card")
    html = await open_shop.page(order)
    assert "Paiement confirmé" in html
    assert "Payé par carte bancaire à <b>21\u202fh\u202f49</b>." in html
    assert 'data-final="1"' in html
    assert "<form" not in html
    assert 'http-equiv="refresh"' not in html


@pytest.mark.parametrize("body", ["method=", "method=nobody", "", "method=wave&method=%FF", "a=1&" * 50 + "method=x"])
async def test_an_unknown_means_is_said_and_nothing_begins(open_shop: PayShop, body: str) -> None:
    order = open_shop.bag()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    where = await open_shop.act(order, "pay", body.encode(), headers=headers)
    assert code_of(where) == "means"
    assert "n’est pas disponible pour cette commande" in await open_shop.page(order, "?n=means")
    assert open_shop.value("SELECT count(*) FROM attempt") == 0


async def test_other_bodies_than_forms_are_no_choice(open_shop: PayShop) -> None:
    order = open_shop.bag()
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", "nonsense"):
        where = await open_shop.act(order, "pay", b"\xff\x00" * 3000, headers={"Content-Type": kind})
        assert code_of(where) == "means"


async def test_a_provider_that_says_no_leaves_the_other_means(open_shop: PayShop) -> None:
    order = open_shop.bag()
    open_shop.simulator.faults.append(Fault("status", "create", code=422))
    where = await open_shop.act(order, "pay", WAVE)
    assert code_of(where) == "refused"
    assert "Wave\u202f: paiement refusé." in await open_shop.page(order)
    assert (await open_shop.act(order, "pay", {"method": "sandbox.card"})).startswith("http://")


async def test_a_provider_that_does_not_answer_is_said(open_shop: PayShop) -> None:
    order = open_shop.bag()
    open_shop.simulator.faults.append(Fault("status", "any", times=2, code=500))
    where = await open_shop.act(order, "pay", WAVE)
    assert code_of(where) == "silent"
    assert "Wave\u202f: pas de réponse pour l’instant." in await open_shop.page(order, "?" + where.partition("?")[2])
    assert (await open_shop.act(order, "pay", {"method": "sandbox.orange_money"})).startswith("http://")


async def test_a_payment_that_failed_is_said(open_shop: PayShop) -> None:
    order = open_shop.bag()
    where = await open_shop.choose(order)
    open_shop.simulator.decline(open_shop.simulator.sessions[where.rsplit("/", 1)[-1]])
    await open_shop.until("SELECT state FROM attempt", "failed")
    assert "Le paiement par Wave n’a pas abouti." in await open_shop.page(order)


async def test_a_phone_that_hangs_up_while_the_session_opens_loses_nothing(open_shop: PayShop) -> None:
    """The opening goes on behind the page; its answer lost too, the session is found by our reference."""
    order = open_shop.bag()
    open_shop.simulator.faults.append(Fault("hang", "create"))
    tapping = asyncio.create_task(open_shop.act(order, "pay", WAVE))
    await open_shop.until("SELECT count(*) FROM attempt", 1)
    async with asyncio.timeout(60):
        while not open_shop.simulator.sessions:  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.01)
    tapping.cancel()
    await asyncio.gather(tapping, return_exceptions=True)
    open_shop.simulator.released.set()
    await open_shop.until("SELECT state FROM attempt", "open")
    html = await open_shop.page(order)
    assert "Continuer avec Wave" in html
    open_shop.simulator.pay(next(iter(open_shop.simulator.sessions.values())))
    await open_shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


async def test_a_buyer_does_not_wait_for_a_provider_that_hangs(
    open_shop: PayShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back on the page after a while; when the session opens after all, the page leads to this one, the only one."""
    monkeypatch.setattr(routes, "OPENING", 0.2)
    order = open_shop.bag()
    open_shop.simulator.faults.append(Fault("hang", "create"))
    assert code_of(await open_shop.act(order, "pay", WAVE)) == "silent"
    monkeypatch.setattr(routes, "OPENING", 60.0)
    open_shop.simulator.released.set()
    await open_shop.until("SELECT state FROM attempt", "open")
    assert "Continuer avec Wave" in await open_shop.page(order)
    assert (await open_shop.act(order, "pay", WAVE)).startswith("http://")
    assert len(open_shop.simulator.sessions) == 1


async def test_a_session_that_cannot_be_opened_is_not_said_to_be_awaited(open_shop: PayShop) -> None:
    """Found again by reference, but without its page's address: the buyer cannot have paid there."""
    order = open_shop.bag()
    await open_shop.choose(order)
    open_shop.shop.engine.call(lambda tx: tx.run("UPDATE attempt SET redirect_url = NULL"))
    html = await open_shop.page(order)
    assert "Nous vérifions" not in html
    assert "Wave\u202f: pas de réponse pour l’instant." in html


async def test_who_writes_on_whatsapp_is_told_there_too(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order)
    told = "Vous recevez aussi la confirmation sur WhatsApp."
    assert told not in await open_shop.page(order)
    open_shop.shop.engine.call(
        lambda tx: tx.run(
            "INSERT INTO conversation(customer_id, last_at, last_inbound_at) SELECT customer_id, 1, 1 FROM orders"
        )
    )
    assert told in await open_shop.page(order)


async def test_an_address_outside_the_policy_is_reached_by_a_page(open_shop: PayShop) -> None:
    """A browser would block the redirect without a word."""
    order = open_shop.bag()
    elsewhere = "https://checkout.example.test/s/1?a=1&b=2"
    open_shop.simulator.faults.append(Fault("patch", "create", patch={"url": elsewhere}))
    status, headers, body = await open_shop.post(f"/p/{open_shop.token(order)}/pay", WAVE)
    assert status == 200
    assert "Location" not in headers
    assert body.count(elsewhere.replace("&", "&amp;")) == 2
    assert "Continuer avec Wave" in body


async def test_a_part_leaves_the_rest_to_pay(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order, amount=10_000)
    html = await open_shop.page(order)
    assert "12\u202f000 <span>" in html
    assert "Reçu\u202f: 10\u202f000" in html
    assert "Annuler ma réservation" not in html
    await open_shop.pay(order, "sandbox.card")
    assert "Paiement confirmé" in await open_shop.page(order)
    assert open_shop.value("SELECT received FROM orders WHERE id = ?", order) == 22_000


async def test_money_after_the_end_is_told_and_so_is_what_the_shop_decides(open_shop: PayShop) -> None:
    order = open_shop.bag()
    where = await open_shop.choose(order)
    await open_shop.expire()
    assert "La réservation est terminée" in await open_shop.page(order)
    open_shop.simulator.pay(open_shop.simulator.sessions[where.rsplit("/", 1)[-1]], late=True)
    await open_shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    html = await open_shop.page(order)
    assert "Paiement reçu après le délai" in html
    assert "la réservation s’était terminée à <b>21\u202fh\u202f56</b>" in html
    assert "data-final" not in html
    shop = open_shop.shop
    open_shop.simulator.faults.append(Fault("status", on="refund", code=400))  # the seller will do it by hand
    decision = shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, "refund"))
    await open_shop.until("SELECT state FROM refund", "failed")
    assert "Remboursement en cours" in await open_shop.page(order)
    shop.engine.call(lambda tx: settling.refund_done(tx, decision.id))
    assert "La boutique vous a rendu <b>22\u202f000" in await open_shop.page(order)


async def test_money_paid_twice_is_told(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order)
    session = next(iter(open_shop.simulator.sessions.values()))
    assert session.payments
    attempt = open_shop.value("SELECT max(id) FROM attempt")
    open_shop.shop.engine.call(
        lambda tx: settling.settle(tx, order, 22_000, "sandbox", attempt)  # the event of a second payment
    )
    html = await open_shop.page(order)
    assert "Paiement confirmé" in html
    assert "Vous avez payé 22\u202f000" in html
    assert "data-final" not in html
