"""Whoever means harm, with an invitation or without: nobody else notices, and nothing of it is in the log."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from core.adapters.names import connector
from core.relay import frames
from core.relay.frames import Body, Claim, Greeting, Head, Page, Publish, Visit, Welcome
from core.relay.keys import Sealer, StoreKeys
from localserver.relay import joining
from localserver.relay.answers import Room
from tests.support.relays import DOMAIN, Relay, door, held, relay, until

AWA = "awa"
HOST = f"Host: {AWA}.{DOMAIN}\r\n"


async def _raw(host: Relay, head: str, body: bytes = b"") -> bytes:
    """What comes back on a connection of its own, up to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
    writer.write(head.encode("latin-1") + b"\r\n" + body)
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def _store(host: Relay, keys: StoreKeys, handle: str = AWA) -> ClientWebSocketResponse:
    """A connection whose holder sends what it likes."""
    socket = await host.http.ws_connect(f"{host.url}/connect", max_msg_size=0)
    greeting = frames.decode(await socket.receive_bytes())
    assert isinstance(greeting, Greeting)
    signature = keys.sign_claim(DOMAIN, greeting.nonce, handle, bytes(16), 1)
    await socket.send_bytes(frames.encode(Claim(handle, bytes(16), 1, signature)))
    return socket


async def test_a_webhook_that_nobody_could_ask_anew_does_not_stop_those_behind_it(tmp_path: Path) -> None:
    """A target may be a whole address; with one, whoever knew a store's name could close it to its payments."""
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        store = await host.engine.store(AWA)
        assert store is not None
        whole = f"http://{AWA}.{DOMAIN}:{host.port}/n/awa/1"
        said = await _raw(host, f"POST {whole} HTTP/1.1\r\n{HOST}Content-Length: 1\r\nConnection: close\r\n", b"x")
        assert b" 404 " in said
        forged = [
            (whole, "POST"),
            ("/n/awa/2", "GET / HTTP/1.1\r\nX-Y:"),
            ("http://[::1/n/awa/3", "POST"),
            ("", "POST"),
        ]
        for target, method in forged:
            event = frames.Received(os.urandom(16), 0, method, target, (), b"")
            await host.engine.append(AWA, event.id, Sealer(keys.seal_key).seal(frames.encode(event)), store.quota)
        async with held(host.url, AWA, keys, shop.url) as line:
            await host.ask(AWA, "POST", "/n/awa/behind", data=b"x")
            await until(lambda: line.line.state.taken == len(forged) + 1)
        assert [path for _, path, _ in shop.asked] == ["/n/awa/behind"]


@pytest.mark.expect_log("cannot be taken over")
async def test_a_line_that_takes_nothing_over_any_more_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localserver.line.line.dealt_with", lambda status: 1 // 0)
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
            await until(lambda: line.why)
            monkeypatch.undo()
            await until(lambda: line.line.state.taken)


async def test_hundreds_of_buyers_may_watch_their_order_while_others_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.line.replay.PAGES", 2)
    monkeypatch.setattr("localserver.line.replay.STREAMS", 12)

    async def answer(request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/events"):
            return web.Response(text="own")
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"data: 1\n\n")
        await asyncio.sleep(60)
        return stream

    async with relay(tmp_path) as host, door() as shop:
        shop.answer = answer
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url), ClientSession(connector=connector(limit=0)) as http:
            await until(lambda: host.engine.is_present(AWA))
            watch = [await http.get(host.address(AWA) + f"/p/token{n}/events") for n in range(14)]
            # One too many is told so, as the store itself tells them; its page asks now and then instead.
            assert [stream.status for stream in watch] == [200] * 12 + [503] * 2
            pages = [host.ask(AWA, "GET", f"/p/token{n}") for n in range(10)]
            assert {(status, body) for status, body, _ in await asyncio.gather(*pages)} == {(200, b"own")}
            watch[0].close()
            await until(lambda: _opens(http, host))
            for stream in watch:
                stream.close()


