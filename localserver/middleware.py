"""What every answer has in common: headers set in one place, and errors that never show a traceback."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from core.kernel.errors import Forbidden, LivePayError, NotFound, OutsideWorld, Refused
from core.kernel.i18n import explain

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # same-origin, not no-referrer: with the latter browsers send "Origin: null" on our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
DEFAULT_CSP: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Security headers on everything; a page sets its own, wider Content-Security-Policy first."""
    headers = response.headers
    headers["Server"] = "LivePay"
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", DEFAULT_CSP)
    headers.setdefault("Cache-Control", "no-store")


def status_of(error: LivePayError) -> int:
    """The HTTP status that says the same."""
    for kind, status in ((NotFound, 404), (Forbidden, 403), (Refused, 409), (OutsideWorld, 503)):
        if isinstance(error, kind):
            return status
    return 500


def problem(status: int, title: str, detail: str = "", **extra: Any) -> web.Response:
    """RFC 9457 problem details."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {}), **extra}
    return web.Response(
        status=status, text=json.dumps(body, ensure_ascii=False), content_type="application/problem+json"
    )


def language_of(request: web.Request) -> str:
    """fr, mg or en from Accept-Language; French when it says nothing known."""
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        code = part.strip()[:2]
        if code in ("fr", "mg", "en"):
            return code
    return "fr"


SLOWEST: Final = 20.0
"""Seconds in which a request's body must have come: else a handful of trickling senders would hold every connection."""


@web.middleware
async def prompt(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A body comes at once or not at all: 408. (The API reads its own, in :mod:`localserver.api.door`.)"""
    if request.body_exists and not request.path.startswith("/api/"):
        try:
            async with asyncio.timeout(SLOWEST):
                await request.read()
        except TimeoutError:
            answer = web.Response(status=408, text="too slow")
            answer.force_close()
            return answer
    return await handler(request)


@web.middleware
async def boundary(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request boundary: refusals become sentences, our bugs a number in the log, never a traceback on the wire."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status >= 400 and request.path.startswith("/api/"):
            return problem(error.status, error.reason)
        raise
    except LivePayError as error:
        return problem(status_of(error), type(error).__name__, explain(error, language_of(request)))
    except (ConnectionResetError, TimeoutError):
        raise
    except web.RequestPayloadError:  # said to be compressed and is not, a chunk that is none: anybody can send it
        answer = problem(400, "Malformed")
        answer.force_close()
        return answer
    except Exception:  # boundary: request
        resource = request.match_info.route.resource  # its shape, not the address: that may be somebody's pay link
        log.exception("A request failed: %s %s", request.method, resource.canonical if resource else "?")
        return problem(500, "Internal error")


def our_concern(record: logging.LogRecord) -> bool:
    """What is not HTTP, or a body that is not what it says, is answered 400; aiohttp would log an error with a
    traceback, and anybody can send it."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)
