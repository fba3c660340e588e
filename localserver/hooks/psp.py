"""The providers' webhooks: the adapter verifies and parses, the inbox keeps, a worker applies."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from aiohttp import web

from core.bootstrap import Shop
from core.bootstrap.following import heard
from core.durable.inbox import Item
from core.kernel.errors import Refused, StorageFailed
from core.payments.attempts import find_attempt
from core.payments.provider import Auth, InboundResult, Provider
from core.payments.rules import weigh_token
from core.payments.service import event_payload
from localserver.site import SITE

log = logging.getLogger(__name__)
routes = web.RouteTableDef()
MAX_BODY = 1024 * 1024
_NOWHERE = InboundResult("ignored", reply=(404, b"unknown", "text/plain"))


@routes.route("*", "/webhooks/psp/{provider}/{store}")
@routes.route("*", "/webhooks/psp/{provider}/{store}/{attempt}")
@routes.route("*", "/n/{store}/{attempt}")  # the same in short: core.bootstrap.Shop.notify_url
async def inbound(request: web.Request) -> web.Response:
    """401 bad authentication, 400 malformed, 200 otherwise (duplicates and orphans too), 500 when it cannot be kept."""
    if (request.content_length or 0) > MAX_BODY:
        return web.Response(status=413, text="too large")
    shop = request.app[SITE].by_slug(request.match_info["store"])
    if shop is None:
        return web.Response(status=404, text="unknown")
    token = request.match_info.get("attempt")
    try:
        provider = shop.desk.provider(request.match_info.get("provider") or _asked(shop, token))
    except Refused:
        return web.Response(status=404, text="unknown")
    if request.method not in provider.caps.inbound_methods:
        # Some providers ping the address with GET before they use it.
        return web.Response(status=200 if request.method in ("GET", "HEAD") else 405, text="ok")
    raw = await request.read()
    # The seller's clock may be wrong: judge the signature's time by the provider's own clock (reference payments §1.9).
    now = shop.clock.now() + shop.http.clock_offset(provider.config.base_url)
    result = provider.parse_webhook(request.method, token, request.headers, raw, request.query_string, now)
    if result.token is not None:
        result = _weigh(shop, provider, result, token)
    if result.verdict == "bad_auth":
        log.info("A webhook of %s was refused: bad authentication", provider.name)
    try:
        await _keep(shop, provider, result, token)
    except StorageFailed:
        return web.Response(status=500, text="not stored")  # asks every provider to send it again (payments §2)
    if result.verdict == "ok" and token is None:
        with suppress(StorageFailed):  # noted with the next one
            await heard(shop, provider.name, request.host)
    status, body, content_type = result.reply
    return web.Response(status=status, body=body, content_type=content_type)


def _asked(shop: Shop, token: str | None) -> str:
    """The provider of the attempt with this token; empty when there is none."""
    found = shop.engine.read(lambda reader: find_attempt(reader, "notify_token", token))
    return found.provider if found else ""


def _weigh(shop: Shop, provider: Provider, result: InboundResult, token: str | None) -> InboundResult:
    """Hold the payment's token against the attempt that the address names, or the event where the address names none.

    404 where that is no attempt of ours: what nothing can prove is not kept.
    """
    where = ("notify_token", token) if token else ("ref", next((e.attempt_ref for e in result.events), None))
    attempt = shop.engine.read(lambda reader: find_attempt(reader, *where))
    if attempt is None or attempt.provider != provider.name:
        return _NOWHERE
    return weigh_token(result, attempt.secrets)


async def _keep(shop: Shop, provider: Provider, result: InboundResult, token: str | None) -> None:
    """Store what a request told. Raises StorageFailed."""
    if result.auth is Auth.BODY_SIGNED and provider.after_signature is not None:
        await asyncio.to_thread(shop.require_signature, provider)
    if result.verdict in ("ok", "stale") and result.events:
        auth = result.auth if result.verdict == "ok" else Auth.NONE  # right signature, wrong time: only a hint, ask
        items = [
            Item(
                f"psp:{provider.name}:{auth}:{e.dedupe_key}",
                "psp",
                f"psp:{e.attempt_ref or e.provider_ref or token or ''}",
                event_payload(provider.name, auth, e, token),
            )
            for e in result.events
        ]
        await shop.inbox.keep(items)
