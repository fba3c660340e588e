"""A Graph API that behaves like WhatsApp's, for tests, the demo and rehearsals (reference whatsapp §1–§7).

It speaks the real wire: shops reach it by ``whatsapp.base_url`` alone, and it reaches them by signed webhooks. State
lives in memory. ``/_control`` scripts it (see :mod:`localserver.sandbox.graph_control`), ``/phone`` shows the buyers'
phones.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from aiohttp import web

from core.kernel.clock import Clock
from localserver.sandbox.graph_control import control_routes
from localserver.sandbox.graph_core import Graph, Sleep, default_account
from localserver.sandbox.graph_events import RETRIES
from localserver.sandbox.graph_messages import Messages
from localserver.sandbox.graph_objects import Objects
from localserver.sandbox.graph_templates import Templates
from localserver.sandbox.graph_world import Account
from localserver.sandbox.phone import phone_routes

__all__ = ["GRAPH", "Account", "Graph", "create_graph_simulator", "default_account"]

UPLOAD_LIMIT: Final = 100 * 1024 * 1024
GRAPH: Final = web.AppKey("graph", Graph)


def create_graph_simulator(
    clock: Clock,
    accounts: Sequence[Account] = (),
    *,
    sleep: Sleep = asyncio.sleep,
    retries: Sequence[float] = RETRIES,
) -> web.Application:
    """The simulator as an application; ``app[GRAPH]`` is its inside. ``sleep`` serves the fault ``slow`` alone."""
    graph = Graph(clock, accounts, sleep=sleep, retries=retries)
    app = web.Application(middlewares=[graph.answer_errors], client_max_size=UPLOAD_LIMIT)
    app[GRAPH] = graph
    templates = Templates(graph)
    messages, objects = Messages(graph, templates), Objects(graph)
    listed = r"/{version:v\d+\.\d+}/{id}/message_templates"

    async def change(request: web.Request) -> web.StreamResponse:
        """An object by its id alone: a template, an upload, or a number."""
        if request.match_info["id"].startswith("upload:"):
            return await templates.upload(request)
        return await (templates.change(request) if templates.has(request) else objects.configure(request))

    version = r"/{version:v\d+\.\d+}"
    app.add_routes(control_routes(graph, templates))
    app.add_routes(phone_routes(graph))
    app.add_routes(
        [
            web.get("/_cdn/{id}", objects.content),
            web.post(version + "/{id}/messages", messages.send),
            web.post(version + "/{id}/media", objects.upload),
            web.route("*", version + "/{id}/{edge:subscribed_apps|phone_numbers}", objects.account_edge),
            web.post(version + "/{id}/uploads", templates.open_upload),
            web.get(listed, templates.listed),
            web.post(listed, templates.create),
            web.delete(listed, templates.delete),
            web.get(version + "/debug_token", objects.token),
            web.get(version + "/{id}", objects.object),
            web.post(version + "/{id}", change),
            web.delete(version + "/{id}", objects.delete),
        ]
    )
    app.cleanup_ctx.append(_running(graph))
    app.on_shutdown.append(_release(graph))
    return app


def _release(graph: Graph) -> Callable[[web.Application], Awaitable[None]]:
    async def release(_app: web.Application) -> None:
        """Let go of calls that hang and of phones that listen, before the server waits for its handlers."""
        graph.world.close()

    return release


def _running(graph: Graph) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(graph.courier.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await graph.http.close()

    return context
