"""Asking the store's own door again for what it failed on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from multidict import CIMultiDict

from core.kernel.errors import Refused
from core.relay import aside
from core.relay.aside import Aside
from core.relay.frames import HOP

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


async def ask_again(shop: Shop, actor: str) -> tuple[int, int]:
    """Each, in the order they came. → how many are dealt with, how many stay. Raises Refused, OutsideWorld.

    On a loop of the caller's; the store must be served.
    """
    if not shop.local_url:
        raise Refused("The store is not open: open it first.")
    done = 0
    waiting = shop.engine.read(aside.every)
    for one in waiting:
        status, taken = await _ask(shop, one)
        done += taken
        await shop.engine.run(partial(aside.asked, one=one, status=status, taken=taken), actor=actor)
    return done, len(waiting) - done


async def _ask(shop: Shop, one: Aside) -> tuple[int, bool]:
    event = one.event
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in event.headers:
        text = name.decode("latin-1")
        if text.lower() not in HOP | {"content-length"}:
            headers.add(text, value.decode("utf-8", "replace"))
    reply = await shop.http.request(event.method, shop.local_url + event.target, headers=headers, data=event.body)
    return reply.status, 200 <= reply.status < 500 and reply.status not in (408, 429)
