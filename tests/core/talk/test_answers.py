"""One answer says what there is to say: clearly, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.test_sale import _press, _say
from tests.support.shops import World, world

AWA = "Awa Ndour"


def last(w: World) -> dict[str, Any]:
    """The message the buyer sees last, as it came over the wire."""
    part: dict[str, Any] = w.graph.world.buyer(AWA).thread(w.graph.world.account())[-1].part
    return part


async def test_two_providers_of_one_means_are_told_apart(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("bictorys", "wave")) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        await _say(w, AWA, "ROBE1")
        await _press(w, AWA, "PAYER")
        rows = last(w)["action"]["sections"][0]["rows"]
        shown = [(row["title"], row.get("description")) for row in rows]
        assert ("Wave", "Bictorys") in shown
        assert ("Wave", "Wave") in shown
        assert ("Orange Money", None) in shown, "one way only: nothing to tell apart"
