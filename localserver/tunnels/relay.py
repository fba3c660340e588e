"""The relay as a way in: registered with an invitation, then one line that the store opens outwards.

Its address stays the store's while the line is down: the relay keeps what comes, and shows what the store published.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from core.bootstrap import Shop
from core.kernel.errors import LivePayError, Refused
from core.kernel.reasons import NOT_SECURE, SIGN_IN
from core.relay.aside import put
from core.relay.frames import Denied
from core.relay.home import home_id
from core.relay.keys import StoreKeys
from core.relay.place import Place, place_of
from core.relay.state import LineState
from core.tunnels.rules import RELAY_INVITE, RELAY_NAME, RELAY_SYNC, RELAY_URL
from localserver.line.joining import join, normal
from localserver.line.line import Line, Refusal, Registration, greeted
from localserver.line.publishing import PagePublisher
from localserver.line.reaching import HELLO, Broken, reached
from localserver.line.replay import Loopback
from localserver.pay.page import Pages
from localserver.tunnels.contract import Asks, Lost, Stuck

_STUCK: Final = {
    "suspended": "The relay’s host has suspended this store. Ask why.",
    "protocol": "This relay speaks another version. Update LivePay, or ask its host to update the relay.",
}


TOLD: Final = 5.0
"""Seconds that a relay is given to take in what it shall answer and show, before the address is asked for it."""
_BROKEN: Final = {
    SIGN_IN: "The network you are on wants a sign-in first: a page of its own answers in the relay’s place. Open a"
    " browser and sign in; the store then connects by itself. What comes waits at the relay.",
    NOT_SECURE: "No secure connection to the relay: check this computer’s date, then whether the network you are on"
    " wants a sign-in first. What comes waits at the relay.",
}
_UNREACHED: Final = "The relay cannot be reached ({why}). What comes waits there."


class Elsewhere(Asks):
    """Another computer answers for this store. ``fingerprint``: the epoch that holds the place, to go beyond."""

    def __init__(self, epoch: int) -> None:
        self.fingerprint = str(epoch)
        Stuck.__init__(
            self,
            "Another computer answers for this store. Confirm if it shall be this one from now on; the other stops.",
        )


class Forgotten(Stuck):
    """The relay does not know this store any more."""


class RelayTunnel:
    """A :class:`localserver.tunnels.contract.Tunnel`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._run: asyncio.Task[None] | None = None

    async def start(self, port: int) -> str:
        place = await self._registered()
        try:
            await self._connect(place, port)
        except Forgotten as forgotten:
            place = await self._again(place, forgotten)
            await self._connect(place, port)
        return place.address

    async def _connect(self, place: Place, port: int) -> None:
        shop, before = self._shop, self._shop.line
        home = await asyncio.to_thread(home_id, shop.folder.parent.parent)

        told = asyncio.Event()

        def changed(state: LineState) -> None:
            if state.published:
                told.set()
            # What waits there is not forgotten with the line: it is as it was, or more.
            shop.line = state if state.up else replace(state, waiting=shop.line.waiting)
            shop.tunnel.report(replace(shop.tunnel.state, waiting=shop.line.waiting))

        line = Line(
            StoreKeys(shop.relay_seed),
            Registration(place.url, place.handle, home, place.epoch),
            Loopback(lambda: f"http://127.0.0.1:{port}"),
            PagePublisher(shop, Pages),
            changed,
            before.silences,
            lambda event: shop.engine.run(lambda tx: put(tx, event), actor="webhook"),
            shop.settings.number(RELAY_SYNC) * 60.0,
        )
        shop.line = replace(before, up=False)
        self._run = asyncio.create_task(line.run(), name="relay line")
        await self._until(line.up)
        with suppress(TimeoutError):
            async with asyncio.timeout(TOLD):
                await self._until(told)

    async def _until(self, moment: asyncio.Event) -> None:
        """Or until the line ends. Raises as :meth:`changed`."""
        assert self._run is not None
        waiting = asyncio.create_task(moment.wait(), name="relay line")
        try:
            await asyncio.wait((self._run, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._run.done():
            await self.changed()

    async def _registered(self) -> Place:
        """Raises Lost, Stuck."""
        shop, get = self._shop, self._shop.settings.get
        wanted = normal(get(RELAY_URL))
        place = await asyncio.to_thread(shop.engine.read, place_of)
        if place is not None and wanted in ("", place.url):
            return place
        if not wanted or not shop.settings.secret(RELAY_INVITE):
            raise Stuck("Enter the relay’s address and the invitation that its host gave you.")
        return await self._join(wanted, get(RELAY_NAME))

    async def _again(self, place: Place, forgotten: Forgotten) -> Place:
        """What the seller was asked for when the host had removed the store: another invitation. Raises Forgotten where
        there is none that holds, Lost."""
        if not self._shop.settings.secret(RELAY_INVITE):
            raise forgotten
        try:
            return await self._join(place.url, place.handle)
        except Stuck:
            raise forgotten from None

    async def _join(self, url: str, name: str) -> Place:
        """Raises Lost, Stuck."""
        try:
            return await join(self._shop, url, self._shop.settings.secret(RELAY_INVITE), name)
        except Refused as error:
            raise Stuck(error.message, **error.params) from None
        except LivePayError as error:
            raise Lost(error.message, **error.params) from None

    async def changed(self) -> str:
        """Never changes: the relay's name for the store is its own. Raises Lost, Stuck, Elsewhere."""
        assert self._run is not None
        try:
            await asyncio.shield(self._run)
        except Refusal as refusal:
            raise _said(refusal.denied) from None
        except Broken as broken:
            raise _lost(broken) from None
        raise AssertionError("a line ends with one of the two")

    async def stop(self) -> None:
        if self._run is not None:
            self._run.cancel()
            with suppress(asyncio.CancelledError, Refusal, Broken):
                await self._run
            self._run = None


async def out_of_reach(url: str) -> Lost | None:
    """Whether a relay greets whoever comes to its address from here; nothing is claimed. None: it does."""
    try:
        async with reached(url, small=False) as socket, asyncio.timeout(HELLO):
            await greeted(socket)
    except Broken as broken:
        return _lost(broken)
    return None


def _lost(broken: Broken) -> Lost:
    return Lost(_BROKEN.get(broken.why, _UNREACHED), why=broken.why)


def _said(denied: Denied) -> LivePayError:
    if denied.why in ("elsewhere", "moved"):
        return Elsewhere(denied.epoch)
    if denied.why == "unknown":
        return Forgotten(
            "The relay does not know this store any more. Ask its host for another invitation, and enter it."
        )
    if denied.why in _STUCK:
        return Stuck(_STUCK[denied.why])
    return Lost("The relay cannot take this store now. It is tried again.")
