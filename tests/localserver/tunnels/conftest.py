"""What a tunnel leads to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

Said = tuple[int, str]


@pytest.fixture
async def here() -> AsyncIterator[int]:
    """A server on this computer that answers with what it was asked. → its port"""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.method} {request.path} {await request.text()}")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def ask(url: str, path: str = "/p/abc", body: str = "") -> Said:
    """One request from outside, on a connection of its own."""
    async with ClientSession() as session, session.post(url + path, data=body.encode()) as answer:
        return answer.status, await answer.text()
