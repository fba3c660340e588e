"""The whole program as processes of their own: asked, served, killed in the middle, started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 60.0
"""Seconds after which a process that should have answered counts as stuck."""
_SKIPPED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect"})


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it said on stderr, when that is one line and no traceback."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of every process: no system keyring, French, nothing of this machine's LivePay."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIVEPAY_", "LC_", "LANG", "COV_"))}
    kept |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "LANG": "fr_FR.UTF-8", "PYTHONUTF8": "1"}
    kept |= {"PYTHONWARNINGS": "error", "PYTHONUNBUFFERED": "1", "QT_QPA_PLATFORM": "offscreen"}
    for name, value in (changes or {}).items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


def command(*arguments: str | bytes) -> list[str | bytes]:
    return [sys.executable, str(ROOT / "main.py"), *arguments]


async def run(
    *arguments: str | bytes, stdin: bytes = b"", changes: Mapping[str, str | None] | None = None, cwd: Path = ROOT
) -> Done:
    """One command from start to end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, env=environment(changes), cwd=cwd
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate(stdin)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Done(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


async def ask(home: Path, *arguments: str | bytes, **how: Any) -> Done:
    """A command on the stores of ``home``."""
    return await run("--home", str(home), *arguments, **how)


async def ask_json(home: Path, *arguments: str, **how: Any) -> Any:
    """The machine-readable result of a command that must succeed."""
    done = await ask(home, "--json", *arguments, **how)
    assert done.code == 0, done.err
    return json.loads(done.out)


class Program:
    """A command that serves until it is stopped; it can be killed and started again, and stderr of all its lives is
    kept. ``whole``: the command as it is run, when it is not ``main.py`` with these arguments."""

    def __init__(self, log: Path, arguments: Sequence[str], whole: Sequence[str | bytes] = ()) -> None:
        self._command = tuple(whole) or tuple(command(*arguments))
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""
        self.said: dict[str, Any] = {}
        self.lives = 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> str:
        """Start and wait for the line that says it accepts requests. → its URL."""
        with self._log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=environment(),
                cwd=ROOT,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self._process.stdout.readline()
        assert line, f"it ended with {await self._process.wait()}: {self.log()}"
        said = json.loads(line)
        assert said["ready"] is True
        self.said, self.url = said, str(said["url"])
        self.lives += 1
        return self.url

    async def kill(self) -> None:
        """As a power cut: SIGKILL, nothing in order."""
        if self._process is not None and self.running:
            self.kill_now()
            await self._process.wait()

    def kill_now(self) -> None:
        """As :meth:`kill`, from the middle of something; the process is gone before the next line of its own."""
        if self._process is not None and self.running:
            if sys.platform == "win32":
                self._process.kill()
            else:
                self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        """Past asyncio, which looks first whether the process has ended just now, takes its end from the thread that
        waits for it, and warns."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def gone(self) -> None:
        assert self._process is not None
        await self._process.wait()

    def interrupt(self) -> None:
        """As Ctrl-C in its terminal."""
        self._send(signal.SIGINT)

    async def stop(self) -> int:
        """SIGTERM. → its exit code."""
        assert self._process is not None
        if self.running:
            self._send(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


class Server(Program):
    """``serve STORE``."""

    def __init__(self, home: Path, slug: str, log: Path, arguments: Sequence[str] = ("--port", "0")) -> None:
        super().__init__(log, ("--home", str(home), "serve", slug, *arguments))


@asynccontextmanager
async def serving(
    home: Path, slug: str, log: Path, arguments: Sequence[str] = ("--port", "0")
) -> AsyncIterator[Server]:
    """A running server that is gone at the end, whatever happened."""
    server = Server(home, slug, log, arguments)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()


@dataclass(slots=True)
class Passed:
    """One request that went through the tunnel and what the program answered (None: nobody was there)."""

    method: str
    path: str
    body: bytes
    status: int | None


@dataclass(slots=True)
class Tunnel:
    """The public address in front of a program that comes and goes: it forwards, and it remembers what was answered.

    ``before`` and ``after`` are called around each forwarded request, so that a test can cut the power there.
    """

    target: Callable[[], str]
    passed: list[Passed] = field(default_factory=list)
    before: Callable[[web.Request], None] | None = None
    after: Callable[[web.Request, int], None] | None = None
    _http: ClientSession | None = None

    async def forward(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        entry = Passed(request.method, request.path, body, None)
        self.passed.append(entry)
        if self.before is not None:
            self.before(request)
        assert self._http is not None
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _SKIPPED]
        try:
            async with self._http.request(
                request.method, self.target() + request.raw_path, data=body, headers=headers, allow_redirects=False
            ) as reply:
                content = await reply.read()
                entry.status = reply.status
                kept = [(k, v) for k, v in reply.headers.items() if k.lower() not in _SKIPPED]
        except (ClientError, OSError):
            return web.Response(status=502, text="no answer")
        if self.after is not None:
            self.after(request, entry.status)
        return web.Response(status=entry.status, body=content, headers=kept)


@asynccontextmanager
async def tunnel(target: Callable[[], str]) -> AsyncIterator[tuple[Tunnel, str]]:
    """A tunnel and its public URL."""
    made = Tunnel(target)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{anything:.*}", made.forward)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made._http = ClientSession(
        auto_decompress=False, connector=TCPConnector(limit=0), timeout=ClientTimeout(total=PATIENCE)
    )
    try:
        yield made, f"http://{host}:{port}"
    finally:
        await made._http.close()
        await runner.cleanup()


async def raw_exchange(host: str, port: int, wire: bytes) -> bytes:
    """Send bytes as they are and read all that comes until the other side closes (``Connection: close`` is yours)."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(wire)
        with suppress(ConnectionError):
            await writer.drain()
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                return await reader.read()
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def taken_port() -> tuple[socket.socket, int]:
    """A listening socket that is in the way."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening, listening.getsockname()[1]
