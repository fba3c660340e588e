"""Logging in."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from core.accounts import service as accounts
from core.kernel.clock import SECOND, Clock, rfc3339
from core.kernel.errors import Forbidden
from localserver.api import once
from localserver.api.answers import LoggedIn
from localserver.api.door import Call, show
from localserver.api.problems import BadRequest, Unauthenticated
from localserver.api.requests import Login
from localserver.pay.guards import Bucket

BURST_PER_ADDRESS: Final = 20
BURST_PER_ACCOUNT: Final = 10
PACE: Final = 6 * SECOND  # then one more every so often
AT_ONCE: Final = 2  # each takes a tenth of a second of a processor, on purpose (argon2)


class Gate:
    """How often one may try: by address and by account. A right password counts too; one token serves twelve hours.

    Behind a tunnel all clients share one address: the account's own bucket, and its lock after five wrong passwords,
    protect it there.
    """

    def __init__(self, clock: Clock) -> None:
        self.addresses = Bucket(clock, BURST_PER_ADDRESS, PACE)
        self.accounts = Bucket(clock, BURST_PER_ACCOUNT, PACE)
        self.hashing = asyncio.Semaphore(AT_ONCE)

    def pass_one(self, address: str, email: str) -> None:
        """Raises BadRequest (429)."""
        for bucket, name in ((self.addresses, address), (self.accounts, email.strip().casefold())):
            if not bucket.take(name):
                headers = {"Retry-After": str(bucket.wait)}
                raise BadRequest("Too many tries: wait a few seconds, then try again.", 429, headers=headers)


GATE: Final = web.AppKey("api_gate", Gate)


async def login(call: Call) -> web.Response:
    """A token for a password. The same answer whatever was wrong, and after the same work."""
    asked: Login = call.body
    gate = call.request.app[GATE]
    gate.pass_one(call.request.remote or "", asked.email)
    try:
        async with gate.hashing:
            token, session = await asyncio.to_thread(accounts.login, call.shop.engine, asked.email, asked.password)
    except Forbidden as error:
        raise Unauthenticated(error.message) from None
    await call.shop.engine.run(once.forget_old, background=True)
    return show(LoggedIn(token, rfc3339(session.expires_at), session.role))  # type: ignore[arg-type] # one of ROLES