async def _opens(http: ClientSession, host: Relay) -> bool:
    async with http.get(host.address(AWA) + "/p/another/events") as stream:
        return stream.status == 200


NONSENSE = [
    *map(
        frames.encode,
        (
            Publish(1, (Page(b"x" * 3000, b"s", 2**50),)),  # as a subject of NATS it would end a node's connection
            Publish(1, (Page(b"", b"s", 2**50),)),
            Publish(1, (Page(bytes(16), b"s", -(2**63)),)),
            Publish(1, (), tuple(bytes(16) for _ in range(20_000))),
            Publish(1, (), (), (b"x" * 1_000_000,)),
            Publish(1, (), (), None, (b"x" * 100_000,)),
            Head(1, 101, ()),
            Head(1, 200, (("X", "x" * 100_000),)),
            Body(1, b"x" * 1_000_000, last=False),
        ),
    ),
    frames.encode(Head(1, 200, (("name", "value"),))).replace(b"value", b"\xff\xfe\xfd\xfc\xfb"),
]


async def test_what_no_store_says_ends_its_connection_before_it_reaches_the_engine(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        for sent in NONSENSE:
            socket = await _store(host, keys)
            assert isinstance(frames.decode(await socket.receive_bytes()), Welcome)
            await socket.send_bytes(sent)
            assert (await socket.receive(timeout=30)).type == WSMsgType.CLOSE, sent[:20]
        for handle in ("*", ">", "awa.>", "", "a" * 3000):
            other = await _store(host, keys, handle)
            assert frames.decode(await other.receive_bytes()) == frames.Denied("unknown")


async def test_no_store_ends_its_answer_early_and_begins_a_neighbours(tmp_path: Path) -> None:
    """All answers share the connections of the proxy before the relay."""
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    heads = [
        Head(0, 204, ()),
        Head(0, 304, ()),
        Head(0, 200, (("Content-Length", "0"),)),
        Head(0, 200, (("Content-Length", "3"), ("Content-Length", "999"))),
        Head(0, 200, (("Content-Length", "999"),)),
        Head(
            0,
            200,
            (("Content-Length", "-1"), ("X y", "z"), ("A", "b\r\nContent-Length: 1"), ("Transfer-Encoding", "x")),
        ),
        Head(0, 200, (("Set-Cookie", "a=b; Domain =relay.localhost ; DOMAIN\t=relay.localhost"),)),
    ]
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        socket = await _store(host, keys)
        answers = iter(heads)

        async def serve() -> None:
            async for message in socket:
                visit = frames.decode(message.data)
                if isinstance(visit, Visit):
                    head = msgspec.structs.replace(next(answers), number=visit.number)
                    await socket.send_bytes(frames.encode(head))
                    await socket.send_bytes(frames.encode(Body(visit.number, smuggled, last=True)))

        serving = asyncio.create_task(serve())
        await until(lambda: host.engine.is_present(AWA))
        said = [await _raw(host, f"GET /p/x HTTP/1.1\r\n{HOST}Connection: close\r\n") for _ in heads]
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        bodies = [each.partition(b"\r\n\r\n")[2] for each in said]
        assert bodies[:3] == [b"", b"", b""]
        assert b"Content-Length: 3" not in said[3]
        assert bodies[4] in (b"", smuggled), "and the connection broke off"
        assert bodies[5] == b"%x\r\n%s\r\n0\r\n\r\n" % (len(smuggled), smuggled)
        assert b"z" not in said[5].partition(b"\r\n\r\n")[0].replace(b"z; charset", b"")
        assert b"omain" not in said[6].lower().partition(b"\r\n\r\n")[0]


async def test_what_a_stranger_sends_is_answered_in_one_line(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        own = f"Host: {DOMAIN}\r\n"
        deep = b"[" * 100_000
        asked = [
            ("POST /p/%0d%0aSet-Cookie:a/pay HTTP/1.1\r\n" + HOST, b"", b" 303 "),
            ("POST /p/%C3%A9%22%3E/pay HTTP/1.1\r\n" + HOST, b"", b" 303 "),
            ("POST /join HTTP/1.1\r\n" + own, deep, b" 400 "),
            ("POST /join HTTP/1.1\r\n" + own, b"\xff\xfe", b" 400 "),
        ]
        for head, body, status in asked:
            said = await _raw(host, f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n", body)
            assert status in said.split(b"\r\n")[0], said
            assert b"\r\nSet-Cookie" not in said
            assert said.partition(b"\r\n\r\n")[0].isascii()
        chunked = f"POST /n/awa/1 HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n"
        assert b" 400 " in await _raw(host, chunked, b"3\r\nabcZZ\r\n")
        socket = await host.http.ws_connect(f"{host.url}/connect")
        await socket.receive_bytes()
        await socket.send_bytes(frames.encode(Claim(AWA, bytes(16), 1, b"")).replace(b"awa", b"\xff\xfe\xfd"))
        assert (await socket.receive(timeout=30)).type == WSMsgType.CLOSE


async def test_who_sends_slowly_is_let_go_and_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localserver.relay.answers.SLOWEST", 1.0)
    async with relay(tmp_path) as host:
        await host.store(AWA)
        slow = f"POST /n/awa/1 HTTP/1.1\r\n{HOST}Content-Length: 4000000\r\n"
        assert b" 408 " in await _raw(host, slow, b"x")
        assert await _raw(host, "POST /n/awa/1 HTTP/1.1") == b"", "nobody heard what it wants"
        monkeypatch.setattr("localserver.relay.answers.SLOWEST", 60.0)
        host.node.room = Room(100_000)
        large = f"POST /webhooks/whatsapp HTTP/1.1\r\n{HOST}Content-Length: 300000\r\nConnection: close\r\n"
        assert b" 503 " in await _raw(host, large, bytes(300_000))
        host.node.room = Room(10**9)
        known = await host.node.known(AWA)
        assert known is not None
        known.room = Room(1_000_000)
        for _ in range(5):
            assert b" 200 " in await _raw(host, large, bytes(300_000)), "what was read is no longer on its way"


# -- with an invitation ------------------------------------------------------------------------------------------------


async def _join(host: Relay, invite: str, handle: str, keys: StoreKeys, seal_key: bytes = b"", name: str = "") -> int:
    seal_key = seal_key or keys.seal_key
    signature = keys._signing.sign(b"livepay relay join 1\0" + "\0".join((DOMAIN, invite, seal_key.hex())).encode())
    plain = {"seal_key": seal_key, "sign_key": keys.sign_key, "signature": signature.signature}
    body: dict[str, Any] = {one: base64.b64encode(value).decode() for one, value in plain.items()}
    async with host.http.post(
        host.url + "/join", json={**body, "invite": invite, "handle": handle, "name": name}
    ) as got:
        return got.status


async def test_an_invitation_brings_no_store_back_that_was_removed(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        invite, keys, thief = await host.invite(), StoreKeys(bytes(32)), StoreKeys(bytes([1]) * 32)
        assert await _join(host, invite, AWA, keys) == 200
        await host.engine.remove(AWA)
        assert await _join(host, invite, AWA, keys) == 403
        assert await _join(host, invite, AWA, thief) == 403


async def test_keys_and_names_that_serve_nobody_are_refused(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = StoreKeys(bytes(32))
        assert (
            await _join(host, await host.invite(), AWA, keys, seal_key=bytes(32)) == 400
        )  # nothing can be sealed to it
        for handle in ("xn--rlay-cpa", "autodiscover", "wpad"):
            assert not joining.may_be_named(handle), handle
        assert await _join(host, await host.invite(), AWA, keys, name="\x1b[31mAwa\n") == 200
        store = await host.engine.store(AWA)
        assert store is not None
        assert store.name == "[31mAwa"
