"""Bodies, headers and addresses of every broken kind at every door that takes a POST: 4xx, and the server lives on."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.accounts import service as accounts
from core.adapters.psp import REGISTRY
from core.payments.provider import Auth
from localserver import middleware
from localserver.app import MAX_BODY
from tests.faults.steps import post_whatsapp, resigned, say, still_serves
from tests.faults.trading import trading
from tests.support.processes import raw_exchange
from tests.support.shops import World, world

PROVIDERS = tuple(provider.name for provider in REGISTRY)
UNPROVEN = tuple(provider.name for provider in REGISTRY if provider.caps.webhook_auth is Auth.NONE)
"""Whose notices nothing proves: they are heard politely, and only make us ask."""
PROVEN_INSIDE = ("cinetpay", "orange_web", "paydunya")
"""What proves their notices stands in the body: one that lost it proves nothing."""
HEARD = tuple(f"/webhooks/psp/{name}/" for name in UNPROVEN)
NAME = "Aminata Diallo"
PASSWORD = "correct horse battery"
DEEP = b"[" * 100_000
BODIES: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"   \r\n",
    "no json": b"robe=1&x",
    "half": b'{"entry": [',
    "not utf-8": b'{"a": "\xff\xfe\xc3"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "nul": b"\x00" * 64,
    "deep lists": DEEP,
    "deep closed lists": DEEP + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "nan": b"NaN",
    "list": b"[]",
    "number": b"7",
    "string": b'"entry"',
    "null": b"null",
    "huge number": b'{"a": ' + b"9" * 50_000 + b"}",
    "surrogate": b'{"a": "\\ud800"}',
    "latin-1 form": "name=\xe9".encode("latin-1"),
}
ODD: dict[str, bytes] = {
    "not ascii": "clé-à-molette".encode(),
    "not utf-8": b"sha256=\xff\xfe\xe9",
    "no-break": b"Bearer\xa0token",
    "long": b"a" * 6000,
    "comma": b",,,,=,=,t=,v1=",
    "bad type": b"application/\xff; charset=\xff",
}
HEADERS = (
    "X-Hub-Signature-256",
    "Wave-Signature",
    "Stripe-Signature",
    "LivePay-Sandbox-Signature",
    "X-Secret-Key",
    "X-Webhook-Signature",
    "X-Token",
    "Authorization",
    "Idempotency-Key",
    "Content-Type",
    "Accept-Language",
    "Origin",
    "Sec-Fetch-Site",
    "Cookie",
    "X-Forwarded-For",
    "Range",
    "Last-Event-ID",
)


def _doors(w: World, token: str) -> Iterator[str]:
    """The path of every route that takes a POST, its names filled in."""
    named = {"store": w.shop.slug, "token": token, "attempt": "0" * 32, "id": "999", "product": "1"}
    for route in w.app.router.routes():
        if route.method not in ("POST", "PUT", "PATCH", "*") or route.resource is None:
            continue
        for provider in PROVIDERS if "{provider}" in route.resource.canonical else ("",):
            yield _filled(route.resource.canonical, {**named, "provider": provider})


def _filled(path: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: names[found[1]], path)


def _wire(path: str, body: bytes, headers: list[tuple[str, bytes]], length: int | None = None) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode()
    head += b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)
    return head + f"Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


async def _status(w: World, wire: bytes) -> int:
    parts = urlsplit(w.url)
    answer = await raw_exchange(str(parts.hostname), int(parts.port or 0), wire)
    assert answer.startswith(b"HTTP/1."), answer[:80]
    assert b"Traceback" not in answer
    return int(answer.split(b" ", 2)[1])


async def _token(w: World) -> str:
    """Of the page of an order that is reserved."""
    w.product("ROBE1")
    w.buyer(NAME)
    await say(w, NAME, "je prends ROBE1")
    return str(w.shop.links.token(w.value("SELECT link FROM orders")))


def _counts(w: World) -> list[int]:
    tables = (
        "inbox",
        "orders",
        "payment",
        "attempt",
        "product",
        "account",
        "message",
        "journal",
        "quote",
        "live_session",
    )
    return [int(w.value(f"SELECT count(*) FROM {table}")) for table in tables]


@pytest.mark.parametrize("signed", [False, True], ids=["stranger", "logged in"])
async def test_every_body_at_every_door(tmp_path: Path, signed: bool) -> None:
    async with world(tmp_path, country="SN", providers=PROVIDERS) as w:
        doors = sorted(set(_doors(w, await _token(w))))
        assert len(doors) >= 20, doors
        accounts.save(w.shop.engine, "awa@teranga.sn", PASSWORD, "owner")
        key = await asyncio.to_thread(accounts.login, w.shop.engine, w.shop.factors, "awa@teranga.sn", PASSWORD)
        before = _counts(w)
        for path in doors:
            if path.endswith("/logout"):
                continue  # the way out needs no body and ends the session of all that follow
            headers = [("Content-Type", b"application/json"), ("Origin", b"http://127.0.0.1")]
            if signed:
                headers.append(("Authorization", f"Bearer {key[0]}".encode()))
            for name, body in BODIES.items():
                if path.endswith(("/cancel", "/check", "/end", "/take-over", "/give-back")) and "/api/" not in path:
                    continue  # a form without fields: its body is not looked at
                status = await _status(w, _wire(path, body, headers))
                assert status < 500, (path, name, status)
                if "/p/" not in path and not _bodiless(path, body) and not path.startswith(HEARD):
                    assert status >= 400, (path, name, status)
        assert _counts(w) == before
        await still_serves(w)


def _bodiless(path: str, body: bytes) -> bool:
    """Some acts of the API need no body at all: to them an empty one is right."""
    return path.startswith("/api/") and not body.strip()


async def test_bodies_beyond_all_measure(tmp_path: Path) -> None:
    async with world(tmp_path, country="SN", providers=PROVIDERS) as w:
        token = await _token(w)
        before = _counts(w)
        huge = b'{"a":"' + b"x" * (MAX_BODY + 1) + b'"}'
        small = gzip.compress(bytes(40 * 1024 * 1024))
        for path in sorted(set(_doors(w, token))):
            if path.startswith("/p/") or (path.startswith("/api/") and path != "/api/v1/login"):
                continue
            json_type = ("Content-Type", b"application/json")
            assert await _status(w, _wire(path, huge, [json_type])) == 413, path
            status = await _status(w, _wire(path, small, [json_type, ("Content-Encoding", b"gzip")]))
            # Nothing can prove itself at an address that names no payment.
            unknown = 404 if path.startswith("/n/") else 400
            assert status in (400, 401, 413, 415, unknown), (path, status)
        assert _counts(w) == before
        await still_serves(w)


async def test_a_body_that_is_not_compressed_as_it_says(tmp_path: Path) -> None:
    """Anybody can send it, through a relay too: what fails for a mistake of ours is tried again before others."""
    async with world(tmp_path, country="SN", providers=PROVIDERS) as w:
        token = await _token(w)
        before = _counts(w)
        for path in sorted(set(_doors(w, token))):
            for method in ("gzip", "deflate", "br"):
                said = [("Content-Type", b"application/json"), ("Content-Encoding", method.encode())]
                status = await _status(w, _wire(path, b"abc", said))
                assert 400 <= status < 500, (path, method, status)
        assert _counts(w) == before
        await still_serves(w)


async def test_every_odd_header_at_every_door(tmp_path: Path) -> None:
    async with world(tmp_path, country="SN", providers=PROVIDERS) as w:
        token = await _token(w)
        before = _counts(w)
        for path in sorted(set(_doors(w, token))):
            if path.startswith("/p/"):
                path = path.replace(token, "A" * 38)
            for header in HEADERS:
                for kind, value in ODD.items():
                    status = await _status(w, _wire(path, b"{}", [(header, value)]))
                    least = 200 if path.startswith(HEARD) else 400
                    assert least <= status < 500, (path, header, kind, status)
        assert _counts(w) == before
        await still_serves(w)


async def test_who_trickles_holds_nobody_up_and_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty bodies that never come to their end, at every door that reads one: 408, and all others are served."""
    monkeypatch.setattr(middleware, "SLOWEST", 4.0)  # longer than the others need, also on a busy machine
    async with world(tmp_path, country="SN", providers=PROVIDERS) as w:
        token = await _token(w)
        before = _counts(w)
        json_type = ("Content-Type", b"application/json")
        doors = [f"/webhooks/psp/{name}/{w.shop.slug}" for name in PROVIDERS]
        doors += ["/webhooks/whatsapp", f"/p/{token}/pay", "/api/v1/login"]
        slow = [asyncio.create_task(_status(w, _wire(door, b"{", [json_type], length=500))) for door in doors * 4]
        await still_serves(w)
        async with w.http.get(f"{w.url}/p/{token}") as page:
            assert page.status == 200
        assert not any(task.done() for task in slow)
        answers = dict(zip(doors * 4, await asyncio.gather(*slow), strict=True))
        assert answers == dict.fromkeys(doors, 408)
        assert _counts(w) == before
        await still_serves(w)


