"""Which phone or computer opened a pay page (F124), and from which network: known again, never who it is.

A random cookie of our own and the first bytes of the address, kept as keyed hashes for a time (core.fraud.rules).
Nothing about the browser is read.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from core.bootstrap import Shop
from core.fraud.rules import DEVICE_KEPT
from core.fraud.service import new_marks
from core.kernel.errors import LivePayError
from core.kernel.patterns import late

COOKIE: Final = "lp"
_VALUE: Final = late(r"[A-Za-z0-9_-]{22}")


def remember(request: web.Request, answer: web.Response, *, secure: bool) -> None:
    """Give a browser without the cookie one. ``Lax``: the link comes from WhatsApp, and must find it again."""
    if _device(request) or request.method != "GET":
        return
    value = secrets.token_urlsafe(16)
    answer.set_cookie(
        COOKIE, value, max_age=DEVICE_KEPT // 1000, path="/p", httponly=True, samesite="Lax", secure=secure
    )


async def note(request: web.Request, shop: Shop, order_id: int) -> None:
    """A real buyer is on the page: kept once for each device and network. Nothing of it may stop a payment."""
    marks = shop.watch.marks(_device(request), address_of(request))
    if shop.engine.read(lambda r: new_marks(r, order_id, marks)):
        with suppress(LivePayError):
            await shop.engine.run(lambda tx: shop.watch.visited(tx, order_id, marks), actor="buyer")


def _device(request: web.Request) -> str:
    value = request.cookies.get(COOKIE, "")
    return value if _VALUE.fullmatch(value) else ""


def address_of(request: web.Request) -> str:
    """The buyer's address. Behind a tunnel on this computer it is what the tunnel added last."""
    peer = request.remote or ""
    with suppress(ValueError):
        if ip_address(peer).is_loopback:
            return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or peer
    return peer
