"""The shared HTTP client against a real server on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from core.adapters.http import BadReply, Http, NoAnswer
from core.kernel.clock import ManualClock

NOW = 1_790_000_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def http(clock: ManualClock) -> AsyncIterator[Http]:
    client = Http(clock, total_timeout=30, max_body=10_000)
    yield client
    await client.close()


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    released = asyncio.Event()

    async def echo(request: web.Request) -> web.Response:
        seen = dict(request.headers) | {"method": request.method, "query": request.query_string}
        return web.json_response(seen | {"body": (await request.read()).decode()})

    async def hang(request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async def drop(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def reply(request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        if kind == "html":
            return web.Response(status=403, text="<html>blocked</html>", content_type="text/html")
        if kind == "deep":
            return web.Response(text="[" * 9_000)
        if kind == "huge":
            return web.Response(body=b"x" * 20_000)
        if kind == "redirect":
            return web.Response(status=302, headers={"Location": "/echo"})
        if kind == "late":
            return web.Response(headers={"Date": formatdate(NOW / 1000 + 1200, usegmt=True)})
        if kind == "slow-down":
            return web.Response(status=429, headers={"Retry-After": request.query["after"]})
        return web.Response(headers={"Date": "nonsense"})

    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_get("/hang", hang)
    app.router.add_route("*", "/drop", drop)
    app.router.add_get("/reply/{kind}", reply)
    server = TestServer(app)
    await server.start_server()
    yield server
    released.set()
    await server.close()


def at(server: TestServer, path: str) -> str:
    return str(server.make_url(path))


async def test_json_is_sent_compact_in_utf8_with_a_browser_like_agent(http: Http, server: TestServer) -> None:
    reply = await http.request("POST", at(server, "/echo"), json={"name": "Aïcha", "n": 1}, params={"a": "b c"})

    seen = reply.json()
    assert seen["body"] == '{"name":"Aïcha","n":1}'
    assert (seen["Content-Type"], seen["query"]) == ("application/json", "a=b c")
    assert seen["User-Agent"].startswith("Mozilla/5.0")
    assert reply.headers["content-type"] == reply.headers["CONTENT-TYPE"]


async def test_a_form_keeps_brackets_and_order(http: Http, server: TestServer) -> None:
    pairs = [("line_items[0][price]", "a&b"), ("é", "1"), ("é", "2")]
    reply = await http.request("POST", at(server, "/echo"), form=pairs)

    assert reply.json()["Content-Type"] == "application/x-www-form-urlencoded"
    assert reply.json()["body"] == "line_items%5B0%5D%5Bprice%5D=a%26b&%C3%A9=1&%C3%A9=2"


async def test_raw_bytes_and_their_type_travel_untouched(http: Http, server: TestServer) -> None:
    reply = await http.request("PUT", at(server, "/echo"), data=b"\x00x", headers={"content-type": "image/png"})

    assert reply.json()["body"] == "\x00x"
    assert reply.json()["Content-Type"] == "image/png"


async def test_a_refused_connection_was_never_sent(http: Http) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("POST", f"http://127.0.0.1:{unused_port()}/v1", json={"secret": "s3cr3t"})

    assert caught.value.sent is False
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("url", ["htp://x/", "http://", "http://[::1", "no address", "http://exa mple:99999999/"])
async def test_an_address_that_is_none_was_never_sent(http: Http, url: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("GET", url)

    assert caught.value.sent is False


async def test_a_key_pasted_with_a_line_break_is_refused_without_showing_it(http: Http, server: TestServer) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("GET", at(server, "/echo"), headers={"Authorization": "Bearer s3cr3t\r\nX: y"})

    assert caught.value.sent is False
    assert "s3cr3t" not in str(caught.value)


async def test_a_server_that_hangs_after_reading_leaves_the_outcome_unknown(http: Http, server: TestServer) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("GET", at(server, "/hang"), timeout=1.0)

    assert caught.value.sent is True


async def test_a_connection_cut_before_the_answer_leaves_the_outcome_unknown(http: Http, server: TestServer) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("POST", at(server, "/drop"), json={})

    assert caught.value.sent is True


async def test_an_endless_answer_is_cut_short(http: Http, server: TestServer) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.request("GET", at(server, "/reply/huge"))

    assert caught.value.sent is True


@pytest.mark.parametrize("kind", ["html", "deep", "empty"])
async def test_an_answer_that_is_not_json_says_so(http: Http, server: TestServer, kind: str) -> None:
    reply = await http.request("GET", at(server, f"/reply/{kind}"))

    with pytest.raises(BadReply):
        reply.json()


async def test_redirects_are_not_followed(http: Http, server: TestServer) -> None:
    reply = await http.request("GET", at(server, "/reply/redirect"))

    assert (reply.status, reply.headers["location"]) == (302, "/echo")


async def test_the_clock_offset_is_learned_per_host(http: Http, server: TestServer, clock: ManualClock) -> None:
    assert http.clock_offset(at(server, "/")) == 0

    await http.request("GET", at(server, "/reply/late"))

    assert http.clock_offset(at(server, "/other")) == 1_200_500
    assert http.time_at(at(server, "/")) == NOW + 1_200_500
    assert http.clock_offset("http://elsewhere.test/") == 0
    await http.request("GET", at(server, "/reply/bad-date"))
    assert http.clock_offset(at(server, "/")) == 1_200_500


@pytest.mark.parametrize(
    ("after", "seconds"),
    [("7", 7.0), (formatdate(NOW / 1000 + 90, usegmt=True), 90.0), ("-5", None), ("٣", None), ("soon", None)],
)
async def test_retry_after_is_read_as_number_or_date(
    http: Http, server: TestServer, after: str, seconds: float | None
) -> None:
    reply = await http.request("GET", at(server, "/reply/slow-down"), params={"after": after})

    assert reply.retry_after(NOW) == seconds


async def test_each_event_loop_has_its_own_pool(http: Http, server: TestServer) -> None:
    outcome: list[int] = []
    url = at(server, "/echo")

    async def once() -> None:
        outcome.append((await http.request("GET", url)).status)
        await http.close_here()

    assert (await http.request("GET", url)).ok
    with ThreadPoolExecutor(1) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, asyncio.run, once())
    assert outcome == [200]
    assert (await http.request("GET", url)).ok


async def test_who_is_late_opens_no_connection(http: Http, server: TestServer) -> None:
    assert (await http.request("GET", at(server, "/echo"))).ok
    await http.close()
    with pytest.raises(NoAnswer) as late:
        await http.request("GET", at(server, "/echo"))
    assert not late.value.sent
