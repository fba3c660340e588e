"""What the store's own door fails on is kept as it came, said, and taken in once the mistake is mended."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Shop
from core.bootstrap.asides import ask_again
from core.bootstrap.checkup import AGAIN, Words
from core.bootstrap.checkup import store as checks
from core.conversations.incoming import split
from core.kernel.clock import DAY, SystemClock
from core.kernel.errors import Refused
from core.relay import aside
from core.relay.frames import Received
from tests.localserver.tunnels.test_relay import choose, kept, store
from tests.support.relays import relay, until

HANDLE, SECRET = "boutique-awa", "app-secret"


def signed(number: int) -> tuple[bytes, dict[str, str]]:
    message = {"from": "221770000001", "id": f"wamid.{number}", "timestamp": "1790000000", "type": "text"}
    value = {"metadata": {"phone_number_id": "1"}, "messages": [{**message, "text": {"body": "bonjour"}}]}
    entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
    raw = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    return raw, {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}


async def _inbox(shop: Shop) -> list[str]:
    rows = await asyncio.to_thread(shop.engine.read, lambda r: r.all("SELECT key FROM inbox ORDER BY id"))
    return [key.rpartition(".")[2] for (key,) in rows]


def _acts(shop: Shop) -> list[str]:
    rows = shop.engine.read(lambda r: r.all("SELECT kind FROM journal ORDER BY seq"))
    return [kind for (kind,) in rows if kind.startswith("Webhook")]


def _again(shop: Shop) -> list[str]:
    return [line.detail for line in checks(shop, Words("fr")) if line.verb == AGAIN]


@pytest.mark.expect_log("is set aside")
@pytest.mark.expect_log("A request failed")
async def test_it_waits_in_the_store_until_the_door_is_mended_and_is_then_taken_in_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.line.line.AGAIN", (0.01, 0.01))

    def failing(raw: bytes, now: int) -> Any:
        if b"wamid.0" in raw:
            raise RuntimeError("a mistake of ours")
        return split(raw, now)

    monkeypatch.setattr("localserver.hooks.whatsapp.split", failing)
    async with relay(tmp_path, clock=SystemClock()) as host:
        async with store(tmp_path / "home") as shop, kept(shop):
            await asyncio.to_thread(shop.settings.set_secret, "whatsapp.app_secret", SECRET)
            await asyncio.to_thread(choose, shop, host, await host.invite())
            await until(lambda: shop.tunnel.state.phase == "open")
            for number in range(2):
                raw, headers = signed(number)
                status, _, _ = await host.ask(HANDLE, "POST", "/webhooks/whatsapp", data=raw, headers=headers)
                assert status == 200
            await until(lambda: shop.line.taken == 2)
            assert await _inbox(shop) == ["1"]
            assert await ask_again(shop, "seller") == (0, 1), "the door fails still"
        async with store(tmp_path / "home") as shop, kept(shop):  # opened again: it is there
            assert await asyncio.to_thread(_again, shop) == [
                "webhooks sur lesquels LivePay a échoué\u202f: 1. Faites-les rejouer."
            ]
            (one,) = shop.engine.read(aside.every)
            assert (one.tries, one.event.target) == (1, "/webhooks/whatsapp")
            monkeypatch.setattr("localserver.hooks.whatsapp.split", split)
            assert await ask_again(shop, "seller") == (1, 0)
            assert await _inbox(shop) == ["1", "0"]
            assert await ask_again(shop, "seller") == (0, 0)
            assert await asyncio.to_thread(_again, shop) == []
            assert await asyncio.to_thread(_acts, shop) == ["WebhookSetAside", "WebhookAskedAgain"]


async def test_a_store_that_is_not_open_says_so_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    async with store(tmp_path / "home") as shop:
        event = Received(b"1" * 16, 0, "POST", "/n/boutique-awa/x", (), b"x")
        call = shop.engine.call
        for _ in range(2):  # handed over twice, kept once
            await asyncio.to_thread(call, lambda tx: aside.put(tx, event))
        assert shop.engine.read(aside.count) == 1
        with pytest.raises(Refused):
            await ask_again(shop, "seller")
        await asyncio.to_thread(call, aside.forget_old)
        assert shop.engine.read(aside.count) == 1
        ago = aside.KEEP_DAYS * DAY + 1
        await asyncio.to_thread(call, lambda tx: tx.run("UPDATE aside SET put_at = put_at - ?", (ago,)))
        await asyncio.to_thread(call, aside.forget_old)
        assert shop.engine.read(aside.count) == 0
