"""« Déjà payé ? », giving up, asking again."""

from __future__ import annotations

import re

from core.kernel.clock import MINUTE, SECOND
from localserver.sandbox.psp_faults import Fault
from tests.support.payshop import PayShop, code_of


async def test_already_paid_is_always_answered(open_shop: PayShop) -> None:
    order = open_shop.bag()
    assert code_of(await open_shop.act(order, "check")) == "nothing"
    where = await open_shop.choose(order)
    session = open_shop.simulator.sessions[where.rsplit("/", 1)[-1]]
    assert code_of(await open_shop.act(order, "check")) == "unpaid"
    open_shop.clock.advance(20 * SECOND)
    # Several times: the shop asks by itself as well, now that time has passed.
    open_shop.simulator.faults.append(Fault("status", "status", times=99, code=500))
    assert code_of(await open_shop.act(order, "check")) == "waiting"
    open_shop.simulator.faults.clear()
    for code, said in (
        ("nothing", "Aucun paiement n’a été commencé"),
        ("unpaid", "aucun paiement n’est arrivé"),
        ("waiting", "Nous continuons de vérifier"),
        ("soon", "il y a quelques secondes"),
    ):
        assert said in await open_shop.page(order, f"?n={code}")
    open_shop.simulator._take_money(session, None, None, False, False)  # paid, and its webhook never comes
    open_shop.clock.advance(20 * SECOND)
    assert code_of(await open_shop.act(order, "check")) == ""
    assert open_shop.state(order) == "paid"


async def test_asking_is_bounded_for_each_order(open_shop: PayShop) -> None:
    order, other = open_shop.bag(), open_shop.bag()
    codes = [code_of(await open_shop.act(order, "check")) for _ in range(4)]
    assert codes == ["nothing", "nothing", "nothing", "soon"]
    assert code_of(await open_shop.act(other, "check")) == "nothing"
    open_shop.clock.advance(10 * SECOND)
    assert code_of(await open_shop.act(order, "check")) == "nothing"


async def test_money_found_after_the_end_by_asking(open_shop: PayShop) -> None:
    order = open_shop.bag()
    where = await open_shop.choose(order)
    await open_shop.expire()
    await open_shop.until("SELECT state FROM attempt", "expired")
    assert "Déjà payé\u202f?" in await open_shop.page(order)
    open_shop.simulator._take_money(open_shop.simulator.sessions[where.rsplit("/", 1)[-1]], None, None, True, False)
    assert code_of(await open_shop.act(order, "check")) == ""
    assert "Paiement reçu après le délai" in await open_shop.page(order)


async def test_who_asks_when_the_money_was_just_found_sees_it(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order)
    assert code_of(await open_shop.act(order, "check")) == ""


async def test_cancelling_is_asked_twice_and_frees_the_goods(open_shop: PayShop) -> None:
    order = open_shop.bag()
    html = await open_shop.page(order, "?cancel=1")
    assert "Annuler la réservation\u202f?" in html
    assert open_shop.state(order) == "reserved"
    await open_shop.act(order, "cancel")
    assert open_shop.state(order) == "cancelled"
    assert open_shop.value("SELECT held FROM product") == 0
    assert "Vous avez annulé cette réservation." in await open_shop.page(order)
    assert await open_shop.act(order, "cancel") == f"../{open_shop.token(order)}"
    assert "Annuler la réservation" not in await open_shop.page(order, "?cancel=1")


async def test_money_already_in_is_not_cancelled_away(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order, amount=1_000)
    await open_shop.act(order, "cancel")
    assert open_shop.state(order) == "reserved"


async def test_an_ended_reservation_has_one_button_that_asks_again(open_shop: PayShop) -> None:
    robe = open_shop.product("ROBE1")
    order = open_shop.order((open_shop.product("SAC2"), 1), (robe, 2))
    open_shop.clock.advance(10 * MINUTE)
    html = await open_shop.page(order)
    assert re.findall(r'class="button gold" href="([^"]+)"', html) == [
        "https://wa.me/221771234567?text=SAC2%2C%202%20ROBE1"
    ]
    assert "Redemander les articles" in html
    open_shop.shop.settings.set("store.phone", "")
    html = await open_shop.page(order)
    assert "wa.me" not in html
    assert "écrivez <b>SAC2, 2 ROBE1</b> à la boutique" in html
