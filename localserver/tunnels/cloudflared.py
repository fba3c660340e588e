"""cloudflared, the program of Cloudflare: as it is on this computer, run beside us and ended with us.

Without a token it is a quick tunnel, whose address it prints; with one, a named tunnel, whose address is known. What it
prints is read from stderr (zerolog's console lines: time, level, words; github.com/cloudflare/cloudflared issues 426,
972): the address in a frame, ``Registered tunnel connection``, and ``ERR`` with ``error="…"``.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from core.kernel.patterns import late
from core.kernel.reasons import reason
from core.settings.service import Settings
from localserver.tunnels.contract import Lost, Stuck
from localserver.tunnels.leftover import Leftover

ENDING: Final = 0.5  # s
GRACE: Final = 5.0
"""Seconds it has to end by itself."""
_LINE: Final = 64 * 1024
_QUICK: Final = late(r"https://[a-z0-9-]+\.trycloudflare\.com")
_REGISTERED: Final = late(r"Registered tunnel connection|Connection \S+ registered")
_ERROR: Final = late(r"\bERR (?P<said>.*)|^(?P<bare>failed to .*|.*token is not valid.*)$")
_CAUSE: Final = late(r'error="((?:[^"\\]|\\.)*)"')
_BAD_TOKEN: Final = late(r"token is not valid|Unauthorized|Invalid tunnel secret", re.IGNORECASE)
_CONFIG: Final = late(r"config\.ya?ml|configuration file", re.IGNORECASE)


def from_settings(settings: Settings, folder: Path) -> Cloudflared:
    """Raises Stuck while something is missing. ``folder``: the store's, for the note of what runs."""
    token, url = settings.secret("tunnel.cloudflared_token"), settings.get("tunnel.cloudflared_url")
    if token and not url:
        raise Stuck("Enter the address that you gave the tunnel at Cloudflare.")
    return Cloudflared(find(settings.get("tunnel.cloudflared_path")), Leftover(folder / "tunnel.pid"), token, url)


def find(path: str) -> str:
    """The program, as named, else as this computer finds programs. Raises Stuck."""
    found = shutil.which(path or "cloudflared")
    if found is not None:
        return found
    if path:
        raise Stuck("There is no program {path}: choose where cloudflared is.", path=path)
    raise Stuck("cloudflared is not on this computer: install it from Cloudflare, or name where it is.")


class Cloudflared:
    """A :class:`localserver.tunnels.contract.Tunnel`."""

    def __init__(self, program: str, leftover: Leftover, token: str = "", url: str = "") -> None:
        self._program, self._token, self._named = program, token, url
        self._leftover = leftover
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._told: asyncio.Queue[str] = asyncio.Queue()
        self._address = ""
        self._error = ""

    async def start(self, port: int) -> str:
        await asyncio.to_thread(self._leftover.end, self._program)
        argv = [*_dies_with_us(), self._program, "tunnel", "--no-autoupdate"]
        environment = dict(os.environ)
        environment.pop("TUNNEL_TOKEN", None)
        if self._token:  # by the environment: the command line is for everybody to see
            argv.append("run")
            environment["TUNNEL_TOKEN"] = self._token
        else:
            argv += ["--url", f"http://127.0.0.1:{port}"]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
                limit=_LINE,
                **_apart(),
            )
        except OSError as error:
            raise Stuck("{path} cannot be started ({why}).", path=self._program, why=reason(error)) from None
        await asyncio.to_thread(self._leftover.note, self._process.pid)
        self._reading = asyncio.create_task(self._read(), name="cloudflared")
        return await self.changed()

    async def _read(self) -> None:
        """What it prints, until it closes its end."""
        process = self._process
        assert process is not None
        assert process.stderr is not None
        while True:
            try:
                line = await process.stderr.readline()
            except ValueError:  # longer than any line of its: passed over
                continue
            if not line:
                return
            self._hear(line.decode("utf-8", "replace").strip())

    def _hear(self, line: str) -> None:
        quick = _QUICK.search(line) if not self._token else None
        address = quick.group() if quick else self._named if self._token and _REGISTERED.search(line) else ""
        if address and address != self._address:
            self._address = address
            self._told.put_nowait(address)
        wrong = _ERROR.search(line)
        if wrong:
            said = wrong.group("said") or wrong.group("bare")
            cause = _CAUSE.search(said)
            self._error = (cause.group(1) if cause else said)[:200]
            if self._token and _BAD_TOKEN.search(self._error):
                self._told.put_nowait("")  # it would go on asking for ever

    async def changed(self) -> str:
        """The next address. Raises Lost, Stuck when it ended."""
        assert self._reading is not None
        telling = asyncio.create_task(self._told.get())
        try:
            await asyncio.wait({telling, self._reading}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done() and (address := telling.result()):
                return address
            if not telling.done() and not self._told.empty() and (address := self._told.get_nowait()):
                return address
        finally:
            telling.cancel()
            await asyncio.wait({telling})
        raise self._ended()

    def _ended(self) -> Exception:
        if self._token and _BAD_TOKEN.search(self._error):
            return Stuck("Cloudflare does not know this tunnel token: copy it again, whole.")
        if not self._token and _CONFIG.search(self._error):
            return Stuck("cloudflared has a configuration of its own here: enter the token of a named tunnel.")
        return Lost("cloudflared ended ({why}).", why=self._error or "—")

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if self._reading is not None and self._reading.done():
                # It has ended, or is about to: a signal now would take its end from asyncio, which then warns.
                with suppress(TimeoutError):
                    async with asyncio.timeout(ENDING):
                        await process.wait()
            if process.returncode is None:
                _terminate(process)
                try:
                    async with asyncio.timeout(GRACE):
                        await process.wait()
                except TimeoutError:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
            await asyncio.to_thread(self._leftover.forget)
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=1.0)
            self._reading.cancel()  # a child of its own may still hold the pipe
            await asyncio.wait({self._reading})


def _dies_with_us() -> list[str]:
    """On Linux the kernel ends it even when we are killed; elsewhere the next start does (:class:`Leftover`)."""
    program = shutil.which("setpriv") if sys.platform == "linux" else None
    return [program, "--pdeathsig", signal.SIGTERM.name.removeprefix("SIG"), "--"] if program else []


def _terminate(process: asyncio.subprocess.Process) -> None:
    """Not by asyncio's own way, which looks first whether it has ended just now: it would take the end from the thread
    that waits for it, and asyncio then warns."""
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.terminate()
        else:
            os.kill(process.pid, signal.SIGTERM)


def _apart() -> dict[str, Any]:
    """Not in our group: Ctrl+C in a terminal is for us, and we end it in order."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
