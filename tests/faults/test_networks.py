"""A store's line through bad networks: what was accepted comes whole and in order, and what is wrong is said."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from core.bootstrap import Shop, create_store, open_shop
from core.bootstrap.checkup import Line, Words
from core.kernel.clock import DAY, ManualClock, SystemClock
from core.kernel.i18n import explain
from core.kernel.reasons import TIMED_OUT
from core.relay import place
from core.relay.keys import StoreKeys, page_id
from core.storage.connection import Reader, open_connection
from core.storage.folder import Home
from core.support import logbook
from localserver.console.tunnels import reachable
from localserver.relay.engine import Store
from localserver.relay.node import Address
from localserver.tunnels.supervisor import Supervisor
from tests.core.adapters.test_tls import self_signed
from tests.localserver.tunnels.test_relay import QUICK, choose, kept, store
from tests.support.bumps import Bumps, bumps
from tests.support.payshop import EVENING, pay_shop
from tests.support.processes import Program
from tests.support.relays import DOMAIN, Relay, door, held, relay, until
from tests.support.wires import HERE, Weather, Wire, missing, wire

PATIENCE: Final = 60.0  # s; a machine that is busy with other tests takes its time
AWA: Final = "awa"
LARGE: Final = 200_000
SIGN_IN: Final = "Le réseau où vous êtes demande d’abord une connexion"
UNREACHED: Final = "Le relais est injoignable"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute in a few seconds: what is to be shown is how the times stand to each other. (A busy machine may stand
    still for a good part of a second, which is no silence.)"""
    monkeypatch.setattr("localserver.line.reaching.HEARTBEAT", 2.0)
    monkeypatch.setattr("localserver.line.reaching.BEAT", 0.5)
    monkeypatch.setattr("localserver.relay.sockets.HEARTBEAT", 2.0)
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 0.1)


def through(way: Bumps) -> str:
    return f"http://{DOMAIN}:{way.port}"


async def post(host: Relay, number: int, body: bytes = b"x") -> None:
    status, _, _ = await host.ask(AWA, "POST", f"/n/awa/{number}", data=body)
    assert status == 200


def numbers(asked: list[tuple[str, str, bytes]]) -> list[int]:
    """What came, in order, each once: what is handed over again is the inbox's to know."""
    return list(dict.fromkeys(int(path.rsplit("/", 1)[1]) for _, path, _ in asked if path.startswith("/n/")))


# -- silence -----------------------------------------------------------------------------------------------------------


async def test_a_line_that_falls_silent_is_found_out_and_taken_up_again(tmp_path: Path, quick: None) -> None:
    async with relay(tmp_path) as host, door() as shop, bumps(host.port) as way:
        keys = await host.store(AWA)
        async with held(through(way), AWA, keys, shop.url) as line:
            await post(host, 0)
            await until(lambda: len(shop.asked) == 1)
            way.silent = True
            for number in range(1, 40):
                await post(host, number)
            await until(lambda: line.why)
            assert line.why == TIMED_OUT
            assert not line.line.state.up
            way.silent = False
            await until(lambda: line.line.state.up and len(numbers(shop.asked)) == 40)
        assert numbers(shop.asked) == list(range(40))


async def test_who_comes_by_another_network_is_answered_for_at_once(tmp_path: Path) -> None:
    """The old connection is open as far as the relay can see: no packet says otherwise, and its time is not up."""
    async with relay(tmp_path) as host, door() as shop, bumps(host.port) as wifi, bumps(host.port) as phone:
        keys = await host.store(AWA)
        async with held(through(wifi), AWA, keys, shop.url) as before:
            await until(lambda: before.line.state.up)
            wifi.silent = True
            await post(host, 0)
            async with held(through(phone), AWA, keys, shop.url) as now:
                await until(lambda: now.line.state.up)
                status, body, _ = await host.ask(AWA, "GET", "/p/token")
                assert (status, body) == (200, b"ok")
                await post(host, 1)
                await until(lambda: numbers(shop.asked) == [0, 1])


# -- slowness ----------------------------------------------------------------------------------------------------------


