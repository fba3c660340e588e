"""Asking a relay who answers for a store, without becoming it: a claim with the epoch that this computer had.

The relay gives a place to a higher epoch only (:mod:`localserver.relay.sockets`), so an old claim changes nothing: it
is welcomed where the place is still this home's, and turned away where another has it.
"""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from core.adapters.names import connector
from core.adapters.tls import aiohttp, trust
from core.relay import frames
from core.relay.frames import Claim, Denied, Greeting, Welcome
from core.relay.keys import StoreKeys
from core.relay.place import Place

Holder = Literal["here", "elsewhere", "unknown"]
PATIENCE: Final = 10.0


async def holder(place: Place, keys: StoreKeys, home: bytes, *, patience: float = PATIENCE) -> Holder:
    """Who has the place: this home, another, or (the relay cannot be asked) nobody knows. Never raises."""
    url = place.url.replace("http", "ws", 1) + frames.PATH
    try:
        async with (
            asyncio.timeout(patience),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=connector()) as session,
            session.ws_connect(
                url, max_msg_size=frames.MAX_FRAME, compress=0, ssl=trust() if url.startswith("wss:") else True
            ) as socket,
        ):
            greeting = frames.decode(await socket.receive_bytes())
            if not isinstance(greeting, Greeting) or greeting.protocol != frames.PROTOCOL:
                return "unknown"
            signature = keys.sign_claim(place.domain, greeting.nonce, place.handle, home, place.epoch)
            await socket.send_bytes(frames.encode(Claim(place.handle, home, place.epoch, signature)))
            answer = frames.decode(await socket.receive_bytes())
    except (aiohttp.ClientError, TimeoutError, OSError, TypeError, frames.Garbled):
        return "unknown"
    if isinstance(answer, Welcome):
        return "here"
    return "elsewhere" if isinstance(answer, Denied) and answer.why in ("moved", "elsewhere") else "unknown"
