"""What is wrong with a request, as RFC 9457 problem details that name the field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import UNSET

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.patterns import late
from localserver.api.answers import Flaw, Problem
from localserver.middleware import language_of

CONTENT_TYPE: Final = "application/problem+json"
TITLES: Final[dict[int, str]] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Refused by a rule of the shop",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal error",
    503: "Service Unavailable",
}
_encode: Final = msgspec.json.Encoder().encode
_PLACE = late(r"(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_NAMED = late(r"Object (?P<kind>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)


class BadRequest(Refused):
    """The request itself is wrong, whatever the shop's rules say. ``flaws`` name its fields."""

    def __init__(
        self,
        message: str,
        status: int,
        flaws: Sequence[Flaw] = (),
        headers: dict[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message, **params)
        self.status = status
        self.flaws = list(flaws)
        self.headers = headers or {}


class Unauthenticated(BadRequest):
    """401, with the scheme that RFC 9110 asks for."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 401, headers={"WWW-Authenticate": 'Bearer realm="LivePay"'})


def misfit(error: msgspec.ValidationError, inside: str = "") -> BadRequest:
    """What msgspec found, as a sentence with the field's name; ``inside`` is where the value was found."""
    found = _PLACE.fullmatch(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    named = _NAMED.fullmatch(what)
    field = f"{inside}{path}".lstrip(".")
    if named is not None:
        field = f"{field}.{named['name']}".lstrip(".")[:200]
    flaw = Flaw(what, field)
    if named is not None and named["kind"] == "missing required":
        return BadRequest("The field “{field}” is missing.", 422, [flaw], field=field)
    if named is not None:
        return BadRequest("There is no field “{field}” in this request: check its spelling.", 422, [flaw], field=field)
    return BadRequest("The field “{field}” is not valid: {reason}.", 422, [flaw], field=field or "—", reason=what)


def problem_response(status: int, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, content_type=CONTENT_TYPE, charset="utf-8", headers=headers)


def problem(
    status: int, detail: str, flaws: Sequence[Flaw] = (), headers: dict[str, str] | None = None
) -> web.Response:
    """A problem as an answer."""
    shown = Problem(TITLES.get(status, "Error"), status, detail=detail or UNSET, errors=list(flaws) or UNSET)
    return problem_response(status, _encode(shown), headers)


def answer(request: web.Request, error: BadRequest) -> web.Response:
    """The problem in the client's language."""
    return problem(error.status, explain(error, language_of(request)), error.flaws, error.headers)
