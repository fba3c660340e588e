"""The way through the API's door, the same for every route: who, may they, what exactly, once. Handlers stay small."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler
from msgspec import Struct

from core.accounts.guard import FORBIDDEN, actor_of
from core.accounts.queries import Session, session_of
from core.accounts.rules import USED_MS, source_of
from core.accounts.service import used
from core.bootstrap import Shop
from core.kernel.errors import Forbidden
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver import middleware
from localserver.api import once, problems
from localserver.api.answers import Flaw
from localserver.api.gate import GATE
from localserver.api.once import Kept, Key, Result
from localserver.api.problems import BadRequest, Unauthenticated
from localserver.site import SITE

T = TypeVar("T")
MAX_JSON: Final = 512 * 1024
_encode: Final = msgspec.json.Encoder().encode
_NOBODY: Final = Session(0, "", "", 0)


@dataclass(frozen=True)
class Route:
    """One operation of the API, from which the door, the router and OpenAPI are made.

    ``right`` None: open to everybody. ``takes`` is the JSON body, ``asks`` the query. ``gives`` maps a status to the
    answer's shape; ``media`` is its type where it is not JSON. ``problems`` are those that the shape of the route does
    not tell by itself. ``form``: the body is multipart, read by the handler. ``also``: a second right that is needed.
    ``tells``: the events of a stream, each with the shape of its data.
    """

    method: str
    path: str
    handler: Callable[[Call], Awaitable[web.StreamResponse]]
    right: str | None
    summary: str
    gives: dict[int, type[msgspec.Struct] | None]
    takes: type[msgspec.Struct] | None = None
    asks: type[msgspec.Struct] | None = None
    form: type[msgspec.Struct] | None = None
    also: str | None = None
    media: tuple[str, ...] = ("application/json",)
    problems: tuple[int, ...] = ()
    keyed: bool = True
    tells: Mapping[str, type[msgspec.Struct]] = field(default_factory=dict)

    @property
    def takes_key(self) -> bool:
        """Whether Idempotency-Key means something here."""
        return self.method == "POST" and self.keyed and self.right is not None

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.takes or _Nothing)


class Call(Struct, frozen=True):
    """One request that has come through the door: its body and query have their shapes, its sender the right."""

    request: web.Request
    shop: Shop
    session: Session
    body: Any
    query: Any
    id: int
    key: Key | None

    @property
    def actor(self) -> str:
        """Whom the journal names: the account's number, never the address (ruling R17)."""
        return actor_of(self.session.account_id)

    async def read(self, question: Callable[[Reader], T]) -> T:
        """Ask the database on a thread: webhooks and pay pages go on meanwhile."""
        return await asyncio.to_thread(self.shop.engine.read, question)

    async def act(self, command: Callable[[Tx], Result]) -> web.Response:
        """Carry out a command once per Idempotency-Key and answer what it says."""
        key = self.key
        return reply(await self.shop.engine.run(lambda tx: once.perform(tx, key, command), actor=self.actor))


def reply(kept: Kept) -> web.Response:
    if kept.status >= 400:
        return problems.problem_response(kept.status, kept.body)
    return web.Response(status=kept.status, body=kept.body, content_type="application/json", charset="utf-8")


def show(body: msgspec.Struct, status: int = 200) -> web.Response:
    return reply(Kept(status, _encode(body)))


def through(route: Route) -> AiohttpHandler:
    """The aiohttp handler of a route."""

    async def handle(request: web.Request) -> web.StreamResponse:
        shop = request.app[SITE].main
        session = _allowed(request, shop, route) if route.right is not None else _NOBODY
        query = _query(request, route.asks)
        number = _number(request)
        name = _key_name(request) if route.takes_key else None
        raw = b"" if route.form is not None else await _body(request)
        body = _decoded(request, route, raw) if route.form is None else None
        key = None
        if name is not None:
            key = Key(session.account_id, name, once.digest(request.method, request.path_qs, raw))
        return await route.handler(Call(request, shop, session, body, query, number, key))

    return handle


