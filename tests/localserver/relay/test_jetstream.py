"""What is NATS' alone: too few copies, a server that is away, a node that falls silent."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from nats.aio.client import Client

from core.kernel.clock import SECOND, ManualClock
from core.kernel.errors import EnvironmentProblem
from localserver.console.arguments import build_parser
from localserver.console.relay import engine_of
from localserver.relay.engine import Away, Full, Quota, Unavailable
from localserver.relay.jetstream import between, cable
from localserver.relay.jetstream.engine import JetStreamEngine
from tests.support.engines import AWA, BINTOU, WIDE, Connected, append, page_of
from tests.support.nats import NatsServer, binary, nats_server
from tests.support.processes import ROOT
from tests.support.relays import until


async def test_fewer_copies_than_asked_for_are_refused_with_what_to_do(node: Callable[..., JetStreamEngine]) -> None:
    with pytest.raises(EnvironmentProblem, match="cannot keep 3 copies"):
        await node(3).open()
    await node(1).open()
    with pytest.raises(EnvironmentProblem, match="nats stream edit RELAY_EVENTS --replicas 3"):
        await node(3).open()


async def test_a_server_that_takes_no_large_messages_is_refused(
    node: Callable[..., JetStreamEngine], tmp_path: Path
) -> None:
    async with nats_server(tmp_path, payload="1MB") as small:
        with pytest.raises(EnvironmentProblem, match="max_payload: 8MB"):
            await node(1, small.url).open()


async def test_a_server_that_is_not_there_is_said_to_be_so(
    node: Callable[..., JetStreamEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cable, "OPENING", 0.3)
    with pytest.raises(Unavailable, match="does not answer"):
        await node(1, "nats://127.0.0.1:1").open()


async def test_who_may_use_nats_is_in_its_address(node: Callable[..., JetStreamEngine], tmp_path: Path) -> None:
    async with nats_server(tmp_path, password="s3cret") as guarded:
        engine = node(1, guarded.url)
        await engine.open()
        assert await append(engine, 1) > 0
        with pytest.raises(EnvironmentProblem, match="name and password"):
            await node(1, guarded.url.replace("s3cret", "another")).open()


async def test_a_server_that_is_away_for_a_while_is_waited_for_and_not_for_ever(
    node: Callable[..., JetStreamEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cable, "PATIENCE", 60.0)
    async with nats_server(tmp_path) as own:
        engine = node(1, own.url)
        await engine.open()
        first = await append(engine, 1)
        connected = Connected()
        await engine.present(AWA, connected)
        own.kill()
        appending = asyncio.create_task(append(engine, 2))
        await asyncio.wait([appending], timeout=0.2)
        assert not appending.done()
        await own.start()
        second = await appending
        assert second > first
        assert [seq for seq, _ in await engine.read(AWA, 0, 10)] == [first, second]
        await until(lambda: connected.nudges)  # what came meanwhile may have been nudged for in vain
        own.kill()
        monkeypatch.setattr(cable, "PATIENCE", 0.2)
        with pytest.raises(Unavailable):
            await append(engine, 3)


async def test_a_node_that_falls_silent_in_the_middle_of_an_answer_ends_it(
    node: Callable[..., JetStreamEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(between, "SILENCE", 2.0)
    monkeypatch.setattr(between, "BEAT", 60.0)
    connected = Connected([b"one"])
    connected.hold = asyncio.Event()
    holder, other = node(), node()
    await holder.open()
    await other.open()
    await holder.present(AWA, connected)
    await until(lambda: other.is_present(AWA))
    async with aclosing(other.ask(AWA, b"GET")) as parts:
        assert await anext(parts) == b"one"
        with pytest.raises(Away):
            await anext(parts)
    await connected.closed.wait()  # and the other side noticed too


async def test_nats_itself_forgets_a_page_whose_time_is_over(
    node: Callable[..., JetStreamEngine], server: NatsServer
) -> None:
    engine = node()
    await engine.open()
    client = Client()
    await client.connect([server.url])
    info = client.jetstream().stream_info
    before = (await info("KV_RELAY_PAGES")).state.last_seq
    await engine.publish(AWA, [page_of(1, ManualClock().now() + SECOND)], [], WIDE)

    async def none() -> bool:
        return (await info("KV_RELAY_PAGES")).state.messages == 0

    assert (await info("KV_RELAY_PAGES")).state.last_seq > before, "it was kept, if only for a second"
    await until(none)
    await client.close()


async def test_two_nodes_count_one_share(node: Callable[..., JetStreamEngine]) -> None:
    one, other = node(), node()
    await one.open()
    await other.open()
    quota = Quota(events=16)
    accepted = 0
    for number in range(40):
        try:
            await append((one, other)[number % 2], number, quota=quota)
            accepted += 1
        except Full:
            pass
    assert 16 <= accepted <= 16 + 16 // 8


async def test_nats_holds_the_last_line_of_a_share(node: Callable[..., JetStreamEngine], server: NatsServer) -> None:
    engine = node()
    await engine.open()
    client = Client()
    await client.connect([server.url])
    stream = client.jetstream()
    config = (await stream.stream_info("RELAY_EVENTS")).config
    assert config.max_msgs_per_subject == WIDE.events
    await stream.update_stream(config.evolve(max_msgs_per_subject=5))
    await client.close()
    kept = await asyncio.gather(*(append(engine, number) for number in range(9)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in kept) == ["Full"] * 4 + ["int"] * 5
    assert await append(engine, 1, BINTOU) > 0


def test_the_servers_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEPAY_RELAY_NATS", "nats://relay:s3cret@nats-1:4222")
    args = build_parser().parse_args(["relay", "stores"])
    assert (args.nats, args.replicas) == ("nats://relay:s3cret@nats-1:4222", 3)
    assert isinstance(engine_of(args), JetStreamEngine)


def test_what_a_host_is_given_for_its_servers_is_what_they_understand() -> None:
    path = ROOT / "packaging" / "relay" / "nats.conf"
    named = {"RELAY_NATS_NAME": "nats-1", "RELAY_NATS_PASSWORD": "s3cret"}
    done = subprocess.run([binary(), "-t", "-c", str(path)], check=False, env=os.environ | named, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "sync_interval: always" in path.read_text("utf-8")
