"""A store that moved: who answers for it, as far as this computer can find out, and what a second home of it does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from core.bootstrap import Shop, following, moving, open_shop
from core.bootstrap.whereabouts import whereabouts
from core.kernel.clock import SystemClock
from core.kernel.errors import Refused
from core.relay.place import place_of
from core.storage.filekeys import new_code
from core.storage.folder import Home
from core.tunnels.rules import ADDRESS, KIND, LED
from localserver.app import create_app
from localserver.sandbox.stage import NUMBER, Stage
from localserver.site import SITE
from tests.localserver.tunnels.test_relay import choose, kept, store
from tests.support.relays import relay, until

SLUG = "boutique-awa"


async def test_a_relay_says_whether_the_store_was_taken_over(tmp_path: Path) -> None:
    old, new, file, code = Home(tmp_path / "old"), Home(tmp_path / "new"), tmp_path / "awa.livepay", new_code()
    async with relay(tmp_path, clock=SystemClock()) as host:
        async with store(old.path) as shop, kept(shop):
            await asyncio.to_thread(choose, shop, host, await host.invite())
            await until(lambda: shop.tunnel.state.phase == "open")
            assert (await asyncio.to_thread(moving.standing, shop)).relay == "relay.localhost"
        await asyncio.to_thread(moving.move_out, old, SLUG, file, "test", code=code)
        known = await whereabouts(old, SLUG)
        assert (known.answers, known.relay, known.file_here) == ("here", "relay.localhost", True)
        await asyncio.to_thread(moving.move_in, new, file, code, "", "test")
        assert (await whereabouts(old, SLUG)).answers == "here"  # brought, and not yet opened there
        async with store(new.path) as shop, kept(shop):
            await until(lambda: shop.tunnel.state.phase == "open")
            assert shop.engine.read(place_of).epoch == 2  # type: ignore[union-attr]
            assert (await whereabouts(old, SLUG)).answers == "elsewhere"
            # Taken back all the same, it asks before it answers.
            await asyncio.to_thread(moving.take_back, old, SLUG, "test")
            async with store(old.path) as again, kept(again):
                await until(lambda: again.tunnel.state.phase == "asks")
                assert shop.tunnel.state.phase == "open"
        await asyncio.to_thread(moving.move_out, new, SLUG, file, "test", code=code)
    assert (await whereabouts(new, SLUG)).answers == "unknown"  # no relay to ask


async def test_a_store_taken_back_before_anybody_opened_it_answers_as_before(tmp_path: Path) -> None:
    old, new, file, code = Home(tmp_path / "old"), Home(tmp_path / "new"), tmp_path / "awa.livepay", new_code()
    async with relay(tmp_path, clock=SystemClock()) as host:
        async with store(old.path) as shop, kept(shop):
            await asyncio.to_thread(choose, shop, host, await host.invite())
            await until(lambda: shop.tunnel.state.phase == "open")
        await asyncio.to_thread(moving.move_out, old, SLUG, file, "test", code=code)
        copy = file.with_name("copy of it.livepay")
        copy.write_bytes(file.read_bytes())
        await asyncio.to_thread(moving.take_back, old, SLUG, "test")
        async with store(old.path) as shop, kept(shop):
            await until(lambda: shop.tunnel.state.phase == "open")
            # A copy of the file, opened in spite of all, is the one that asks.
            await asyncio.to_thread(moving.move_in, new, copy, code, "", "test")
            async with store(new.path) as late, kept(late):
                await until(lambda: late.tunnel.state.phase == "asks")
                assert shop.tunnel.state.phase == "open"


async def test_without_a_relay_an_older_copy_leaves_whatsapp_where_another_home_answers(tmp_path: Path) -> None:
    """And says so; once nobody answers there any more, WhatsApp follows to this one."""
    async with store(tmp_path / "old") as shop:
        stage = Stage(shop)
        await asyncio.to_thread(stage.start)
        runners = [await _served(shop) for _ in range(2)]
        here, there = (f"http://127.0.0.1:{runner.addresses[0][1]}" for runner in runners)
        try:
            await asyncio.to_thread(shop.settings.set, KIND, "ngrok")
            await asyncio.to_thread(shop.settings.set, ADDRESS, there)
            assert await following.lead_here(shop)
            # The older copy: it knows nothing of where the other one led WhatsApp.
            await asyncio.to_thread(shop.settings.set, LED, f"{NUMBER} http://gone.exemple.sn")
            await asyncio.to_thread(shop.settings.set, ADDRESS, here)
            with pytest.raises(Refused, match=there.removeprefix("http://")):
                await following.lead_here(shop)
            await runners[1].cleanup()
            assert await following.lead_here(shop)
            assert shop.settings.get(LED) == f"{NUMBER} {here}"
        finally:
            for runner in runners:
                await runner.cleanup()
            await shop.close_network()
            await asyncio.to_thread(stage.stop)


async def test_without_a_relay_whatsapp_tells_where_the_store_went(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "old"), tmp_path / "awa.livepay"
    async with store(home.path) as shop:
        stage = Stage(shop)
        await asyncio.to_thread(stage.start)
        runner = await _served(shop)
        here = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await asyncio.to_thread(shop.settings.set, KIND, "ngrok")
        await asyncio.to_thread(shop.settings.set, ADDRESS, here)
        assert await following.lead_here(shop)
        channel, token = shop.channel(), shop.settings.secret("whatsapp.verify_token")
        keys = ("whatsapp.base_url", "whatsapp.phone_number_id", "whatsapp.waba_id", "whatsapp.api_version")
        lent = {key: shop.settings.get(key) for key in keys} | {
            "whatsapp.access_token": shop.settings.secret("whatsapp.access_token")
        }
    try:
        shop = await asyncio.to_thread(open_shop, home, SLUG)
        for key, value in lent.items():
            setter = shop.settings.set_secret if key.endswith("token") else shop.settings.set
            await asyncio.to_thread(setter, key, value)
        await asyncio.to_thread(shop.close)
        await asyncio.to_thread(moving.move_out, home, SLUG, file, "test")
        assert (await whereabouts(home, SLUG)).answers == "unknown"
        assert channel is not None
        await channel.set_callback_override(f"{here.replace('127.0.0.1', 'localhost')}/webhooks/whatsapp", token)
        assert (await whereabouts(home, SLUG)).answers == "elsewhere"
    finally:
        await runner.cleanup()
        await shop.close_network()
        await asyncio.to_thread(stage.stop)


async def _served(shop: Shop) -> web.AppRunner:
    app = create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app[SITE].ready = True
    return runner
