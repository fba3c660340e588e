"""Whatever is sent, the answer is a problem that says what is wrong, and the server goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from localserver.api.door import MAX_JSON
from localserver.api.products import MAX_UPLOAD
from tests.support.apishop import ApiShop

JSON = {"Content-Type": "application/json"}
GOOD = {"sku": "ROBE1", "title": "Robe", "price": {"amount": 15_000, "currency": "XOF"}}


async def send(api: ApiShop, body: bytes, status: int, **headers: str) -> dict[str, Any]:
    """POST /products with this body. → the problem."""
    reply = await api.post("/products", data=body, headers=JSON | headers)
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json; charset=utf-8")
    assert reply.json["status"] == status
    assert api.value("SELECT count(*) FROM product") == 0
    return dict(reply.json)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"null garbage",
        b"<xml/>",
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        b'{"sku": "\xff"}',
        '{"sku": "é"}'.encode("latin-1"),
        b'{"sku": "\\ud800"}',
        b'{"sku": "\\x41"}',
        b"{'sku': 'ROBE1'}",
        b'{"sku": "ROBE1",}',
        b'{"title": ' + b"[" * 200_000,
        b"[" * 200_000,
        b'{"x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b"NaN",
    ],
)
async def test_what_is_no_json_is_refused(api: ApiShop, body: bytes) -> None:
    found = await send(api, body, 400)
    assert found["detail"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"[]", ""),
        (b"null", ""),
        (b'"ROBE1"', ""),
        (b"7", ""),
        (b"{}", "sku"),
        (json.dumps(GOOD | {"sku": None}).encode(), "sku"),
        (json.dumps(GOOD | {"sku": "a" * 65}).encode(), "sku"),
        (json.dumps(GOOD | {"sku": "a\x00b"}).encode(), "sku"),
        (json.dumps(GOOD | {"titel": "Robe"}).encode(), "titel"),
        (json.dumps(GOOD | {"price": 15000}).encode(), "price"),
        (json.dumps(GOOD | {"price": {"amount": 1.5, "currency": "XOF"}}).encode(), "price.amount"),
        (json.dumps(GOOD | {"price": {"amount": "15000", "currency": "XOF"}}).encode(), "price.amount"),
        (json.dumps(GOOD | {"price": {"amount": -1, "currency": "XOF"}}).encode(), "price.amount"),
        (json.dumps(GOOD | {"price": {"amount": 10**30, "currency": "XOF"}}).encode(), "price.amount"),
        (json.dumps(GOOD | {"price": {"amount": 1, "currency": "xof"}}).encode(), "price.currency"),
        (json.dumps(GOOD | {"price": {"amount": 1}}).encode(), "price.currency"),
        (json.dumps(GOOD | {"price": {"amount": 1, "currency": "XOF", "tax": 0}}).encode(), "price.tax"),
        (json.dumps(GOOD | {"on_hand": True}).encode(), "on_hand"),
    ],
)
async def test_what_does_not_fit_is_refused_and_the_field_named(api: ApiShop, body: bytes, named: str) -> None:
    found = await send(api, body, 422)
    assert found["errors"][0]["field"] == named


async def test_a_number_beyond_all_measure_is_a_problem_too(api: ApiShop) -> None:
    body = b'{"sku": "A1", "title": "A", "price": {"amount": 1e999, "currency": "XOF"}}'
    reply = await api.post("/products", data=body, headers=JSON)
    assert reply.status in (400, 422)


async def test_a_whole_number_may_be_written_with_a_point(api: ApiShop) -> None:
    body = b'{"sku": "A1", "title": "A", "price": {"amount": 15000.0, "currency": "XOF"}, "on_hand": 2.0}'
    assert (await api.post("/products", data=body, headers=JSON)).json["price"]["amount"] == 15_000


async def test_bodies_have_a_limit_however_they_come(api: ApiShop) -> None:
    large = b'{"sku": "' + b"a" * MAX_JSON + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for body, headers in (
        (large, {}),
        (pieces(), {}),
        (gzip.compress(b" " * (40 * 1024 * 1024)), {"Content-Encoding": "gzip"}),
    ):
        reply = await api.post("/products", data=body, headers=JSON | headers)
        assert reply.status == 413
        assert reply.json["title"] == "Content Too Large"
    large_form = await api.upload(b"a" * (MAX_UPLOAD + 1))
    assert large_form.status == 413


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "é"])
async def test_another_kind_of_body_is_not_read(api: ApiShop, kind: str) -> None:
    reply = await api.post("/products", data=json.dumps(GOOD).encode(), headers={"Content-Type": kind})
    assert reply.status == 415
    assert api.value("SELECT count(*) FROM product") == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: nonsense\r\n\r\nabc\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"abc", "multipart/form-data"),
        (
            b"--x\r\nContent-Disposition: form-data; name=file\r\nContent-Transfer-Encoding: uuencode\r\n\r\n!\r\n--x",
            "multipart/form-data; boundary=x",
        ),
        (
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_broken_form_is_refused(api: ApiShop, body: bytes, kind: str) -> None:
    reply = await api.ask("POST", "/products/upload", data=body, headers={"Content-Type": kind})
    assert reply.status in (400, 409, 415, 422)
    assert reply.json["title"]


@pytest.mark.parametrize(
    "path",
    [
        "/products/0",
        "/products/-1",
        "/products/abc",
        "/products/1e3",
        "/products/%00",
        "/products/٣",
        "/products/99999999999999999999999999",
        "/products/9223372036854775808",
        "/products/1/../../../etc/passwd",
        "/products//1",
        "/nothing",
        "/",
        "",
    ],
)
async def test_what_is_not_there_is_not_found(api: ApiShop, path: str) -> None:
    reply = await api.get(path)
    assert reply.status == 404
    assert reply.json["status"] == 404


async def test_another_method_is_told_which_there_are(api: ApiShop) -> None:
    for method, path, allowed in (
        ("DELETE", "/products/1", {"GET", "HEAD", "PATCH"}),
        ("PUT", "/products/upload", {"POST"}),
        ("POST", "/products/1/photo", {"GET", "HEAD"}),
        ("GET", "/login", {"POST"}),
    ):
        reply = await api.ask(method, path)
        assert reply.status == 405
        assert set(reply.headers["Allow"].replace(" ", "").split(",")) == allowed
        assert reply.json["status"] == 405


async def raw(api: ApiShop, request: bytes) -> bytes:
    """What the server says to these bytes, until it closes."""
    host, _, port = api.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(), 60)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Authorization: Bearer \xe9\xff", b"401"),
        (b"Authorization: Bearer \xf0\x9f\x98\x80", b"401"),
        (b"Accept-Language: \xff\xfe", b"401"),
        (b"Idempotency-Key: \xe9", b"401"),
        (b"X-Any: \xc3\xa9\xe2\x80\xaf", b"401"),
        (b"Authorization: Bearer \x00", b"400"),
        (b"Content-Length: -1", b"400"),
        (b"Content-Length: 5\r\nContent-Length: 6", b"400"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 4", b"400"),
        (b"No colon at all", b"400"),
        (b"Cookie: " + b"a" * 20_000, b"400"),
    ],
)
async def test_headers_of_every_kind_are_answered(api: ApiShop, header: bytes, status: bytes) -> None:
    request = b"GET /api/v1/products HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    assert (await raw(api, request)).split(b" ", 2)[1] == status
    assert (await api.get("/products")).status == 200


async def test_a_token_in_the_wrong_bytes_with_the_right_key_changes_nothing(api: ApiShop) -> None:
    for header in ("Bearer " + api.token() + "\u202f", "Bearer\u00a0" + api.token()):
        reply = await api.get("/products", role=None, headers={"Authorization": header})
        assert reply.status == 401


async def test_texts_of_every_script_come_back_as_they_went(api: ApiShop) -> None:
    title = "Robe « wax » élégante ✨ ⵣ 👗🏿 \u200f\u0639\u0631\u0628\u064a"
    await api.post("/products", GOOD | {"title": title})
    assert (await api.get("/products/1")).json["title"] == title
    quote = await api.post(
        "/devis",
        {"lines": [{"description": title, "unit_price": {"amount": 1, "currency": "XOF"}}], "note": title * 10},
    )
    paper = await api.get(f"/devis/{quote.json['id']}/pdf")
    assert paper.body.startswith(b"%PDF")
