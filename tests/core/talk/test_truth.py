"""« J'ai payé » is answered by what the books say, never by less and never by a promise nobody made."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.orders import settling
from core.orders.questions import Decision
from localserver.sandbox.psp_faults import Fault
from tests.e2e.test_sale import _checkout, _pay, _say, _time
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def answer(w: World) -> str:
    return (await _say(w, AWA, "j'ai payé"))[-1]


async def started(w: World) -> str:
    """→ the session of her order."""
    w.product("ROBE1", 15_000, stock=1)
    w.buyer(AWA)
    await _say(w, AWA, "ROBE1")
    return await _checkout(w, AWA)


async def decided(w: World, choice: str) -> Decision:
    order = w.order(AWA)[0]
    return w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, order, choice))


async def test_about_a_part(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _pay(w, await started(w), amount=10_000)
        assert "il manque 5\u202f000" in await answer(w)
        await _time(w, 31)
        assert w.order(AWA)[1] == "expired"
        told = await answer(w)
        assert "je ne vois pas de paiement" not in told
        assert "Écris PAYER" not in told, "the reservation has ended"


async def test_about_late_money(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        session = await started(w)
        await _time(w, 31)
        await _pay(w, session, late=True)
        assert "Le vendeur décide" in await answer(w), "not yet: « le vendeur te contactera pour la livraison »"
        w.providers["sandbox"].faults.append(Fault("status", on="refund", code=400))  # to be done by hand
        decision = await decided(w, "refund")
        await w.until(lambda: w.value("SELECT state FROM refund") == "failed")
        assert "va te rembourser" in await answer(w)
        w.shop.engine.call(lambda tx: settling.refund_done(tx, decision.id))
        assert w.order(AWA)[1] == "refunded"
        assert "remboursée" in await answer(w)


@pytest.mark.parametrize("who", ["customer", "seller"])
async def test_about_a_part_of_what_was_cancelled(tmp_path: Path, who: str) -> None:
    async with world(tmp_path) as w:
        await _pay(w, await started(w), amount=10_000)
        if who == "customer":
            said = (await _say(w, AWA, "annuler"))[-1]
        else:
            w.shop.engine.call(lambda tx: w.shop.orders.cancel(tx, w.order(AWA)[0], "seller"))
            await w.settled()
            said = w.thread(AWA)[-1]
        for text in (said, await answer(w)):
            assert "Nous avons reçu 10\u202f000" in text
            assert "rien à payer" not in text
            assert "Écris PAYER" not in text, "there is nothing left that a payment could complete"


async def refund(w: World) -> int:
    """The seller gives a sale back; the provider refuses, so that it is to be done by hand. → the refund."""
    w.providers["sandbox"].faults.append(Fault("status", on="refund", code=400))
    number = w.shop.engine.call(lambda tx: w.shop.refunds.ask(tx, tx.value("SELECT id FROM payment"), 15_000))
    await w.until(lambda: w.value("SELECT state FROM refund") == "failed")
    await w.settled()
    return number


@pytest.mark.parametrize(
    ("language", "going", "gone"),
    [
        ("fr", "Le vendeur te rembourse 15\u202f000", "te sont remboursés"),
        ("mg", "Averin’ny mpivarotra", "naverina taminao"),
    ],
)
async def test_about_money_that_the_seller_gives_back(tmp_path: Path, language: str, going: str, gone: str) -> None:
    async with world(tmp_path) as w:
        await _pay(w, await started(w))
        w.shop.engine.call(lambda tx: tx.run("UPDATE customer SET language = ?", (language,)))
        number = await refund(w)
        assert sum(going in said for said in w.thread(AWA)) == 1, "told when it begins"
        if language == "fr":
            assert "te rembourse" in await answer(w)
        w.shop.engine.call(lambda tx: w.shop.refunds.by_hand(tx, number))
        await w.settled()
        assert sum(gone in said for said in w.thread(AWA)) == 1, "and when it is done"
        if language == "fr":
            assert "a été remboursée" in await answer(w)


async def test_a_buyer_who_wrote_long_ago_is_not_written_to_about_a_refund(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _pay(w, await started(w))
        await _time(w, 25 * 60)
        before = len(w.graph.world.sends)
        number = await refund(w)
        w.shop.engine.call(lambda tx: w.shop.refunds.by_hand(tx, number))
        await w.settled()
        assert len(w.graph.world.sends) == before  # and the seller sees in the thread that it could not go
        told = w.rows("SELECT state, error_code FROM outbox WHERE key LIKE 'refund_%'")
        assert [tuple(row) for row in told] == [("failed", 131047)] * 2
