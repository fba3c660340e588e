"""A mail server of this loop that behaves as servers do: takes, refuses, hangs up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd import smtp
from aiosmtpd.smtp import AuthResult, Envelope, Session


class Box:
    """What the server received; ``says`` is its answer to each text, None to hang up instead."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.says: str | None = "250 OK"
        self.users: list[bytes] = []

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:
        if self.says is None:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "451 gone"
        if self.says.startswith("250"):
            self.taken.append(envelope)
        return self.says

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data.password == b"s3cret", handled=False)  # the server itself says 235 or 535


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Box, int]]:
    box = Box()
    served: list[smtp.SMTP] = []

    def serve() -> smtp.SMTP:
        served.append(smtp.SMTP(box, authenticator=box.login, auth_require_tls=False, hostname="test", loop=loop))
        return served[-1]

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own, which warns of itself
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", 0)
    try:
        yield box, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in served:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)
