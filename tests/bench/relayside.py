"""The relay as a process of its own for the benchmark, and what it is asked beside the world's requests."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from core.relay.keys import StoreKeys
from localserver.relay.engine import Engine, Quota, Store
from localserver.relay.jetstream.engine import JetStreamEngine
from localserver.relay.node import Address, Node
from localserver.relay.serving import Where, serve_relay, settle
from localserver.relay.sqlite import SqliteEngine
from localserver.runner import new_loop
from tests.bench.processes import say, serve

UNBOUNDED = Quota(events=10**9, bytes=10**12, pages=10**6, rate=1e6)


def engine_for(how: dict[str, Any]) -> Engine:
    """``how``: what the benchmark passes on the command line."""
    return JetStreamEngine(how["nats"]) if "nats" in how else SqliteEngine(Path(how["folder"]))


def memory_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


async def register(engine: Engine, count: int) -> None:
    """``s0`` to ``s(count-1)``, all with the keys of one seed: making keys is not what is measured."""
    keys = StoreKeys(bytes(32))
    for start in range(0, count, 500):
        made = [
            engine.create(Store(f"s{n}x", "", keys.seal_key, keys.sign_key, 0, quota=UNBOUNDED))
            for n in range(start, min(count, start + 500))
        ]
        await asyncio.gather(*made)


def main() -> None:
    how = json.loads(sys.argv[1])
    engine = engine_for(how)
    node = Node(engine, Address.parse(f"http://relay.localhost:{how['port']}"))
    ready, loops = threading.Event(), []

    async def run() -> None:
        await engine.open()
        await register(engine, how["stores"])
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))

        def serving(url: str, backdoor: str) -> None:
            settle()  # as ``relay serve`` does
            ready.set()

        await serve_relay(node, Where("127.0.0.1", how["port"]), serving, stop)

    def thread() -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(run())

    running = threading.Thread(target=thread, name="relay")
    running.start()
    ready.wait()
    say({"ready": True})
    figures = node.figures

    def answer(task: dict[str, Any]) -> dict[str, Any]:
        return {
            "accepted": figures.accepted,
            "connected": figures.connected._value.get(),
            "memory_mb": memory_mb(),
        }

    serve(answer)
    loop, stop = loops[0]
    loop.call_soon_threadsafe(stop.set)
    running.join()


if __name__ == "__main__":
    main()
