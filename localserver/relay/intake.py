"""Webhooks for stores: made durable, then answered. What they say is none of the relay's business."""

from __future__ import annotations

import hmac
from contextlib import suppress
from time import perf_counter
from typing import Final

from aiohttp import web

from core.relay.address import LARGE, may_be_large
from core.relay.frames import Received, encode
from core.relay.keys import challenge_mark
from localserver.relay.answers import LATER, body_of, kept
from localserver.relay.engine import Full, Unavailable
from localserver.relay.node import Known, Node

_METHODS: Final = ("POST", "PUT", "GET")


async def keep(node: Node, request: web.BaseRequest, known: Known) -> web.StreamResponse:
    """200 once the event is durable; 429 above the store's rate; 503 when nothing was kept, and every provider that
    matters comes again (reference payments §2, whatsapp §2.2)."""
    store = known.store
    if request.method in ("GET", "HEAD"):
        answered = _question(request, known)
        if answered is not None and answered.status == 403 and node.admits(store):
            # Another node may have learned it within the time that this one believes what it read.
            with suppress(Unavailable):
                answered = _question(request, await node.known(store.handle, fresh=True) or known)
        if answered is not None:
            return answered
    if request.method not in _METHODS:
        return web.Response(status=405, text="no such method")
    if not node.admits(store):
        node.figures.refused.labels("rate").inc()
        return web.Response(status=429, text="too many", headers=LATER)
    body = await body_of(request, known.room, node.room)
    if len(body) > LARGE and not may_be_large(request.path):
        node.figures.refused.labels("large").inc()
        raise web.HTTPRequestEntityTooLarge(LARGE, len(body))
    plain = Received(node.event_id(), node.clock.now(), request.method, request.raw_path, request.raw_headers, body)
    sealed = known.sealer.seal(encode(plain))
    begun = perf_counter()
    try:
        await node.engine.append(store.handle, plain.id, sealed, store.quota)
    except Full:
        node.figures.refused.labels("full").inc()
        return web.Response(status=503, text="full", headers=LATER)
    except Unavailable:
        node.figures.refused.labels("engine").inc()
        return web.Response(status=503, text="not stored", headers=LATER)
    node.figures.took(len(sealed), perf_counter() - begun)
    await node.engine.nudge(store.handle)
    return kept(request)


def _question(request: web.BaseRequest, known: Known) -> web.Response | None:
    """What is answered without keeping anything: WhatsApp's challenge, whose token the store has published the mark of
    (reference whatsapp §2.1), and the look that some providers take at an address before they use it."""
    query = request.query
    if "hub.mode" in query or "hub.challenge" in query:
        mark = challenge_mark(query.get("hub.verify_token", ""))
        holds = [hmac.compare_digest(mark, kept) for kept in known.store.challenges]
        if query.get("hub.mode") == "subscribe" and any(holds):
            return web.Response(text=query.get("hub.challenge", ""))
        return web.Response(status=403, text="forbidden")
    return None if request.query_string else web.Response(text="ok")
