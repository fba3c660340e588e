"""The seller's own questions and answers are told to the model, and bear its words out; nothing else does."""

from __future__ import annotations

import json
from pathlib import Path

from core.faq import service as faq
from tests.core.assistant.unhurried import assisted
from tests.support.assistants import robe

AWA = "Awa Ndour"


async def test_an_answer_of_the_seller_may_be_phrased(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.w.shop.engine.call(
            lambda tx: faq.add(tx, "fr", "Vous livrez à Rufisque ?", "La livraison à Rufisque coûte 2 000 F."),
            actor="seller",
        )
        said = json.dumps({"intent": "answer", "products": [], "reply": "La livraison à Rufisque coûte 2 000 F."})
        a.model.script = [said]
        (told,) = await a.say(AWA, "et mes enfants à la mer, le colis arrive comment chez eux ?")
        assert "2 000 F" in told
        assert "La livraison à Rufisque coûte 2 000 F." in json.dumps(a.model.asked[0], ensure_ascii=False)
        assert "Vous livrez à Rufisque ?" in json.dumps(a.model.asked[0], ensure_ascii=False)


async def test_a_question_bears_nothing_out(tmp_path: Path) -> None:
    async with assisted(tmp_path) as a:
        robe(a.w.shop)
        a.w.buyer(AWA)
        a.w.shop.engine.call(
            lambda tx: faq.add(tx, "fr", "Vous livrez à Rufisque ?", "Non, pas encore."), actor="seller"
        )
        said = json.dumps({"intent": "answer", "products": [], "reply": "Oui, nous livrons à Rufisque."})
        a.model.script = [said]
        told = await a.say(AWA, "et mes enfants à la mer, le colis arrive comment chez eux ?")
        assert not any("nous livrons" in text for text in told)
        assert a.used()[2] == 1, "rejected"