# -- rightly signed, and odd all the same ------------------------------------------------------------------------

_ODD_MESSAGE = {"id": "wamid.x", "from": "221770000000", "timestamp": "9" * 20, "type": 7, "text": [1, {"body": None}]}
_ODD_STATUS = {
    "id": "wamid.y",
    "status": "sent",
    "biz_opaque_callback_data": "9" * 400,
    "errors": "no",
    "recipient_id": 9,
}
ENTRIES: list[object] = [
    7,
    [7, None, "x", {}],
    [{"changes": [None, 7, {}, {"value": 7}, {"value": {}, "field": 9}]}],
    [{"changes": [{"field": "messages", "value": {"messages": [7, None, {}], "statuses": "x"}}]}],
    [{"changes": [{"field": "messages", "value": {"messages": [_ODD_MESSAGE]}}]}],
    [{"changes": [{"field": "messages", "value": {"statuses": [_ODD_STATUS]}}]}],
]
SIGNED = [
    b"{}",
    *(json.dumps({"entry": entry}).encode() for entry in ENTRIES),
    b'{"object": "whatsapp_business_account", "entry": [], "n": ' + b"9" * 4000 + b"}",
    b'{"a": "\\ud800\\udfff\\u0000"}',
]


async def test_rightly_signed_oddities_of_whatsapp_are_kept_and_stop_nobody(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        for raw in SIGNED:
            assert await post_whatsapp(w, raw) == 200, raw[:80]
        for raw in BODIES.values():
            assert await post_whatsapp(w, raw) in (200, 400), raw[:80]
        await w.until(lambda: not w.value("SELECT count(*) FROM inbox WHERE state = 'new' AND not_before = 0"))
        assert w.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
        assert w.value("SELECT count(*) FROM orders") == 0
        await still_serves(w)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_rightly_signed_oddities_of_providers_change_nothing(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        order = t.order()
        session = await t.begin(order)
        # Where the wrapper alone could be twisted, a success would stay one.
        good = t.simulator.event(session, "declined" if t.caps.flow == "qr" else "paid", None) or b"{}"
        odd = [b"{}", b"[]", b"7", *BODIES.values(), *_oddities(good)]
        for raw in odd:
            status = await t.tell(resigned(t.simulator, raw))
            unproven = (401, 404) if name in PROVEN_INSIDE else ()
            assert status in (200, 400, *unproven), (status, raw[:80])
        await t.quiet()
        assert t.shop.state(order) == "reserved"
        assert t.shop.value("SELECT count(*) FROM payment") == 0
        assert t.shop.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


def _oddities(good: bytes) -> Iterator[bytes]:
    """A rightful notice with each of its parts replaced, in the encoding it came in."""
    if good.startswith(b"{"):
        yield from (json.dumps(odd).encode() for odd in _twisted(json.loads(good)))
        return
    for odd in _twisted(dict(parse_qsl(good.decode(), keep_blank_values=True))):
        yield urlencode(odd, errors="surrogatepass").encode()


_OTHERS: tuple[object, ...] = (None, 7, "x", [], {}, True, -1, 10**30, "\ud800")


def _twisted(value: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """The event with one part of it replaced by something else, or taken away."""
    for key, inner in value.items():
        for other in _OTHERS:
            yield {**value, key: other}
        yield {k: v for k, v in value.items() if k != key}
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for twisted in _twisted(inner[0]):
                yield {**value, key: [twisted]}
        if isinstance(inner, dict):
            for twisted in _twisted(inner):
                yield {**value, key: twisted}


# -- pay tokens --------------------------------------------------------------------------------------------------


def _escaped(raw: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in raw)


@st.composite
def _tokens(draw: st.DrawFn) -> bytes:
    """Bytes of any kind, and near misses of the form of a token."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return draw(st.binary(min_size=1, max_size=80))
    if kind == 1:
        return draw(st.text(min_size=1, max_size=60)).encode("utf-8", "surrogatepass")
    if kind == 2:
        return base64.urlsafe_b64encode(draw(st.binary(min_size=28, max_size=28))).rstrip(b"=")
    return draw(st.text("ABCabc019-_=+/. \n", min_size=36, max_size=40)).encode()


async def test_every_malformed_token_gets_one_and_the_same_refusal(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        genuine = await _token(w)
        refusal = await _page(w, "A" * 38)
        assert refusal[0] == 404
        near = [genuine[:-1], genuine + "A", genuine.swapcase(), genuine + "=", " " + genuine, genuine + "\n"]
        near += [genuine[:i] + ("A" if genuine[i] != "A" else "B") + genuine[i + 1 :] for i in range(38)]
        for token in [*(t.encode() for t in near), b"\x00", b"..", b".", b"%", b"\xff" * 38, b"A" * 2000]:
            assert await _page(w, _escaped(token)) == refusal, token
        tried: list[bytes] = []

        @settings(max_examples=150, suppress_health_check=list(HealthCheck))
        @given(_tokens())
        def draw(token: bytes) -> None:
            tried.append(token)

        draw()
        for token in tried:
            if token != genuine.encode():
                assert await _page(w, _escaped(token)) == refusal, token
        async with w.http.get(f"{w.url}/p/{genuine}") as reply:
            assert reply.status == 200


async def _page(w: World, token: str) -> tuple[int, bytes]:
    """Raw, so that no client tidies the address up."""
    parts = urlsplit(w.url)
    wire = f"GET /p/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    answer = await raw_exchange(str(parts.hostname), int(parts.port or 0), wire)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body
