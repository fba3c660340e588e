"""A large webhook on a narrow line: what is small passes it, and what WhatsApp sent after it does not."""

from __future__ import annotations

import asyncio
import os
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientWebSocketResponse

from core.relay import frames
from core.relay.address import LARGE
from core.relay.frames import Ack, Claim, Event, Got, Greeting, Piece, Received, Visit, Welcome
from core.relay.keys import StoreKeys
from localserver.line.order import Order
from localserver.line.reaching import Broken
from localserver.relay.carrying import AHEAD, PIECE
from tests.support.bumps import bumps
from tests.support.relays import DOMAIN, Relay, door, held, relay, until

AWA, WHATSAPP, NOTICE = "awa", "/webhooks/whatsapp", "/n/awa/1"


async def _connected(host: Relay, keys: StoreKeys, *, pieces: bool) -> ClientWebSocketResponse:
    socket = await host.http.ws_connect(f"{host.url}/connect", max_msg_size=0)
    greeting = frames.decode(await socket.receive_bytes())
    assert isinstance(greeting, Greeting)
    signature = keys.sign_claim(DOMAIN, greeting.nonce, AWA, bytes(16), 1)
    await socket.send_bytes(frames.encode(Claim(AWA, bytes(16), 1, signature, pieces)))
    assert isinstance(frames.decode(await socket.receive_bytes()), Welcome)
    return socket


async def _heard(socket: ClientWebSocketResponse) -> frames.Any:
    return frames.decode(await socket.receive_bytes())


async def _kept(host: Relay, *bodies: tuple[str, bytes]) -> None:
    for path, body in bodies:
        assert (await host.ask(AWA, "POST", path, data=BytesIO(body)))[0] == 200


async def test_small_ones_and_visitors_pass_between_the_pieces_of_a_large_one(tmp_path: Path) -> None:
    large = os.urandom(LARGE + 100_000)
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        await _kept(host, (WHATSAPP, large), (WHATSAPP, b"after"), (NOTICE, b"paid"))
        socket = await _connected(host, keys, pieces=True)
        heard = [await _heard(socket) for _ in range(AHEAD + 2)]
        visiting = asyncio.create_task(host.ask(AWA, "GET", "/p/x"))
        visit = await _heard(socket)
        assert isinstance(visit, Visit)
        await socket.send_bytes(frames.encode(frames.Left(visit.number)))
        assert (await visiting)[0] == 503
        pieces = [frame for frame in heard if isinstance(frame, Piece)]
        events = [frame for frame in heard if isinstance(frame, Event)]
        assert heard[0] is pieces[0], "its place in the order is known at once"
        assert [frames.received(keys.open(each.sealed)).body for each in events] == [b"after", b"paid"]
        # Whoever acknowledges what is behind it has not had it: nothing is forgotten.
        await socket.send_bytes(frames.encode(Ack(events[-1].seq)))
        sealed = b"".join(piece.data for piece in pieces)
        while not pieces[-1].last:
            await socket.send_bytes(frames.encode(Got(pieces[0].seq, len(sealed))))
            piece = await _heard(socket)
            assert isinstance(piece, Piece)
            pieces.append(piece)
            sealed += piece.data
        assert await host.engine.waiting(AWA) == 3
        assert frames.received(keys.open(sealed)).body == large
        await socket.send_bytes(frames.encode(Ack(events[-1].seq)))

        async def forgotten() -> bool:
            return await host.engine.waiting(AWA) == 0

        await until(forgotten)
        await socket.close()


async def test_a_store_of_an_earlier_version_is_given_it_whole(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        await _kept(host, (WHATSAPP, bytes(LARGE + 1)))
        socket = await _connected(host, keys, pieces=False)
        assert isinstance(frames.decode(await socket.receive_bytes()), Event)
        await socket.close()


async def test_large_ones_arrive_as_they_came_and_in_order(tmp_path: Path) -> None:
    sent = [
        (path, os.urandom(size))
        for path, size in [(WHATSAPP, 10), (WHATSAPP, 3_000_000), (WHATSAPP, LARGE * 2), (WHATSAPP, 20), (NOTICE, 30)]
    ]
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        await _kept(host, *sent)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == len(sent))
            assert (line.line.state.waiting, line.line.state.refused) == (0, 0)

            async def forgotten() -> bool:
                return await host.engine.waiting(AWA) == 0

            await until(forgotten)
        came = [(path, body) for _, path, body in shop.asked]
        assert [each for each in came if each[0] == WHATSAPP] == sent[:-1]
        assert sorted(came) == sorted(sent)
        assert (await host.ask(AWA, "POST", NOTICE, data=bytes(LARGE + 1)))[0] == 413  # none is so large


async def test_on_a_narrow_line_a_payment_and_a_page_do_not_wait_for_it(tmp_path: Path) -> None:
    large = os.urandom(LARGE + 100_000)
    async with relay(tmp_path) as host, door() as shop, bumps(host.port) as way:
        keys = await host.store(AWA)
        async with held(f"http://{DOMAIN}:{way.port}", AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            way.rate = 200_000
            await _kept(host, (WHATSAPP, large), (WHATSAPP, b"after"), (NOTICE, b"paid"))
            assert (await host.ask(AWA, "GET", "/p/token"))[1] == b"ok"
            await until(lambda: line.line.state.taken == 3)
            assert (line.why, way.calls) == ("", 1)
    order = [path for _, path, _ in shop.asked]
    assert order.index("/p/token") < order.index(WHATSAPP) > order.index(NOTICE)
    assert [body for _, path, body in shop.asked if path == WHATSAPP] == [large, b"after"]


async def test_each_source_keeps_its_order_while_a_large_one_comes() -> None:
    def packed(target: str, body: bytes = b"") -> bytes:
        return frames.encode(Received(bytes(16), 0, "POST", target, (), body))

    order, large = Order(lambda sealed: frames.received(sealed) if sealed else None), packed(WHATSAPP, bytes(50_000))
    order.take(Event(1, packed(WHATSAPP, b"first")))
    assert order.take_piece(Piece(2, large[:PIECE], last=False)) == PIECE
    for seq, target in ((3, WHATSAPP), (4, "/%77ebhooks/whatsapp?x"), (5, NOTICE), (6, "http://[::1"), (7, NOTICE)):
        order.take(Event(seq, packed(target)))
    order.take(Event(8, b""))  # not for this store
    taken = []
    for _ in range(5):
        place, _received = await order.next()
        taken.append((place.seq, order.done(place)))
    assert taken == [(1, 1), (5, None), (6, None), (7, None), (8, None)], "nothing behind it is acknowledged"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await order.next()
    assert len(order) == 3
    order.take_piece(Piece(2, large[PIECE:], last=True))
    for expected in ((2, 2), (3, 3), (4, 8)):
        place, received = await order.next()
        assert (place.seq, order.done(place)) == expected
        assert received is not None
    assert len(order) == 0
    order.take_piece(Piece(9, b"x", last=False))
    for wrong in (Piece(10, b"x", last=False), Piece(9, bytes(frames.MAX_FRAME), last=False)):
        with pytest.raises(Broken):
            order.take_piece(wrong)
    for seq in range(11, 10 + 2 * frames.WINDOW):
        order.take(Event(seq, b""))
    with pytest.raises(Broken):  # more than a relay has on the way
        order.take(Event(1000, b""))
