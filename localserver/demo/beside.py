"""A relay beside the demo: a process of its own, and a network to it that can be cut."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from core.bootstrap import Shop
from core.kernel.errors import EnvironmentProblem
from core.kernel.i18n import catalogue
from core.relay.place import Place
from core.tunnels.rules import ADDRESS, KIND, RELAY, RELAY_URL
from localserver.demo.report import Check
from localserver.line import joining

_ = catalogue("console", "fr").gettext
ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 20.0
DOMAIN: Final = "relay.localhost"


class RelayBeside:
    """``loop``: where the cuttable network runs. The relay is reached at ``port`` by the world, through the cut by the
    store."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._data = folder / "relay"
        self._loop = loop
        self.port = _free_port()
        self._process: subprocess.Popen[str] | None = None
        self._backdoor = ""
        self._network = Network(self.port)
        self.came_while_cut = 0

    def start(self, shop: Shop) -> Place:
        """Start it, and register the store as its seller would. Raises EnvironmentProblem."""
        url = f"http://{DOMAIN}:{self.port}"
        self._process = subprocess.Popen(
            [*_program(), *_serving(url, self.port, self._data)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EnvironmentProblem("The relay beside the demo did not start.")
        self._backdoor = str(json.loads(line)["backdoor"])
        invited = subprocess.run(
            [*_program(), "--json", "relay", "invite", "--data", str(self._data)],
            capture_output=True,
            text=True,
            check=True,
        )
        through = self._do(self._network.open())
        token = str(json.loads(invited.stdout)["invite"])
        url = f"http://{DOMAIN}:{through}"
        joined: Place = self._do(joining.join(shop, url, token))
        for key, value in ((RELAY_URL, url), (ADDRESS, joined.address), (KIND, RELAY)):
            shop.settings.set(key, value, "demo")
        return joined

    def wait_until_known(self, shop: Shop) -> None:
        """The line is up, and the relay keeps what the store published. Raises EnvironmentProblem."""
        for _try in range(int(PATIENCE * 20)):
            if shop.line.published:
                return
            time.sleep(0.05)
        raise EnvironmentProblem("The relay beside the demo did not start.")

    def _do(self, act: Coroutine[Any, Any, Any]) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(act, self._loop)
        return future.result(PATIENCE)

    async def cut(self) -> None:
        """Nothing passes between store and relay from now on."""
        await self._network.cut()

    async def mend(self) -> int:
        """It passes again. → how much came meanwhile."""
        self.came_while_cut = int(self._figures("events_accepted") - self._figures("events_delivered"))
        await self._network.open()
        return self.came_while_cut

    def _figures(self, name: str) -> float:
        with urllib.request.urlopen(f"{self._backdoor}/metrics", timeout=10) as reply:  # noqa: S310 - beside us
            found = re.search(rf"^livepay_relay_{name}_total (\S+)$", reply.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def checks(self, shop: Shop, paid_so: Sequence[str]) -> Sequence[Check]:
        """What the relay took and what the store has, compared. ``paid_so``: pages of the provider that buyers paid on,
        led there by the relay's page while the store was away."""
        paid = shop.engine.read(
            lambda r: r.value(
                "SELECT count(*) FROM payment p JOIN attempt a ON a.id = p.attempt_id"
                " WHERE a.redirect_url IN (SELECT value FROM json_each(?))",
                (json.dumps(list(paid_so)),),
            )
        )
        accepted, delivered = int(self._figures("events_accepted")), int(self._figures("events_delivered"))
        return (
            Check(_("webhooks through the relay"), {_("relay"): accepted, _("acknowledged by the store"): delivered}),
            Check(_("paid while the shop was cut off"), {_("buyers"): len(paid_so), _("database"): paid}),
            Check(_("still waiting at the relay"), {_("relay"): shop.line.waiting, _("must be"): 0}),
        )

    def stop(self) -> None:
        """Idempotent."""
        with suppress(RuntimeError, TimeoutError):
            self._do(self._network.cut())
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


class Network:
    """A wire to a port of this computer; cut, it ends every connection and takes no new one."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._port = 0
        self._server: asyncio.Server | None = None
        self._held: set[asyncio.StreamWriter] = set()

    async def open(self) -> int:
        """→ its port, the same each time."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self._port

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._held):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._held |= {writer, out}
        try:
            await asyncio.gather(_copy(reader, out), _copy(there, writer))
        finally:
            for each in (writer, out):
                each.transport.abort()
            self._held -= {writer, out}


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(64 * 1024):
            target.write(data)
            await target.drain()
    target.transport.abort()


def _program() -> list[str]:
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(ROOT / "main.py")]


def _serving(url: str, port: int, data: Path) -> list[str]:
    where = ["--listen", f"127.0.0.1:{port}", "--backdoor", "127.0.0.1:0"]
    return ["relay", "serve", "--url", url, *where, "--data", str(data)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