async def test_what_is_large_passes_a_narrow_line_however_long_it_takes(tmp_path: Path, quick: None) -> None:
    """Longer than a heartbeat and its patience each way: a webhook with a picture, a page with one."""
    async with relay(tmp_path) as host, door() as shop, bumps(host.port) as way:
        keys = await host.store(AWA)
        picture = os.urandom(LARGE)
        async with held(through(way), AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            way.rate = int(LARGE / 4.0)
            await post(host, 0, picture)
            await until(lambda: shop.asked)
            assert shop.asked[0][2] == picture
            shop.answer = lambda request: web.Response(body=picture)
            _, body, _ = await host.ask(AWA, "GET", "/p/token")
            assert body == picture
            assert (line.why, way.calls) == ("", 1)


async def test_a_long_evening_is_taken_over_through_a_slow_line(tmp_path: Path, quick: None) -> None:
    async with relay(tmp_path) as host, door() as shop, bumps(host.port) as way:
        keys = await host.store(AWA)
        for number in range(500):
            await post(host, number, os.urandom(100))
        way.delay, way.rate = 0.02, 300_000
        async with held(through(way), AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 500, patience=60.0)
            assert (line.why, way.calls) == ("", 1)
        assert numbers(shop.asked) == list(range(500))


# -- somebody else answers ---------------------------------------------------------------------------------------------


def says(status: str, *headers: str, body: str = "<h1>Wi-Fi</h1>") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", body]).encode()


IN_ITS_PLACE: Final = {
    "a page": (says("200 OK", "Content-Type: text/html"), SIGN_IN),
    "led to a page": (says("302 Found", "Location: http://127.0.0.1:9/login", body=""), SIGN_IN),
    "RFC 6585": (says("511 Network Authentication Required"), SIGN_IN),
    "a proxy alone": (says("502 Bad Gateway"), f"{UNREACHED} (son serveur est en panne)"),
    "another server": (says("404 Not Found"), f"{UNREACHED} (autre chose répond à cette adresse)"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", UNREACHED),
}


async def test_a_hotspot_is_named_gets_nothing_and_is_left_behind_once_it_lets_through(tmp_path: Path) -> None:
    async with relay(tmp_path, clock=SystemClock()) as host, bumps(host.port) as way:
        host.node.address = Address("http", DOMAIN, way.port)
        seen = replace(host, port=way.port)
        async with store(tmp_path / "home") as shop, kept(shop):
            await asyncio.to_thread(choose, shop, seen, await host.invite())
            await until(lambda: shop.tunnel.state.phase == "open")
            for name, (answer, sentence) in IN_ITS_PLACE.items():
                way.answers = lambda head, answer=answer: answer
                await way.cut()
                way.heard.clear()
                await until(lambda told=sentence: way.heard and told in said(shop))  # type: ignore[misc]
                await until(lambda: shop.tunnel.state.phase == "waiting")
                assert shop.address() == seen.address("boutique-awa"), name
                assert_nothing_was_told(way.heard)
            way.answers = None
            await until(lambda: shop.tunnel.state.phase == "open")


def said(shop: Shop) -> str:
    problem = shop.tunnel.state.problem
    return explain(problem, "fr") if problem is not None else ""


def assert_nothing_was_told(heard: list[bytes]) -> None:
    """A request for the address, and nothing after it: no name of the store, no claim."""
    assert heard
    for one in heard:
        assert one == b"" or one.startswith((b"GET /connect HTTP/1.1\r\n", b"GET /webhooks/whatsapp?")), one


async def test_anothers_certificate_and_another_websocket_get_no_claim(tmp_path: Path) -> None:
    key, certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with bumps(0) as way, store(tmp_path / "home") as shop:
        way.answers, way.secured = lambda head: b"", context
        url = f"https://{DOMAIN}:{way.port}"
        await asyncio.to_thread(shop.engine.call, lambda tx: place.join(tx, url, AWA, url, 1))
        await asyncio.to_thread(shop.settings.set, "tunnel.kind", "relay")
        async with kept(shop):
            await until(lambda: "Pas de connexion sûre au relais" in said(shop))
        assert way.heard == []


async def test_doctor_says_so_too_and_takes_no_place(tmp_path: Path) -> None:
    words = Words("fr")
    async with (
        relay(tmp_path, clock=SystemClock()) as host,
        bumps(host.port) as way,
        store(tmp_path / "home") as shop,
    ):
        await asyncio.to_thread(shop.engine.call, lambda tx: place.join(tx, through(way), AWA, through(way), 1))
        assert await reachable(shop, words) == []
        await asyncio.to_thread(shop.settings.set, "tunnel.kind", "relay")
        assert await reachable(shop, words) == [Line(True, "relais", through(way))]
        way.answers = lambda head: IN_ITS_PLACE["a page"][0]
        (line,) = await reachable(shop, words)
        assert not line.ok
        assert line.detail.startswith(SIGN_IN)
        assert_nothing_was_told(way.heard)


# -- another time ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-DAY, DAY], ids=["behind", "ahead"])
async def test_a_clock_that_is_a_day_wrong_keeps_nobody_out(tmp_path: Path, wrong: int) -> None:
    """Webhooks come, and the page of a buyer is shown while the store is away."""
    async with relay(tmp_path, clock=ManualClock(EVENING)) as host, pay_shop(tmp_path / "home", wrong=wrong) as s:
        async with tunnelled(s.shop, s.url, host):
            order = await asyncio.to_thread(s.bag)
            handle, path = s.shop.slug, "/p/" + s.token(order)
            status, body, _ = await host.ask(handle, "GET", path)
            assert (status, b"Wave" in body) == (200, True)
            status, _, _ = await host.ask(handle, "POST", f"/webhooks/psp/sandbox/{handle}", data=b"{}")
            assert status == 200
            await until(lambda: s.shop.line.taken == 1)
            await until(lambda: kept_page(host, handle, path))
        status, body, _ = await host.ask(handle, "GET", path)
        assert status == 200
        assert "se reconnecte" in body.decode()


async def kept_page(host: Relay, handle: str, path: str) -> bool:
    return await host.engine.page(handle, page_id(path)) is not None


@asynccontextmanager
async def tunnelled(shop: Shop, url: str, host: Relay) -> AsyncIterator[None]:
    """A running shop behind the relay, up to the end of the block."""
    await asyncio.to_thread(choose, shop, host, await host.invite())
    port = int(url.rsplit(":", 1)[1])
    # This computer's own networks may come and go meanwhile.
    supervisor = Supervisor(
        shop, port, rhythm=QUICK, leads=False, chance=lambda: 0.0, network=lambda: frozenset({"here"})
    )
    task = asyncio.create_task(supervisor.run())
    try:
        await until(lambda: shop.tunnel.state.phase == "open")
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# -- a real network ----------------------------------------------------------------------------------------------------

ALONE: Final = missing()
RELAY: Final = "relay.test"
SECRET: Final = "app-secret"
HASTY: Final = (
    "import sys; from localserver.line import reaching; reaching.HEARTBEAT, reaching.BEAT = 2.0, 1.0;"
    " import main; sys.exit(main.main(sys.argv[1:]))"
)
"""The program as it is, its heart beating ten times faster."""


class Away:
    """A store's own process in a network of its own, and the wire to the relay, which is here."""

    def __init__(self, folder: Path, wired: Wire, host: Relay) -> None:
        self.home, self.wire, self.host = Home(folder / "home"), wired, host
        self.slug = create_store(self.home, "Boutique Awa", "SN").slug
        names = (RELAY, f"{self.slug}.{RELAY}")
        wired.hosts(dict.fromkeys(names, HERE))
        shop = open_shop(self.home, self.slug)
        try:
            self.keys = StoreKeys(shop.relay_seed)
            shop.settings.set_secret("whatsapp.app_secret", SECRET)
            shop.settings.set("tunnel.kind", "relay")
            url, address = f"http://{RELAY}:{host.port}", f"http://{self.slug}.{RELAY}:{host.port}"
            shop.engine.call(lambda tx: place.join(tx, url, self.slug, address, 1))
        finally:
            shop.close()
        serve = ("--home", str(self.home.path), "serve", self.slug, "--port", "0")
        self.program = Program(folder / "store.txt", (), wired.inside(sys.executable, "-c", HASTY, *serve))
        self.sent = 0

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, bytes]:
        headers = {"Host": f"{self.slug}.{RELAY}:{self.host.port}", **how.pop("headers", {})}
        async with self.host.http.request(
            method, f"http://{HERE}:{self.host.port}{path}", headers=headers, **how
        ) as got:
            return got.status, await got.read()

    async def say(self, count: int) -> None:
        """Messages of one buyer, signed, accepted by the relay."""
        for _ in range(count):
            message = {"from": "221770000001", "id": f"wamid.{self.sent}", "timestamp": "1790000000", "type": "text"}
            value = {
                "messaging_product": "whatsapp",
                "metadata": {"phone_number_id": "1"},
                "messages": [{**message, "text": {"body": f"message {self.sent}"}}],
            }
            entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
            raw = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
            signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
            status, _ = await self.ask(
                "POST", "/webhooks/whatsapp", data=raw, headers={"X-Hub-Signature-256": signature}
            )
            assert status == 200
            self.sent += 1

    def applied(self) -> list[str]:
        """The messages in the store's inbox, in the order they were kept in."""
        path = self.home.folder(self.slug) / "store.db"
        connection = open_connection(path, self.home.vault(self.slug).database_key(), write=False)
        try:
            rows = Reader(connection).all("SELECT key FROM inbox ORDER BY id")
        finally:
            connection.close()
        return [key.rpartition("wamid.")[2] for (key,) in rows]

    async def all_applied(self, patience: float) -> None:
        wanted = [str(number) for number in range(self.sent)]
        await until(lambda: self.applied() == wanted, patience)

    async def served(self) -> bool:
        """Whether a buyer's page is the store's own answer."""
        return (await self.ask("GET", "/p/none"))[0] == 404

    def opened(self) -> int:
        """How often its tunnel was opened."""
        return sum(line.endswith("is open") for line in self.log().splitlines())

    def log(self) -> str:
        return "\n".join(logbook.tail(self.home.path))


@pytest.mark.timeout(600)
@pytest.mark.skipif(bool(ALONE), reason=ALONE)
async def test_a_store_in_a_network_of_its_own_lives_through_what_networks_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process, real packets: slow and lossy, cut in silence, another address, swallowing what is large."""
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 0.5)
    async with wire() as wired, relay(tmp_path, clock=SystemClock(), host=HERE, domain=RELAY) as host:
        away = await asyncio.to_thread(Away, tmp_path, wired, host)
        keys = away.keys
        assert await host.engine.create(Store(away.slug, "", keys.seal_key, keys.sign_key, host.clock.now()))
        await away.program.start()
        try:
            await until(away.served, PATIENCE)
            await until(lambda: away.opened() == 1, PATIENCE)  # said once its address has answered

            wired.weather = Weather(delay=0.1, jitter=0.03, loss=0.03, rate=20_000)
            await away.say(60)
            await away.all_applied(PATIENCE)
            assert away.opened() == 1, "slow is not broken"

            wired.weather = Weather(cut=True)
            await away.say(10)
            await until(lambda: "is waiting" in away.log(), PATIENCE)
            assert away.applied() == [str(number) for number in range(60)]
            wired.weather = Weather()
            await away.all_applied(PATIENCE)
            assert await away.served()

            opened = away.opened()
            wired.move()
            await away.say(5)
            await until(lambda: away.opened() > opened, PATIENCE)
            await away.all_applied(PATIENCE)
            assert await away.served()

            wired.weather = Weather(largest=700)
            status, _ = await away.ask("POST", "/webhooks/whatsapp", data=os.urandom(5000).hex())
            assert status == 200
            await away.say(1)
            await away.all_applied(PATIENCE)
            assert await away.served()
            assert await away.program.stop() == 0
        finally:
            await away.program.kill()
        assert "Traceback" not in away.program.log() + away.log()
