"""The tunnel is kept open whatever happens, and what depends on its address follows."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from core.bootstrap import Shop, create_store, following, open_shop
from core.kernel.clock import ManualClock
from core.kernel.errors import StorageFailed
from core.storage.folder import Home
from core.tunnels.rules import ADDRESS, CAP, FLOOR, KIND, LED, STUCK
from localserver.app import create_app
from localserver.sandbox.stage import NUMBER, Stage
from localserver.site import SITE
from localserver.tunnels.contract import Lost, Stuck
from localserver.tunnels.supervisor import Rhythm, Supervisor, addresses
from tests.contract.psp.test_vectors import WAVE_BODY
from tests.localserver.tunnels.playing import Play, Timeline, shown, until
from tests.support.bumps import bumps


@dataclass
class Scene:
    """A store served on a port, and the supervisor of its tunnel on a time of its own."""

    shop: Shop
    port: int
    server: web.AppRunner
    time: Timeline = field(default_factory=Timeline)
    network: frozenset[str] = frozenset({"wifi"})

    @property
    def here(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def elsewhere(self) -> str:
        return f"http://localhost:{self.port}"

    @asynccontextmanager
    async def supervised(self, play: Play, chance: float = 1.0) -> AsyncIterator[Supervisor]:
        supervisor = Supervisor(
            self.shop,
            self.port,
            kinds=(play.kind,),
            rhythm=Rhythm(),
            sleep=self.time.sleep,
            chance=lambda: chance,
            network=lambda: self.network,
            wall=self.time.wall,
            monotonic=self.time.monotonic,
        )
        task = asyncio.create_task(supervisor.run())
        try:
            yield supervisor
        finally:
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled() or task.exception() is None
            assert play.open == []

    async def set(self, key: str, value: str) -> None:
        await asyncio.to_thread(self.shop.settings.set, key, value)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    home = Home(tmp_path / "home")
    card = await asyncio.to_thread(create_store, home, "Boutique Téranga", "SN")
    shop = await asyncio.to_thread(open_shop, home, card.slug, ManualClock())
    app = create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app[SITE].ready = True
    shop.settings.set(KIND, "ssh")
    yield Scene(shop, runner.addresses[0][1], runner)
    await runner.cleanup()
    await shop.close_network()
    await asyncio.to_thread(shop.close)


async def test_an_open_tunnel_is_the_stores_address(scene: Scene) -> None:
    shop, play = scene.shop, Play([scene.here])
    await scene.set("public_url", "https://typed.exemple.sn")
    assert shop.address() == ""  # a tunnel is wanted and is not there yet: no link is made with an address of before
    assert not shop.reachable()
    async with scene.supervised(play):
        state = await shown(shop, "open")
        assert state.url == scene.here
        assert shop.page_url("x") == f"{scene.here}/p/x"
        assert shop.notify_url("wave", "t").startswith(scene.here)
        assert shop.settings.get("public_url") == "https://typed.exemple.sn"
        await scene.set(KIND, "off")
        await shown(shop, "off")
        assert shop.address() == "https://typed.exemple.sn"
    assert shop.settings.get(ADDRESS) == ""


async def test_an_address_that_stays_is_kept_while_it_is_closed(scene: Scene) -> None:
    play = Play([scene.here], keeps=True)
    async with scene.supervised(play):
        await shown(scene.shop, "open")
    assert scene.shop.address() == scene.here  # links sent meanwhile lead somewhere again


async def test_pauses_grow_and_never_end_and_are_never_none(scene: Scene) -> None:
    play = Play([Lost("cloudflared ended ({why}).", why="x")])
    async with scene.supervised(play):
        while play.started < 12:
            await scene.time.advance(5.0)
    pauses = [seconds for seconds in scene.time.slept if seconds != Rhythm().look]
    assert pauses[:4] == [FLOOR + 2.0, FLOOR + 4.0, FLOOR + 8.0, FLOOR + 16.0]
    assert set(pauses[5:]) == {FLOOR + CAP}


async def test_the_least_pause_is_no_tight_loop(scene: Scene) -> None:
    play = Play([Lost("cloudflared ended ({why}).", why="x")])
    async with scene.supervised(play, chance=0.0):
        await shown(scene.shop, "waiting")
        await until(lambda: scene.time.asleep() == [FLOOR, Rhythm().look])
        assert play.started == 1


async def test_what_ends_late_begins_again_quickly(scene: Scene) -> None:
    play = Play([scene.here])
    async with scene.supervised(play):
        for _ in range(4):
            await shown(scene.shop, "open")
            await scene.time.advance(Rhythm().settled + 1)
            play.last.news.put_nowait(Lost("cloudflared ended ({why}).", why="x"))
            await shown(scene.shop, "waiting")
            await until(lambda: scene.time.asleep() == [FLOOR + 2.0, Rhythm().look])
            await scene.time.advance(FLOOR + 2.0)


@pytest.mark.expect_log("was ended by a mistake")
async def test_a_mistake_of_ours_is_survived_and_said(scene: Scene) -> None:
    play = Play([RuntimeError("a mistake"), scene.here])
    async with scene.supervised(play):
        state = await shown(scene.shop, "waiting")
        assert state.problem is not None
        assert state.again_at is not None
        await scene.time.advance(5.0)
        await shown(scene.shop, "open")


async def test_a_disk_that_refuses_the_address_delays_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    play, settings = Play([scene.here]), scene.shop.settings
    kept = settings.set

    def refuse(key: str, text: str, actor: str = "system") -> str:
        raise StorageFailed("The database could not be written ({detail}).", detail="full")

    monkeypatch.setattr(settings, "set", refuse)
    async with scene.supervised(play):
        await shown(scene.shop, "waiting")
        monkeypatch.setattr(settings, "set", kept)
        await scene.time.advance(5.0)
        await shown(scene.shop, "open")
        assert scene.shop.address() == scene.here


async def test_what_needs_a_hand_is_not_hammered(scene: Scene) -> None:
    play = Play([Stuck("Enter the SSH server and the user there."), scene.here])
    async with scene.supervised(play):
        await shown(scene.shop, "stuck")
        await until(lambda: scene.time.asleep() == [Rhythm().look, STUCK])
        await scene.time.advance(300.0)
        await scene.set("store.city", "Dakar")  # nothing of the tunnel
        await scene.time.advance(60.0)
        assert play.started == 1
        await scene.set("tunnel.ssh_host", "serveur.exemple.sn")
        await shown(scene.shop, "open")


async def test_a_person_and_another_network_shorten_the_pause(scene: Scene) -> None:
    play = Play([Lost("cloudflared ended ({why}).", why="x")])
    async with scene.supervised(play):
        await until(lambda: play.started == 1 and len(scene.time.asleep()) == 2)
        scene.shop.tunnel.retry()
        await until(lambda: play.started == 2 and len(scene.time.asleep()) == 2)
        await scene.time.advance(FLOOR + 2.0)
        while scene.time.asleep() != [Rhythm().look, FLOOR + 16.0]:
            await scene.time.advance(0.5)
        tries, at = play.started, scene.time.now
        scene.network = frozenset({"telephone"})
        while play.started == tries:
            await scene.time.advance(0.5)
        assert scene.time.now - at <= Rhythm().look + 0.5


async def test_a_line_that_watches_itself_is_begun_anew_where_its_address_is_gone(scene: Scene) -> None:
    play = Play([scene.here], keeps=True, watched=True)
    async with scene.supervised(play):
        await shown(scene.shop, "open")
        scene.network = frozenset({"wifi", "cable"})
        await scene.time.advance(3 * Rhythm().look)
        assert play.started == 1, "what is open from another address stands"
        scene.network = frozenset({"cable"})
        await scene.time.advance(2 * Rhythm().look)
        await until(lambda: play.started == 2)
        await shown(scene.shop, "open")
        assert len(play.open) == 1


async def test_what_was_open_from_an_address_that_is_gone_is_not_used_again(scene: Scene) -> None:
    http = scene.shop.http
    async with bumps(scene.port) as way:
        for calls in (1, 1):
            assert (await http.request("GET", f"http://127.0.0.1:{way.port}/p/none")).status == 404
            assert way.calls == calls, "the same connection serves"
        play = Play([scene.here])
        async with scene.supervised(play):
            await shown(scene.shop, "open")
            await until(lambda: scene.time.asleep() == [Rhythm().look, Rhythm().proved])
            scene.network = frozenset({"telephone"})
            await scene.time.advance(2 * Rhythm().look)
        assert (await http.request("GET", f"http://127.0.0.1:{way.port}/p/none")).status == 404
        assert way.calls == 2


async def test_a_slow_answer_is_no_broken_line(scene: Scene) -> None:
    async with bumps(scene.port) as way:
        play = Play([f"http://127.0.0.1:{way.port}"], keeps=True, watched=True)
        async with scene.supervised(play):
            await shown(scene.shop, "open")
            await until(lambda: scene.time.asleep() == [Rhythm().look, Rhythm().proved])
            scene.shop.http.total_timeout, patient = 0.1, scene.shop.http.total_timeout
            way.silent = True
            for _ in range(Rhythm().patience + 2):
                await scene.time.advance(Rhythm().proved)
                await asyncio.sleep(0.12)
            assert scene.shop.tunnel.state.slow
            assert way.calls > Rhythm().patience
            assert (play.started, scene.shop.tunnel.state.phase) == (1, "open")
            scene.shop.http.total_timeout = patient
            way.silent = False
            await scene.time.advance(Rhythm().proved)
            await until(lambda: not scene.shop.tunnel.state.slow)
            assert play.started == 1


async def test_a_computer_that_slept_asks_at_once(scene: Scene) -> None:
    play = Play([scene.here])
    async with scene.supervised(play):
        await shown(scene.shop, "open")
        await until(lambda: scene.time.asleep() == [Rhythm().look, Rhythm().proved])
        asked = scene.time.slept.count(Rhythm().proved)
        await scene.time.advance(15.0)
        assert scene.time.slept.count(Rhythm().proved) == asked
        scene.time.suspended = 3600.0
        await scene.time.advance(Rhythm().look)
        await until(lambda: scene.time.slept.count(Rhythm().proved) == asked + 1)


async def test_silence_from_outside_opens_it_anew(scene: Scene) -> None:
    """The tunnel says that it is well, and nobody comes through any more: a line that is half open."""
    play = Play([scene.here])
    async with scene.supervised(play):
        await shown(scene.shop, "open")
        await scene.server.cleanup()
        await scene.time.advance(Rhythm().proved + 1)
        await shown(scene.shop, "open")  # one question that is lost says nothing
        asked = len(scene.time.slept)
        await scene.time.advance(Rhythm().unproved + 1)
        assert len(scene.time.slept) > asked
        await shown(scene.shop, "unreached")
        while play.started == 1:
            await scene.time.advance(5.0)
        state = await shown(scene.shop, "unreached")
        assert f"nobody answers at 127.0.0.1:{scene.port} (Connection refused)" in str(state.problem)
        await scene.time.advance(600.0)
        assert play.started == 2  # it never answered: opening it again and again would change nothing


async def test_who_else_answers_there_is_named(scene: Scene) -> None:
    play = Play([scene.here])
    async with scene.supervised(play):
        await shown(scene.shop, "open")
        stranger = await _stranger()
        play.last.news.put_nowait(f"http://127.0.0.1:{stranger.addresses[0][1]}")
        state = await shown(scene.shop, "unreached")
        assert "something else answers at 127.0.0.1" in str(state.problem)
        await stranger.cleanup()


async def _stranger() -> web.AppRunner:
    runner = web.AppRunner(web.Application(), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_whatsapp_and_dashboards_follow_a_new_address(scene: Scene) -> None:
    shop, play = scene.shop, Play([scene.here])
    stage = Stage(shop, ("sandbox", "wave"))
    await asyncio.to_thread(stage.start)
    try:
        async with scene.supervised(play):
            await shown(shop, "open")
            led = f"{NUMBER} {scene.here}"
            await until(lambda: shop.settings.get(LED) == led)
            assert await _led_to(stage, shop) == f"{scene.here}/webhooks/whatsapp"
            (hand,) = following.hands(shop)  # the sandbox is told with each payment
            assert (hand.provider, hand.address) == ("wave", f"{scene.here}/webhooks/psp/wave/{shop.slug}")
            await asyncio.to_thread(following.pasted, shop, "wave", "seller")
            assert following.hands(shop) == ()
            play.last.news.put_nowait(scene.elsewhere)
            await until(lambda: shop.settings.get(LED) == f"{NUMBER} {scene.elsewhere}")
            assert await _led_to(stage, shop) == f"{scene.elsewhere}/webhooks/whatsapp"
            (hand,) = following.hands(shop)
            assert hand.address.startswith(scene.elsewhere)
            await following.heard(shop, "wave", f"127.0.0.1:{scene.port}")  # by way of the old address
            assert following.hands(shop) == (hand,)
            await following.heard(shop, "wave", f"LOCALHOST:{scene.port}")
            assert following.hands(shop) == ()
            await scene.set(KIND, "off")
            await shown(shop, "off")
            assert following.hands(shop) == ()
    finally:
        await asyncio.to_thread(stage.stop)


async def test_a_notice_that_comes_by_the_new_address_ends_the_asking(scene: Scene) -> None:
    shop, secret = scene.shop, "wave_sn_WHS_x"
    for key, value in (("api_key", "wave_sn_prod_x"), ("webhook_secret", secret)):
        await asyncio.to_thread(shop.settings.set_secret, f"psp.wave.{key}", value)
    await scene.set("psp.wave.enabled", "true")
    async with scene.supervised(Play([scene.here])):
        await shown(shop, "open")
        (hand,) = following.hands(shop)
        at = shop.clock.now() // 1000

        async def notify(url: str, mac: str) -> int:
            headers = {"Wave-Signature": f"t={at},v1={mac}", "Content-Type": "application/json"}
            async with ClientSession() as session, session.post(url, data=WAVE_BODY, headers=headers) as answer:
                return answer.status

        right = hmac.digest(secret.encode(), str(at).encode() + WAVE_BODY, "sha256").hex()
        assert await notify(hand.address, "0" * 64) == 401
        assert await notify(hand.address.replace("127.0.0.1", "localhost"), right) == 200
        assert following.hands(shop) == (hand,)
        assert await notify(hand.address, right) == 200
        assert following.hands(shop) == ()


async def _led_to(stage: Stage, shop: Shop) -> str:
    """Where the simulated WhatsApp sends this number's events."""
    channel = shop.channel()
    assert channel is not None
    number = await channel._read(NUMBER, {"fields": "webhook_configuration"})
    return str(number["webhook_configuration"]["phone_number"])


async def test_a_whatsapp_that_refuses_is_said_and_asked_again_later(scene: Scene) -> None:
    shop, play = scene.shop, Play([scene.here])
    stage = Stage(shop)
    await asyncio.to_thread(stage.start)
    try:
        shop.settings.lend({"whatsapp.access_token": "EAAwrong"})
        async with scene.supervised(play):
            await until(lambda: shop.tunnel.state.trailing)
            state = shop.tunnel.state
            assert state.phase == "open"  # buyers reach their pages all the same
            assert "access token" in str(state.trailing)
            shop.settings.lend({"whatsapp.access_token": stage._account.access_token})
            while shop.tunnel.state.trailing:
                await scene.time.advance(5.0)
            assert shop.settings.get(LED) == f"{NUMBER} {scene.here}"
    finally:
        await asyncio.to_thread(stage.stop)


def test_the_networks_of_this_computer_are_seen() -> None:
    assert addresses()
    assert any(addresses() == addresses() for _ in range(20)), "another test may just make a network, or end one"
