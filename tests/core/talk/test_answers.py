"""One answer says what there is to say: clearly, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.kernel.clock import MINUTE, ManualClock
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
        assert ("Wave", None) in shown, "never « Wave, Wave »"
        assert ("Orange Money", None) in shown, "one way only: nothing to tell apart"


async def album(w: World, photos: int) -> list[str]:
    before = len(w.thread(AWA))
    for _ in range(photos):
        w.graph.acts(AWA).photo()
    await w.settled()
    return w.thread(AWA)[before:]


async def test_an_album_of_screenshots_is_answered_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        assert len(await album(w, 4)) == 1
        await _say(w, AWA, "ROBE1")
        assert len(await album(w, 4)) == 1
        assert w.value("SELECT count(*) FROM message WHERE kind = 'image'") == 8, "the seller sees them all"
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(MINUTE)
        assert len(await album(w, 1)) == 1, "another one, later, is answered again"
        w.graph.acts(AWA).photo(caption="voilà le paiement")
        await w.settled()
        assert "capture" in w.thread(AWA)[-1], "words are answered"
