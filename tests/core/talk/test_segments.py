"""A sale in each of the five segments, from the first message to the money, over WhatsApp's and a provider's wire."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from core.catalogue import service as catalogue
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock, day_ends
from core.orders import delivery, terms
from core.payments import onsite
from core.slots import service as slots
from core.slots.rules import Offered
from tests.faults.steps import checkout, pick, press, say
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def opened(w: World, segment: str, **settings: str) -> None:
    w.shop.settings.set("store.segment", segment)
    for key, value in settings.items():
        w.shop.settings.set(f"segment.{key}", value)
    w.buyer(AWA)


def last(w: World, name: str = AWA) -> dict[str, Any]:
    part: dict[str, Any] = w.graph.world.buyer(name).thread(w.graph.world.account())[-1].part
    return part


def rows(w: World) -> list[str]:
    return [row["title"] for section in last(w)["action"]["sections"] for row in section["rows"]]


def pressed(w: World) -> list[str]:
    return [button["reply"]["title"] for button in last(w)["action"]["buttons"]]


def pay_link(w: World, name: str = AWA) -> str:
    entries = w.graph.world.buyer(name).thread(w.graph.world.account())
    found = [e for e in entries if e.direction == "out" and e.type == "interactive" and e.part["type"] == "cta_url"]
    return str(found[-1].part["action"]["parameters"]["url"])


async def pay(w: World) -> None:
    """Choose Wave, open the page and pay at the provider what it asks for."""
    await checkout(w, pay_link(w))
    simulator = w.providers["sandbox"]
    simulator.pay(list(simulator.sessions.values())[-1])
    await w.settled()


async def test_a_shop_asks_how_many_shows_the_total_and_waits_for_a_yes(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        w.product("ROBE1", 15_000, stock=8)
        (hello,) = await say(w, AWA, "bonjour")
        assert "réponds OUI" in hello
        (asked,) = await say(w, AWA, "je prends ROBE1")
        assert "Combien en veux-tu" in asked
        assert rows(w) == ["1", "2", "3", "Plus…", "ANNULER"]
        expires, reserved = w.rows("SELECT expires_at, reserved_at FROM orders")[0]
        assert expires - reserved == 30 * MINUTE
        (confirm,) = await pick(w, AWA, "3")
        assert "45\u202f000" in confirm
        assert "Réponds OUI" in confirm
        assert pressed(w) == ["CONFIRMER", "ANNULER"]
        await say(w, AWA, "OUI")
        assert w.value("SELECT confirmed_at IS NOT NULL FROM orders")
        await pick(w, AWA, "Wave")
        await pay(w)
        assert w.order(AWA)[1:] == ("paid", None, 0, 45_000, 45_000)


async def test_a_larger_number_is_written(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        w.product("ROBE1", 15_000, stock=8)
        await say(w, AWA, "je prends ROBE1")
        (told,) = await pick(w, AWA, "Plus…")
        assert "Écris le nombre" in told
        (confirm,) = await say(w, AWA, "5")
        assert "75\u202f000" in confirm
        assert w.value("SELECT held FROM order_line") == 5
        (again,) = await say(w, AWA, "non 2")
        assert "30\u202f000" in again


async def test_a_number_said_at_once_is_not_asked_for(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        w.product("ROBE1", 15_000, stock=8)
        w.product("SAC2", 20_000, stock=1)
        (confirm,) = await say(w, AWA, "je prends 2 ROBE1")
        assert pressed(w) == ["CONFIRMER", "ANNULER"]
        assert "30\u202f000" in confirm


async def event(w: World, price: int = 25_000, stock: int = 40) -> int:
    product = w.product("GALA", price, stock=stock)
    at = w.clock.now() + 10 * DAY
    w.shop.engine.call(lambda tx: catalogue.change(tx, product, event_at=at, place="Théâtre Sorano"))
    return product


async def test_an_event_asks_for_half_and_the_rest_is_taken_on_site(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        await event(w)
        (card,) = await say(w, AWA, "je prends GALA")
        for told in ("12\u202f500", "Théâtre Sorano", "25\u202f000", "sur place", "Places restantes\u202f: 39"):
            assert told in card
        await press(w, AWA, "PAYER")
        await pick(w, AWA, "Wave")
        await pay(w)
        order, state, exception, undecided, total, received = w.order(AWA)
        assert (state, exception, undecided, total, received) == ("reserved", None, 0, 25_000, 12_500)
        assert "Reste à régler sur place\u202f: 12\u202f500" in w.thread(AWA)[-1]
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(9 * DAY)
        await w.shop.scheduler.settle_due()
        assert w.order(AWA)[1] == "reserved", "the seat is kept until the event"
        w.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF"), actor="seller")
        await w.settled()
        assert w.order(AWA)[1:] == ("paid", None, 0, 25_000, 25_000)
        assert w.rows("SELECT provider, amount FROM payment ORDER BY id") == [("sandbox", 12_500), ("cash", 12_500)]
        assert w.rows(
            "SELECT kind, amount FROM ledger_entry WHERE kind IN ('deposit', 'payment', 'sale') ORDER BY id"
        ) == [
            ("deposit", 12_500),
            ("payment", 12_500),
            ("sale", 12_500),
            ("sale", 12_500),
        ]
        assert w.value("SELECT count(*) FROM receipt") == 1, "the deposit's own paper"
        assert w.value("SELECT total FROM invoice") == 25_000
        assert w.value("SELECT count(*) FROM journal WHERE kind = 'CashReceived' AND actor = 'seller'") == 1
        await w.shop.reconciler.ask_providers(30)
        assert not w.value("SELECT count(*) FROM difference"), "nobody outside can be asked about cash"


async def test_a_deposit_that_is_in_stands_apart_from_what_is_claimed_next(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        await event(w)
        await say(w, AWA, "je prends GALA")
        await press(w, AWA, "PAYER")
        await pick(w, AWA, "Wave")
        await pay(w)
        await say(w, AWA, "je prends 2 GALA")
        assert w.rows("SELECT total, deposit, received FROM orders ORDER BY id") == [
            (25_000, 12_500, 12_500),
            (50_000, 25_000, 0),
        ]


async def test_what_took_place_is_no_longer_sold(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        product = await event(w)
        w.shop.engine.call(lambda tx: catalogue.change(tx, product, event_at=w.clock.now() - HOUR))
        await say(w, AWA, "je prends GALA")
        assert not w.order(AWA)


def offer(w: World, sku: str = "TRESSE", times: int = 14, capacity: int = 1) -> list[int]:
    product = w.product(sku, 20_000, stock=0)
    start = w.clock.now() + DAY
    offered = [Offered(start + hour * HOUR, 60, capacity) for hour in range(times)]
    w.shop.engine.call(lambda tx: slots.add(tx, product, offered))
    return [row[0] for row in w.rows("SELECT id FROM slot WHERE product_id = ? ORDER BY starts_at", (product,))]


async def test_a_service_is_booked_paid_and_confirmed_by_a_call(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        first, *_ = offer(w)
        (asked,) = await say(w, AWA, "je prends TRESSE")
        assert "quel jour" in asked
        shown = rows(w)
        assert len(shown) == 10
        assert shown[-1] == "Plus tard"
        (waits,) = await say(w, AWA, "payer")
        assert "quel jour" in waits, "without a time there is nothing to pay for"
        await pick(w, AWA, "Plus tard")
        assert len(rows(w)) == 5
        await say(w, AWA, "je prends TRESSE")
        (held,) = await pick(w, AWA, shown[0])
        assert "C’est noté" in held
        assert w.rows("SELECT slot_id, places FROM booking") == [(first, 1)]
        await press(w, AWA, "PAYER")
        await pick(w, AWA, "Wave")
        await pay(w)
        assert any("t’appelle" in told for told in w.thread(AWA))
        order = w.order(AWA)[0]
        assert w.value("SELECT reason FROM conversation") == "call"
        w.shop.engine.call(lambda tx: slots.called(tx, order), actor="seller")
        await w.settled()
        assert "confirmé" in w.thread(AWA)[-1]


async def test_a_time_that_is_taken_meanwhile_is_said_and_others_are_offered(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        offer(w, times=3)
        w.buyer("Fatou Sy")
        await say(w, AWA, "je prends TRESSE")
        await say(w, "Fatou Sy", "je prends TRESSE")
        shown = rows(w)
        await pick(w, AWA, shown[0])
        (told,) = await pick(w, "Fatou Sy", shown[0])
        assert "vient d’être pris" in told
        assert w.value("SELECT count(*) FROM booking") == 1
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(11 * MINUTE)
        await w.shop.scheduler.settle_due()
        assert w.value("SELECT sum(taken) FROM slot") == 0, "it goes back with the end of the hold"


async def test_a_business_asks_for_a_quote_and_the_seller_finds_it_drafted(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        w.product("RIZ50", 22_000, stock=100)
        await say(w, AWA, "je prends 20 RIZ50")
        assert pressed(w) == ["DEVIS", "COMMANDER", "ANNULER"]
        (told,) = await press(w, AWA, "DEVIS")
        assert "devis" in told.lower()
        await press(w, AWA, "DEVIS")
        assert w.rows("SELECT state, total FROM quote") == [("draft", 440_000)], "one, however often it is asked for"
        assert w.order(AWA)[1] == "reserved", "what was claimed is not lost"


async def test_a_trusted_business_pays_later_and_the_others_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        w.product("RIZ50", 22_000, stock=100)
        await say(w, AWA, "je prends 20 RIZ50")
        (asked,) = await press(w, AWA, "COMMANDER")
        assert "payer" in asked
        await press(w, AWA, "ANNULER") if "ANNULER" in str(last(w)) else await say(w, AWA, "annuler")
        customer = w.value("SELECT id FROM customer WHERE name = ?", (AWA,))
        w.shop.engine.call(lambda tx: terms.allow(tx, customer, 30), actor="seller")
        await say(w, AWA, "je prends 20 RIZ50")
        await press(w, AWA, "COMMANDER")
        assert pressed(w) == ["À 30 JOURS", "COMPTANT", "ANNULER"]
        told = await press(w, AWA, "À 30 JOURS")
        assert "440\u202f000" in " ".join(told)
        order = w.order(AWA)[0]
        due = day_ends(w.clock.now(), 30, UTC)
        assert w.rows("SELECT state, terms_days, balance_by, expires_at FROM orders WHERE id = ?", (order,)) == [
            ("reserved", 30, due, due)
        ]
        assert w.value("SELECT json_extract(content, '$.due_at') FROM invoice WHERE order_id = ?", (order,)) == due
        assert w.value("SELECT on_hand FROM product") == 80, "the goods are sold"
        (known,) = await say(w, AWA, "j'ai payé")
        assert "plus tard sur facture" in known
        (link,) = await press(w, AWA, "PAYER")
        assert "440\u202f000" in link, "what is owed can be paid any time"
        assert "valide" not in link
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(31 * DAY)
        await w.shop.scheduler.settle_due()
        late = w.shop.engine.read(lambda r: terms.owed(r, w.clock.now(), overdue=True))
        assert [(o.order_id, o.due, o.due_at) for o in late] == [(order, 440_000, due)]
        assert w.order(AWA)[1:4] == ("reserved", None, 0), "nobody takes the goods back by itself"
        w.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF", 40_000), actor="seller")
        w.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF"), actor="seller")
        assert w.order(AWA)[1:] == ("paid", None, 0, 440_000, 440_000)
        assert w.value("SELECT count(*) FROM invoice") == 1
        assert w.value("SELECT sum(amount) FROM ledger_entry WHERE kind = 'sale'") == 440_000
        assert w.value("SELECT on_hand FROM product") == 80


async def test_a_cancelled_order_on_terms_gives_goods_and_invoice_back(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        w.product("RIZ50", 22_000, stock=100)
        await say(w, AWA, "je prends 20 RIZ50")
        order, customer = w.order(AWA)[0], w.value("SELECT id FROM customer WHERE name = ?", (AWA,))
        w.shop.engine.call(lambda tx: terms.allow(tx, customer, 30))
        w.shop.engine.call(lambda tx: terms.pay_later(tx, order, UTC))
        w.shop.engine.call(lambda tx: w.shop.orders.cancel(tx, order, "seller"))
        assert w.value("SELECT on_hand FROM product") == 100
        assert w.value("SELECT held FROM product") == 0
        assert w.value("SELECT total FROM credit_note") == 440_000


async def test_an_address_is_asked_for_after_the_money_and_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller", require_delivery_address="true")
        w.product("ROBE1", 15_000)
        await say(w, AWA, "je prends ROBE1")
        await press(w, AWA, "PAYER")
        await pick(w, AWA, "Wave")
        await pay(w)
        assert any("Où faut-il livrer" in told for told in w.thread(AWA))
        order = w.order(AWA)[0]
        (told,) = await say(w, AWA, "Sacré-Cœur 3, villa 10, Dakar")
        assert "C’est noté" in told
        place = w.shop.engine.read(lambda r: delivery.of_order(r, order))
        assert place is not None
        assert place.address == "Sacré-Cœur 3, villa 10, Dakar"
        assert "Sacré" not in str(w.rows("SELECT data FROM journal ORDER BY seq"))


async def test_a_question_is_not_taken_for_an_address(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller", require_delivery_address="true")
        w.product("ROBE1", 15_000)
        await say(w, AWA, "je prends ROBE1")
        await press(w, AWA, "PAYER")
        await pick(w, AWA, "Wave")
        await pay(w)
        await say(w, AWA, "merci beaucoup")
        await say(w, AWA, "vous livrez quand ?")
        assert not w.value("SELECT count(*) FROM delivery WHERE at IS NOT NULL")
        w.graph.acts(AWA).locate(14.7167, -17.4677)
        await w.settled()
        assert w.rows("SELECT latitude, longitude FROM delivery") == [(14.7167, -17.4677)]


async def test_a_live_sells_as_before(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        w.product("ROBE1", 15_000)
        await say(w, AWA, "ROBE1")
        assert pressed(w) == ["PAYER", "ANNULER"]
        assert w.value("SELECT expires_at - reserved_at FROM orders") == 10 * MINUTE
