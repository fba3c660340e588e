"""A buyer's page: the store's own while it is there, what it published while it is away, and never half of either."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import ClientError, web

from core.relay.frames import Page, Publish
from core.relay.keys import page_id, seal_page
from core.relay.pages import AwayPage, encode_page
from tests.support.relays import Held, door, held, relay, until

AWA, LINK = "awa", "/p/token-of-38-characters"
POLICY = "default-src 'none'"


async def _publish(line: Held, path: str = LINK, html: str = "<h1>kept</h1>", until_: int = 2**50) -> None:
    await until(lambda: line.publisher.send)
    assert line.publisher.send is not None
    sealed = seal_page(path, encode_page(AwayPage(html, POLICY, "fr")))
    before = len(line.publisher.answers)
    line.publisher.send(Publish(before + 1, (Page(page_id(path), sealed, until_),)))
    await until(lambda: len(line.publisher.answers) > before)


async def test_a_page_is_the_stores_own_while_it_is_there(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)

        def answer(request: web.Request) -> web.Response:
            made = web.Response(body=b"x" * 200_000, status=201, headers={"X-Own": "é", "Cache-Control": "no-store"})
            made.headers.add("Set-Cookie", "a=1; Domain=.relay.localhost; Path=/")
            made.headers.add("Set-Cookie", "b=2; Path=/")
            return made

        shop.answer = answer
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            headers = {"X-Forwarded-For": "6.6.6.6", "Accept-Language": "mg", "Cookie": "v=1"}
            status, body, got = await host.ask(AWA, "POST", LINK + "/pay?a=%2F", data=b"method=wave", headers=headers)
        assert (status, len(body)) == (201, 200_000)
        assert got.headers.getall("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
        assert (got.headers["X-Own"], got.headers["Content-Length"]) == ("é", "200000")
        assert shop.asked == [("POST", LINK + "/pay?a=%2F", b"method=wave")]
        sent = dict(shop.headers[0])
        assert sent["Host"] == f"awa.relay.localhost:{host.port}"
        assert (sent["Accept-Language"], sent["Cookie"], sent["X-Forwarded-Proto"]) == ("mg", "v=1", "http")
        assert sent["X-Forwarded-For"] == "6.6.6.6"  # a proxy on the relay's own host is believed


async def test_who_comes_straight_cannot_say_it_is_somebody_else(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        host.node.proxies = frozenset()
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            await host.ask(AWA, "GET", LINK, headers={"X-Forwarded-For": "6.6.6.6"})
        assert dict(shop.headers[0])["X-Forwarded-For"] == "127.0.0.1"


async def test_a_stream_is_passed_on_as_it_comes_and_ends_when_the_buyer_leaves(tmp_path: Path) -> None:
    left, more = asyncio.Event(), asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        try:
            await answer.write(b"data: 1\n\n")
            await more.wait()
            await answer.write(b"data: 2\n\n")
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            left.set()
            raise
        return answer

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = stream
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            async with host.http.get(host.address(AWA) + LINK + "/events") as answer:
                assert await answer.content.readuntil(b"\n\n") == b"data: 1\n\n"
                more.set()
                assert await answer.content.readuntil(b"\n\n") == b"data: 2\n\n"
                answer.close()
            async with asyncio.timeout(60):
                await left.wait()


async def test_a_store_that_is_away_is_stood_in_for(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await _publish(line)
        status, body, got = await host.ask(AWA, "GET", LINK)
        assert (status, body) == (200, b"<h1>kept</h1>")
        assert got.headers["Content-Security-Policy"] == POLICY
        assert got.headers["Refresh"] == "15"
        assert (await host.ask(AWA, "HEAD", LINK))[0] == 200
        status, _, got = await host.ask(AWA, "POST", LINK + "/pay", data=b"method=wave")
        assert (status, got.headers["Location"]) == (303, LINK)
        assert (await host.ask(AWA, "GET", LINK + "/status"))[0] == 503
        for language, words in (("fr", "se reconnecte"), ("en", "is reconnecting"), ("mg", "html")):
            status, body, _ = await host.ask(AWA, "GET", "/p/another", headers={"Accept-Language": language})
            assert status == 503
            assert words in body.decode()
        assert shop.asked == []


async def test_a_page_whose_time_is_over_is_not_shown(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await _publish(line, until_=host.clock.now() + 1000)
        assert (await host.ask(AWA, "GET", LINK))[0] == 200
        host.clock.advance(1000)  # type: ignore[attr-defined]
        assert (await host.ask(AWA, "GET", LINK))[0] == 503
        assert await host.engine.expire(host.clock.now()) == 1


async def test_the_host_reads_no_page_that_nobody_opened(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await _publish(line, html="<h1>ROBE1</h1>")
        kept = await host.engine.page(AWA, page_id(LINK))
        assert kept is not None
        assert b"ROBE1" not in kept.sealed
        assert LINK.encode() not in (tmp_path / "relay" / "relay.db").read_bytes()


@pytest.mark.parametrize("moment", ["before an answer", "silent"])
async def test_a_link_opened_in_the_moment_the_store_goes_is_shown_as_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr("localserver.relay.visits.PATIENCE", 2.0 if moment == "silent" else 60.0)
    asked = asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = never
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await _publish(line)
            opening = asyncio.create_task(host.ask(AWA, "GET", LINK))
            await asked.wait()
            if moment == "silent":
                assert (await opening)[1] == b"<h1>kept</h1>"
        assert (await opening)[:2] == (200, b"<h1>kept</h1>")


async def test_half_an_answer_does_not_look_like_a_whole_one(tmp_path: Path) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"<h1>half")
        await asyncio.sleep(60)
        return answer

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = half
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: host.engine.is_present(AWA))
            async with host.http.get(host.address(AWA) + LINK) as answer:
                assert await answer.content.readany() == b"<h1>half"
                await line.stop()
                with pytest.raises(ClientError):
                    await answer.read()


async def test_a_buyer_who_reads_slowly_holds_nobody_up(tmp_path: Path) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        if request.path != LINK:
            return web.Response(text="quick")
        answer = web.StreamResponse()
        with suppress(ConnectionResetError):  # the buyer goes in the middle
            await answer.prepare(request)
            for _ in range(400):
                await answer.write(b"x" * 64 * 1024)
        return answer

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = endless
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url):
            await until(lambda: host.engine.is_present(AWA))
            async with host.http.get(host.address(AWA) + LINK) as slow:
                assert (await host.ask(AWA, "GET", "/p/other"))[:2] == (200, b"quick")
                await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
                await until(lambda: [p for _, p, _ in shop.asked if p.startswith("/n/")])
                slow.close()


async def test_a_buyer_who_reads_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localserver.relay.visits.READS", 0.2)
    monkeypatch.setattr("localserver.relay.sockets.PARTS", 10_000)
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 64 * 1024)
                await asyncio.sleep(0.01)
        except (asyncio.CancelledError, ConnectionResetError):
            left.set()
            raise

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = endless
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url):
            await until(lambda: host.engine.is_present(AWA))
            async with host.http.get(host.address(AWA) + LINK) as slow:
                async with asyncio.timeout(60):
                    await left.wait()
                with pytest.raises(ClientError):
                    await slow.read()


async def test_one_visitor_cannot_use_up_the_stores_share(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url):
            await until(lambda: host.engine.is_present(AWA))
            one = {"X-Forwarded-For": "6.6.6.6"}
            statuses = [(await host.ask(AWA, "GET", LINK, headers=one))[0] for _ in range(125)]
            assert (statuses[0], statuses[-1]) == (200, 429)
            assert (await host.ask(AWA, "GET", LINK, headers={"X-Forwarded-For": "7.7.7.7"}))[0] == 200
            assert (await host.ask(AWA, "POST", "/n/awa/1", data=b"x"))[0] == 200
