"""The seller is told of a budget that runs out, once each, on their own phone."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import ManualClock, parse_rfc3339
from tests.faults.steps import say
from tests.support.shops import world

OCTOBER = parse_rfc3339("2026-10-10T10:00:00Z")
SELLER = "Vendeuse"


async def test_the_seller_hears_of_it_once_at_80_and_once_at_100(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(OCTOBER)) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        w.buyer(SELLER, "+221771234567")
        w.shop.settings.set("seller.notify_to", "77 123 45 67")
        await say(w, SELLER, "bonjour")
        w.shop.settings.set("budget.messages", "10")
        assert isinstance(w.clock, ManualClock)
        for _ in range(12):
            w.clock.advance(2000)
            await say(w, "Awa Ndour", "prix ROBE1")
        told = [text for text in w.thread(SELLER) if "💳" in text]
        assert len(told) == 2
        assert "80\u202f% du budget de 10/2026" in told[0]
        assert "épuisé" in told[1]


async def test_without_a_number_nothing_is_said(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(OCTOBER)) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        w.shop.settings.set("budget.messages", "2")
        for _ in range(3):
            await say(w, "Awa Ndour", "prix ROBE1")
        assert not w.value("SELECT count(*) FROM outbox WHERE key LIKE 'seller-budget%'")
