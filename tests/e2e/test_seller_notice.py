"""The word to the seller about each payment (F89): where WhatsApp lets it through, and no failure where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.clock import MINUTE, ManualClock
from core.live import service as live
from tests.e2e.test_sale import _checkout, _pay, _press, _say, _time
from tests.support.shops import world

OWNER, NUMBER = "La patronne", "+221770009999"


@pytest.mark.parametrize("wrote", [True, False])
async def test_the_seller_is_told_who_wrote_to_the_shop_before(tmp_path: Path, wrote: bool) -> None:
    async with world(tmp_path) as w:
        w.shop.settings.set("seller.notify_to", NUMBER)
        w.product("ROBE1", 15_000)
        w.buyer("Awa Ndour")
        w.buyer(OWNER, NUMBER)
        if wrote:
            await _say(w, OWNER, "bonjour")
        await _say(w, "Awa Ndour", "ROBE1")
        await _pay(w, await _checkout(w, "Awa Ndour"))
        assert any("Awa" in said and "15\u202f000" in said for said in w.thread(OWNER)) is wrote
        assert w.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_end_of_a_live_is_summed_up_for_the_seller(tmp_path: Path, wanted: bool) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        w.shop.settings.set("seller.notify_to", NUMBER)
        w.shop.settings.set("live.summary", "true" if wanted else "false")
        w.product("ROBE1", 15_000, stock=3)
        w.product("SAC2", 22_000)
        w.buyer(OWNER, NUMBER)
        await _say(w, OWNER, "bonjour")
        w.buyer("Awa Ndour")
        await _say(w, "Awa Ndour", "SAC2")
        await _pay(w, await _checkout(w, "Awa Ndour"))
        await _time(w, 20)
        session = w.shop.engine.call(live.start)
        await _time(w, 40)
        for name, text in (("Awa Ndour", "1 ROBE1"), ("Khady Sarr", "2 ROBE1")):
            if name not in w.graph.world.buyers:
                w.buyer(name)
            await _say(w, name, text)
            await _pay(w, await _checkout(w, name))
        w.buyer("Rokia Bah")
        await _say(w, "Rokia Bah", "SAC2")
        await _time(w, 11)
        before = len(w.thread(OWNER))
        w.shop.engine.call(lambda tx: live.end(tx, session))
        await w.settled()
        told = w.thread(OWNER)[before:]
        if not wanted:
            assert told == []
            return
        (summary,) = told
        for part in ("51\u00a0min", "45\u202f000", "Commandes\u202f: 3", "payées\u202f: 2", "67\u202f%", "ROBE1 × 3"):
            assert part in summary, summary
        assert "Nouveaux clients\u202f: 1, déjà clients\u202f: 1" in summary
        assert "épuisé en 40\u00a0min" in summary
        assert clock.now() > 51 * MINUTE
        (details,) = await _press(w, OWNER, "DÉTAILS")
        assert details.split("\n")[1:] == [
            f"• 3 × {w.value('SELECT title FROM product LIMIT 1')}\u202f: 45\u202f000\u00a0F\u202fCFA",
            "⏳ N’ont pas payé (1)\u202f: Rokia B.",
        ]
