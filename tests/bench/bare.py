"""A bare aiohttp server that reads a body and says ok: what the web framework itself can do."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from localserver.runner import new_loop
from tests.bench.processes import say


async def _ok(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def _serve() -> None:
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", _ok)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    host, port = runner.addresses[0][:2]
    say({"url": f"http://{host}:{port}"})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as running:
        running.run(_serve())
