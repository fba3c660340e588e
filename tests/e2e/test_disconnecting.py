"""A seller takes a means of payment away while somebody pays by it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.test_sale import _checkout, _say
from tests.faults.steps import quiet
from tests.support.shops import world


async def test_money_under_way_still_arrives(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        await _say(w, "Awa Ndour", "ROBE1")
        session = await _checkout(w, "Awa Ndour")
        name = "sandbox"
        w.shop.settings.set(f"psp.{name}.enabled", "false")
        assert name not in [c.provider for c in w.shop.desk.offer.choices(15_000)], "not offered to anybody any more"
        simulator = w.providers[name]
        simulator.pay(simulator.sessions[session], None)
        await quiet(w)
        assert w.order("Awa Ndour")[1] == "paid"
