"""Running the server: in its own thread beside the window, or as the main loop of ``serve``."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from aiohttp import web

from core.bootstrap import Shop
from core.durable.workers import Part, always
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from localserver.app import create_app
from localserver.site import SITE

log = logging.getLogger(__name__)


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop where it exists (×1.2), else asyncio's own."""
    if sys.platform != "win32":
        with suppress(ImportError):
            import uvloop

            return uvloop.new_event_loop()
    return asyncio.new_event_loop()


async def serve(
    shops: Sequence[Shop], host: str, port: int, on_ready: Callable[[str], None], stop: asyncio.Event
) -> None:
    """Serve these stores until ``stop`` is set. ``on_ready(url)`` is called when requests are accepted.

    Stops in order: tunnels, doors, workers, connections. Raises EnvironmentProblem when the port is taken.
    """
    app = create_app(shops)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise EnvironmentProblem(
            "The address {host}:{port} is not free ({detail}).", host=host, port=port, detail=reason(error)
        ) from None
    bound = runner.addresses[0]
    url = f"http://{bound[0]}:{bound[1]}"
    for shop in shops:
        shop.local_url = url
    workers = [asyncio.create_task(shop.work(), name=f"work-{shop.slug}") for shop in shops]
    app[SITE].ready = True
    on_ready(url)
    tunnels = [asyncio.create_task(always(part), name="tunnel") for part in _tunnels(shops, bound[1])]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *workers], return_when=asyncio.FIRST_COMPLETED)
    finally:
        app[SITE].ready = False
        for tunnel in tunnels:  # nobody comes in from outside any more
            tunnel.cancel()
        await asyncio.gather(*tunnels, return_exceptions=True)
        await runner.cleanup()
        for task in (*workers, stopping):
            task.cancel()
        results = await asyncio.gather(*workers, return_exceptions=True)
        for shop in shops:
            await shop.close_network()
    for result in results:
        if isinstance(result, Exception):
            raise result


def _tunnels(shops: Sequence[Shop], port: int) -> list[Part]:
    """A store's tunnel is its own; each leads here. Loaded when requests are accepted already."""
    from localserver.tunnels.supervisor import Supervisor

    return [Supervisor(shop, port) for shop in shops]


class ServerThread:
    """The server on a thread and loop of its own."""

    def __init__(self, shops: Sequence[Shop], host: str = "127.0.0.1", port: int = 0) -> None:
        self._shops = shops
        self._where = (host, port)
        self._ready: Future[str] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def start(self) -> str:
        """Start and wait until it accepts requests. → its URL. Raises EnvironmentProblem."""
        self._thread.start()
        return self._ready.result(30)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            self._loop = runner.get_loop()
            try:
                runner.run(self._serve())
            except Exception as error:  # boundary: thread
                if self._ready.done():
                    log.exception("The server stopped")
                else:
                    self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        await serve(self._shops, *self._where, self._ready.set_result, self._stop)

    def stop(self) -> None:
        """Stop and wait. Idempotent."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None and self._thread.is_alive():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
            self._thread.join(15)
