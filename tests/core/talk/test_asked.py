"""Questions: answered with the seller's own words, beside a claim too; greetings and opening hours once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.conversations.pieces import WAIT
from core.faq import service as faq
from core.kernel.clock import DAY, HOUR, ManualClock
from core.kernel.errors import Refused
from core.live import service as live
from tests.core.faq.test_matching import QUESTIONS
from tests.core.talk.test_pieces import AWA, passes
from tests.e2e.test_sale import _say
from tests.support.shops import World, world

DELIVERY = "Oui, partout au Sénégal : 2 000 F, 24 à 48 h."
HOURS = "lu-sa 8:00-19:00; di fermé"
SUNDAY_NOON = int(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() * 1000)
MONDAY_TEN = SUNDAY_NOON + DAY - 2 * HOUR


def wrote(w: World, question: str, answer: str, language: str = "fr") -> int:
    return w.shop.engine.call(lambda tx: faq.add(tx, language, question, answer))


async def test_the_sellers_own_answer_is_given_word_for_word(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        wrote(w, "Livrez-vous en dehors de Dakar ?", DELIVERY)
        wrote(w, "Peut-on échanger un article trop petit ?", "Oui, sous 3 jours.")
        assert await _say(w, AWA, "vous livrez à Thiès ?") == [DELIVERY]
        assert w.value("SELECT escalated_at FROM conversation") is None, "nobody has to answer any more"


async def test_what_nobody_wrote_goes_to_the_seller(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        wrote(w, "Peut-on échanger un article trop petit ?", "Oui, sous 3 jours.")
        (said,) = await _say(w, AWA, "vous livrez à Thiès ?")
        assert "3 jours" not in said
        assert w.value("SELECT reason FROM conversation") == "question"


async def test_a_claim_is_done_and_its_question_answered_in_one_message(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        wrote(w, "Livrez-vous en dehors de Dakar ?", DELIVERY)
        (card,) = await _say(w, AWA, "je prends ROBE1, vous livrez à Thiès ?")
        assert DELIVERY in card
        assert "ROBE1" in card
        assert w.value("SELECT held FROM order_line") == 1
        assert w.value("SELECT escalated_at FROM conversation") is None


async def test_a_question_beside_a_claim_that_nobody_can_answer_is_passed_on_in_the_same_message(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        (card,) = await _say(w, AWA, "je prends ROBE1, vous livrez à Thiès ?")
        assert "le vendeur te répond ici" in card
        assert w.value("SELECT reason FROM conversation") == "question"


async def test_the_price_of_another_product_beside_a_claim_comes_from_the_books(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.product("SAC2", 22_000)
        w.buyer(AWA)
        (card,) = await _say(w, AWA, "je prends ROBE1, et SAC2 c'est combien ?")
        assert "22\u202f000" in card
        assert w.value("SELECT group_concat(sku) FROM order_line") == "ROBE1"


async def test_when_it_may_be_several_questions_one_short_question_is_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        for language, question in QUESTIONS:
            wrote(w, question, f"Réponse : {question}", language)
        await _say(w, AWA, "vrai parfum")
        await passes(w, WAIT)
        part = w.graph.world.buyer(AWA).thread(w.graph.world.account())[-1].part
        shown = [row["title"] for section in part["action"]["sections"] for row in section["rows"]]
        assert "Les parfums sont-ils…" in shown
        w.graph.acts(AWA).choose("Les parfums sont-ils…")
        await w.settled()
        assert w.thread(AWA)[-1] == "Réponse : Les parfums sont-ils originaux ?"
        assert w.rows("SELECT misses, escalated_at FROM conversation") == [(0, None)]


async def test_an_answer_the_seller_removed_is_given_no_more(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        number = wrote(w, "Livrez-vous en dehors de Dakar ?", DELIVERY)
        w.shop.engine.call(lambda tx: faq.remove(tx, number))
        assert DELIVERY not in await _say(w, AWA, "vous livrez à Thiès ?")


async def test_a_greeting_is_returned_once_a_day(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        assert len(await _say(w, AWA, "bonjour")) == 1
        assert await _say(w, AWA, "bonsoir") == []
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(DAY)
        assert len(await _say(w, AWA, "bonjour")) == 1


async def at(w: World, moment: int) -> None:
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(moment - w.clock.now())
    await w.settled()


async def test_outside_the_hours_a_buyer_is_told_once_with_the_answer(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(SUNDAY_NOON)) as w:
        w.shop.settings.set("store.hours", HOURS, "seller")
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        (card,) = await _say(w, AWA, "je prends ROBE1")
        assert "fermée" in card
        assert "8\u00a0h" in card or "8 h" in card
        assert w.value("SELECT held FROM order_line") == 1, "it sells all the same"
        assert "fermée" not in "".join(await _say(w, AWA, "c'est combien ROBE1 ?"))
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(7 * DAY)
        assert "fermée" in "".join(await _say(w, AWA, "c'est combien ROBE1 ?")), "the next Sunday is another one"


async def test_thanks_at_night_are_not_answered_with_the_hours(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(SUNDAY_NOON)) as w:
        w.shop.settings.set("store.hours", HOURS, "seller")
        w.buyer(AWA)
        assert await _say(w, AWA, "merci beaucoup") == []


async def test_a_live_on_a_sunday_is_open(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(SUNDAY_NOON)) as w:
        w.shop.settings.set("store.hours", HOURS, "seller")
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        w.shop.engine.call(lambda tx: live.start(tx, "Dimanche"))
        assert "fermée" not in "".join(await _say(w, AWA, "je prends ROBE1"))


async def test_within_the_hours_nothing_is_said_of_them(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(MONDAY_TEN)) as w:
        w.shop.settings.set("store.hours", HOURS, "seller")
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        assert "fermée" not in "".join(await _say(w, AWA, "je prends ROBE1"))


async def test_the_catalogue_goes_on_with_its_last_row(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        for number in range(1, 24):
            w.product(f"ART{number}", 1_000 * number)
        w.buyer(AWA)
        await _say(w, AWA, "catalogue")
        seen: list[str] = []
        for _ in range(3):
            part = w.graph.world.buyer(AWA).thread(w.graph.world.account())[-1].part
            rows = [row for section in part["action"]["sections"] for row in section["rows"]]
            assert len(rows) <= 10
            seen += [row["id"] for row in rows if row["id"].startswith("claim:")]
            if rows[-1]["id"].startswith("catalogue:"):
                w.graph.acts(AWA).choose("Voir la suite")
                await w.settled()
        assert len(seen) == len(set(seen)) == 23


async def test_hours_that_cannot_be_read_are_refused_with_their_place(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with pytest.raises(Refused, match="8:00-7:00"):
            w.shop.settings.set("store.hours", "lu-sa 8:00-7:00", "seller")
