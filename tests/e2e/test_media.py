"""What a buyer sends is there for the seller to see."""

from __future__ import annotations

from pathlib import Path

from tests.support.shops import world


async def test_a_screenshot_arrives_in_the_conversation(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer("Moussa Kaba")
        w.graph.acts("Moussa Kaba").photo()
        await w.settled()
        await w.until(lambda: w.value("SELECT media FROM message WHERE kind = 'image'"))
        assert (w.shop.media / w.value("SELECT media FROM message WHERE kind = 'image'")).is_file()
