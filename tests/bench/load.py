"""The load on the webhooks: a process of its own that posts requests made ahead over kept connections.

Requests (see :mod:`tests.bench.processes`): ``make`` prepares bodies, ``flood`` sends as fast as answers come,
``paced`` at a fixed rate whatever the answers do (a late answer is late from the moment its request was due), ``burst``
all at once, each on a connection of its own.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Final, cast

from tests.bench.figures import percentile
from tests.bench.processes import serve
from tests.bench.wire import traffic

_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TICK: Final = 0.001


class Wire(asyncio.Protocol):
    """One kept connection: a request out, its answer in, then the next."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass

    def post(self, request: bytes, since: float) -> None:
        """Send; ``since`` is the moment from which the answer is awaited."""
        assert self._transport is not None
        self._since = since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._buffer, 0, head)
        if length is None or len(self._buffer) < head + 4 + int(length[1]):
            return
        good = self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self._load.answered(self, good, self._since)

    def connection_lost(self, error: Exception | None) -> None:
        self._load.lost(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Load:
    """One run: the requests still to send, the answers so far."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._free: deque[Wire] = deque()
        self._due: deque[float] = deque()
        self._wires: list[Wire] = []
        self._open = 0
        self._until = 0.0
        self._flooding = False
        self._end = asyncio.Event()
        self.good = self.bad = 0
        self.times: list[float] = []

    async def connect(self, host: str, port: int, count: int) -> None:
        loop = asyncio.get_running_loop()
        for start in range(0, count, 100):
            made = [loop.create_connection(lambda: Wire(self), host, port) for _ in range(min(100, count - start))]
            self._wires += [wire for _, wire in await asyncio.gather(*made)]

    async def flood(self, seconds: float) -> float:
        """→ seconds from the first request to the last answer."""
        start = time.perf_counter()
        self._flooding, self._until = True, start + seconds
        for wire in self._wires:
            self._next(wire)
        await self._end.wait()
        return time.perf_counter() - start

    async def paced(self, rate: float, seconds: float) -> float:
        start = time.perf_counter()
        self._free.extend(self._wires)
        total, sent = max(1, int(rate * seconds)), 0
        while sent < total:
            now = time.perf_counter()
            due = min(total, int((now - start) * rate))
            for n in range(sent, due):
                self._due.append(start + n / rate)
            sent = due
            self._hand_out()
            await asyncio.sleep(TICK)
        if self._open or self._due:
            self._end.clear()
            await self._end.wait()
        return time.perf_counter() - start

    async def burst(self) -> float:
        start = time.perf_counter()
        for wire in self._wires:
            self._send(wire, start)
        await self._end.wait()
        return time.perf_counter() - start

    def answered(self, wire: Wire, good: bool, since: float) -> None:
        self._open -= 1
        self.times.append(time.perf_counter() - since)
        if good:
            self.good += 1
        else:
            self.bad += 1
        if self._flooding:
            self._next(wire)
        else:
            self._free.append(wire)
            self._hand_out()
        if not self._open and not self._due:
            self._end.set()

    def lost(self, wire: Wire) -> None:
        self._end.set()

    def close(self) -> None:
        for wire in self._wires:
            wire.close()

    def _hand_out(self) -> None:
        while self._due and self._free:
            self._send(self._free.popleft(), self._due.popleft())

    def _next(self, wire: Wire) -> None:
        now = time.perf_counter()
        if now < self._until:
            self._send(wire, now)

    def _send(self, wire: Wire, since: float) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._open += 1
            wire.post(request, since)


async def _run(task: dict[str, Any], requests: Iterator[bytes]) -> dict[str, Any]:
    load = Load(requests)
    await load.connect(task["host"], task["port"], task["connections"])
    began = time.time()
    match task["do"]:
        case "flood":
            took = await load.flood(task["seconds"])
        case "paced":
            took = await load.paced(task["rate"], task["seconds"])
        case _:
            took = await load.burst()
    load.close()
    times = [t * 1000 for t in load.times]
    return {
        "began": began,
        "good": load.good,
        "bad": load.bad,
        "seconds": took,
        "rate": load.good / took,
        "p50_ms": percentile(times, 0.50),
        "p99_ms": percentile(times, 0.99),
        "max_ms": max(times),
    }


def _runner() -> asyncio.Runner:
    if sys.platform == "win32":
        return asyncio.Runner()
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


class Worker:
    """What the process keeps between requests: the prepared bodies."""

    def __init__(self) -> None:
        self._requests: deque[bytes] = deque()

    def answer(self, task: dict[str, Any]) -> dict[str, Any]:
        if task["do"] == "make":
            shape = {key: task[key] for key in ("host", "count", "buyers", "products", "at", "seed")}
            self._requests = deque(traffic(**shape))
            return {"made": len(self._requests)}
        with _runner() as runner:
            return runner.run(_run(task, self._take()))

    def _take(self) -> Iterator[bytes]:
        while self._requests:
            yield self._requests.popleft()


if __name__ == "__main__":
    from tests.bench.processes import say

    say({"ready": True})
    serve(Worker().answer)
