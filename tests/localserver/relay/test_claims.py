"""Who may speak for a store: the holder of its keys, at one home, and nobody else."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from core.kernel.clock import DAY, ManualClock
from core.relay import frames
from core.relay.frames import Ack, Claim, Denied, Event, Greeting, Publish, Published, Visit, Welcome
from core.relay.keys import Sealer, StoreKeys
from tests.support.relays import DOMAIN, Relay, door, held, relay, until

AWA, HOME, OTHER = "awa", bytes(16), bytes([7]) * 16


async def _open(host: Relay) -> tuple[ClientWebSocketResponse, Greeting]:
    socket = await host.http.ws_connect(host.url + frames.PATH)
    greeting = frames.decode(await socket.receive_bytes())
    assert isinstance(greeting, Greeting)
    return socket, greeting


async def _claim(host: Relay, keys: StoreKeys, handle: str = AWA, home: bytes = HOME, epoch: int = 1) -> Any:
    socket, greeting = await _open(host)
    signature = keys.sign_claim(DOMAIN, greeting.nonce, handle, home, epoch)
    await socket.send_bytes(frames.encode(Claim(handle, home, epoch, signature)))
    answer = frames.decode(await socket.receive_bytes())
    if isinstance(answer, Denied):
        await socket.close()
    return answer, socket


async def test_only_the_keys_holder_is_let_in(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        stranger = StoreKeys(bytes([1]) * 32)
        assert (await _claim(host, stranger))[0] == Denied("unknown")
        assert (await _claim(host, keys, handle="nobody"))[0] == Denied("unknown")
        answer, socket = await _claim(host, keys)
        assert isinstance(answer, Welcome)
        await socket.close()


async def test_a_claim_that_was_overheard_opens_nothing(tmp_path: Path) -> None:
    """It answers one nonce, for one relay."""
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        socket, greeting = await _open(host)
        claim = Claim(AWA, HOME, 1, keys.sign_claim(DOMAIN, greeting.nonce, AWA, HOME, 1))
        await socket.send_bytes(frames.encode(claim))
        assert isinstance(frames.decode(await socket.receive_bytes()), Welcome)
        await socket.close()
        again, _ = await _open(host)
        await again.send_bytes(frames.encode(claim))
        assert frames.decode(await again.receive_bytes()) == Denied("unknown")
        await again.close()
        elsewhere, greeting = await _open(host)
        wrong = keys.sign_claim("another.example", greeting.nonce, AWA, HOME, 1)
        await elsewhere.send_bytes(frames.encode(Claim(AWA, HOME, 1, wrong)))
        assert frames.decode(await elsewhere.receive_bytes()) == Denied("unknown")
        await elsewhere.close()


async def test_a_copy_of_the_store_stays_outside_until_the_store_is_moved_to_it(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as old, door() as new:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, old.url, home=HOME) as before:
            await until(lambda: before.line.state.up)
            async with held(host.url, AWA, keys, new.url, home=OTHER) as copy:
                await until(lambda: copy.why)
                assert (copy.why, copy.epoch) == ("elsewhere", 1)
                await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
                await until(lambda: old.asked)
                assert new.asked == []
            async with held(host.url, AWA, keys, new.url, home=OTHER, epoch=2) as moved:
                await until(lambda: moved.line.state.up)
                await until(lambda: before.why == "moved")
                await host.ask(AWA, "POST", "/n/awa/2", data=b"x")
                await until(lambda: new.asked)
        assert [path for _, path, _ in old.asked] == ["/n/awa/1"]


async def test_who_connects_again_takes_the_place_of_a_half_open_connection(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        _, first = await _claim(host, keys)
        answer, second = await _claim(host, keys)
        assert isinstance(answer, Welcome)
        assert frames.decode(await first.receive_bytes()) == Denied("replaced")
        assert (await first.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
        await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
        assert isinstance(frames.decode(await second.receive_bytes()), Event)
        await second.close()


async def test_a_suspended_store_is_neither_served_nor_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localserver.relay.node.FRESH", 0.0)
    monkeypatch.setattr("localserver.relay.node.QUICK", 60.0)
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 0.02)
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            store = await host.engine.store(AWA)
            assert store is not None
            await host.engine.update(msgspec.structs.replace(store, suspended=True))
            await until(lambda: line.why == "suspended")
            assert (await host.ask(AWA, "POST", "/n/awa/1", data=b"x"))[0] == 404


async def test_nonsense_ends_the_connection_and_nothing_else(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        for garbage in (b"", b"\xc1", frames.encode(Ack(5)), frames.encode(Claim(AWA, b"short", 1, b""))):
            socket, _ = await _open(host)
            await socket.send_bytes(garbage)
            message = await socket.receive()
            if message.type is WSMsgType.BINARY:
                assert frames.decode(message.data) == Denied("protocol")
            await socket.close()
        answer, socket = await _claim(host, keys)
        assert isinstance(answer, Welcome)
        await socket.send_bytes(b"\xc1")
        assert (await socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
        assert (await host.ask(AWA, "POST", "/n/awa/1", data=b"x"))[0] == 200


async def test_an_acknowledgement_of_what_was_never_handed_over_forgets_nothing(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        await host.ask(AWA, "POST", "/n/awa/0", data=b"x")
        _, socket = await _claim(host, keys)
        first = frames.decode(await socket.receive_bytes())
        assert isinstance(first, Event)
        await socket.send_bytes(frames.encode(Ack(first.seq + 1000)))
        await until(lambda: _waiting_is(host, 0))
        await host.ask(AWA, "POST", "/n/awa/1", data=b"x")
        second = frames.decode(await socket.receive_bytes(timeout=60))
        assert isinstance(second, Event)
        await socket.close()
        assert await _waiting_is(host, 1)
        answer, socket = await _claim(host, keys)
        assert answer.waiting == 1
        await socket.close()


async def _waiting_is(host: Relay, count: int) -> bool:
    return (await host.engine.backlog(AWA)).events == count


async def test_a_store_that_reads_slowly_costs_a_window_and_no_more(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        for number in range(frames.WINDOW + 30):
            await host.ask(AWA, "POST", f"/n/awa/{number}", data=b"x")
        _, socket = await _claim(host, keys)
        seqs = []
        for _ in range(frames.WINDOW):
            event = frames.decode(await socket.receive_bytes())
            assert isinstance(event, Event)
            seqs.append(event.seq)
        with pytest.raises(asyncio.TimeoutError):
            await socket.receive_bytes(timeout=0.2)
        await socket.send_bytes(frames.encode(Ack(seqs[0])))
        assert isinstance(frames.decode(await socket.receive_bytes(timeout=60)), Event)
        await socket.close()


@pytest.mark.expect_log("not sealed for this")
async def test_what_the_relay_forges_is_told_from_what_was_sealed_for_the_store(tmp_path: Path) -> None:
    """The relay knows the public key, so it can seal anything; the store's own door judges it by the provider's
    signature. What is not sealed for this store, or for another path, is refused before that."""
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        store = await host.engine.store(AWA)
        assert store is not None
        sealer = Sealer(keys.seal_key)
        forged = [
            b"garbage",
            Sealer(StoreKeys(bytes([3]) * 32).seal_key).seal(b"x"),
            sealer.seal(b"not a webhook"),
            *(
                sealer.seal(frames.encode(frames.Received(os.urandom(16), 0, "POST", target, (), b"")))
                for target in ("/api/v1/orders", "/p/x/pay", "/webhooks/../api/v1/orders", "/n/x%2f..%2f..%2fapi")
            ),
        ]
        for each in forged:
            await host.engine.append(AWA, os.urandom(16), each, store.quota)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == len(forged))
            assert line.line.state.refused >= len(forged) - 1  # what stays in a webhook's path is for the door to judge
        assert all(path.startswith("/n/") for _, path, _ in shop.asked)


async def test_a_visit_the_relay_makes_up_reaches_pages_only(tmp_path: Path) -> None:
    async with relay(tmp_path) as host, door() as shop:
        keys = await host.store(AWA)
        async with held(host.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            for target in ("/api/v1/login", "/webhooks/whatsapp", "/p/../api/v1/x", "/health"):
                asked = frames.encode(Visit(0, "POST", target, (), b""))
                assert [frames.decode(p) async for p in host.engine.ask(AWA, asked)] == []
        assert shop.asked == []


# -- joining -----------------------------------------------------------------------------------------------------------


async def _join(host: Relay, invite: str, handle: str, keys: StoreKeys, **changes: Any) -> tuple[int, Any]:
    body = {
        "invite": invite,
        "handle": handle,
        "seal_key": base64.b64encode(keys.seal_key).decode(),
        "sign_key": base64.b64encode(keys.sign_key).decode(),
        "signature": base64.b64encode(keys.sign_join(DOMAIN, invite)).decode(),
        **changes,
    }
    async with host.http.post(host.url + "/join", json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_an_invitation_serves_one_store_once_and_a_lost_answer_can_be_asked_for_again(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        invite, keys, other = await host.invite(), StoreKeys(bytes(32)), StoreKeys(bytes([1]) * 32)
        status, said = await _join(host, invite, AWA, keys)
        assert (status, said["address"]) == (200, host.address(AWA))
        assert (await _join(host, invite, AWA, keys))[0] == 200
        assert await _join(host, invite, "bintou", other) == (403, {"error": "invite"})
        assert await _join(host, await host.invite(), AWA, other) == (409, {"error": "taken"})
        assert await _join(host, await host.invite("coumba"), "bintou", other) == (409, {"error": "another"})


async def test_what_is_wrong_about_joining_is_named(tmp_path: Path) -> None:
    clock = ManualClock()
    async with relay(tmp_path, clock=clock) as host:
        invite, keys = await host.invite(), StoreKeys(bytes(32))
        assert await _join(host, "000000-000000", AWA, keys) == (403, {"error": "invite"})
        assert await _join(host, invite, AWA, keys, sign_key="AAAA") == (400, {"error": "signature"})
        assert await _join(host, invite, AWA, keys, seal_key="!") == (400, {"error": "malformed"})
        for name in ("x", "-awa", "Awa Boutique", "www", "a" * 33):
            clock.advance(DAY // 24)
            assert await _join(host, invite, name, keys) == (400, {"error": "name"}), name
        clock.advance(15 * DAY)
        assert await _join(host, invite, AWA, keys) == (403, {"error": "invite"})


async def test_who_guesses_invitations_is_made_to_wait(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = StoreKeys(bytes(32))
        statuses = [(await _join(host, f"{n}", AWA, keys))[0] for n in range(10)]
        assert statuses[-1] == 429


async def test_a_share_that_is_used_up_is_refused_and_the_neighbours_is_not(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        await host.store("bintou", bytes([1]) * 32)
        store = await host.engine.store(AWA)
        assert store is not None
        small = msgspec.structs.replace(store.quota, events=2)
        await host.engine.update(msgspec.structs.replace(store, quota=small))
        statuses = [(await host.ask(AWA, "POST", f"/n/awa/{n}", data=b"x"))[0] for n in range(3)]
        assert statuses == [200, 200, 503]
        assert (await host.ask("bintou", "POST", "/n/bintou/1", data=b"x"))[0] == 200


async def test_too_many_requests_of_one_store_are_refused_and_the_neighbours_are_not(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        await host.store(AWA)
        await host.store("bintou", bytes([1]) * 32)
        store = await host.engine.store(AWA)
        assert store is not None
        slow = msgspec.structs.replace(store.quota, rate=1.0)
        await host.engine.update(msgspec.structs.replace(store, quota=slow))
        statuses = [(await host.ask(AWA, "POST", f"/n/awa/{n}", data=b"x"))[0] for n in range(6)]
        assert statuses == [200] * 4 + [429] * 2
        assert (await host.ask("bintou", "POST", "/n/bintou/1", data=b"x"))[0] == 200


async def test_published_pages_are_bounded(tmp_path: Path) -> None:
    async with relay(tmp_path) as host:
        keys = await host.store(AWA)
        store = await host.engine.store(AWA)
        assert store is not None
        few = msgspec.structs.replace(store.quota, pages=2)
        await host.engine.update(msgspec.structs.replace(store, quota=few))
        _, socket = await _claim(host, keys)
        pages = tuple(frames.Page(bytes([n]) * 16, b"x", 2**50) for n in range(3))
        await socket.send_bytes(frames.encode(Publish(1, pages)))
        assert frames.decode(await socket.receive_bytes()) == Published(1, "full")
        await socket.send_bytes(frames.encode(Publish(2, pages[:2])))
        assert frames.decode(await socket.receive_bytes()) == Published(2)
        assert await host.engine.page(AWA, bytes([2]) * 16) is None
        await socket.close()
