"""What a relay knows of its store follows at once, and is compared from time to time without being asked to."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from core.bootstrap import Shop
from core.kernel.clock import ManualClock, SystemClock
from core.relay.frames import Publish, Published, Received, encode
from core.relay.keys import Sealer, StoreKeys, challenge_mark, page_id
from localserver.line.line import Line, Registration
from localserver.line.publishing import PagePublisher
from localserver.line.reaching import Broken
from localserver.line.replay import Loopback
from localserver.pay.page import Pages
from localserver.relay.engine import Quota, Store
from tests.localserver.tunnels.test_relay import choose, kept, store
from tests.support.payshop import EVENING, pay_shop
from tests.support.relays import Relay, relay, until

HANDLE = "boutique-awa"
QUESTION = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=42&hub.verify_token="


async def _answers(host: Relay, token: str) -> bool:
    status, body, _ = await host.ask(HANDLE, "GET", QUESTION + token)
    return (status, body) == (200, b"42")


async def test_a_new_verify_token_is_known_at_the_relay_as_soon_as_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.line.publishing.GATHER", 600.0)  # what is gathered is pages, not this
    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "home") as shop, kept(shop):
        await asyncio.to_thread(choose, shop, host, await host.invite())
        await until(lambda: shop.tunnel.state.phase == "open")
        await asyncio.to_thread(shop.settings.set_secret, "whatsapp.verify_token", "another")
        await until(lambda: _answers(host, "another"))
        assert not await _answers(host, "yet-another")


async def test_what_another_node_has_learned_is_asked_for_before_whatsapp_is_refused(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(HANDLE)
        assert not await _answers(host, "token")  # this node believes what it read for a while
        known = await host.engine.store(HANDLE)
        assert known is not None
        await host.engine.update(msgspec.structs.replace(known, challenges=(challenge_mark("token"),)))
        assert await _answers(host, "token")


class Comparing(PagePublisher):
    """``quiet``: how many comparisons in a row have found that nothing is missing."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop, Pages)
        self.quiet = 0
        self._asked: set[int] = set()

    def begin(self, send: Callable[[Publish], None]) -> None:
        def noted(frame: Publish) -> None:
            if frame.asked:
                self._asked.add(frame.number)
            send(frame)

        super().begin(noted)

    def told(self, answer: Published) -> None:
        super().told(answer)
        if answer.number in self._asked:
            self.quiet = 0 if answer.missing else self.quiet + 1


@asynccontextmanager
async def lined(shop: Shop, url: str, host: Relay) -> AsyncIterator[tuple[Line, Comparing]]:
    """The shop's line, comparing five times a second."""
    keys = StoreKeys(shop.relay_seed)
    await host.engine.create(Store(shop.slug, "", keys.seal_key, keys.sign_key, host.clock.now()))
    publisher = Comparing(shop)
    registration = Registration(host.url, shop.slug, bytes(16), 1)
    line = Line(keys, registration, Loopback(lambda: url), publisher, sync=0.2)
    task = asyncio.create_task(line.run())
    try:
        await until(lambda: line.state.published)
        yield line, publisher
    finally:
        task.cancel()
        with pytest.raises((asyncio.CancelledError, Broken)):
            await task


async def test_a_page_that_the_relay_lost_is_told_again_and_others_are_not(tmp_path: Path) -> None:
    async with relay(tmp_path, clock=ManualClock(EVENING)) as host, pay_shop(tmp_path / "home") as s:
        first, second = await asyncio.to_thread(s.bag), await asyncio.to_thread(s.bag)
        ids = [page_id("/p/" + s.token(order)) for order in (first, second)]

        async def both() -> bool:
            return all([await host.engine.page(s.shop.slug, one) is not None for one in ids])

        async with lined(s.shop, s.url, host) as (_, publisher):
            await until(both)
            # What an earlier comparison missed is told before the question of the second one after it.
            await until(lambda: publisher.quiet >= 3)
            other = await host.engine.page(s.shop.slug, ids[1])
            await host.engine.publish(s.shop.slug, (), (ids[0],), Quota())
            await until(both)
            now = await host.engine.page(s.shop.slug, ids[1])
            assert other is not None
            assert now is not None
            assert hmac.compare_digest(other.sealed, now.sealed), "only what is missing is told again"


async def test_what_nobody_was_told_of_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept, and the word of it lost on the way between two nodes; the relay's own look is far off."""
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 600.0)
    async with (
        relay(tmp_path, clock=ManualClock(EVENING)) as host,
        pay_shop(tmp_path / "home") as s,
        lined(s.shop, s.url, host) as (line, _),
    ):
        keys = StoreKeys(s.shop.relay_seed)
        event = Received(b"1" * 16, EVENING, "POST", f"/n/{s.shop.slug}/none", (), b"x")
        await host.engine.append(s.shop.slug, event.id, Sealer(keys.seal_key).seal(encode(event)), Quota())
        await until(lambda: line.state.taken == 1)
