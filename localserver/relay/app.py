"""The relay's doors: every store is a host of its own, and the relay's own name has two addresses."""

from __future__ import annotations

import asyncio
import logging
import math
from typing import Any, Final

from aiohttp import web
from aiohttp.log import server_logger

from core.relay import frames
from core.relay.address import Way, handle_of, way_of
from localserver.middleware import our_concern
from localserver.relay import intake, joining, sockets, visits
from localserver.relay.answers import LATER, MAX_BODY, Asked, Server, expected
from localserver.relay.engine import Unavailable
from localserver.relay.node import NODE, Node

log = logging.getLogger(__name__)

LINGER: Final = 2.0
"""Seconds for which the rest of a refused body is still read, so that its sender hears the answer."""
_HELLO: Final = "LivePay relay: it passes on what is sent to shops, and cannot read it.\n"


def create_relay(node: Node) -> web.Server:
    """What the world reaches; made on the loop that serves it."""
    server_logger.addFilter(our_concern)
    loop = asyncio.get_running_loop()

    def asked(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> Asked:
        server.heard(protocol)
        return Asked(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await expected(request)
        return await _door(node, request)

    # A webhook's bytes are passed on as they came, compressed ones too.
    server = Server(
        answer,
        request_factory=asked,
        access_log=None,
        handler_cancellation=True,
        auto_decompress=False,
        lingering_time=LINGER,
    )
    return server


def create_backdoor(node: Node) -> web.Application:
    """For the host alone, on an address that the world does not reach: figures, health, and whether a name below the
    relay's is a store's (a proxy asks that before it gets a certificate for it)."""
    app = web.Application()
    app[NODE] = node
    app.router.add_get("/metrics", _metrics)
    app.router.add_get("/health", _health)
    app.router.add_get("/certificate", _certificate)
    return app


async def _door(node: Node, request: web.BaseRequest) -> web.StreamResponse:
    handle = handle_of(request.host, node.address.domain)
    if handle == "":
        return await _own(node, request)
    # A target may be a whole address, too (RFC 9112 §3.2.2); it could not be passed on as it came.
    way = Way.NONE if handle is None or not request.raw_path.startswith("/") else way_of(request.path)
    try:
        known = await node.known(handle) if handle and way is not Way.NONE else None
    except Unavailable:
        return web.Response(status=503, text="not now", headers=LATER)
    if known is None or known.store.suspended:
        return web.Response(status=404, text="unknown")
    return await (intake.keep if way is Way.KEPT else visits.show)(node, request, known)


async def _own(node: Node, request: web.BaseRequest) -> web.StreamResponse:
    match (request.method, request.path):
        case ("GET", frames.PATH):
            if request.headers.get("Upgrade", "").lower() != "websocket":
                return web.Response(status=426, text="websocket only", headers={"Upgrade": "websocket"})
            return await sockets.connect(node, request)
        case ("POST", "/join"):
            if not node.admits_joining(node.peer(request)):
                return web.json_response({"error": "often"}, status=429, headers=LATER)
            return await joining.join(node, request)
        case ("GET" | "HEAD", "/"):
            return web.Response(text=_HELLO)
    return web.Response(status=404, text="unknown")


async def _metrics(request: web.Request) -> web.Response:
    node = request.app[NODE]
    try:
        node.figures.waiting.set(await node.engine.waiting_in_all())
    except Unavailable:  # nobody knows, which is not the same as none
        node.figures.waiting.set(math.nan)
    return web.Response(body=node.figures.text(), content_type="text/plain", charset="utf-8")


async def _health(request: web.Request) -> web.Response:
    try:
        await request.app[NODE].engine.store("health")
    except Unavailable as error:
        log.warning("The engine does not answer: %s", error)
        return web.json_response({"ready": False}, status=503)
    except Exception:  # boundary: whatever is wrong, the answer is that it is
        log.exception("The engine does not answer")
        return web.json_response({"ready": False}, status=503)
    return web.json_response({"ready": True})


async def _certificate(request: web.Request) -> web.Response:
    node = request.app[NODE]
    handle = handle_of(request.query.get("domain", ""), node.address.domain)
    try:
        known = handle == "" or (handle is not None and await node.known(handle) is not None)
    except Unavailable:
        return web.Response(status=503, text="not now", headers=LATER)
    return web.Response(status=200 if known else 404, text="known" if known else "unknown")
