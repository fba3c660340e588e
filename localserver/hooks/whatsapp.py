"""WhatsApp's webhooks: verify the raw bytes, keep every item, then answer."""

from __future__ import annotations

from aiohttp import web

from core.bootstrap import Shop
from core.conversations.incoming import Incoming, Malformed, challenge, split, verify_signature
from core.durable.inbox import Item
from core.kernel.errors import StorageFailed
from localserver.site import SITE, Site

routes = web.RouteTableDef()
_OK = b"ok"


@routes.get("/webhooks/whatsapp")
async def verification(request: web.Request) -> web.Response:
    """Echo the challenge to whoever knows a store's verify token (reference whatsapp §2.1)."""
    for shop in request.app[SITE].shops:
        answer = challenge(request.query, shop.settings.secret("whatsapp.verify_token"))
        if answer is not None:
            return web.Response(text=answer, content_type="text/plain")
    return web.Response(status=403, text="forbidden")


@routes.post("/webhooks/whatsapp")
async def events(request: web.Request) -> web.Response:
    """401 for a wrong signature, 400 for what is not JSON, 200 once everything is durable, 500 when it cannot be."""
    raw = await request.read()
    site = request.app[SITE]
    header = request.headers.get("X-Hub-Signature-256")
    verified = [s for s in site.shops if verify_signature(s.settings.secret("whatsapp.app_secret"), header, raw)]
    if not verified:
        return web.Response(status=401, text="signature")
    shop = verified[0]
    try:
        found = split(raw, shop.clock.now()).items
    except Malformed:
        return web.Response(status=400, text="malformed")
    try:
        for target, items in _by_shop(site, verified, found).items():
            await target.inbox.keep(items)
    except StorageFailed:
        return web.Response(status=500, text="not stored")  # WhatsApp sends it again
    return web.Response(body=_OK, content_type="text/plain")


def _by_shop(site: Site, verified: list[Shop], found: tuple[Incoming, ...]) -> dict[Shop, list[Item]]:
    """Each item goes to the verified store with its number; one nobody claims is kept, untouched, with the first."""
    sorted_items: dict[Shop, list[Item]] = {}
    for item in found:
        owner, source = verified[0], "whatsapp"
        if item.phone_number_id:
            owners = [s for s in verified if s.settings.get("whatsapp.phone_number_id") == item.phone_number_id]
            owner, source = (owners[0], "whatsapp") if owners else (owner, "foreign")
        sorted_items.setdefault(owner, []).append(Item(f"wa:{item.key}", source, f"wa:{item.lane}", item.to_payload()))
    return sorted_items