def bearer(request: web.Request) -> str:
    """The access token, empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else ""


def address_of(request: web.Request) -> str:
    """Where a request comes from, as the socket tells it: what a header says, the sender chose."""
    return source_of(request.remote or "")


def _allowed(request: web.Request, shop: Shop, route: Route) -> Session:
    token = bearer(request)
    if not token:
        raise Unauthenticated("Log in first: this request carries no access token.")
    now = shop.clock.now()
    session = shop.engine.read(lambda r: session_of(r, token, now))
    if session is None:
        raise Unauthenticated("The access token is not valid or has expired: log in again.")
    request.app[GATE].pass_request(session.account_id)
    if not all(session.may(right) for right in (route.right, route.also) if right is not None):
        raise Forbidden(FORBIDDEN)
    if now - session.used_at >= USED_MS:
        _note_use(request, shop, token)
    return session


def _note_use(request: web.Request, shop: Shop, token: str) -> None:
    """Beside the request: a disk that refuses to write must not keep anybody from reading."""
    address = address_of(request)
    noted = shop.engine.begin(lambda tx: used(tx, token, address), background=True)
    noted.add_done_callback(lambda future: future.cancelled() or future.exception())


def _number(request: web.Request) -> int:
    """The id in the path; what cannot be one is nobody's."""
    text = request.match_info.get("id", "0")
    if len(text) > 19 or int(text) > 2**63 - 1:
        raise web.HTTPNotFound
    return int(text)


def _key_name(request: web.Request) -> str | None:
    names = request.headers.getall("Idempotency-Key", [])
    if not names:
        return None
    name = names[0]
    if len(names) > 1 or not 1 <= len(name) <= once.MAX_KEY or not all("!" <= c <= "~" for c in name):
        flaw = Flaw("Expected one key of 1 to 255 visible ASCII characters", "Idempotency-Key")
        raise BadRequest("The Idempotency-Key must have 1 to 255 visible ASCII characters.", 422, [flaw])
    return name


def _query(request: web.Request, shape: type[msgspec.Struct] | None) -> Any:
    asked = request.query
    if len(set(asked)) != len(asked):
        twice = next(name for name in asked if len(asked.getall(name)) > 1)
        raise BadRequest("The field “{field}” is given twice.", 422, [Flaw("Given twice", twice)], field=twice)
    try:
        return msgspec.convert(dict(asked), type=shape or _Nothing, strict=False)
    except msgspec.ValidationError as error:
        raise problems.misfit(error) from None


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """What a request without parameters or body may hold."""


def _whole(value: Any) -> Any:
    """5.0 is the whole number 5: some languages write it so, and JSON Schema agrees. Raises RecursionError."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return value


async def _body(request: web.Request) -> bytes:
    return await limited(request, MAX_JSON)


async def limited(request: web.Request, limit: int) -> bytes:
    """The whole body. Raises BadRequest as soon as it is longer than ``limit`` bytes, compressed or not (413), or when
    it trickles in too slowly (408)."""
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(middleware.SLOWEST):
            async for part in request.content.iter_any():
                size += len(part)
                if size > limit:
                    raise too_large(limit)
                parts.append(part)
    except TimeoutError:
        raise BadRequest("The request did not arrive in time.", 408) from None
    return b"".join(parts)


def too_large(limit: int) -> BadRequest:
    return BadRequest("The request is too large: at most {limit} kB.", 413, limit=limit // 1024)


def _decoded(request: web.Request, route: Route, raw: bytes) -> Any:
    if route.takes is None and not raw.strip():
        return None
    if request.content_type != "application/json":
        raise BadRequest("Send the body as application/json.", 415)
    shape = route.takes or _Nothing
    try:
        try:
            return route.decoder.decode(raw)
        except msgspec.ValidationError:
            return msgspec.convert(_whole(msgspec.json.decode(raw)), type=shape)
    except msgspec.ValidationError as error:
        raise problems.misfit(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("The body is not JSON.", 400) from None
    except RecursionError:
        raise BadRequest("The body is nested too deeply.", 400) from None


@web.middleware
async def say_problems(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """What is wrong with a request, as a problem; the rest is said by the server's own boundary."""
    try:
        return await handler(request)
    except BadRequest as error:
        return problems.answer(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return problems.problem(error.status, "", headers=headers)
