"""The relay as a kind of tunnel: joined from the settings, kept up, given way to another computer, taken back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import SystemClock
from core.relay.place import place_of, take
from core.storage.folder import Home
from localserver.app import create_app
from localserver.site import SITE
from localserver.tunnels.supervisor import Rhythm, Supervisor
from tests.support.relays import Relay, relay, until

QUICK = Rhythm(start=10.0, proved=0.05, unproved=0.02)


@asynccontextmanager
async def kept(shop: Shop) -> AsyncIterator[None]:
    """The store's server on a port of this loop, and its tunnel."""
    app = create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    shop.local_url = f"http://127.0.0.1:{port}"
    app[SITE].ready = True
    # This computer's own networks may come and go meanwhile.
    supervisor = Supervisor(
        shop, port, rhythm=QUICK, leads=False, chance=lambda: 0.0, network=lambda: frozenset({"here"})
    )
    task = asyncio.create_task(supervisor.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
        await shop.close_network()


@asynccontextmanager
async def store(home: Path, name: str = "Boutique Awa") -> AsyncIterator[Shop]:
    made = Home(home, passing=True)
    slug = next((card.slug for card in made.list()), None) or create_store(made, name, "SN").slug
    shop = open_shop(made, slug, SystemClock())
    try:
        yield shop
    finally:
        shop.close()


def choose(shop: Shop, host: Relay, invite: str) -> None:
    shop.settings.set("tunnel.relay_url", host.url)
    shop.settings.set_secret("tunnel.relay_invite", invite)
    shop.settings.set("tunnel.kind", "relay")


async def test_an_address_and_an_invitation_are_all_that_is_typed(tmp_path: Path) -> None:
    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "home") as shop, kept(shop):
        await asyncio.to_thread(choose, shop, host, await host.invite())
        await until(lambda: shop.tunnel.state.phase == "open")
        assert shop.address() == host.address("boutique-awa")
        assert shop.engine.read(place_of).handle == "boutique-awa"  # type: ignore[union-attr]
        status, body, _ = await host.ask("boutique-awa", "GET", "/p/none")
        assert status == 404  # the store's own answer
        assert b"LivePay" in body
        assert shop.public_url() == host.address("boutique-awa")


async def test_what_is_missing_or_wrong_is_said_and_nothing_is_tried_in_a_loop(tmp_path: Path) -> None:
    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "home") as shop, kept(shop):
        await asyncio.to_thread(choose, shop, host, "")
        await until(lambda: shop.tunnel.state.phase == "stuck")
        assert "invitation" in str(shop.tunnel.state.problem)
        await asyncio.to_thread(shop.settings.set_secret, "tunnel.relay_invite", "1234")
        await until(lambda: "not valid" in str(shop.tunnel.state.problem))


async def test_a_store_that_its_host_removed_comes_back_with_another_invitation(tmp_path: Path) -> None:
    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "home") as shop, kept(shop):
        await asyncio.to_thread(choose, shop, host, await host.invite())
        await until(lambda: shop.tunnel.state.phase == "open")
        await host.engine.remove("boutique-awa")
        await until(lambda: "another invitation" in str(shop.tunnel.state.problem))
        await asyncio.to_thread(shop.settings.set_secret, "tunnel.relay_invite", await host.invite())
        await until(lambda: shop.tunnel.state.phase == "open")
        assert (await host.ask("boutique-awa", "GET", "/p/none"))[0] == 404


async def test_a_long_name_is_shortened_to_what_has_room(tmp_path: Path) -> None:
    long = "Boutique de la Mode Femme et Enfant"
    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "home", long) as shop, kept(shop):
        await asyncio.to_thread(choose, shop, host, await host.invite())
        await until(lambda: shop.tunnel.state.phase == "open")
        assert shop.address() == host.address("boutique-de-la-mode-femme-et-enf")


async def test_a_copy_asks_before_it_answers_and_the_other_computer_then_stops(tmp_path: Path) -> None:
    """The store is opened from a copied folder, as after moving to another computer by hand."""
    import shutil

    async with relay(tmp_path, clock=SystemClock()) as host, store(tmp_path / "old") as old, kept(old):
        await asyncio.to_thread(choose, old, host, await host.invite())
        await until(lambda: old.tunnel.state.phase == "open")
        await asyncio.to_thread(shutil.copytree, tmp_path / "old", tmp_path / "new")
        (tmp_path / "new" / "home.id").unlink()
        async with store(tmp_path / "new") as new, kept(new):
            await until(lambda: new.tunnel.state.phase == "asks")
            assert old.tunnel.state.phase == "open"
            await asyncio.to_thread(new.engine.call, lambda tx: take(tx, int(new.tunnel.state.fingerprint)))
            new.tunnel.retry()
            await until(lambda: new.tunnel.state.phase == "open")
            await until(lambda: old.tunnel.state.phase == "asks")
            assert old.tunnel.state.fingerprint == "2"


async def test_a_relay_that_is_gone_is_tried_again_and_the_address_stays(tmp_path: Path, free_port: int) -> None:
    async with store(tmp_path / "home") as shop, kept(shop):
        async with relay(tmp_path, clock=SystemClock(), port=free_port) as host:
            await asyncio.to_thread(choose, shop, host, await host.invite())
            await until(lambda: shop.tunnel.state.phase == "open")
            address = shop.address()
        await until(lambda: shop.tunnel.state.phase == "waiting")
        assert shop.address() == address
        async with relay(tmp_path, clock=SystemClock(), port=free_port):
            await until(lambda: shop.tunnel.state.phase == "open")
