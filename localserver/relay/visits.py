"""Pages of stores: forwarded live while the store is there, shown as it published them while it is away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from aiohttp import web

from core.kernel.i18n import catalogue
from core.kernel.patterns import late
from core.relay import frames
from core.relay.frames import HOP, Body, Head, Visit, pairs
from core.relay.keys import Unreadable, open_page, page_id
from core.relay.pages import AwayPage, decode_page
from localserver.relay.answers import LATER, body_of
from localserver.relay.engine import Away, Full, Unavailable
from localserver.relay.node import Known, Node

PATIENCE: Final = 8.0
"""Seconds for a store's answer to begin; a buyer is shown the published page rather than a blank one."""
READS: Final = 60.0
"""Seconds in which a visitor takes a part of 64 kB: who takes none would keep others from the store's pages."""
RETRY: Final = 15
_LINK: Final = late(r"(/[pq]/[^/]+)(/[a-z.]*)?")
_DOMAIN: Final = late(r";\s*domain\s*=[^;]*", re.IGNORECASE)
_NAME: Final = late(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN: Final = late(r"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH: Final = "content-length"
_PATH: Final = "/:@!$&'()*+,;=~-._"
_OURS: Final = HOP | {"x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded"}


async def show(node: Node, request: web.BaseRequest, known: Known) -> web.StreamResponse:
    """The store's own answer, or what it published."""
    if not node.admits_visitor(known.store, node.peer(request)):
        return web.Response(status=429, text="too many", headers=LATER)
    headers = (
        *pairs(request.headers, _OURS),
        ("X-Forwarded-For", node.peer(request)),
        ("X-Forwarded-Proto", node.address.scheme),
    )
    body = await body_of(request, known.room, node.room)
    asked = Visit(0, request.method, request.raw_path, headers, body)
    async with aclosing(_parts(node, known.store.handle, frames.encode(asked))) as parts:
        try:
            async with asyncio.timeout(PATIENCE):
                head = await anext(parts)
        except (Away, Full, TimeoutError, StopAsyncIteration):
            return await _away(node, request, known)
        if not isinstance(head, Head):
            return await _away(node, request, known)
        node.figures.visits.labels("store").inc()
        return await _pass_on(request, head, parts)


async def _parts(node: Node, handle: str, request: bytes) -> AsyncGenerator[frames.Any, None]:
    async with aclosing(node.engine.ask(handle, request)) as parts:
        async for part in parts:
            yield frames.decode(part)


async def _pass_on(request: web.BaseRequest, head: Head, parts: AsyncIterator[frames.Any]) -> web.StreamResponse:
    answer = _begun(head)
    left = answer.content_length
    if request.method == "HEAD" or answer.status in (204, 304):
        left = None  # whatever is told of its length, nothing follows
    try:
        await answer.prepare(request)
        async for part in parts:
            if not isinstance(part, Body):
                raise Away
            if left is not None:
                left -= len(part.data)
            if part.data and answer.status not in (204, 304):
                async with asyncio.timeout(READS):
                    await answer.write(part.data)
            if part.last:
                if left:
                    raise Away
                await answer.write_eof()
                return answer
        raise Away
    except (Away, TimeoutError):  # half an answer must not look like a whole one
        if request.transport is not None:
            request.transport.abort()
        return answer
    except ConnectionResetError:  # the buyer went before the end
        return answer


def _begun(head: Head) -> web.StreamResponse:
    """A store writes what it likes into its own pages, and nothing that ends one answer and begins the next: the
    answers of all stores share the connections of the proxy before us."""
    answer = web.StreamResponse(status=head.status)
    for name, value in head.headers:
        plain = name.lower()
        if plain in HOP or not _NAME.fullmatch(name) or _FORBIDDEN.search(value):
            continue
        if plain == _LENGTH:
            if value.isascii() and value.isdigit() and len(value) < 16:
                answer.content_length = int(value)
            continue
        # A cookie is the store's own: it must not reach its neighbours below the same name.
        answer.headers.add(name, _DOMAIN.sub("", value) if plain == "set-cookie" else value)
    return answer


# -- away --------------------------------------------------------------------------------------------------------------


async def _away(node: Node, request: web.BaseRequest, known: Known) -> web.Response:
    """503 but for a page that the store published: browsers show both, machines come again."""
    node.figures.visits.labels("away").inc()
    found = _LINK.fullmatch(request.path)
    if found is None:
        return _reconnecting(request)
    if request.method == "POST":  # a form of a page that was opened before: back to what can be shown now
        return web.Response(status=303, headers={"Location": quote(found[1], safe=_PATH)})
    if found[2] not in (None, "/"):
        return web.Response(status=503, text="away", headers={"Retry-After": str(RETRY)})
    page = await _published(node, known.store.handle, found[1])
    if page is None:
        return _reconnecting(request)
    return web.Response(
        text=page.at(node.clock.now()),
        content_type="text/html",
        headers={
            "Content-Security-Policy": page.policy,
            "Content-Language": page.language,
            "Refresh": str(RETRY),
            **_SAFE,
        },
    )


async def _published(node: Node, handle: str, path: str) -> AwayPage | None:
    try:
        kept = await node.engine.page(handle, page_id(path))
        if kept is None or kept.until <= node.clock.now():
            return None
        return decode_page(open_page(path, kept.sealed))
    except (Unavailable, Unreadable, frames.Garbled):
        return None


_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STYLE: Final = (
    "body{font:1.0625rem/1.5 system-ui,sans-serif;margin:0;padding:3rem 1.25rem;color:#1a202c;background:#f7f8fa;"
    "text-align:center}main{max-width:26rem;margin:auto}h1{font-size:1.375rem}@media(prefers-color-scheme:dark)"
    "{body{color:#edf0f4;background:#14181f}}"
)


def _reconnecting(request: web.BaseRequest) -> web.Response:
    """For whoever comes while the store is away and has published nothing for them."""
    asked = request.headers.get("Accept-Language", "")[:2].lower()
    language = asked if asked in ("fr", "mg", "en") else "fr"
    return web.Response(
        status=503,
        text=_blank(language),
        content_type="text/html",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Retry-After": str(RETRY),
            "Refresh": str(RETRY),
            **_SAFE,
        },
    )


@lru_cache(maxsize=4)
def _blank(language: str) -> str:
    _ = catalogue("pay", language).gettext
    title, text = _("The shop is reconnecting"), _("This page opens by itself in a moment. Nothing is lost.")
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
        f"<main><h1>{title}</h1><p>{text}</p></main></html>"
    )
