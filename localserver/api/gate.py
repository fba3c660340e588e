"""How often one may try to log in, and how often one may ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from aiohttp import web

from core.kernel.clock import SECOND, Clock
from localserver.api.problems import BadRequest
from localserver.pay.guards import KEYS, Bucket

BURST_PER_ADDRESS: Final = 20
BURST_PER_ACCOUNT: Final = 10
PACE: Final = 6 * SECOND  # then one more every so often
BURST_OF_REQUESTS: Final = 1200  # of one account, for all of its programs together
REQUEST_PACE: Final = SECOND // 20
AT_ONCE: Final = 2  # each takes a tenth of a second of a processor, on purpose (argon2)


class Gate:
    """How often one may try: by address and by account. A right password counts too; one token serves twelve hours.

    Behind a tunnel all clients share one address: the account's own bucket, and its lock after five wrong passwords,
    protect it there. Where somebody has logged in before, they have a bucket of their own: what others try elsewhere
    does not use it up.
    """

    def __init__(self, clock: Clock) -> None:
        self.addresses = Bucket(clock, BURST_PER_ADDRESS, PACE)
        self.accounts = Bucket(clock, BURST_PER_ACCOUNT, PACE)
        self.requests = Bucket(clock, BURST_OF_REQUESTS, REQUEST_PACE)
        self.hashing = asyncio.Semaphore(AT_ONCE)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def pass_one(self, address: str, email: str) -> None:
        """Raises BadRequest (429)."""
        account = email.strip().casefold()
        own: Hashable = (address, account) if (address, account) in self._known else account
        for bucket, name in ((self.addresses, address), (self.accounts, own)):
            if not bucket.take(name):
                headers = {"Retry-After": str(bucket.wait)}
                raise BadRequest("Too many tries: wait a few seconds, then try again.", 429, headers=headers)

    def knows(self, address: str, email: str) -> None:
        """Somebody has just logged in from there."""
        pair = (address, email.strip().casefold())
        self._known[pair] = None
        self._known.move_to_end(pair)
        while len(self._known) > KEYS:
            self._known.popitem(last=False)

    def pass_request(self, account_id: int) -> None:
        """Raises BadRequest (429)."""
        if not self.requests.take(account_id):
            raise BadRequest("Too many requests: wait a second, then go on.", 429, headers={"Retry-After": "1"})


GATE: Final = web.AppKey("api_gate", Gate)
