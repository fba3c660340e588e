"""The word to the seller about each payment (F89): where WhatsApp lets it through, and no failure where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_sale import _checkout, _pay, _say
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
