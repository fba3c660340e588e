"""Reminders of quotes by the running store: not opened, not answered, nearly over; and the draft that a chat writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.bootstrap.quoting import send_again
from core.kernel.clock import DAY, HOUR, ManualClock
from core.kernel.errors import Refused
from core.quotes import answering
from core.quotes.rules import Terms
from tests.e2e.test_papers import documents
from tests.e2e.test_quotes import CUSTOMER, OWNER, _ready, _send
from tests.e2e.test_sale import _say
from tests.support.shops import World, world


async def _wait(w: World, clock: ManualClock, days: int) -> None:
    """Days go by; both write each day, so that WhatsApp lets the shop answer."""
    for _ in range(days):
        clock.advance(23 * HOUR)
        await _say(w, CUSTOMER, "merci")
        await _say(w, OWNER, "ok")
        clock.advance(HOUR)
        await w.shop.scheduler.settle_due()
        await w.settled()


def _count(w: World, words: str) -> int:
    return sum(words in said for said in w.thread(CUSTOMER))


async def test_the_whole_chain_each_once_and_nothing_after_the_answer(tmp_path: Path) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        customer = await _ready(w)
        number = _send(w, customer, Terms(valid_days=10))
        other = _send(w, customer, Terms(valid_days=10))
        w.shop.engine.call(lambda tx: answering.refuse(tx, other, "seller"))
        await _wait(w, clock, 1)
        assert _count(w, "As-tu pu ouvrir") == 0
        await _wait(w, clock, 1)
        assert _count(w, "As-tu pu ouvrir") == 1
        w.shop.engine.call(lambda tx: answering.seen(tx, number))
        await _wait(w, clock, 3)
        assert (_count(w, "As-tu pu ouvrir"), _count(w, "t’attend")) == (1, 1)
        await _wait(w, clock, 3)
        assert _count(w, "se termine le") == 1
        await _wait(w, clock, 3)
        assert (_count(w, "As-tu pu ouvrir"), _count(w, "t’attend"), _count(w, "se termine le")) == (1, 1, 1)
        assert w.rows("SELECT state FROM quote ORDER BY id") == [("expired",), ("refused",)]
        assert w.value("SELECT count(*) FROM deadline WHERE kind LIKE 'quote%'") == 0
        assert w.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


@pytest.mark.parametrize(("key", "value"), [("quotes.remind", "false"), ("quotes.follow_days", "0")])
async def test_switched_off_nobody_is_asked(tmp_path: Path, key: str, value: str) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        w.shop.settings.set(key, value)
        _send(w, await _ready(w), Terms(valid_days=30))
        await _wait(w, clock, 4)
        assert _count(w, "As-tu pu ouvrir") == 0


async def test_where_the_customer_cannot_be_asked_the_seller_is_told(tmp_path: Path) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        number = _send(w, await _ready(w), Terms(valid_days=30))
        await w.settled()
        clock.advance(DAY + 23 * HOUR)
        await _say(w, OWNER, "bonjour")
        clock.advance(HOUR)
        await w.shop.scheduler.settle_due()
        await w.settled()
        assert _count(w, "As-tu pu ouvrir") == 0
        assert any("n’a pas encore ouvert" in said for said in w.thread(OWNER))
        w.shop.engine.call(lambda tx: answering.seen(tx, number))
        clock.advance(DAY + 23 * HOUR)
        await _say(w, OWNER, "bonjour")
        clock.advance(HOUR)
        await w.shop.scheduler.settle_due()
        await w.settled()
        assert any("sans répondre" in said for said in w.thread(OWNER))


async def test_sent_again_once_it_is_through_and_never_what_is_over(tmp_path: Path) -> None:
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        number = _send(w, await _ready(w), Terms(valid_days=1))
        with pytest.raises(Refused, match="on its way"):
            w.shop.engine.call(lambda tx: send_again(w.shop, tx, number))
        await w.settled()
        w.shop.engine.call(lambda tx: send_again(w.shop, tx, number))
        await w.settled()
        assert len(documents(w, CUSTOMER)) == 2
        clock.advance(2 * DAY)
        await _say(w, CUSTOMER, "bonjour")
        with pytest.raises(Refused, match="over"):
            w.shop.engine.call(lambda tx: send_again(w.shop, tx, number))


async def test_who_asks_for_a_quote_has_a_draft_and_the_seller_a_reason_to_look(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.product("SAC2", 22_000)
        customer = await _ready(w)
        await _say(w, CUSTOMER, "Bonjour, vous pouvez me faire un devis pour 3 ROBE1 et 2 SAC2 ?")
        assert w.rows("SELECT customer_id, state, total, sent_at FROM quote") == [(customer, "draft", 89_000, None)]
        reason = "SELECT reason FROM conversation WHERE customer_id = ? AND escalated_at IS NOT NULL"
        assert w.value(reason, (customer,)) == "quote"
        assert documents(w, CUSTOMER) == []
        await _say(w, CUSTOMER, "un devis svp")
        assert w.value("SELECT count(*) FROM quote") == 1
