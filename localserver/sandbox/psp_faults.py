"""What goes wrong at a simulated payment provider when a script says so."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import msgspec
from aiohttp import web

Operation = Literal["create", "status", "search", "expire", "refund", "account", "hook"]
OPERATIONS: Final = frozenset(get_args(Operation))
Kind = Literal["status", "html", "hang", "drop", "broken_json", "lost", "huge", "mistyped", "patch", "paid_first"]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong with the next ``times`` requests of one operation.

    ``status`` answers with ``code`` without doing anything (500, or 429 with ``retry_after``); ``html`` is a firewall's
    403 page. The others do the work first: ``hang`` never answers, ``drop`` cuts the line, ``broken_json`` cuts the
    answer, ``lost`` answers ``code`` all the same, ``huge`` answers more than anybody reads, ``mistyped`` calls the
    answer a picture, ``patch`` overwrites fields of the JSON answer, ``paid_first`` lets the buyer pay and delivers the
    webhook before the create call is answered.
    """

    kind: Kind
    on: Operation | Literal["any"] = "any"
    times: int = 1
    code: int = 500
    retry_after: int | None = None
    patch: dict[str, Any] = {}


_MORE_THAN_READ: Final = 9 * 1024 * 1024


def refuse(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return web.json_response({"message": "scripted fault"}, status=fault.code, headers=headers)


def spoilt(fault: Fault, status: int, body: bytes) -> web.Response:
    """The right answer, so that nobody can read it: cut, too long, or under a wrong name."""
    kind = "image/png" if fault.kind == "mistyped" else "application/json"
    if fault.kind == "broken_json":
        body = body[:-2] or b"{"
    elif fault.kind == "huge":
        body = body.ljust(_MORE_THAN_READ)
    return web.Response(status=status, body=body, content_type=kind)
