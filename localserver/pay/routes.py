"""The buyer's doors: ``/p/{token}`` and what its forms do (contract: HTTP).

Every door first asks what the token stands for; forged, foreign and used links get one and the same answer. A GET only
shows, so that link previews and scanners change nothing: that a buyer opened the page is known from the page's own
script (it opens the event stream) or from a form.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cached_property
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Struct

from core.bootstrap import Shop
from core.kernel.clock import SECOND, SystemClock
from core.kernel.errors import LivePayError, OutsideWorld, Refused, StorageFailed
from core.kernel.patterns import late
from core.orders.service import load
from core.paylinks.queries import LinkView, read_link
from core.paylinks.rules import Standing, payable, standing
from core.payments.desk import PhoneNeeded
from core.payments.prompts import TooManyPrompts
from core.payments.provider import Rejected
from core.payments.receipts import says_paid
from core.storage.engine import Tx
from core.storage.pictures import find
from localserver.middleware import language_of
from localserver.pay import pictures, visitors
from localserver.pay.checking import Background, ask_quietly, check_now
from localserver.pay.guards import Bucket, form_value, origin_of, origins, own_form
from localserver.pay.page import Pages, notice, plain_words
from localserver.pay.pictures import Pictures
from localserver.pay.privacy import PrivacyDoor
from localserver.pay.quotes import QuoteDoor
from localserver.pay.streams import Streams, status
from localserver.pay.verify import VerifyDoor
from localserver.pay.view import MOST_TYPED, SHOWN_LINES, build
from localserver.pay.words import Words, asked_language, spoken
from localserver.site import SITE, Site

log = logging.getLogger(__name__)

InvoicePdf = Callable[[Shop, int], Awaitable[bytes]]
"""Makes the PDF of an invoice, named by its id."""

OPENING: Final = 12.0  # s that a buyer waits for the provider's page; opening goes on behind it, and the page says so
KEEP: Final = "private, max-age=604800, immutable"  # the address of a picture changes with the picture
_MEANS: Final = late(r"[a-z0-9_]{1,32}(\.[a-z0-9_]{1,32})?")
_CANCELLABLE: Final = (Standing.RESERVED, Standing.CHECKING)


class Visit(Struct, frozen=True):
    """A genuine link and what its order is now."""

    shop: Shop
    token: str
    view: LinkView

    @property
    def payable(self) -> bool:
        return payable(self.view.facts, self.shop.clock.now())

    @property
    def standing(self) -> Standing:
        return standing(self.view.facts, self.shop.clock.now())

    @property
    def key(self) -> tuple[str, int]:
        return self.shop.slug, self.view.order_id


Door = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PayDoor:
    """All handlers of the pay links of one server."""

    def __init__(self, site: Site, invoice_pdf: InvoicePdf | None, streams: Streams) -> None:
        clock = site.shops[0].clock if site.shops else SystemClock()
        self._site = site
        self._invoice_pdf = invoice_pdf
        self._pictures = Pictures()
        self._background = Background()
        self._posts = Bucket(clock, burst=12, pace=3 * SECOND)
        self._asks = Bucket(clock, burst=3, pace=10 * SECOND)
        self.streams = streams

    @cached_property
    def pages(self) -> Pages:
        return Pages()

    def routes(self) -> list[web.RouteDef]:
        def door(path: str, handler: Door) -> web.RouteDef:
            return web.get(f"/p/{{token:[^/]+}}{path}", self._shown(handler), allow_head=path != "/events")

        acts = {"pay": self._pay, "check": self._check, "cancel": self._cancel}
        return [
            web.get("/p/", self._refuse),
            door("", self._show),
            door("/", self._without_slash),
            door("/status", self._status),
            door("/events", self._events),
            door("/logo", self._logo),
            door("/photo/{product}", self._photo),
            door("/invoice.pdf", self._invoice),
            *(web.post(f"/p/{{token:[^/]+}}/{name}", self._posted(act)) for name, act in acts.items()),
            *(door(f"/{name}", self._without_act) for name in acts),
        ]

    async def shut(self, _: web.Application) -> None:
        self.streams.stop()

    async def close(self, _: web.Application) -> None:
        await self._background.close()
        await self._pictures.close()

    # -- who comes in ------------------------------------------------------------------------------------------

    def _visit(self, request: web.Request) -> Visit | None:
        token = request.match_info["token"]
        found = self._site.by_link(token)
        if found is None:
            return None
        shop, order_id = found
        view = shop.engine.read(lambda reader: read_link(reader, order_id))
        return None if view is None else Visit(shop, token, view)

    def _shown(self, handler: Door) -> Handler:
        async def get(request: web.Request) -> web.StreamResponse:
            visit = self._visit(request)
            return await (self._refuse(request) if visit is None else handler(request, visit))

        return get

    def _posted(self, handler: Door) -> Handler:
        async def post(request: web.Request) -> web.StreamResponse:
            words = _plain_words(request)
            if not own_form(request, [shop.public_url() for shop in self._site.shops]):
                return self.pages.plain_response(self.pages.refusal(words), 403)
            if not self._posts.take((request.remote, request.match_info["token"][:64])):
                headers = {"Retry-After": str(self._posts.wait)}
                return self.pages.plain_response(self.pages.hurry(words), 429, headers)
            visit = self._visit(request)
            return await (self._refuse(request) if visit is None else handler(request, visit))

        return post

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        """The one answer: the same bytes whether the link is forged, another store's, or used up. It depends on the
        request's language only."""
        return self.pages.plain_response(self.pages.refusal(_plain_words(request)), 404)

    # -- showing -----------------------------------------------------------------------------------------------

    async def _show(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        shop, words = visit.shop, _words(request, visit)
        wanted, typed = _wanted(request), _typed(request)
        page = build(shop, visit.view, visit.token, words, wanted, typed, invoice=self._invoice_pdf is not None)
        operator = next((o.label for o in page.offers if o.value == wanted), words.gettext("Your operator"))
        said = notice(request.query.get("n", ""), operator, shop.name, words)
        kept = {"lang": asked_language(request) or "", "m": wanted, "ask": "" if typed is None else "1"}
        query = urlencode({name: value for name, value in kept.items() if value})
        confirm = request.query.get("cancel") == "1" and visit.standing in _CANCELLABLE
        policy = self.pages.order_policy(self._targets(shop))
        answer = web.Response(
            text=self.pages.order(page, words, said, query, confirm=confirm),
            content_type="text/html",
            headers={"Content-Security-Policy": policy, "Content-Language": words.language},
        )
        visitors.remember(request, answer, secure=shop.public_url().startswith("https://"))
        return answer

    async def _without_slash(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return _go(f"../{visit.token}" + (f"?{request.query_string}" if request.query_string else ""), 308)

    async def _without_act(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """A form's address opened by hand, or by « back »: show the state."""
        return self._back(request, visit)

    async def _status(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return web.json_response(status(visit.view, visit.shop.clock.now(), visit.shop.card.currency))

    async def _events(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        await self._opened(request, visit)
        if (visit.view.facts.unsettled or visit.view.prepared) and self._asks.take(visit.key):
            with suppress(LivePayError):
                await ask_quietly(visit.shop, visit.view.order_id)
        return await self.streams.serve(request, visit.shop, visit.view)

    async def _logo(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        name = visit.shop.settings.get("store.logo")
        return await self._picture(request, visit, name, pictures.LOGO_SIDE, pictures.LOGO_BYTES)

    async def _photo(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        lines = visit.view.lines
        name = next((ln.photo for ln in lines if str(ln.product_id) == request.match_info["product"]), None)
        limit = pictures.PHOTO_BYTES // (len(lines) if len(lines) <= SHOWN_LINES else 1)
        return await self._picture(request, visit, name or "", pictures.PHOTO_SIDE, limit)

    async def _picture(
        self, request: web.Request, visit: Visit, name: str, side: int, limit: int
    ) -> web.StreamResponse:
        path = find(visit.shop.media, name)
        body = await self._pictures.get(path, side, limit) if path else None
        if body is None:
            return await self._refuse(request)
        headers = {"Cache-Control": KEEP, "Cross-Origin-Resource-Policy": "same-origin"}
        return web.Response(body=body, content_type="image/jpeg", headers=headers)

    async def _invoice(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        if self._invoice_pdf is None or visit.view.invoice_id is None:
            return await self._refuse(request)
        body = await self._invoice_pdf(visit.shop, visit.view.invoice_id)
        headers = {"Content-Disposition": f'inline; filename="{visit.view.reference}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    # -- acting ------------------------------------------------------------------------------------------------

    async def _pay(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Open a session and send the buyer there. A used link is refused like a forged one (F14)."""
        if not visit.payable:
            return await self._refuse(request)
        method, phone = await form_value(request, "method"), (await form_value(request, "phone")).strip()
        await self._opened(request, visit)
        work = self._background.start(visit.shop.desk.pay(visit.view.order_id, method, visit.token, phone))
        work.add_done_callback(lambda _: self.streams.nudge(visit.shop, visit.view.order_id))  # on every open page
        try:
            async with asyncio.timeout(OPENING):
                url = await asyncio.shield(work)
        except (Refused, StorageFailed, OutsideWorld, TimeoutError) as error:
            return await self._not_begun(request, visit, method, phone, error)
        if url is None:
            return self._back(request, visit, "waits" if self._still_waits(request, visit) else "", method)
        return self._onward(request, visit, method, url)

    def _still_waits(self, request: web.Request, visit: Visit) -> bool:
        """The request that was sent before still waits on the phone: no other was sent."""
        before, now = visit.view.asked, self._visit(request)
        return before is not None and before.payer is not None and now is not None and now.view.asked == before

    async def _not_begun(
        self, request: web.Request, visit: Visit, method: str, phone: str, error: LivePayError | TimeoutError
    ) -> web.StreamResponse:
        """Why no payment could be begun, said on the order's page."""
        match error:
            case PhoneNeeded():
                return self._back(request, visit, "", method, typed=phone[:MOST_TYPED])
            case TooManyPrompts():
                return self._back(request, visit, "prompts", method)
            case Rejected():
                return self._back(request, visit, "refused", method)
            case Refused():
                again = self._visit(request)
                if again is None or not again.payable:  # the end came while we were asking
                    return await self._refuse(request)
                return self._back(request, visit, "means", method)
            case StorageFailed():
                return self._back(request, visit, "busy", method)
        return self._back(request, visit, "silent", method)

    def _onward(self, request: web.Request, visit: Visit, method: str, url: str) -> web.StreamResponse:
        """303 to the provider. An origin that the page's policy did not name would be blocked without a word, so the
        buyer gets a page that leads there."""
        origin = origin_of(url)
        if origin is None:
            log.error("A payment session leads to an address that no browser opens")
            return self._back(request, visit, "silent", method)
        if origin in self._targets(visit.shop):
            return _go(url, 303)
        words = _words(request, visit)
        provider, _, name = method.partition(".")
        return self.pages.plain_response(self.pages.onward(words, words.means(provider, name), url), 200)

    async def _check(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """« Déjà payé ? »: always answered."""
        await self._opened(request, visit)
        if not self._asks.take(visit.key):
            return self._back(request, visit, "soon")
        shop, order_id = visit.shop, visit.view.order_id
        try:
            told = await shop.engine.run(lambda tx: says_paid(tx, order_id), actor="buyer")
        except StorageFailed:
            return self._back(request, visit, "busy")
        answer = await check_now(shop, visit.view, self._background)
        if told and (answer != "changed" or visit.payable):
            return self._back(request, visit, "told")
        return self._back(request, visit, {"changed": "", "silent": "waiting"}.get(answer, answer))

    async def _cancel(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Give the reservation up. With money already in, the shop decides instead."""
        order_id, orders = visit.view.order_id, visit.shop.orders

        def cancel(tx: Tx) -> None:
            if not load(tx, order_id).received:
                orders.cancel(tx, order_id, "customer")

        await self._opened(request, visit)
        try:
            await visit.shop.engine.run(cancel, actor="buyer")
        except Refused:
            pass  # over already: the page tells what it is
        except StorageFailed:
            return self._back(request, visit, "busy")
        return self._back(request, visit)

    async def _opened(self, request: web.Request, visit: Visit) -> None:
        """A real buyer looked at the page: kept once. Link previews neither run scripts nor send forms."""
        await visitors.note(request, visit.shop, visit.view.order_id)
        if not visit.view.opened:
            order_id, orders = visit.view.order_id, visit.shop.orders
            with suppress(LivePayError):
                await visit.shop.engine.run(lambda tx: orders.opened(tx, order_id), actor="buyer")

    def _back(
        self, request: web.Request, visit: Visit, code: str = "", method: str = "", *, typed: str | None = None
    ) -> web.Response:
        """303 to the order's state (never a page as the answer to a POST: a reload must not pay again)."""
        means = method if _MEANS.fullmatch(method) else _wanted(request)
        kept = {"lang": asked_language(request) or "", "m": means, "n": code, "ask": "" if typed is None else "1"}
        kept["t"] = typed or ""  # what cannot be a number, to be mended; the page's script takes it off the address
        query = urlencode({name: value for name, value in kept.items() if value})
        return _go(f"../{visit.token}" + (f"?{query}" if query else ""), 303)

    @staticmethod
    def _targets(shop: Shop) -> tuple[str, ...]:
        return origins(url for provider in shop.providers() for url in provider.checkout_origins())


def _go(location: str, code: int) -> web.Response:
    return web.Response(status=code, headers={"Location": location})


def _words(request: web.Request, visit: Visit) -> Words:
    """The customer's language, or the one asked for."""
    language = asked_language(request) or spoken(visit.view.language)
    return Words(language, visit.shop.country.zone, visit.shop.card.currency)


def _plain_words(request: web.Request) -> Words:
    return plain_words(asked_language(request) or language_of(request))


def _wanted(request: web.Request) -> str:
    """``?m=provider.method``, empty when it is no such thing."""
    wanted = request.query.get("m", "")
    return wanted if _MEANS.fullmatch(wanted) else ""


def _typed(request: web.Request) -> str | None:
    """``?ask=1``: a number is asked for; ``&t=``: what was typed for one and is none. None: no number is spoken of."""
    return request.query.get("t", "")[:MOST_TYPED] if request.query.get("ask") == "1" else None


def mount(app: web.Application, invoice_pdf: InvoicePdf | None = None, streams: Streams | None = None) -> PayDoor:
    """Add the pay links, the page that checks a paper, and the one about buyers' data, to the server.

    With ``invoice_pdf`` the page of a paid order links to its invoice.
    """
    door = PayDoor(app[SITE], invoice_pdf, Streams() if streams is None else streams)
    app.router.add_routes(door.routes())
    app.router.add_get("/v/{token}", VerifyDoor(lambda: door.pages).show)
    app.router.add_get("/privacy/{store}", PrivacyDoor(lambda: door.pages).show)
    app.router.add_routes(QuoteDoor(app[SITE], lambda: door.pages).routes())
    app.on_shutdown.append(door.shut)
    app.on_cleanup.append(door.close)
    return door
