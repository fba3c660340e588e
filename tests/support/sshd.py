"""An SSH server on this computer, and a line to it that can go dead without a word."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import asyncssh

from tests.support.ports import free_ports


class _Session(asyncssh.SSHServer):
    def __init__(self, owner: Sshd) -> None:
        self._owner = owner
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._owner.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        assert self._connection is not None
        self._owner.connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._owner.passwords.append(password)
        return (username, password) == ("livepay", self._owner.password)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self._owner.authorized
        return username == "livepay" and known is not None and key == asyncssh.import_public_key(known)

    def server_requested(self, listen_host: str, listen_port: int) -> bool:
        return self._owner.forwards


class Sshd:
    """``forwards``: whether ports may be listened on. ``passwords``: what was tried, to see what was sent."""

    def __init__(self, password: str = "", authorized: str | None = None) -> None:
        self.password, self.authorized = password, authorized
        self.forwards = True
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.passwords: list[str] = []
        self.port = free_ports(1)[0]  # it comes back there after it was killed
        self._acceptor: asyncssh.SSHAcceptor | None = None

    @property
    def fingerprint(self) -> str:
        return self.key.get_fingerprint()

    async def start(self) -> None:
        self._acceptor = await asyncssh.create_server(
            lambda: _Session(self), "127.0.0.1", self.port, server_host_keys=[self.key], reuse_address=True
        )

    async def parted(self) -> None:
        """Wait until nobody is connected."""
        while self.connections:
            await next(iter(self.connections)).wait_closed()
            await asyncio.sleep(0)

    async def kill(self) -> None:
        """Gone at once, with all its connections."""
        assert self._acceptor is not None
        self._acceptor.close()
        for connection in list(self.connections):
            connection.abort()
            with suppress(Exception):
                await connection.wait_closed()
        await self._acceptor.wait_closed()


class Line:
    """A TCP line to a port; :meth:`deaden` keeps it open and lets nothing through, as a slept-through NAT does."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def deaden(self) -> None:
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends.append(back)
        if self._server is None or not self._server.is_serving():
            writer.close()  # stopped meanwhile
            back.close()
            return
        for source, target in ((reader, back), (there, writer)):
            self._tasks.add(asyncio.create_task(self._pass(source, target)))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._open.wait()
                target.write(data)
                await target.drain()
        target.close()

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in self._ends:
            end.close()
            with suppress(OSError):
                await end.wait_closed()
