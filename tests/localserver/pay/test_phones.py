"""Means that are approved on a phone: the number asked, the request awaited, and everything that can go wrong."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.kernel.errors import LivePayError
from core.payments.rules import MOST_PROMPTS, PROMPT_LIFE
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import answered
from tests.support.payshop import PayShop, code_of, pay_shop

MVOLA = {"method": "mvola.mvola"}
NUMBER = "034 35 000 03"
SHOWN = "034 35 000 03"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[PayShop]:
    settings = {"store.city": "Antananarivo", "orders.hold_minutes": "30"}
    providers = ("mvola", "airtel_mg")
    async with pay_shop(tmp_path, name="Boutique Soa", country="MG", providers=providers, settings=settings) as running:
        yield running


def bag(shop: PayShop, number: str = "+261331112233") -> int:
    return shop.bag(number=number, minutes=30)


def asked(shop: PayShop, name: str = "mvola") -> list[Session]:
    return list(shop.simulators[name].sessions.values())


async def send(shop: PayShop, order: int, phone: str = NUMBER, method: str = "mvola.mvola") -> str:
    return await shop.act(order, "pay", {"method": method, "phone": phone})


async def test_the_number_is_asked_first_and_nothing_begins_without_it(shop: PayShop) -> None:
    order = bag(shop)
    where = await shop.act(order, "pay", MVOLA)
    assert where.endswith("?m=mvola.mvola&ask=1")
    html = await shop.page(order, "?" + where.partition("?")[2])
    assert "Votre numéro MVola" in html
    assert 'type="tel"' in html
    assert "Ou choisissez un autre moyen" in html
    assert html.count('class="way') == 1  # Airtel Money; MVola is the one asked about
    assert 'http-equiv="refresh"' not in html  # a phone without script must not lose what is being typed
    assert shop.value("SELECT count(*) FROM attempt") == 0


@pytest.mark.parametrize(
    ("number", "method", "value"),
    [
        ("+261343500003", "mvola.mvola", SHOWN),
        ("+261383500003", "mvola.mvola", "038 35 000 03"),
        ("+261343500003", "airtel_mg.airtel_money", ""),
        ("+261331112233", "airtel_mg.airtel_money", "033 11 122 33"),
        ("+221771234567", "mvola.mvola", ""),
    ],
)
async def test_the_buyers_own_number_is_proposed_where_it_is_that_operators(
    shop: PayShop, number: str, method: str, value: str
) -> None:
    """Also straight from WhatsApp, where the choice leads to the page."""
    order = bag(shop, number)
    assert f'required value="{value}"' in await shop.page(order, f"?m={method}")


@pytest.mark.parametrize("typed", ["034", "12", "020 22 123 45", "+221 77 123 45 67", '"><b>x', "034350000033333333"])
async def test_a_wrong_number_is_said_in_one_sentence_and_stays_to_be_mended(shop: PayShop, typed: str) -> None:
    order = bag(shop)
    where = await send(shop, order, typed)
    html = await shop.page(order, "?" + where.partition("?")[2])
    assert "Ce n’est pas un numéro de mobile complet." in html
    assert typed.replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")[:20] in html
    assert "<b>x" not in html
    assert shop.value("SELECT count(*) FROM attempt") == 0


@pytest.mark.parametrize(
    "typed", ["0343500003", "034 35 000 03", "+261343500003", "00261 34 35 000 03", "34.35.000.03"]
)
async def test_a_number_may_be_written_in_any_usual_way(shop: PayShop, typed: str) -> None:
    order = bag(shop)
    await send(shop, order, typed)
    assert [session.extra["payer"] for session in asked(shop)] == ["0343500003"]
    assert shop.value("SELECT payer FROM attempt") == "+261343500003"


async def test_the_request_is_awaited_and_the_notice_by_put_makes_us_ask(shop: PayShop) -> None:
    order = bag(shop)
    assert code_of(await send(shop, order)) == ""
    html = await shop.page(order)
    assert "Validez le paiement sur votre téléphone" in html
    assert f"au {SHOWN}." in html
    assert "Airtel Money" in html  # another means until paid
    (session,) = asked(shop)
    shop.simulators["mvola"].pay(session)
    await shop.news(shop.simulators["mvola"])
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert "Payé par MVola" in await shop.page(order)
    assert shop.value("SELECT amount FROM payment") == 22_000
    assert shop.value("SELECT fee FROM payment") == 330


async def test_airtel_is_awaited_the_same_way_and_asked_when_no_notice_comes(shop: PayShop) -> None:
    order = bag(shop)
    await send(shop, order, "033 11 122 33", "airtel_mg.airtel_money")
    (session,) = asked(shop, "airtel_mg")
    assert (session.extra["payer"], session.amount) == ("331112233", 22_000)
    shop.simulators["airtel_mg"].pay(session)
    await shop.act(order, "check")
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


async def test_a_refusal_on_the_phone_leaves_every_way_open(shop: PayShop) -> None:
    order = bag(shop)
    await send(shop, order)
    mvola = shop.simulators["mvola"]
    mvola.decline(asked(shop)[0])
    await shop.news(mvola)
    await shop.until("SELECT state FROM attempt", "failed")
    html = await shop.page(order, "?m=mvola.mvola")
    assert "Le paiement par MVola n’a pas abouti." in html
    assert "Votre numéro MVola" in html
    await send(shop, order)
    mvola.pay(asked(shop)[1])
    await shop.news(mvola)
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")


async def test_a_request_is_not_sent_twice_to_one_phone_but_may_go_to_another(shop: PayShop) -> None:
    order = bag(shop)
    told = [code_of(await send(shop, order)) for _ in range(3)]
    assert told == ["", "waits", "waits"]
    assert "La demande attend encore sur ce téléphone" in await shop.page(order, "?n=waits")
    assert len(asked(shop)) == 1
    html = await shop.page(order, "?ask=1&m=mvola.mvola")
    assert f'required value="{SHOWN}"' in html
    await send(shop, order, "038 11 222 33")
    assert [session.extra["payer"] for session in asked(shop)] == ["0343500003", "0381122233"]
    assert "au 038 11 222 33." in await shop.page(order)
    shop.clock.advance(PROMPT_LIFE)
    await send(shop, order, "038 11 222 33")  # nobody answered: the request is gone from its screen
    assert len(asked(shop)) == 3


async def test_a_link_cannot_make_phones_ring_without_end(shop: PayShop) -> None:
    order = bag(shop)
    for n in range(MOST_PROMPTS + 2):
        shop.clock.advance(3_000)
        where = await send(shop, order, f"034 35 000 {n:02d}")
    assert code_of(where) == "prompts"
    assert "Trop de demandes de paiement" in await shop.page(order, "?n=prompts")
    assert len(asked(shop)) == MOST_PROMPTS


async def test_both_requests_approved_are_money_paid_twice_for_the_seller_to_decide(shop: PayShop) -> None:
    order = bag(shop)
    await send(shop, order)
    await send(shop, order, "038 11 222 33")
    mvola = shop.simulators["mvola"]
    for session in asked(shop):
        mvola.pay(session)
    await shop.news(mvola)
    await shop.until("SELECT count(*) FROM payment", 2)
    assert shop.value("SELECT kind FROM decision") == "paid_twice"
    assert shop.value("SELECT received FROM orders WHERE id = ?", order) == 44_000


async def test_an_answer_that_was_lost_is_known_again_by_the_notice_to_the_attempts_own_address(shop: PayShop) -> None:
    """MVola cannot be searched by our reference; never is the request made a second time."""
    order = bag(shop)
    mvola = shop.simulators["mvola"]
    mvola.faults.append(Fault("drop", "create"))
    assert code_of(await send(shop, order)) == "silent"
    assert shop.value("SELECT state FROM attempt") == "unknown"
    assert "Si votre téléphone montre la demande, validez-la" in await shop.page(order)
    await send(shop, order)
    (session,) = asked(shop)
    mvola.pay(session)
    await shop.news(mvola)
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert shop.value("SELECT provider_ref FROM attempt") == session.id


async def test_money_of_another_order_cannot_be_passed_off_as_this_ones(shop: PayShop) -> None:
    """An unsigned notice under one attempt's address that names another attempt's payment."""
    first, second = bag(shop), bag(shop, "+261331112234")
    mvola = shop.simulators["mvola"]
    await send(shop, first)
    mvola.pay(asked(shop)[0])
    await shop.news(mvola)
    mvola.faults.append(Fault("drop", "create"))
    await send(shop, second, "038 11 222 33")
    token = shop.value("SELECT notify_token FROM attempt WHERE order_id = ?", second)
    body = json.loads(mvola.event(asked(shop)[0], "paid", asked(shop)[0].payments[0]) or b"")
    path = f"/webhooks/psp/mvola/{shop.shop.slug}/{token}"
    async with shop.client.put(shop.url + path, json=body) as answer:
        assert answer.status == 200
    await shop.news(mvola)
    await answered(shop.shop)
    assert shop.state(second) == "reserved"
    assert shop.value("SELECT count(*) FROM payment") == 1


async def test_a_forged_notice_settles_nothing(shop: PayShop) -> None:
    order = bag(shop)
    await send(shop, order)
    (session,) = asked(shop)
    token = shop.value("SELECT notify_token FROM attempt")
    body = {"transactionStatus": "completed", "serverCorrelationId": session.id, "transactionReference": "1"}
    for path in ("", f"/{token}", "/anybody"):
        for method in (shop.client.put, shop.client.post):
            url = f"{shop.url}/webhooks/psp/mvola/{shop.shop.slug}{path}"
            async with method(url, json=body | {"transactionReference": path}) as answer:
                assert answer.status == 200
    await shop.news(shop.simulators["mvola"])
    await answered(shop.shop)
    assert shop.state(order) == "reserved"
    assert shop.value("SELECT state FROM attempt") == "open"
    stranger = body | {"serverCorrelationId": "00000000-0000-4000-8000-000000000000"}
    async with shop.client.put(f"{shop.url}/webhooks/psp/mvola/{shop.shop.slug}", json=stranger) as answer:
        assert answer.status == 200
    await shop.until("SELECT count(*) FROM orphan", 1)


async def test_an_approval_after_the_end_is_told_to_the_seller(shop: PayShop) -> None:
    order = bag(shop)
    await send(shop, order)
    await shop.expire()
    mvola = shop.simulators["mvola"]
    mvola.pay(asked(shop)[0], late=True)
    await shop.news(mvola)
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert shop.value("SELECT kind FROM decision") == "paid_late"


async def test_a_request_approved_before_it_was_answered_counts_once(shop: PayShop) -> None:
    order = bag(shop)
    shop.simulators["mvola"].faults.append(Fault("paid_first", "create"))
    await send(shop, order)
    await shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert shop.value("SELECT count(*) FROM payment") == 1


async def test_a_provider_that_cannot_be_reached_may_be_asked_again_at_once(shop: PayShop) -> None:
    order = bag(shop)
    base = shop.shop.settings.get("psp.mvola.base_url")
    shop.shop.settings.set("psp.mvola.base_url", "http://127.0.0.1:9")
    assert code_of(await send(shop, order)) == "silent"
    assert shop.value("SELECT state FROM attempt") == "failed"
    shop.shop.settings.set("psp.mvola.base_url", base)
    await send(shop, order)
    assert len(asked(shop)) == 1


async def test_no_number_reaches_the_journal_or_the_address_bar(shop: PayShop) -> None:
    order = bag(shop)
    where = await send(shop, order)
    assert "343500003" not in where
    assert shop.value("SELECT count(*) FROM journal WHERE data LIKE '%343500003%'") == 0


async def test_malagasy_buyers_read_it_in_their_language(shop: PayShop) -> None:
    order = shop.bag(number="+261343500003", language="mg", minutes=30)
    assert "Ny nomeraonao MVola" in await shop.page(order, "?m=mvola.mvola")
    await send(shop, order)
    assert "Ekeo amin’ny findainao ny fandoavana" in await shop.page(order)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_the_shop_counts_what_the_provider_took(shop: PayShop, seed: int) -> None:
    """Requests, refusals, approvals, lost answers, copies, forged and late notices, in any order: to the ariary."""
    dice, mvola = random.Random(seed), shop.simulators["mvola"]
    orders = [bag(shop, f"+26134350000{n}") for n in range(3)]
    for _ in range(24):
        order, sessions = dice.choice(orders), asked(shop)
        shop.clock.advance(dice.choice((3_000, 30_000)))
        match dice.choice(("send", "send", "other", "lost", "pay", "pay", "decline", "forged", "check", "copies")):
            case "send":
                await shop.post(f"/p/{shop.token(order)}/pay", {**MVOLA, "phone": NUMBER})
            case "other":
                await shop.post(
                    f"/p/{shop.token(order)}/pay", {**MVOLA, "phone": f"034 35 0{dice.randrange(100):02d} 03"}
                )
            case "lost":
                mvola.faults.append(Fault(dice.choice(("drop", "lost", "broken_json")), "create"))
            case "pay" | "copies" as act if sessions:
                session = dice.choice(sessions)
                how = Delivery(copies=3) if act == "copies" else Delivery(send=dice.random() < 0.7)
                if session.state != "paid":
                    mvola.pay(session, how, late=True)
            case "decline" if sessions and (session := dice.choice(sessions)).state == "open":
                mvola.decline(session)
            case "forged" if sessions:
                body = {"transactionStatus": "completed", "serverCorrelationId": dice.choice(sessions).id}
                await shop.client.put(f"{shop.url}/webhooks/psp/mvola/{shop.shop.slug}", json=body)
            case "check":
                await shop.post(f"/p/{shop.token(order)}/check")
    await shop.news(mvola)
    mvola.faults.clear()
    known = {row[0] for row in shop.shop.engine.read(lambda r: r.all("SELECT provider_ref FROM attempt"))}
    told = [session for session in asked(shop) if session.payments and session.id in known]
    for session in asked(shop):
        if session.payments and session.id not in known:  # its answer was lost, and so was its notice: sent once more
            mvola.notify(session, "paid", Delivery(), session.payments[0])
            told.append(session)
    await shop.news(mvola)
    for (attempt_id,) in shop.shop.engine.read(lambda r: r.all("SELECT id FROM attempt")):
        with suppress(LivePayError):
            await shop.shop.desk.ask(attempt_id)
    took = sum(session.paid for session in asked(shop))
    await shop.until("SELECT coalesce(sum(amount), 0) FROM payment", took)
    assert shop.value("SELECT sum(received) FROM orders") == took
    assert len(told) == shop.value("SELECT count(*) FROM payment")
    assert shop.value("SELECT coalesce(sum(amount), 0) FROM ledger_line") == 0
