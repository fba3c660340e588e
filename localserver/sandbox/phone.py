"""A buyer's phone as a web page, so that anybody can play the buyer: ``/phone`` lists them, ``/phone/{buyer}`` is one.

Every act is a plain form; the script only spares the reload and listens for changes (server-sent events).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any, Final

import jinja2
from aiohttp import web
from markupsafe import Markup
from PIL import Image

from core.kernel import look
from core.kernel.i18n import catalogue
from core.kernel.paths import resource
from core.kernel.phone import display
from core.kernel.waiting import woken
from localserver.sandbox.graph_acts import Acts
from localserver.sandbox.graph_core import Graph
from localserver.sandbox.graph_world import Puzzled
from localserver.sandbox.phone_view import Say, bubbles, preview

# Own table: a Windows registry can serve .js as text.
STATIC: Final = {"phone.css": "text/css", "phone.js": "text/javascript"}
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
PHOTO_SIDE: Final = 1600
KEEP_ALIVE: Final = 15.0


def phone_routes(graph: Graph) -> list[web.RouteDef]:
    phones = Phones(graph)
    return [
        web.get("/phone", _guarded(phones.index)),
        web.post("/phone", _guarded(phones.create)),
        web.get("/phone/static/tokens.css", phones.tokens),
        web.get("/phone/static/{name}", phones.static),
        web.get("/phone/{buyer}", _guarded(phones.show)),
        web.post("/phone/{buyer}", _guarded(phones.act)),
        web.get("/phone/{buyer}/thread", _guarded(phones.thread)),
        web.get("/phone/{buyer}/events", _guarded(phones.events)),
        web.get("/phone/{buyer}/media/{media}", _guarded(phones.media)),
    ]


class Phones:
    """The pages over one simulator; the shop is its first account, or ``?number=``."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.world = graph.world
        loader = jinja2.FileSystemLoader(resource("web", "phone"))
        self.pages = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self.pages.globals["icon"] = icon

    async def index(self, request: web.Request) -> web.StreamResponse:
        say = _speaker("fr")
        account = self.world.account()
        phones = []
        for buyer in self.world.buyers.values():
            thread = buyer.thread(account)
            phones.append(
                {
                    "id": buyer.id,
                    "name": buyer.name,
                    "initials": initials(buyer.name),
                    "phone": display("+" + buyer.phone) if buyer.shows_phone else "",
                    "last": preview(thread[-1], say) if thread else "",
                    "unread": self.world.unread(buyer),
                }
            )
        return self._page("index.html", "fr", phones=phones, account=account)

    async def create(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        name, phone = str(form.get("name", "")).strip()[:40], str(form.get("phone", "")).strip()
        if not name:
            raise Puzzled("a buyer needs a name")
        language = "mg" if form.get("language") == "mg" else "fr"
        buyer = self.world.add_buyer(name, phone or None, shows_phone="hidden" not in form, language=language)
        raise web.HTTPSeeOther(f"/phone/{buyer.id}")

    async def show(self, request: web.Request) -> web.StreamResponse:
        acts = self._acts(request)
        acts.read_all()
        return self._page("phone.html", acts.buyer.language, **self._view(acts))

    async def thread(self, request: web.Request) -> web.StreamResponse:
        """The part of the page that changes."""
        acts = self._acts(request)
        acts.read_all()
        return self._page("thread.html", acts.buyer.language, **self._view(acts))

    def _view(self, acts: Acts) -> dict[str, Any]:
        buyer, account = acts.buyer, acts.account
        say = _speaker(buyer.language)
        typing = max(0, buyer.typing_until - self.world.clock.now())
        return {
            "buyer": buyer,
            "account": account,
            "initials": initials(account.name),
            "bubbles": bubbles(buyer, account, self.world.clock, say),
            "typing": typing,
            "connected": bool(account.webhook.url and account.subscribed),
        }

    async def act(self, request: web.Request) -> web.StreamResponse:
        """One form of the page: text, reply button, list line, photo, screenshot, voice note, own number."""
        acts = self._acts(request)
        form = await request.post()
        picture, text = form.get("photo"), str(form.get("text", "")).strip()
        wamid = str(form["wamid"]) if "wamid" in form else None
        if "press" in form:
            acts.press(str(form["press"]), wamid)
        elif "row" in form:
            acts.choose(str(form["row"]), wamid)
        elif "share" in form:
            acts.share_phone()
        elif "screenshot" in form:
            acts.photo(caption=text)
        elif "voice" in form:
            acts.voice()
        elif isinstance(picture, web.FileField) and picture.filename:
            content = await asyncio.to_thread(as_jpeg, picture.file.read())
            acts.photo(content, text, "image/jpeg")
        elif text:
            acts.say(text[:4096])
        if request.headers.get("Sec-Fetch-Mode") == "cors":
            return web.Response(status=204)
        raise web.HTTPSeeOther(f"/phone/{acts.buyer.id}#end")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """``change`` whenever the thread, a tick or "writing…" changes."""
        buyer = self._acts(request).buyer
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(changed.set)

        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        buyer.listeners.add(tell)
        try:
            await response.write(b"retry: 1000\n\n")
            while not self.world.released.is_set():
                if not await woken(changed, KEEP_ALIVE):
                    await response.write(b": still here\n\n")
                    continue
                changed.clear()
                await response.write(b"event: change\ndata: 1\n\n")
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            buyer.listeners.discard(tell)
        return response

    async def media(self, request: web.Request) -> web.StreamResponse:
        media = self.world.media.get(request.match_info["media"])
        if media is None:
            raise web.HTTPNotFound
        shown = media.mime.startswith(("image/", "audio/")) and "svg" not in media.mime
        headers = {"Content-Type": media.mime if shown else "application/octet-stream"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=media.content, headers={**headers, "X-Content-Type-Options": "nosniff"})

    async def static(self, request: web.Request) -> web.StreamResponse:
        kind = STATIC.get(request.match_info["name"])
        if kind is None:
            raise web.HTTPNotFound
        content = await asyncio.to_thread(resource("web", "phone", request.match_info["name"]).read_bytes)
        return web.Response(body=content, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"})

    async def tokens(self, request: web.Request) -> web.StreamResponse:
        """The look's colours as CSS variables, from their one source."""
        dark = f"@media (prefers-color-scheme: dark) {{ {_variables(look.DARK)} }}"
        return web.Response(text=f"{_variables(look.LIGHT)}\n{dark}\n", content_type="text/css")

    def _acts(self, request: web.Request) -> Acts:
        return self.graph.acts(request.match_info["buyer"], request.query.get("number"))

    def _page(self, name: str, language: str, **values: Any) -> web.Response:
        words = catalogue("phone", language)
        text = self.pages.get_template(name).render(
            _=words.gettext, ngettext=words.ngettext, language=language, **values
        )
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(text=text, content_type="text/html", headers=headers)


def icon(name: str) -> Markup:
    """One of the program's own icons, to stand in the page."""
    return Markup(resource("icons", f"{name}.svg").read_text("utf-8"))  # noqa: S704 - our own file


def initials(name: str) -> str:
    """``BT`` from ``Boutique Téranga``."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def as_jpeg(content: bytes) -> bytes:
    """A picture as WhatsApp passes it on: JPEG, not huge. Raises Puzzled for anything that is no picture."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=85)
            return out.getvalue()
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Puzzled("this is no picture") from error


def _variables(palette: look.Palette) -> str:
    names = ("background", "surface", "raised", "line", "text", "muted", "structure", "gold", "gold_ink", "gold_text")
    colours = {name.replace("_", "-"): getattr(palette, name) for name in names}
    colours |= {"info": palette.info.ink, "waiting": palette.waiting.ink, "waiting-ground": palette.waiting.ground}
    colours["own"] = look.mix(palette.surface, palette.paid.ground, 0.85)
    return ":root { " + " ".join(f"--{name}: {value};" for name, value in colours.items()) + " }"


def _speaker(language: str) -> Say:
    return catalogue("phone", language).gettext


def _guarded(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Puzzled as error:
            raise web.HTTPNotFound(text=str(error)) from error

    return guarded
