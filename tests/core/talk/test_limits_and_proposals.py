"""What buyers are told about limits, their score and what else they might like; on the real wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.customers.allowing import allow
from core.kernel.clock import ManualClock
from core.orders import pairs
from core.storage.engine import Tx
from tests.e2e.test_sale import _checkout, _pay, _say, _time
from tests.faults.steps import pass_time
from tests.support.shops import World, world

AWA = "Awa Ndour"


def customer(w: World) -> int:
    return int(w.value("SELECT id FROM customer WHERE name = ?", (AWA,)))


def history(w: World, **columns: int) -> None:
    """As if she had bought here before."""
    text = ", ".join(f"{name} = ?" for name in columns)
    w.shop.engine.call(lambda tx: tx.run(f"UPDATE customer SET {text} WHERE name = ?", (*columns.values(), AWA)))


async def buys(w: World, text: str) -> list[str]:
    """She orders and pays. → what she is told from the payment on."""
    pass_time(w, 30_000)
    await _say(w, AWA, text)
    return await pays(w)


async def pays(w: World) -> list[str]:
    session = await _checkout(w, AWA)
    before = len(w.thread(AWA))
    await _pay(w, session)
    return w.thread(AWA)[before:]


async def test_beyond_the_limit_one_polite_answer_and_a_way_out(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("maxOrdersPerClient", "1")
        w.product("ROBE1")
        w.buyer(AWA)
        await buys(w, "ROBE1")
        (said,) = await _say(w, AWA, "ROBE1")
        assert "une commande, réservée ou payée" in said
        assert "vendeur" in said
        assert w.rows("SELECT reason FROM conversation WHERE escalated_at IS NOT NULL") == [("limit",)]
        assert w.value("SELECT count(*) FROM orders") == 1
        w.shop.engine.call(lambda tx: allow(tx, customer(w)), actor="seller")
        await _say(w, AWA, "ROBE1")
        assert w.value("SELECT count(*) FROM orders") == 2
        w.shop.settings.set("orders.max_per_client", "null")
        assert w.shop.settings.number("maxOrdersPerClient") == 0


async def test_below_the_score_the_seller_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("minTrustScoreRequired", "40")
        w.product("ROBE1")
        w.buyer(AWA)
        await _say(w, AWA, "bonjour")
        history(w, orders=3, expired=3)
        (said,) = await _say(w, AWA, "ROBE1")
        assert "accord" in said
        assert "MON SCORE" in said
        (explained,) = await _say(w, AWA, "mon score ?")
        assert "*20/100*" in explained
        assert "3 réservations expirées\u202f: −30" in explained
        assert "5 min ou paiement préalable" in explained
        w.shop.engine.call(lambda tx: allow(tx, customer(w)), actor="seller")
        assert "réservé" in (await _say(w, AWA, "ROBE1"))[0]


async def test_a_small_thing_after_a_payment_once_a_day_and_never_after_stop(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        assert isinstance(w.clock, ManualClock)
        for sku, price in (
            ("ROBE1", 15_000),
            ("FOULARD", 4_000),
            ("COLLIER", 9_000),
            ("BAGUE", 3_000),
            ("SAC2", 20_000),
        ):
            w.product(sku, price)
        w.shop.engine.call(lambda tx: tx.run("UPDATE product SET category = 'Mode'"))
        w.buyer(AWA)
        assert not any("plaire" in said for said in await buys(w, "ROBE1")), "switched off, as it comes"
        w.shop.settings.set("upsellEnabled", "true")
        assert not any("plaire" in said for said in await buys(w, "ROBE1")), "bronze"
        history(w, orders=4, paid=4, spent=60_000, pay_ms=4 * 90_000)
        told = await buys(w, "ROBE1")
        (proposed,) = [said for said in told if "plaire" in said]
        assert "Article FOULARD" in proposed, "the dearest of at most half of the amount"
        assert "4\u202f000" in proposed
        assert "reçu" in told[0], "after the confirmation"
        before = w.value("SELECT count(*) FROM orders")
        w.graph.acts(AWA).press("JE PRENDS")
        await w.settled()
        assert w.value("SELECT count(*) FROM orders") == before + 1
        pass_time(w, 30_000)
        await pays(w)
        assert w.value("SELECT taken_by FROM suggestion") == before + 1
        assert not any("plaire" in said for said in await buys(w, "SAC2")), "once a day"
        await _time(w, 24 * 60 + 1)
        (answer,) = await _say(w, AWA, "STOP")
        assert "propose plus rien" in answer
        assert not any("plaire" in said for said in await buys(w, "SAC2"))
        await _say(w, AWA, "OK PUB")
        assert any("BAGUE" in said or "COLLIER" in said for said in await buys(w, "SAC2"))
        kinds = w.rows(
            "SELECT kind FROM journal WHERE kind IN ('Suggested', 'SuggestionTaken', 'ConsentNoted') ORDER BY seq"
        )
        assert [kind for (kind,) in kinds] == [
            "Suggested",
            "SuggestionTaken",
            "ConsentNoted",
            "ConsentNoted",
            "Suggested",
        ]


async def test_ok_with_a_thumb_does_not_undo_a_stop(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        await _say(w, AWA, "STOP")
        assert await _say(w, AWA, "ok 👍") == []
        assert await _say(w, AWA, "OK 🙏 !") == []
        (answer,) = await _say(w, AWA, "ok pub 👍")
        assert "de nouveau te proposer" in answer


async def test_stop_with_something_reserved_cancels_as_before_and_ends_proposals(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer(AWA)
        await _say(w, AWA, "ROBE1")
        await _say(w, AWA, "stop")
        assert w.value("SELECT no_offers FROM customer") == 1
        assert not any("propose plus rien" in said for said in w.thread(AWA))


async def test_add_this_for_less_is_a_real_discount(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        robe, sac = w.product("ROBE1", 15_000), w.product("SAC2", 10_000)
        w.shop.settings.set("upsell.enabled", "true")

        def pair(tx: Tx) -> Any:
            pairs.put(tx, robe, sac, 10)

        w.shop.engine.call(pair, actor="seller")
        w.buyer(AWA)
        (card,) = await _say(w, AWA, "ROBE1")
        assert "Ajoute *SAC2*" in card
        assert "−10\u202f%" in card
        (more,) = await _say(w, AWA, "SAC2")
        assert "24\u202f000" in more, "15 000 + 10 000 − 10 %"
        assert "Ajoute" not in more
        await _pay(w, await _checkout(w, AWA))
        assert w.order(AWA)[1:] == ("paid", None, 0, 24_000, 24_000)
        assert w.value("SELECT taken_by FROM suggestion") == 1
        content = w.value("SELECT content FROM invoice")
        assert content
        assert w.value("SELECT total FROM invoice") == 24_000


async def test_the_seller_hears_what_is_low(tmp_path: Path) -> None:
    owner = "La patronne"
    async with world(tmp_path) as w:
        w.shop.settings.set("seller.notify_to", "+221770009999")
        w.product("ROBE1", 15_000, stock=2)
        w.buyer(owner, "+221770009999")
        await _say(w, owner, "bonjour")
        w.buyer(AWA)
        await buys(w, "ROBE1")
        told = w.thread(owner)[-1]
        for part in ("Awa N.", "1 × Article ROBE1 (ROBE1)", "15\u202f000", "1 vente payée", "⚠️ ROBE1\u202f: 1 restant"):
            assert part in told, told
