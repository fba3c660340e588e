"""Words without money, over the wire: the score rises by itself, the seller sees why, the buyer hears nothing."""

from __future__ import annotations

from pathlib import Path

from core.customers.consent import TEXT_VERSION
from core.fraud.service import risk_of
from tests.faults.steps import say
from tests.support.shops import world


async def test_screenshots_and_claims_of_payment_make_the_order_wait(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("orders.review_score", "45", "seller")
        w.product("ROBE1")
        w.buyer("Moussa Kaba")
        await say(w, "Moussa Kaba", "ROBE1")
        answers = await say(w, "Moussa Kaba", "j'ai payé")
        for _ in range(2):
            w.graph.acts("Moussa Kaba").photo(caption="voilà le paiement")
            await w.settled()
        order = w.order("Moussa Kaba")
        assert order[1:4] == ("reserved", None, 0)
        assert await say(w, "Moussa Kaba", "c'est payé") == answers, "the same word as before"
        assert w.order("Moussa Kaba")[1:4] == ("reserved", None, 1)
        risk = w.shop.engine.read(lambda r: risk_of(r, order[0]))
        assert risk is not None
        assert [(one.code, one.n) for one in risk.signals] == [("talk", 4)]


async def test_a_word_on_whatsapp_ends_the_score_and_another_brings_it_back(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Moussa Kaba")
        refused = await say(w, "Moussa Kaba", "Stop score")
        assert "OK SCORE" in str(refused)
        assert w.value("SELECT scored FROM customer WHERE name = 'Moussa Kaba'") == 0
        accepted = await say(w, "Moussa Kaba", "ok score")
        assert "STOP SCORE" in str(accepted)
        assert w.rows("SELECT given, how, text_version FROM consent ORDER BY id") == [
            (0, "conversation", TEXT_VERSION),
            (1, "conversation", TEXT_VERSION),
        ]
        assert w.value("SELECT count(*) FROM orders") == 0
