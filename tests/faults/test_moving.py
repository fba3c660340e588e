"""A store that moves to another computer, as a person does it: one home answers, at every moment."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from core.adapters.names import connector
from tests.faults.test_relay import Host, hosting
from tests.support.processes import ask, ask_json, serving
from tests.support.relays import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")


@pytest.mark.timeout(300)
async def test_a_store_moves_and_one_computer_answers(tmp_path: Path) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "shop.lpb"
    async with hosting(tmp_path) as host:
        slug = (await ask_json(old, "store", "create", "Boutique Awa", "--country", "SN"))["store"]
        invite = (await host.command("invite"))["invite"]
        address = (await ask_json(old, "relay", "join", slug, host.url, invite))["address"]
        async with serving(old, slug, tmp_path / "old.txt"):
            await until(lambda: _answers(address), 60)
            busy = await ask(old, "store", "move", slug, str(file))
            assert busy.code == 3  # it is open: nothing was changed
        await ask_json(old, "store", "move", slug, str(file))
        assert (await ask(old, "serve", slug, "--port", "0")).sentence.endswith("ouvrez-la là-bas.")
        assert "Deux répondraient" in (await ask(old, "store", "unarchive", slug)).sentence
        new.mkdir()
        shutil.copy(old / "recovery.key", new / "recovery.key")
        await ask_json(new, "restore", str(file))
        place = await ask_json(new, "relay", "place", slug)
        assert (place["address"], place["epoch"]) == (address, 2)
        async with serving(new, slug, tmp_path / "new.txt"):
            await until(lambda: _answers(address), 60)
            # Taken back by force, the old one stays outside: the place is the new one's.
            await ask_json(old, "store", "unarchive", slug, "--anyway")
            async with serving(old, slug, tmp_path / "again.txt"):
                await until(lambda: _denied(host), 60)
                assert await _answers(address)
        assert not await _answers(address)


async def _answers(address: str) -> bool:
    """Whether the store itself answers a visitor."""
    async with ClientSession(connector=connector()) as http, http.get(f"{address}/p/none") as answer:
        return answer.status == 404


async def _denied(host: Host) -> bool:
    """Whether the relay has turned a copy away."""
    async with ClientSession() as http, http.get(f"{host.program.said['backdoor']}/metrics") as answer:
        return 'outcome="elsewhere"' in await answer.text()
