"""What is sent to a store reaches it: whole, in order, once in effect, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest
from aiohttp import web

from core.relay.frames import Publish
from core.relay.keys import StoreKeys, challenge_mark
from tests.support.relays import Relay, door, held, relay, until

AWA = "awa"


async def test_a_webhook_reaches_the_store_with_every_byte_and_header(tmp_path: Path) -> None:
    body = gzip.compress(b'{"a": "\\u00e9"}')
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        headers = {"X-Hub-Signature-256": "sha256=00", "Content-Encoding": "gzip", "Content-Type": "application/json"}
        status, said, _ = await host.ask(AWA, "POST", "/webhooks/whatsapp?x=%2F1", data=body, headers=headers)
        assert (status, said) == (200, b"ok")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: shop.asked)
            await until(lambda: line.line.state.taken == 1)
        method, path, got = shop.asked[0]
        assert (method, path) == ("POST", "/webhooks/whatsapp?x=%2F1")
        assert got == gzip.decompress(body)  # aiohttp's own server, told the encoding, opens it
        sent = dict(shop.headers[0])
        assert sent["X-Hub-Signature-256"] == "sha256=00"
        assert sent["Host"] == f"{AWA}.relay.localhost:{host.port}"
        await until(lambda: _nothing_waits(host))


async def _nothing_waits(host: Relay) -> bool:
    return (await host.engine.backlog(AWA)).events == 0


async def test_what_came_while_the_store_was_away_is_taken_over_in_order_and_what_comes_is_pushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 600.0)  # pushed, not found by looking
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        for number in range(200):
            await host.ask(AWA, "POST", f"/webhooks/psp/wave/awa/{number}", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 200)
            assert line.line.state.waiting == 0
            await host.ask(AWA, "POST", "/webhooks/psp/wave/awa/200", data=b"x")
            await until(lambda: line.line.state.taken == 201)
        assert [path.rsplit("/", 1)[1] for _, path, _ in shop.asked] == [str(n) for n in range(201)]


async def test_a_store_that_cannot_keep_it_now_is_asked_again_and_nothing_overtakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.line.line.AGAIN", (0.01,))
    refused = iter([500, 503, 429])

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = lambda request: web.Response(status=next(refused, 200), body=b"not stored")
        keys = await host.store(AWA)
        for number in range(3):
            await host.ask(AWA, "POST", f"/n/awa/{number}", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 3)
            assert line.line.state.refused == 0
        assert [path[-1] for _, path, _ in shop.asked] == ["0", "0", "0", "0", "1", "2"]


async def test_what_the_stores_own_checks_refuse_is_counted_and_does_not_stand_in_the_way(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        shop.answer = lambda request: web.Response(status=401 if request.path.endswith("0") else 200)
        keys = await host.store(AWA)
        for number in range(2):
            await host.ask(AWA, "POST", f"/n/awa/{number}", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 2)
            assert line.line.state.refused == 1


async def test_a_line_that_broke_takes_up_where_it_stood(tmp_path: Path) -> None:
    """Nothing acknowledged comes again; what was not, does."""
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
            await until(lambda: line.line.state.taken == 1)
            await until(lambda: _nothing_waits(host))
        await host.ask(AWA, "POST", "/n/awa/2", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 1)
        assert [path for _, path, _ in shop.asked] == ["/n/awa/1", "/n/awa/2"]


async def test_the_relay_comes_back_with_what_it_had_and_the_line_with_it(tmp_path: Path, free_port: int) -> None:
    async with door() as shop:
        async with relay(tmp_path, port=free_port) as host:
            keys, url = await host.store(AWA), host.url
            await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
        async with held(url, AWA, keys, shop.url) as line:
            await until(lambda: line.why)
            async with relay(tmp_path, port=free_port):
                await until(lambda: line.line.state.taken == 1)


async def test_whatsapps_question_is_answered_for_a_store_that_is_away(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        asked = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158&hub.verify_token="
        assert (await host.ask(AWA, "GET", asked + "secret"))[0] == 403
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.publisher.send)
            assert line.publisher.send is not None
            line.publisher.send(Publish(1, (), (), (challenge_mark("secret"),)))
            await until(lambda: line.publisher.answers)
        assert (await host.ask(AWA, "GET", asked + "secret"))[:2] == (200, b"1158")
        assert (await host.ask(AWA, "GET", asked + "other"))[0] == 403
        assert shop.asked == []


async def test_a_look_before_use_is_answered_and_not_kept(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        assert (await host.ask(AWA, "GET", "/webhooks/psp/wave/awa"))[0] == 200
        assert (await host.ask(AWA, "DELETE", "/webhooks/psp/wave/awa"))[0] == 405
        assert (await host.engine.backlog(AWA)).events == 0


async def test_nobody_is_served_what_is_none_of_the_worlds_business(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            for path in ("/api/v1/orders", "/health", "/", "/p/../api/v1/orders", "/p/%2e%2e/api/v1/x", "//p/x"):
                assert (await host.ask(AWA, "GET", path))[0] == 404, path
            assert (await host.ask("nobody", "POST", "/n/x/1", data=b"x"))[0] == 404
        assert shop.asked == []


async def test_two_stores_share_nothing(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as mine, door() as theirs:
        keys, others = await host.store(AWA), await host.store("bintou", bytes([1]) * 32)
        await host.ask(AWA, "POST", "/n/awa/1", data=b"mine")
        await host.ask("bintou", "POST", "/n/bintou/1", data=b"theirs")
        async with held(host.url, AWA, keys, mine.url) as a, held(host.url, "bintou", others, theirs.url) as b:
            await until(lambda: a.line.state.taken == b.line.state.taken == 1)
        assert [body for _, _, body in mine.asked] == [b"mine"]
        assert [body for _, _, body in theirs.asked] == [b"theirs"]


async def test_the_host_cannot_read_what_it_keeps(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        await host.ask(AWA, "POST", "/webhooks/whatsapp", data=b"je prends ROBE1", headers={"X-Name": "Awa"})
        found = await host.engine.read(AWA, 0, 10)
        assert len(found) == 1
        assert b"ROBE1" not in found[0][1]
        assert b"X-Name" not in found[0][1]
        assert b"ROBE1" in keys.open(found[0][1])
        with pytest.raises(Exception, match="cannot be read"):
            StoreKeys(bytes([9]) * 32).open(found[0][1])
    await asyncio.sleep(0)


@pytest.mark.expect_log("is set aside")
async def test_one_that_the_door_fails_on_each_time_does_not_keep_the_others_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.line.line.AGAIN", (0.01, 0.01))
    async with relay(tmp_path) as host, door() as shop:
        shop.answer = lambda request: web.Response(status=500 if request.path.endswith("0") else 200)
        keys = await host.store(AWA)
        for number in range(2):
            await host.ask(AWA, "POST", f"/n/awa/{number}", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 2)
            assert line.line.state.refused == 1
        assert [path[-1] for _, path, _ in shop.asked] == ["0", "0", "0", "1"]


async def test_a_disk_that_refuses_is_waited_for_however_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localserver.line.line.AGAIN", (0.01, 0.01))
    left = iter([500] * 9)
    async with relay(tmp_path) as host, door() as shop:
        shop.answer = lambda request: web.Response(status=next(left, 200), body=b"not stored")
        keys = await host.store(AWA)
        await host.ask(AWA, "POST", "/n/awa/0", data=b"x")
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 1)
            assert line.line.state.refused == 0
