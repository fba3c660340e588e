"""Who pays first is told so in plain words, with the hold they have (F69)."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import MINUTE
from tests.faults.steps import say
from tests.support.bargaining import AWA, add, opened
from tests.support.shops import world


async def test_a_restricted_buyer_is_told_and_nobody_else(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        (card,) = await say(w, AWA, "je prends SAC2")
        assert "Paiement d’abord" not in card
        await say(w, AWA, "annuler")
        w.shop.engine.call(lambda tx: tx.run("UPDATE customer SET orders = 9, expired = 9"))
        (card,) = await say(w, AWA, "je prends SAC2")
        assert "Paiement d’abord" in card
        assert "5 minutes" in card
        expires, reserved = w.rows("SELECT expires_at, reserved_at FROM orders ORDER BY id DESC")[0]
        assert expires - reserved == 5 * MINUTE
