"""``/overlay/{store}``: the live's picture for OBS and its like (contract: HTTP).

Who may look: anything on the seller's computer that asks it by a loopback name, because OBS runs there. From elsewhere
(another computer, a tunnel) the address must carry the store's key: what the page shows is public during a live, yet
nobody shall list stores or watch their stock all day. A tunnel's program connects from this computer too, and is told
from OBS by the name it asks for or by the headers that it adds. A wrong key, none, and an unknown store get one answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC
from functools import cached_property, partial
from ipaddress import ip_address
from typing import Any, Final

from aiohttp import web

from core.bootstrap import Shop
from core.kernel.clock import SECOND, SystemClock
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.live.queries import was_on_screen
from core.storage.pictures import find
from localserver.middleware import language_of
from localserver.overlay.options import Options, read_options
from localserver.overlay.page import OverlayPages
from localserver.overlay.scene import scene, words_of
from localserver.overlay.streams import Scenes
from localserver.pay.guards import Bucket
from localserver.pay.pictures import Pictures
from localserver.pay.words import Words, asked_language
from localserver.site import SITE, Site

PHOTO_SIDE: Final = 640  # px: a third of a full-HD picture's height and some
PHOTO_BYTES: Final = 120_000
LOGO_SIDE: Final = 160
LOGO_BYTES: Final = 20_000
KEEP: Final = "private, max-age=604800, immutable"  # the address of a picture changes with the picture
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "Cf-Connecting-Ip")

Door = Callable[[web.Request, Shop, bool], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OverlayDoor:
    """All handlers of the overlays of one server."""

    def __init__(self, site: Site, scenes: Scenes) -> None:
        clock = site.shops[0].clock if site.shops else SystemClock()
        self._site = site
        self._asks = Bucket(clock, burst=60, pace=SECOND // 2)
        self._pictures = Pictures()
        self.scenes = scenes

    @cached_property
    def pages(self) -> OverlayPages:
        return OverlayPages()

    def routes(self) -> list[web.RouteDef]:
        def door(path: str, handler: Door, *, head: bool = True) -> web.RouteDef:
            return web.get(f"/overlay/{{store:[^/]+}}{path}", self._known(handler), allow_head=head)

        return [
            door("", self._show),
            door("/events", self._events, head=False),
            door("/logo", self._logo),
            door("/photo/{product:[0-9]{1,15}}", self._photo),
        ]

    async def shut(self, _: web.Application) -> None:
        self.scenes.stop()

    async def close(self, _: web.Application) -> None:
        await self._pictures.close()

    def _known(self, handler: Door) -> Handler:
        async def get(request: web.Request) -> web.StreamResponse:
            local = is_local(request)
            words = _plain_words(request)
            if not self._asks.take((request.remote, local)):
                answer = self.pages.sentence(words, words.gettext("Too many tries: wait a few seconds."), 429)
                answer.headers["Retry-After"] = str(self._asks.wait)
                return answer
            shop = self._site.by_slug(request.match_info["store"])
            if shop is None or not (local or _has_key(request, shop)):
                return self._no_store(words)
            return await handler(request, shop, local)

        return get

    def _no_store(self, words: Words) -> web.Response:
        text = words.gettext("No store is shown here. Copy the address again from LivePay: Live, “Show in OBS”.")
        return self.pages.sentence(words, text, 404)

    async def _show(self, request: web.Request, shop: Shop, local: bool) -> web.StreamResponse:
        try:
            options = read_options(request.query)
        except Refused as error:
            words = _plain_words(request)
            return self.pages.sentence(words, explain(error, words.language), 400)
        events = f"{shop.slug}/events" + (f"?{request.query_string}" if request.query_string else "")
        return self.pages.page(events, options, words_of(shop, options.lang).language)

    async def _events(self, request: web.Request, shop: Shop, local: bool) -> web.StreamResponse:
        try:
            options = read_options(request.query)
        except Refused:
            raise web.HTTPBadRequest from None
        return await self.scenes.serve(request, shop, partial(self._scene, request, shop, options), local=local)

    def _scene(self, request: web.Request, shop: Shop, options: Options) -> dict[str, Any]:
        """With what the page needs to notice that a newer program wants a newer page, and to pass the key on."""
        told = {**scene(shop, options), "page": self.pages.version}
        if key := request.query.get("key", ""):
            for part in (told, told["product"] or {}):
                for name in ("logo", "photo"):
                    if part.get(name):
                        part[name] += f"&key={key}"
        return told

    async def _logo(self, request: web.Request, shop: Shop, local: bool) -> web.StreamResponse:
        return await self._picture(request, shop, shop.settings.get("store.logo"), LOGO_SIDE, LOGO_BYTES)

    async def _photo(self, request: web.Request, shop: Shop, local: bool) -> web.StreamResponse:
        """Only of products that this live has shown: the catalogue is nobody's business."""
        number = int(request.match_info["product"])
        name = shop.engine.read(lambda reader: was_on_screen(reader, number))
        return await self._picture(request, shop, name or "", PHOTO_SIDE, PHOTO_BYTES)

    async def _picture(self, request: web.Request, shop: Shop, name: str, side: int, limit: int) -> web.StreamResponse:
        path = find(shop.media, name)
        body = await self._pictures.get(path, side, limit) if path else None
        if body is None:
            return self._no_store(_plain_words(request))
        headers = {"Cache-Control": KEEP, "Cross-Origin-Resource-Policy": "same-origin"}
        return web.Response(body=body, content_type="image/jpeg", headers=headers)


def is_local(request: web.Request) -> bool:
    """Whether a program on this computer asks for itself, by a name that only this computer has."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    name = request.host.rpartition(":")[0] if request.host[-1:].isdigit() and ":" in request.host else request.host
    return _loopback(request.remote or "") and (name.lower() == "localhost" or _loopback(name.strip("[]")))


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _has_key(request: web.Request, shop: Shop) -> bool:
    return hmac.compare_digest(request.query.get("key", "").encode(), shop.overlay_key.encode())


def _plain_words(request: web.Request) -> Words:
    """For answers that belong to no store."""
    return Words(asked_language(request) or language_of(request), UTC, "XOF", "overlay")


def mount(app: web.Application, scenes: Scenes | None = None) -> OverlayDoor:
    """Add the overlays to the server."""
    door = OverlayDoor(app[SITE], Scenes() if scenes is None else scenes)
    app.router.add_routes(door.routes())
    app.on_shutdown.append(door.shut)
    app.on_cleanup.append(door.close)
    return door
