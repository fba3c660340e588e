"""How many, over WhatsApp's wire: what is held, what is asked back, and what is never set by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.talk.test_corrections import AWA, held, reason, said, shop
from tests.core.talk.test_timing import times
from tests.faults.steps import say
from tests.support import bargaining
from tests.support.shops import world


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (("3 ROBE1", "mets une en moins stp"), {"ROBE1": 2}),
        (("2 ROBE1 et 2 SAC2", "un SAC2 en moins"), {"ROBE1": 2, "SAC2": 1}),
        (("4 ROBE1", "2 au lieu de 4"), {"ROBE1": 2}),
        (("4 ROBE1", "pas 4 mais 3"), {"ROBE1": 3}),
        (("vingt-cinq ROBE1",), {"ROBE1": 25}),
        (("ROBE1 pour moi et une pour ma soeur",), {"ROBE1": 2}),
        (("ROBE1", "3 SAC2", "en fait j'en veux que deux"), {"ROBE1": 1, "SAC2": 2}),
        (("ROBE1", "+1"), {"ROBE1": 2}),
        (("c'est combien ROBE1", "donc j'en prends deux"), {"ROBE1": 2}),
        (("ROBE1 price?", "ok I will take 2 of them"), {"ROBE1": 2}),
        (("3 ROBE1", "diminuez à 1 svp"), {"ROBE1": 1}),
        (("ROBE1 et SAC2", "vire SAC2 stp"), {"ROBE1": 1}),
        (("2 de chaque ROBE1 et SAC2",), {"ROBE1": 2, "SAC2": 2}),
    ],
)
async def test_what_is_held_afterwards(tmp_path: Path, texts: tuple[str, ...], left: dict[str, int]) -> None:
    async with world(tmp_path) as w:
        shop(w)
        await said(w, *texts)
        assert (held(w), reason(w)) == (left, None)


async def test_how_many_is_asked_where_it_is_not_clear_and_held_when_it_is_said(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (asked,) = await said(w, "ROBE1 pour moi et ma soeur")
        assert "Combien" in asked
        assert (held(w), reason(w)) == ({}, None)
        w.graph.acts(AWA).press("2")
        await w.settled()
        assert held(w) == {"ROBE1": 2}
        for text in ("x 1,5", "-2"):
            (asked,) = await said(w, text)
            assert "Combien" in asked
        assert (held(w), reason(w)) == ({"ROBE1": 2}, None)


async def test_a_number_of_several_articles_asks_which(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        w.shop.engine.call(lambda tx: tx.run("UPDATE product SET title = 'Article ' || sku"))
        await said(w, "2 ROBE1 et SAC2")
        (asked,) = await said(w, "non 3")
        assert "De quel article" in asked
        assert held(w) == {"ROBE1": 2, "SAC2": 1}
        w.graph.acts(AWA).press("Article SAC2")
        await w.settled()
        assert held(w) == {"ROBE1": 2, "SAC2": 3}


async def test_what_is_taken_back_at_once_is_not_held(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        shop(w)
        (asked,) = await said(w, "ROBE1, non SAC2")
        assert ("SAC2" in asked, "ROBE1" in asked, held(w)) == (True, False, {})


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("j'en veux 3 vous livrez ?", 3),
        ("je prends 2 par contre vous êtes où ?", 2),
        ("mets 4 mais il reste du noir ?", 4),
        ("il y en a 3 en stock ?", 1),
        ("2 ve no sisa ?", 1),
    ],
)
async def test_a_number_beside_a_question_is_the_buyers_own_only(tmp_path: Path, answer: str, number: int) -> None:
    async with world(tmp_path) as w:
        await bargaining.opened(w, "shop")
        bargaining.add(w, "SAC2", "Sac à main", 20_000, 40)
        await say(w, AWA, "je prends SAC2")
        told = await say(w, AWA, answer)
        assert told
        assert bargaining.held(w) == {"SAC2": number}


async def test_an_appointment_for_two_is_two_places(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await bargaining.opened(w, "services")
        times(w, 9, 10, 15)
        await say(w, AWA, "je voudrais un rdv pour deux personnes demain")
        assert bargaining.held(w) == {"TRESSE": 2}
