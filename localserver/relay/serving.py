"""Running one node: the world's door, the host's own, and what has to be forgotten in time."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiohttp import web
from msgspec import Struct

from core.kernel.errors import EnvironmentProblem, OutsideWorld
from core.kernel.reasons import reason
from localserver.relay.app import create_backdoor, create_relay
from localserver.relay.node import Node

log = logging.getLogger(__name__)

EXPIRE: Final = 60.0  # s
_OBJECTS: Final = 5_000
ENDING: Final = 2.0
"""Seconds for what is under way when the node stops."""


class Where(Struct, frozen=True):
    """``backdoor``: host and port of the host's own door, None for none."""

    host: str
    port: int
    backdoor: tuple[str, int] | None = None


async def serve_relay(node: Node, where: Where, on_ready: Callable[[str, str], None], stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set. ``on_ready(url, backdoor url)``. Raises EnvironmentProblem, Unavailable."""
    await node.engine.open()
    runners: list[web.BaseRunner] = []
    try:
        world = web.ServerRunner(create_relay(node), shutdown_timeout=ENDING)
        runners.append(await _listen(world, where.host, where.port))
        if where.backdoor is not None:
            host = web.AppRunner(create_backdoor(node), access_log=None, shutdown_timeout=ENDING)
            runners.append(await _listen(host, *where.backdoor))
        expiring = asyncio.create_task(_expire(node))
        on_ready(_url(runners[0]), _url(runners[1]) if len(runners) > 1 else "")
        try:
            await stop.wait()
        finally:
            expiring.cancel()
            with suppress(asyncio.CancelledError):
                await expiring
    finally:
        for runner in runners:
            await runner.cleanup()
        await node.engine.close()


def settle() -> None:
    """For a process that does nothing else: what it has loaded by now is not looked through again and again for what
    could be forgotten, and requests, which leave few circles behind, are looked through less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 20)


async def _listen(runner: web.BaseRunner, host: str, port: int) -> web.BaseRunner:
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=4096).start()
    except OSError as error:
        await runner.cleanup()
        raise EnvironmentProblem(
            "The address {host}:{port} is not free ({detail}).", host=host, port=port, detail=reason(error)
        ) from None
    return runner


def _url(runner: web.BaseRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def _expire(node: Node) -> None:
    while True:
        try:
            await node.engine.expire(node.clock.now())
        except OutsideWorld:
            log.info("The engine did not answer: what is over is forgotten later")
        await asyncio.sleep(EXPIRE)
