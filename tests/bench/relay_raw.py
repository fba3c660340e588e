"""What NATS itself does: durable publishing to JetStream with nats-py, without a relay. A reference for a bench of it.

    python -m tests.bench.relay_raw

prints it for one and three servers on this machine, with ``sync_interval: always`` and without, and so its cost.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig

from tests.bench.figures import median, percentile
from tests.bench.raw import PAYLOAD
from tests.support.nats import cluster_of, formed, nats_cluster

FLYING: Final = 64
_STORES: Final = 100
_STREAM: Final = "RAW"


@dataclass(frozen=True, slots=True)
class Raw:
    """Messages acknowledged a second, and how long one took, in ms."""

    rate: float
    p50: float
    p99: float


async def publishing(urls: Sequence[str], replicas: int, seconds: float, flying: int = FLYING) -> Raw:
    """Acknowledged publishes to a stream of its own, ``flying`` at a time, over the subjects of many stores."""
    client = Client()
    await client.connect(list(urls))
    context = client.jetstream(timeout=20)
    await _stream(client.jetstream(timeout=1), replicas)
    try:
        took: list[float] = []
        begun = time.perf_counter()
        end = begun + seconds

        async def one(lane: int) -> None:
            number = 0
            while (now := time.perf_counter()) < end:
                number += 1
                headers = {"Nats-Msg-Id": f"{lane}:{number}"}
                await context.publish(f"raw.{(lane + number) % _STORES}", PAYLOAD, headers=headers)
                took.append(time.perf_counter() - now)

        await asyncio.gather(*(one(lane) for lane in range(flying)))
        rate = len(took) / (time.perf_counter() - begun)
        return Raw(rate, median(took) * 1000, percentile(took, 0.99) * 1000)
    finally:
        await context.delete_stream(_STREAM)
        await client.close()


async def _stream(context: JetStreamContext, replicas: int) -> None:
    config = StreamConfig(
        name=_STREAM, subjects=["raw.*"], storage=StorageType.FILE, num_replicas=replicas, duplicate_window=120.0
    )
    async with asyncio.timeout(20):
        while True:
            try:
                await context.add_stream(config)
            except Exception:  # noqa: BLE001 - a cluster that has no leader yet says so in several ways
                await asyncio.sleep(0.1)
            else:
                return


class Cluster:
    """Three servers with ``sync_interval: always``, for as long as the ``with`` lasts: the engine's own raw rate."""

    def __init__(self, folder: Path, members: int = 3) -> None:
        self._servers = cluster_of(folder, members)

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self._servers]

    def __enter__(self) -> Self:
        asyncio.run(self._start())
        return self

    async def _start(self) -> None:
        await asyncio.gather(*(server.start() for server in self._servers))
        await formed(self._servers)

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.kill()

    def rate(self, seconds: float) -> float:
        """How many acknowledged messages a second, measured now."""
        return asyncio.run(publishing(self.urls, len(self._servers), seconds)).rate


async def costs(folder: Path, seconds: float) -> None:
    """Print what replicas and fsync cost."""
    for members in (1, 3):
        for sync in (False, True):
            async with nats_cluster(folder / f"{members}{sync}", members, sync=sync) as servers:
                urls = [server.url for server in servers]
                for flying in (1, FLYING):
                    raw = await publishing(urls, members, seconds, flying)
                    print(
                        f"replicas {members}  sync_interval {'always' if sync else 'default':8}  in flight {flying:3}"
                        f"  {raw.rate:8.0f}/s  p50 {raw.p50:7.2f} ms  p99 {raw.p99:7.2f} ms"
                    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as where:
        asyncio.run(costs(Path(where), 4.0))
