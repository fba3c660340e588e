"""Corrections, refusals, totals, prices and payments, as a buyer writes them: what is held and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.conversations.pieces import WAIT
from core.kernel.clock import SECOND, ManualClock
from tests.e2e.test_sale import _say
from tests.support.shops import World, world

AWA = "Awa Ndour"


def shop(w: World) -> None:
    w.product("ROBE1", 15_000, stock=50)
    w.product("SAC2", 20_000, stock=50)
    w.buyer(AWA)


def held(w: World) -> dict[str, int]:
    return dict(w.rows("SELECT sku, held FROM order_line WHERE held > 0 ORDER BY id"))


def reason(w: World) -> str | None:
    found: str | None = w.value("SELECT reason FROM conversation")
    return found


async def said(w: World, *texts: str) -> list[str]:
    """She writes these, each once the one before has been answered. → what she hears after the last one."""
    heard: list[str] = []
    for text in texts:
        before = len(w.thread(AWA))
        await _say(w, AWA, text)
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(WAIT + SECOND)
        await w.shop.scheduler.settle_due()
        await w.settled()
        heard = w.thread(AWA)[before:]
    return heard


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (("3 ROBE1", "une en moins"), {"ROBE1": 2}),
        (("3 ROBE1", "retire une", "retire une"), {"ROBE1": 1}),
        (("3 ROBE1", "une de plus"), {"ROBE1": 4}),
        (("3 ROBE1", "ajoute encore une"), {"ROBE1": 4}),
        (("SAC2", "encore 2 SAC2"), {"SAC2": 3}),
        (("encore 2 SAC2",), {"SAC2": 2}),
        (("ROBE1", "retire une"), {}),
        (("ROBE1", "ampio roa"), {"ROBE1": 3}),
        (("3 ROBE1", "ahena iray"), {"ROBE1": 2}),
        (("3 ROBE1", "en fait j'en veux que deux"), {"ROBE1": 2}),
        (("3 ROBE1", "finalement jen veux que 2"), {"ROBE1": 2}),
        (("ROBE1 pour moi et ROBE1 pour ma fille",), {"ROBE1": 2}),
        (("how much is ROBE1?", "I'll take two"), {"ROBE1": 2}),
        (("c'est combien ROBE1", "réservez moi ça"), {"ROBE1": 1}),
        (("ROBE1 dispo ve", "okey raisiko ray"), {"ROBE1": 1}),
        (("2 ROBE1 et SAC2", "enlève SAC2"), {"ROBE1": 2}),
        (("2 ROBE1 et SAC2", "esory ny ROBE1"), {"SAC2": 1}),
        (("ROBE1 et SAC2", "annule SAC2"), {"ROBE1": 1}),
        (("SAC2", "je veux ROBE1 au lieu de SAC2"), {"ROBE1": 1}),
        (("-2 ROBE1",), {}),
        (("ROBE1 x 1,5",), {}),
        (("tsy haka ROBE1 aho",), {}),
    ],
)
async def test_what_is_held_afterwards(tmp_path: Path, texts: tuple[str, ...], left: dict[str, int]) -> None:
    async with world(tmp_path) as w:
        shop(w)
        await said(w, *texts)
        assert held(w) == left
        assert reason(w) is None, "nobody is asked for"


@pytest.mark.parametrize(
    ("texts", "press", "left"),
    [
        (("ROBE1", "pas ROBE1, SAC2 plutôt"), "JE PRENDS", {"SAC2": 1}),
        (("ROBE1 et SAC2", "sans SAC2"), "ENLEVER", {"ROBE1": 1}),
        (("ROBE1 et SAC2", "enlève le truc"), "Article SAC2", {"ROBE1": 1}),
        (("ROBE1", "retire 3"), "ENLEVER", {}),
        (("-2 ROBE1",), "2", {"ROBE1": 2}),
    ],
)
async def test_what_is_not_sure_is_one_question_with_buttons(
    tmp_path: Path, texts: tuple[str, ...], press: str, left: dict[str, int]
) -> None:
    async with world(tmp_path) as w:
        shop(w)
        w.shop.engine.call(lambda tx: tx.run("UPDATE product SET title = 'Article ' || sku"))
        before: dict[str, int] = {}
        for text in texts[:-1]:
            await said(w, text)
            before = held(w)
        assert len(await said(w, texts[-1])) == 1
        assert held(w) == before
        w.graph.acts(AWA).press(press)
        await w.settled()
        assert held(w) == left


async def test_a_claim_in_three_pieces_keeps_its_number(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        assert isinstance(w.clock, ManualClock)
        for text in ("je veux", "2", "SAC2"):
            await _say(w, AWA, text)
            w.clock.advance(SECOND)
        assert held(w) == {"SAC2": 2}


async def test_a_number_of_nothing_asks_which_product(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (asked,) = await said(w, "2")
        assert "code" in asked


async def test_the_total_is_that_of_the_books(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (total,) = await said(w, "2 ROBE1 et SAC2", "combien en tout ?")
        assert "50\u202f000" in total
        assert "2 × " in total
        (total,) = await said(w, "ohatrinona ny totaliny ?")
        assert "50\u202f000" in total


async def test_prices_are_fixed_and_who_insists_is_heard(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (fixed,) = await said(w, "c'est combien ROBE1", "10000 dernier prix")
        assert "fixes" in fixed
        assert "15\u202f000" in fixed
        assert "10" not in fixed.replace("15\u202f000", ""), "no price but the book's"
        assert reason(w) is None
        (passed_on,) = await said(w, "allez 11000")
        assert "conseiller" in passed_on
        assert (reason(w), held(w)) == ("haggling", {})


async def test_credit_is_refused_with_what_can_be_paid_how(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (answer,) = await said(w, "je peux payer en plusieurs fois ?")
        assert "pas de crédit" in answer
        assert "Wave" in answer
        (card,) = await said(w, "je prends ROBE1 en 2 fois possible ?")
        assert "pas de crédit" in card
        assert held(w) == {"ROBE1": 1}


async def test_goods_that_are_not_sold_are_not_found(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (answer,) = await said(w, "vous avez des chaussures ?")
        assert "Je ne trouve pas" in answer
        w.graph.acts(AWA).press("VOIR CATALOGUE")
        await w.settled()
        assert reason(w) is None


async def test_a_script_that_is_not_read_is_said_once_and_handed_over(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (told,) = await said(w, "مرحبا كم السعر")
        assert "une personne te répond" in told
        assert reason(w) == "script"
        assert await said(w, "أريد اثنين") == []


@pytest.mark.parametrize("text", ["débité 2 fois", "payé mais toujours en attente"])
async def test_money_in_doubt_is_looked_at_by_a_person(tmp_path: Path, text: str) -> None:
    async with world(tmp_path) as w:
        shop(w)
        await said(w, "blabla machin truc", "ROBE1")
        assert reason(w) == "not_understood"
        (told,) = await said(w, text)
        assert "Une personne regarde ton paiement" in told
        assert reason(w) == "payment_problem", "money weighs more than what was not understood"
        (again,) = await said(w, text)
        assert "Une personne regarde" not in again, "said once"


async def test_who_was_told_of_a_person_is_not_told_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        assert len(await said(w, "vous livrez à Yoff ?")) == 1
        assert await said(w, "je veux parler à quelqu'un") == []
        assert reason(w) == "human"


async def test_size_and_colour_stand_on_the_line(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (card,) = await said(w, "ROBE1 taille M rouge")
        assert "taille M rouge" in card
        assert w.value("SELECT note FROM order_line") == "taille M rouge"
        assert w.value("SELECT brief FROM order_content") == "ROBE1 (taille M rouge)"
        await said(w, "en fait taille L")
        assert w.value("SELECT note FROM order_line") == "taille L"
        await said(w, "3 ROBE1")
        assert w.rows("SELECT held, note FROM order_line") == [(3, "taille L")], "a number says nothing of the size"
        assert reason(w) is None
