"""The whole way: a store served as the window serves it, through a real SSH server, for better and for worse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import SystemClock
from core.storage.folder import Home
from core.tunnels.rules import FINGERPRINT, KIND
from core.tunnels.sshkeys import new_key, public_line
from localserver.runner import ServerThread
from tests.localserver.tunnels.conftest import ask
from tests.localserver.tunnels.playing import shown
from tests.support.sshd import Sshd


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    home = Home(tmp_path / "home")
    card = await asyncio.to_thread(create_store, home, "Boutique Téranga", "SN")
    made = await asyncio.to_thread(open_shop, home, card.slug, SystemClock())
    yield made
    await asyncio.to_thread(made.close)


async def test_a_store_is_reached_through_ssh(shop: Shop, free_port: int) -> None:
    key = new_key()
    sshd = Sshd(authorized=public_line(key))
    await sshd.start()
    url = f"http://127.0.0.1:{free_port}"
    put = shop.settings.set
    server = ServerThread([shop])
    await asyncio.to_thread(server.start)
    try:
        await asyncio.to_thread(put, KIND, "ssh")
        stuck = await shown(shop, "stuck")
        assert str(stuck.problem) == "Enter the SSH server and the user there."
        for name, value in (
            ("host", "127.0.0.1"),
            ("port", str(sshd.port)),
            ("user", "livepay"),
            ("url", url),
            ("remote_port", str(free_port)),
            ("bind", "127.0.0.1"),
        ):
            await asyncio.to_thread(put, f"tunnel.ssh_{name}", value)
        await asyncio.to_thread(shop.settings.set_secret, "tunnel.ssh_key", key)
        asks = await shown(shop, "asks")
        assert asks.fingerprint == sshd.fingerprint
        await asyncio.to_thread(put, FINGERPRINT, asks.fingerprint)
        state = await shown(shop, "open")
        assert state.url == shop.public_url() == url
        status, _ = await ask(url, "/webhooks/whatsapp", "{}")
        assert status in (400, 401, 403)  # the store itself, which believes nobody without a signature
        await sshd.kill()
        broken = await shown(shop, "waiting")
        assert broken.problem is not None
        assert shop.public_url() == url  # the links of buyers stay as they are
        await sshd.start()
        await shown(shop, "open")
    finally:
        await asyncio.to_thread(server.stop)
        await sshd.parted()
        await sshd.kill()
    assert shop.tunnel.state.phase == "off"
