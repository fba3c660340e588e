"""The customer's doors to a quote: ``/q/{token}`` shows it, its forms accept or refuse it.

A GET of the page changes nothing. That somebody looked is known from the small picture which only a browser that draws
the page asks for, or from the PDF: link previews read the page's text and say who they are, and are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from core.bootstrap import Shop
from core.kernel.clock import SECOND, SystemClock
from core.kernel.errors import LivePayError, Refused, StorageFailed
from core.kernel.patterns import late
from core.quotes import answering
from core.quotes.answering import CUSTOMER
from localserver.middleware import language_of
from localserver.pay.guards import Bucket, form_value, own_form
from localserver.pay.page import Pages, plain_words
from localserver.pay.quoteview import build
from localserver.pay.words import Words, asked_language, spoken
from localserver.site import Site

_PREVIEW: Final = late(
    r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp|slack|telegram|curl|wget", re.IGNORECASE
)
_DOT: Final = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
Door = Callable[[web.Request, Shop, int], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class QuoteDoor:
    """``pages()``: the templates, made with the first visitor."""

    def __init__(self, site: Site, pages: Callable[[], Pages]) -> None:
        clock = site.shops[0].clock if site.shops else SystemClock()
        self._site = site
        self._pages = pages
        self._posts = Bucket(clock, burst=12, pace=3 * SECOND)
        self._papers = Bucket(clock, burst=6, pace=5 * SECOND)

    def routes(self) -> list[web.RouteDef]:
        base = "/q/{token:[^/]+}"
        return [
            web.get(base, self._found(self._show)),
            web.get(f"{base}/quote.pdf", self._found(self._pdf)),
            web.get(f"{base}/seen.gif", self._found(self._seen), allow_head=False),
            web.post(f"{base}/accept", self._posted(self._accept)),
            web.post(f"{base}/refuse", self._posted(self._refuse)),
            web.get(f"{base}/accept", self._found(self._back)),
            web.get(f"{base}/refuse", self._found(self._back)),
        ]

    # -- who comes in ------------------------------------------------------------------------------------------

    def _found(self, handler: Door) -> Handler:
        async def get(request: web.Request) -> web.StreamResponse:
            found = self._site.by_quote(request.match_info["token"])
            if found is None:
                words = plain_words(asked_language(request) or language_of(request))
                return self._pages().plain_response(self._pages().no_quote(words), 404)
            return await handler(request, *found)

        return get

    def _posted(self, handler: Door) -> Handler:
        async def post(request: web.Request) -> web.StreamResponse:
            words = plain_words(asked_language(request) or language_of(request))
            pages = self._pages()
            if not own_form(request, [shop.public_url() for shop in self._site.shops]):
                return pages.plain_response(pages.no_quote(words), 403)
            if not self._posts.take((request.remote, request.match_info["token"][:64])):
                return pages.plain_response(pages.hurry(words), 429, {"Retry-After": str(self._posts.wait)})
            return await self._found(handler)(request)

        return post

    # -- showing -----------------------------------------------------------------------------------------------

    async def _show(self, request: web.Request, shop: Shop, quote_id: int) -> web.StreamResponse:
        shown = build(shop, request.match_info["token"], quote_id)
        asked = asked_language(request)
        words = Words(asked or spoken(shown.language), shop.country.zone, shop.card.currency)
        pages = self._pages()
        return web.Response(
            text=pages.quote(words, shown, f"lang={asked}" if asked else ""),
            content_type="text/html",
            headers={
                "Content-Security-Policy": pages.quote_policy(),
                "Content-Language": words.language,
                "Cache-Control": "no-store",
            },
        )

    async def _seen(self, request: web.Request, shop: Shop, quote_id: int) -> web.StreamResponse:
        await self._count(request, shop, quote_id)
        return web.Response(body=_DOT, content_type="image/gif", headers={"Cache-Control": "no-store"})

    async def _pdf(self, request: web.Request, shop: Shop, quote_id: int) -> web.StreamResponse:
        if not self._papers.take((request.remote, request.match_info["token"][:64])):
            words = plain_words(asked_language(request) or language_of(request))
            headers = {"Retry-After": str(self._papers.wait)}
            return self._pages().plain_response(self._pages().hurry(words), 429, headers)
        printed = await shop.press.printed("quote", quote_id)
        await self._count(request, shop, quote_id)
        headers = {"Content-Disposition": f'inline; filename="{printed.name}.pdf"', "Cache-Control": "no-store"}
        return web.Response(body=printed.content, content_type="application/pdf", headers=headers)

    @staticmethod
    async def _count(request: web.Request, shop: Shop, quote_id: int) -> None:
        """Somebody looks, unless it is a program that fetches ahead."""
        purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
        if request.method != "GET" or purpose or _PREVIEW.search(request.headers.get("User-Agent", "")):
            return
        with suppress(LivePayError):  # a disk that refuses: the page is shown all the same
            await shop.engine.run(lambda tx: answering.seen(tx, quote_id), actor="buyer")

    # -- answering ---------------------------------------------------------------------------------------------

    async def _accept(self, request: web.Request, shop: Shop, quote_id: int) -> web.StreamResponse:
        """Accepted once, however often it is clicked; then to the pay page, or to what is the matter."""
        try:
            quote = await shop.engine.run(
                lambda tx: answering.accept(tx, shop.orders, quote_id, CUSTOMER), actor="buyer"
            )
        except (Refused, StorageFailed):  # over, answered, or a disk that refuses: the page tells what it is
            return await self._back(request, shop, quote_id)
        if quote.order_id is None:
            return await self._back(request, shop, quote_id)
        order_id = quote.order_id
        link = shop.engine.read(lambda r: r.value("SELECT link FROM orders WHERE id = ?", (order_id,)))
        return _go(f"../../p/{shop.links.token(link)}{_kept(request)}")

    async def _refuse(self, request: web.Request, shop: Shop, quote_id: int) -> web.StreamResponse:
        reason = await form_value(request, "reason")
        with suppress(Refused, StorageFailed):
            await shop.engine.run(lambda tx: answering.refuse(tx, quote_id, CUSTOMER, reason), actor="buyer")
        return await self._back(request, shop, quote_id)

    async def _back(self, request: web.Request, _: Shop, __: int) -> web.StreamResponse:
        """303 to the quote's state: a reload must not answer again."""
        return _go(f"../{request.match_info['token']}{_kept(request)}")


def _go(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})


def _kept(request: web.Request) -> str:
    asked = asked_language(request)
    return f"?lang={asked}" if asked else ""
