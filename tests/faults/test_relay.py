"""A store behind a relay, as real processes that are killed: what was answered with 200 is applied, once, in order."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.market import Market, market
from tests.support.ports import free_ports
from tests.support.processes import Program, ask_json, run
from tests.support.shops import VERIFY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
BUYERS: Final = 100
EACH: Final = 5
SEED: Final = 20261126


@dataclass
class Host:
    """``relay serve`` out there, and its folder."""

    program: Program
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://relay.localhost:{self.port}"

    async def command(self, *arguments: str) -> Any:
        done = await run("--json", "relay", *arguments, "--data", str(self.data))
        assert done.code == 0, done.err
        return json.loads(done.out)

    async def waiting(self) -> int:
        return sum(one["waiting"] for one in await self.command("stores"))


@asynccontextmanager
async def hosting(folder: Path) -> AsyncIterator[Host]:
    """At a port that is named before it is listened on, and listened on again after each kill."""
    data, (port,) = folder / "relay", free_ports(1)
    where = ("--url", f"http://relay.localhost:{port}", "--listen", f"127.0.0.1:{port}", "--backdoor", "127.0.0.1:0")
    program = Program(folder / "relay.txt", ("relay", "serve", *where, "--data", str(data)))
    await program.start()
    try:
        yield Host(program, data, port)
    finally:
        await program.kill()


async def _join(m: Market, host: Host) -> str:
    """→ the store's address."""
    invite = (await host.command("invite", "Téranga"))["invite"]
    joined = await ask_json(m.home, "relay", "join", m.slug, host.url, invite)
    address = str(joined["address"])
    assert address == f"http://{m.slug}.relay.localhost:{host.port}"
    return address


async def _connected(m: Market, address: str) -> None:
    """The dashboard's « verify and save », once the store has published what it recognises."""
    async with asyncio.timeout(60):
        while True:
            try:
                await m.graph.connect(f"{address}/webhooks/whatsapp", VERIFY)
            except Exception:  # noqa: BLE001 - not yet
                await asyncio.sleep(0.1)
            else:
                return


async def _taken_over(host: Host) -> bool:
    return await host.waiting() == 0


def _said(m: Market) -> dict[str, list[str]]:
    """What each buyer said, as the store has it, in its order."""
    rows = m.rows(
        "SELECT c.name, x.text FROM message x JOIN conversation v ON v.id = x.conversation_id"
        " JOIN customer c ON c.id = v.customer_id WHERE x.author = 'customer' ORDER BY x.id"
    )
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in rows:
        found[name].append(text)
    return found


@pytest.mark.timeout(300)
async def test_an_evening_while_the_computer_is_off_is_taken_over_once_and_in_order(tmp_path: Path) -> None:
    """500 messages, a relay that is killed in the middle of them, a store that is killed while it takes them over."""
    dice = random.Random(SEED)
    async with market(tmp_path, [("ROBE1", 15_000, 5)]) as m, hosting(tmp_path) as host:
        address = await _join(m, host)
        await m.start()
        await _connected(m, address)
        assert await m.server.stop() == 0
        names = [f"Acheteuse {n}" for n in range(BUYERS)]
        for name in names:
            m.graph.world.add_buyer(name)
        for number in range(EACH):
            for name in names:
                m.graph.acts(name).say(f"message {number}")
            if number in (1, 3):
                await asyncio.sleep(dice.random() / 5)
                await host.program.kill()
                await host.program.start()
            # Whoever sends again what was not answered may be overtaken by itself; the relay's order is our concern.
            await m.graph.courier.settle()
            await m.until(lambda: not m.graph.courier.queue)
        assert await host.waiting() > 0
        await m.start()
        await m.until(lambda: m.value("SELECT count(*) FROM inbox") > 100)
        await m.server.kill()
        await m.start()
        await m.until(lambda: _taken_over(host))
        await m.until(m.quiet)
        said = _said(m)
        assert said == {name: [f"message {number}" for number in range(EACH)] for name in names}
        assert await m.server.stop() == 0
        assert "Traceback" not in m.server.log() + host.program.log()
