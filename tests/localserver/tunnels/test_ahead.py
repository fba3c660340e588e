"""A payment opened ahead of time: paid while the store is away, taken up by the buyer who comes to the live page, and
gone with its order."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from core.bootstrap import open_shop
from core.conversations.events import LinkGiven
from core.kernel.clock import MINUTE, SECOND
from core.orders.service import Wanted
from core.payments import ahead
from core.storage.folder import Home
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from tests.faults.steps import books_hold
from tests.support.payshop import PayShop, pay_shop, working
from tests.support.relayed import Relayed, relayed, way
from tests.support.relays import until

WAVE, CARD = "sandbox.wave", "sandbox.card"
AWAY = "La boutique se reconnecte"


@pytest.fixture
async def r(tmp_path: Path) -> AsyncIterator[Relayed]:
    async with relayed(tmp_path) as made:
        yield made


async def _ready(r: Relayed, minutes: int = 10) -> tuple[int, Session]:
    """An order whose payment was opened ahead, and is at the relay. → with its session at the provider."""
    order = r.shop.bag(minutes=minutes)
    await r.due()
    session = await r.prepared(order)
    await r.published(order, "Payer avec Wave")
    return order, session


def _attempts(shop: PayShop) -> list[tuple[str, int, int]]:
    return shop.rows("SELECT state, ahead, closing FROM attempt ORDER BY id")


def _begun(shop: PayShop) -> int:
    """How often a buyer chose a means."""
    return int(shop.value("SELECT count(*) FROM journal WHERE kind = 'AttemptOpened'"))


async def _approve(r: Relayed, url: str) -> str:
    """The buyer pays on the provider's page. → where it leads then."""
    async with r.shop.client.post(url, data={"action": "pay"}, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"]


async def test_paid_from_the_published_page_while_the_store_is_away_and_booked_once(r: Relayed) -> None:
    order, session = await _ready(r)
    assert AWAY not in await r.page(order)
    await r.leave()
    html = await r.page(order)
    assert AWAY in html
    assert way(html) == session.url
    back = await _approve(r, session.url)
    assert back == f"{r.host.address(r.handle)}/p/{r.shop.token(order)}"
    await r.shop.simulator.courier.settle()  # the relay has taken the notice, and keeps it
    assert r.shop.state(order) == "reserved"
    assert "Déjà payé\u202f? Vous n’avez plus rien à faire." in await r.page(order)
    await r.connect()
    await r.shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert session.paid == 22_000
    assert r.shop.rows("SELECT amount FROM payment") == [(22_000,)]
    assert (_attempts(r.shop), _begun(r.shop)) == ([("paid", 0, 1)], 0)
    assert books_hold(r.shop)
    assert "Paiement confirmé" in await r.page(order)
    await r.published(order, "Paiement confirmé")
    assert way((await r.kept(order)).html) is None


async def test_the_live_page_knows_nothing_of_it_and_the_same_means_leads_there(r: Relayed) -> None:
    order, session = await _ready(r)
    html = await r.shop.page(order)
    assert "Comment payez-vous" in html
    assert "Nous vérifions" not in html
    assert "Continuer avec" not in html
    assert _begun(r.shop) == 0
    assert await r.shop.choose(order, WAVE) == session.url
    assert len(r.shop.simulator.sessions) == 1
    assert (_attempts(r.shop), _begun(r.shop)) == ([("open", 0, 0)], 1)
    await r.published(order, "Continuer avec Wave")
    r.shop.simulator.pay(session)
    await r.shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert books_hold(r.shop)


async def test_another_means_closes_it_and_takes_its_place_on_the_page(r: Relayed) -> None:
    order, session = await _ready(r)
    other = await r.shop.choose(order, CARD)
    assert other != session.url
    await until(lambda: session.state == "expired")
    await r.published(order, "Continuer avec carte bancaire")
    assert way((await r.kept(order)).html) == other
    await r.due(2 * 60)
    assert len(r.shop.simulator.sessions) == 2


async def test_an_order_that_ends_or_costs_something_else_takes_it_along(r: Relayed) -> None:
    order, session = await _ready(r)
    buyer, bag = r.shop.rows("SELECT customer_id, (SELECT min(id) FROM product) FROM orders")[0]
    r.shop.shop.engine.call(lambda tx: r.shop.shop.orders.claim(tx, buyer, [Wanted(bag, 2)], "shop"))
    await until(lambda: session.state == "expired")
    await r.published(order, "Payer avec Wave", said=False)
    await r.due()
    newer = await r.prepared(order, 2)
    assert newer.amount == r.shop.value("SELECT total FROM orders") > session.amount
    await r.published(order, newer.url)
    await r.shop.act(order, "cancel")
    await until(lambda: newer.state == "expired")
    await r.published(order, "Réservation annulée")
    other = r.shop.bag()
    await r.due()
    last = await r.prepared(other, 3)
    await r.shop.expire()
    await until(lambda: last.state == "expired")
    await r.published(other, "La réservation est terminée")
    assert way((await r.kept(other)).html) is None
    await r.shop.until("SELECT count(*) FROM attempt WHERE state = 'expired'", 3)  # heard a moment after it was done
    assert [(state, mark) for state, mark, _ in _attempts(r.shop)] == [("expired", 1)] * 3
    assert "Déjà payé" in await r.shop.page(order)


async def test_the_published_page_stops_leading_there_when_the_time_is_over(r: Relayed) -> None:
    """By the relay's clock: the store is away and says nothing."""
    order, session = await _ready(r)
    await r.leave()
    assert way(await r.page(order)) == session.url
    r.shop.clock.advance(10 * MINUTE)
    html = await r.page(order)
    assert way(html) is None
    assert "Le délai s’est terminé à 21\u202fh\u202f56. Ne payez plus." in html
    await r.shop.until(f"SELECT state FROM orders WHERE id = {order}", "expired")
    r.shop.simulator.pay(session, late=True)  # on a page of the provider's that stayed open
    await r.connect()
    await r.shop.until(f"SELECT exception FROM orders WHERE id = {order}", "paid_late")
    assert r.shop.rows("SELECT amount FROM payment") == [(22_000,)]
    assert books_hold(r.shop)


async def test_a_provider_that_refuses_or_is_silent_keeps_nobody_waiting_and_is_asked_again(r: Relayed) -> None:
    simulator, order = r.shop.simulator, r.shop.bag(minutes=30)
    simulator.faults.append(Fault("status", "create", code=422))
    await r.due()
    await r.shop.until("SELECT state FROM attempt", "rejected")
    assert "Comment payez-vous" in await r.shop.page(order)
    simulator.faults.append(Fault("status", "any", times=2, code=500))
    await r.due(60)
    await r.shop.until("SELECT count(*) FROM attempt", 2)
    assert not simulator.sessions
    await r.due(10)  # the creation that got no answer is looked for: there is none
    await r.shop.until("SELECT count(*) FROM attempt WHERE state = 'failed'", 1)
    await r.due(2 * 60)
    await r.prepared(order)
    await r.published(order, "Payer avec Wave")
    where = await r.shop.choose(order, CARD)
    assert where.startswith("http")


async def test_a_buyer_does_not_wait_for_one_that_hangs(r: Relayed) -> None:
    simulator, order = r.shop.simulator, r.shop.bag()
    simulator.faults.append(Fault("hang", "create"))
    await r.due()
    await until(lambda: simulator.sessions)
    where = await r.shop.choose(order, WAVE)  # after a while the page would say that the provider is silent
    own = simulator.sessions[where.rsplit("/", 1)[-1]]
    simulator.released.set()
    first = next(iter(simulator.sessions.values()))
    await until(lambda: first.state == "expired")
    assert (own.state, own is not first) == ("open", True)
    simulator.pay(own)
    await r.shop.until(f"SELECT state FROM orders WHERE id = {order}", "paid")
    assert books_hold(r.shop)


async def test_it_gives_up_after_a_few(r: Relayed) -> None:
    r.shop.bag(minutes=30)
    r.shop.simulator.faults.append(Fault("status", "create", times=99, code=422))
    for number in range(ahead.MOST):
        await r.due(4 * 60)
        await r.shop.until("SELECT count(*) FROM attempt WHERE state = 'rejected'", number + 1)
    await r.due(4 * 60)
    assert r.shop.value("SELECT count(*) FROM deadline WHERE kind = 'ahead'") == 0


async def test_a_link_given_in_the_chat_is_prepared_for_the_means_named_there(r: Relayed) -> None:
    """And an order of the chat whose link nobody asked for yet is not."""
    buyer = r.shop.bag()
    shop = r.shop.shop
    bag = r.shop.value("SELECT min(id) FROM product")
    customer = r.shop.value("SELECT customer_id FROM orders WHERE id = ?", buyer)
    shop.engine.call(lambda tx: shop.orders.cancel(tx, buyer, "seller"))
    asking = shop.engine.call(lambda tx: shop.orders.claim(tx, customer, [Wanted(bag)], "whatsapp")).order_id
    assert asking
    await r.due(60)
    assert _attempts(r.shop) == []
    shop.engine.call(lambda tx: tx.emit(LinkGiven(asking, CARD)))
    await r.due()
    assert (await r.prepared(asking)).method == "card"
    await r.published(asking, "Payer avec carte bancaire")


async def test_only_where_a_relay_is_used_and_wanted(r: Relayed, tmp_path: Path) -> None:
    r.shop.shop.settings.set("tunnel.relay_ahead", "false")
    r.shop.bag()
    await r.due(60)
    assert _attempts(r.shop) == []
    async with pay_shop(tmp_path / "alone") as alone:
        alone.bag()
        alone.clock.advance(MINUTE)
        await alone.shop.scheduler.settle_due()
        assert alone.value("SELECT count(*) FROM prepare") == 0


async def test_killed_between_opening_and_noting_it_is_found_again_and_no_second_is_opened(
    r: Relayed, tmp_path: Path
) -> None:
    simulator, order = r.shop.simulator, r.shop.bag(minutes=30)
    simulator.faults.append(Fault("hang", "create"))
    await r.due()
    await until(lambda: simulator.sessions)
    await asyncio.to_thread(shutil.copytree, r.shop.home.path, tmp_path / "after")
    again = open_shop(Home(tmp_path / "after"), r.shop.shop.slug, r.shop.clock)
    async with AsyncExitStack() as stack:
        stack.callback(again.close)
        await stack.enter_async_context(working(again))
        new = PayShop(r.shop.home, again, r.shop.clock, r.shop.url, r.shop.client, r.shop.simulators)
        await new.until("SELECT state FROM attempt", "open")
        for _ in range(3):
            r.shop.clock.advance(MINUTE)
            await again.scheduler.settle_due()
        assert _attempts(new) == [("open", 1, 0)]
        assert len(simulator.sessions) == 1
        assert new.value("SELECT redirect_url FROM attempt") == next(iter(simulator.sessions.values())).url
        assert new.value(f"SELECT expires_at > {r.shop.clock.now() + 10 * SECOND} FROM orders WHERE id = ?", order)
    simulator.released.set()
