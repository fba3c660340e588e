"""How often one may try to log in, and how often one may ask."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from core.kernel.clock import SECOND, Clock
from localserver.api.problems import BadRequest
from localserver.pay.guards import Bucket

BURST_PER_ADDRESS: Final = 20
BURST_PER_ACCOUNT: Final = 10
PACE: Final = 6 * SECOND  # then one more every so often
BURST_OF_REQUESTS: Final = 1200  # of one account, for all of its programs together
REQUEST_PACE: Final = SECOND // 20
AT_ONCE: Final = 2  # each takes a tenth of a second of a processor, on purpose (argon2)


class Gate:
    """How often one may try: by address and by account. A right password counts too; one token serves twelve hours.

    Behind a tunnel all clients share one address: the account's own bucket, and its lock after five wrong passwords,
    protect it there.
    """

    def __init__(self, clock: Clock) -> None:
        self.addresses = Bucket(clock, BURST_PER_ADDRESS, PACE)
        self.accounts = Bucket(clock, BURST_PER_ACCOUNT, PACE)
        self.requests = Bucket(clock, BURST_OF_REQUESTS, REQUEST_PACE)
        self.hashing = asyncio.Semaphore(AT_ONCE)

    def pass_one(self, address: str, email: str) -> None:
        """Raises BadRequest (429)."""
        for bucket, name in ((self.addresses, address), (self.accounts, email.strip().casefold())):
            if not bucket.take(name):
                headers = {"Retry-After": str(bucket.wait)}
                raise BadRequest("Too many tries: wait a few seconds, then try again.", 429, headers=headers)

    def pass_request(self, account_id: int) -> None:
        """Raises BadRequest (429)."""
        if not self.requests.take(account_id):
            raise BadRequest("Too many requests: wait a second, then go on.", 429, headers={"Retry-After": "1"})


GATE: Final = web.AppKey("api_gate", Gate)
