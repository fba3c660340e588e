"""Thoughts that come in pieces are one message; a piece that stays one is answered when its time is over."""

from __future__ import annotations

from pathlib import Path

from core.conversations import pieces, threads
from core.conversations.pieces import WAIT, is_piece
from core.kernel.clock import SECOND, ManualClock
from tests.e2e.test_sale import _say
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def passes(w: World, ms: int) -> list[str]:
    """Time goes by. → what she hears in it."""
    assert isinstance(w.clock, ManualClock)
    before = len(w.thread(AWA))
    w.clock.advance(ms)
    await w.shop.scheduler.settle_due()
    await w.settled()
    return w.thread(AWA)[before:]


async def test_a_thought_in_three_pieces_is_one_claim(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        assert await _say(w, AWA, "je prends") == []
        await passes(w, SECOND)
        (card,) = await _say(w, AWA, "ROBE1")
        assert "ROBE1" in card
        assert w.value("SELECT held FROM order_line") == 1
        assert await passes(w, 10 * SECOND) == [], "the pieces are answered"
        assert w.value("SELECT count(*) FROM deadline WHERE kind = 'pieces'") == 0


async def test_a_piece_alone_is_answered_when_its_time_is_over(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", 15_000)
        w.buyer(AWA)
        assert await _say(w, AWA, "xyloba tarinka") == []
        assert await passes(w, WAIT - 1) == []
        (asked,) = await passes(w, 1)
        assert asked
        assert w.value("SELECT misses FROM conversation") == 1
        await _say(w, AWA, "brolunka")
        await passes(w, WAIT)
        assert w.value("SELECT reason FROM conversation") == "not_understood", "still unsure: a person"


async def test_the_wait_survives_a_stop(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        await _say(w, AWA, "xyloba tarinka")
        rows = w.rows("SELECT kind, due_at FROM deadline WHERE kind = 'pieces'")
        assert rows == [("pieces", w.clock.now() + WAIT)], "a row, nothing in memory"
        assert len(await passes(w, 3600 * SECOND)) == 1, "met late, and once"


async def test_nothing_is_said_where_a_person_took_over_meanwhile(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        await _say(w, AWA, "xyloba tarinka")
        w.shop.engine.call(lambda tx: threads.take_over(tx, 1, "window"))
        assert await passes(w, WAIT) == []
        assert w.value("SELECT pieces_from FROM conversation") is None


async def test_what_is_long_or_ended_does_not_wait(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer(AWA)
        assert len(await _say(w, AWA, "xyloba tarinka brolunka merveto sanquila dorvena")) == 1


def test_a_piece_is_short_and_not_ended() -> None:
    assert [is_piece(text) for text in ("la rouge", "et", "3")] == [True, True, True]
    assert [is_piece(text) for text in ("la rouge ?", "🤔", "", "a b c d e", "x" * 50)] == [False] * 5
    assert pieces.MOST_WORDS == 4
