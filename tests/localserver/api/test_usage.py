"""What a month came to, over HTTP and on the command line."""

from __future__ import annotations

import json
from functools import partial

import pytest

from core.conversations.events import MessagePriced, MessageProgressed
from core.kernel.events import Event
from core.storage.engine import Tx
from core.usage import queries
from localserver.console.usage import _said
from tests.core.usage.test_meter import _sent
from tests.support.apishop import ApiShop


def _emit(tx: Tx, event: Event) -> None:
    tx.emit(event)


async def test_a_months_usage(api: ApiShop) -> None:
    for n in range(3):
        number = _sent(api.shop, f"+22177000000{n}")
        for event in (MessageProgressed(0, number, "accepted"), MessagePriced(0, number, "service", "regular")):
            api.run(partial(_emit, event=event))
    api.run(lambda tx: api.shop.meter.call_begun(tx, 1_000_000, 100_000))
    found = (await api.get("/usage")).json
    assert found["month"] == "2026-11"
    assert found["kinds"] == [{"category": "service", "sent": 3, "free": 0, "failed": 0}]
    assert found["message_cost"] == {"amount": 2, "currency": "USD"}, "1.2 cents, rounded up"
    assert found["assistant"]["cost"] == {"amount": 21, "currency": "USD"}
    assert (found["level"], found["used"]["money"], found["rates_known"]) == ("fine", None, "seen")
    api.shop.settings.set("budget.cents", "25")
    assert (await api.get("/usage")).json["level"] == "warning"
    api.shop.settings.set("budget.cents", "20")
    assert (await api.get("/usage")).json["level"] == "stopped"
    assert (await api.get("/usage?month=2026-10")).json["messages"] == 0
    assert (await api.get("/usage?month=2026-13")).status == 422


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("cashier", 403), ("support", 403)])
async def test_who_may_see_it(api: ApiShop, role: str, status: int) -> None:
    assert (await api.get("/usage", role=role)).status == status


async def test_the_command_line_says_the_same(api: ApiShop) -> None:
    api.run(lambda tx: api.shop.meter.call_begun(tx, 1_000_000, 100_000))
    api.shop.settings.set("budget.cents", "20")
    found = api.shop.engine.read(lambda r: queries.usage(r, api.shop.meter, api.clock.now()))
    text = "\n".join(_said(found))
    assert "1 100 000" in text or "1100000" in text
    assert "105" in text
    assert json.loads(json.dumps(found.used)) == {"money": 105, "calls": 0}
