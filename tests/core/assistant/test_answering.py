"""The language model on the real wire: what it may say is sent, and whatever else happens the shop's engine answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.kernel.clock import MINUTE, SECOND, ManualClock
from localserver.sandbox.llm import MADE_UP
from tests.core.assistant.unhurried import SECONDS, assisted, held
from tests.support.assistants import Assisted, robe

AWA, FATOU = "Awa Ndour", "Fatou Diop"
FREE = "elle est en quelle matière la robe dorée ?"


def answer(reply: str, *products: str, intent: str = "answer") -> str:
    return json.dumps({"intent": intent, "products": list(products), "reply": reply})


async def test_a_free_question_is_answered_from_the_books_with_the_button_that_takes_it(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        (said,) = await a.say(AWA, FREE)
        assert said.replace("\u202f", " ").replace("\xa0", " ") == "ROBE1 est à 15 000 F CFA. Wax, taille unique."
        assert a.outcomes() == ["answered"]
        assert a.w.value("SELECT escalated_at FROM conversation") is None
        assert a.used() == (1, 0, 0, 420, 60)
        a.w.graph.acts(AWA).press("JE PRENDS")
        await a.settled()
        assert a.w.order(AWA)[1] == "reserved"


async def test_what_the_engine_is_sure_of_never_goes_to_the_model(tmp_path: Path) -> None:
    async with assisted(tmp_path, providers=("wave",)) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        for text in ("je prends ROBE1", "prix ROBE1 ?", "mes achats", "annuler", "bonjour", "vous prenez wave ?",
                     "j'ai payé", "je veux parler à quelqu'un", "la robe reçue est déchirée"):  # fmt: skip
            await a.say(AWA, text)
        assert a.model.asked == []


@pytest.mark.parametrize("mode", ["garbage", "broken", "endless", "busy", "down", "refusing", "cut"])
async def test_a_model_that_fails_changes_nothing(tmp_path: Path, mode: str) -> None:
    async with assisted(tmp_path / "with") as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.mode = mode
        with_model = await a.say(AWA, FREE)
        assert len(a.model.asked) == 1
        reason = a.w.value("SELECT reason FROM conversation")
    async with assisted(tmp_path / "without") as b:
        b.w.shop.settings.set("llm.enabled", "false")
        robe(b.w.shop)
        b.w.buyer(AWA)
        assert await b.say(AWA, FREE) == with_model
        assert b.w.value("SELECT reason FROM conversation") == reason
        assert b.model.asked == []


async def test_a_model_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        a.w.shop.settings.set("llm.seconds", "2")
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.mode = "hanging"
        (said,) = await a.say(AWA, FREE)
        assert "conseiller" in said
        assert a.outcomes() == ["failed"]
        calls, failed, _, tokens, _ = a.used()
        assert (calls, failed) == (1, 1)
        assert tokens > 0, "what may have been charged is counted"


async def test_a_deadline_answers_even_when_nobody_asks(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        assert isinstance(a.w.clock, ManualClock)
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.mode = "hanging"
        a.w.graph.acts(AWA).say(FREE)
        await a.w.until(lambda: a.model.asked)
        a.w.clock.advance(SECONDS * SECOND)
        await a.settled()
        assert len(a.w.thread(AWA)) == 1
        assert a.outcomes() == ["late"]


async def test_a_service_that_fails_again_and_again_is_left_alone(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        assert isinstance(a.w.clock, ManualClock)
        robe(a.w.shop)
        a.model.mode = "down"
        for n in range(5):
            a.w.buyer(f"Awa {n}")
            assert len(await a.say(f"Awa {n}", FREE)) == 1
        assert len(a.model.asked) == 3
        a.w.clock.advance(2 * MINUTE)
        a.model.mode = "good"
        a.w.buyer(AWA)
        assert "Wax" in (await a.say(AWA, FREE))[0]


async def test_a_service_without_shapes_is_asked_in_words(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.mode = "plain"
        assert "Wax" in (await a.say(AWA, FREE))[0]
        assert "Wax" in (await a.say(AWA, FREE))[0]
        assert len(a.model.asked) == 3, "refused once, then known"


@pytest.mark.parametrize("made_up", MADE_UP)
async def test_what_is_made_up_is_not_said(tmp_path: Path, made_up: str) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.script = [answer(made_up, "ROBE1")]
        (said,) = await a.say(AWA, FREE)
        assert said != made_up
        assert "conseiller" in said
        assert a.outcomes()[0].startswith("rejected: ")
        assert a.used()[2] == 1


async def test_a_product_it_recognises_is_only_asked_back(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.script = [answer("ROBE1 vendue à 1 F !", "ROBE1", intent="product")]
        (said,) = await a.say(AWA, "je voudrais bien celle de tout à l'heure la brillante")
        assert "ROBE1" in said
        assert "1 F" not in said.replace("\u202f", " ").replace("15 000 F", "")
        assert a.w.value("SELECT count(*) FROM orders") == 0


async def test_the_price_that_is_said_is_that_of_the_moment_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.catalogue import service as catalogue

    async with assisted(tmp_path) as a:
        product = robe(a.w.shop)
        a.w.buyer(AWA)
        go = held(monkeypatch, a.model)
        a.w.graph.acts(AWA).say(FREE)
        await a.w.until(lambda: a.model.asked)
        await a.w.shop.engine.run(lambda tx: catalogue.change(tx, product, price=17_000), actor="seller")
        go.set()
        await a.settled()
        assert "15" not in a.w.thread(AWA)[-1]
        assert a.outcomes() == ["rejected: money"]


async def test_who_writes_again_meanwhile_gets_one_answer_to_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        go = held(monkeypatch, a.model)
        a.w.graph.acts(AWA).say(FREE)
        await a.w.until(lambda: a.model.asked)
        a.w.graph.acts(AWA).say("et c'est quelle taille exactement ?")
        await a.w.until(lambda: a.w.value("SELECT count(*) FROM assistant_message") == 2)
        go.set()
        await a.settled()
        assert len(a.w.thread(AWA)) == 1
        assert a.outcomes() == ["answered"]
        assert len(a.model.asked) == 2
        assert [m["content"] for m in a.model.asked[1]["messages"][1:]] == [FREE, "et c'est quelle taille exactement ?"]


async def test_a_claim_meanwhile_is_served_after_the_engines_own_answer(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.model.mode = "hanging"
        a.w.graph.acts(AWA).say(FREE)
        await a.w.until(lambda: a.model.asked)
        a.w.graph.acts(AWA).say("je prends ROBE1")
        await a.settled()
        assert a.w.order(AWA)[1] == "reserved"
        assert a.outcomes() == ["overtaken"]
        said = "\n".join(a.w.thread(AWA))
        assert said.index("conseiller") < said.index("ROBE1"), "in the order in which it was asked"


async def test_a_person_who_takes_over_is_not_talked_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.conversations import threads

    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        go = held(monkeypatch, a.model)
        a.w.graph.acts(AWA).say(FREE)
        await a.w.until(lambda: a.model.asked)
        await a.w.shop.engine.run(lambda tx: threads.take_over(tx, 1, "window"), actor="seller")
        go.set()
        await a.settled()
        assert a.w.thread(AWA) == []
        assert a.outcomes() == ["taken over"]


async def test_nothing_of_another_customer_goes_out(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(FATOU, "+221771112233")
        a.w.buyer(AWA, "+221779998877")
        await a.say(FATOU, "je prends ROBE1")
        await a.say(FATOU, "mon numéro est 77 111 22 33, fatou@example.sn, j'habite à Ouakam villa bleue")
        await a.say(AWA, "bonjour")
        await a.say(AWA, f"je suis Awa, 77 999 88 77, awa@example.sn, https://wa.me/221779998877 {FREE}")
        sent = json.dumps(a.model.asked[-1], ensure_ascii=False) + json.dumps(a.model.headers[-1])
        for secret in ("Fatou", "Diop", "Ouakam", "villa", "771112233", "77 111", "Ndour", "Awa", "99988", "77 999",
                       "awa@", "wa.me", "221"):  # fmt: skip
            assert secret not in sent, secret
        assert "[…]" in sent


async def test_a_budget_that_is_used_up_switches_the_model_off_and_nothing_else(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.w.shop.settings.set("budget.cents", "500")
        a.model.mode = "expensive"
        assert "Wax" in (await a.say(AWA, FREE))[0]
        assert a.w.value("SELECT sum(cost) FROM ai_day") == 5 * 150_000 + 2 * 600_000
        a.w.shop.settings.set("budget.cents", "100")
        assert "conseiller" in (await a.say(AWA, FREE))[0]
        assert len(a.model.asked) == 1
        assert "PAYER" in str(a.w.graph.world.buyer(AWA).thread(a.w.graph.world.account())[-1].part) or await _claims(a)


async def _claims(a: Assisted) -> bool:
    await a.say(AWA, "je prends ROBE1")
    return bool(a.w.order(AWA)[1] == "reserved")


async def test_calls_a_day_are_bounded(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.w.shop.settings.set("llm.calls_day", "2")
        for _ in range(4):
            await a.say(AWA, FREE)
        assert len(a.model.asked) == 2
