"""A bad network in one process, for any machine: a way that is slow, swallows in silence, or is a hotspot's."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

_PIECE: Final = 4096


@dataclass
class Bumps:
    """One address; what is asked there goes on to ``target``. ``silent``: what is sent vanishes, and nobody is told
    (connections that were open stay swallowed when it ends). ``rate``: bytes a second each way, 0: no limit; ``delay``:
    seconds each way. ``answers``: instead of leading on, say this to everybody, as a hotspot does. ``heard``: what was
    said to that one."""

    target: int
    port: int = 0
    silent: bool = False
    rate: int = 0
    delay: float = 0.0
    answers: Callable[[bytes], bytes] | None = None
    secured: ssl.SSLContext | None = None
    heard: list[bytes] = field(default_factory=list)
    calls: int = 0
    _swallowed: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        task = asyncio.create_task(self._call(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.answers is not None:
                await self._answer(reader, writer, self.answers)
            else:
                await self._lead_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: Callable[[bytes], bytes]
    ) -> None:
        if self.secured is not None:
            await writer.start_tls(self.secured)
        head = await reader.readuntil(b"\r\n\r\n")
        self.heard.append(head)
        writer.write(answers(head))
        await writer.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                self.heard.append(await reader.read())

    async def _lead_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made = socket.create_connection(("127.0.0.1", self.target))
        # Small ones, or the system's own buffers would hold what shall be on its way.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * _PIECE)
        far, there = await asyncio.open_connection(sock=made)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, there))
                both.create_task(self._pass(far, writer))
        except* OSError:
            pass
        finally:
            there.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(_PIECE):
            if self.delay:
                await asyncio.sleep(self.delay)
            if self.rate:
                await asyncio.sleep(len(data) / self.rate)
            if self.silent:
                self._swallowed |= {target}
            if target not in self._swallowed:
                target.write(data)
                await target.drain()
        if target in self._swallowed:
            await asyncio.Event().wait()  # an end is no less silent
        target.close()

    async def cut(self) -> None:
        """End what is open, as a router that starts anew."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def bumps(target: int) -> AsyncIterator[Bumps]:
    made = Bumps(target)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * _PIECE)
    listening.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(made._called, sock=listening, limit=2 * _PIECE)
    made.port = listening.getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.cut()
        await server.wait_closed()
