"""Asking the store's own door again for what it failed on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.kernel.errors import Refused
from core.relay import aside

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


async def ask_again(shop: Shop, actor: str) -> tuple[int, int]:
    """Each, in the order they came. → how many are dealt with, how many stay. Raises Refused.

    On a loop of the caller's; the store must be served.
    """
    if not shop.local_url:
        raise Refused("The store is not open: open it first.")
    from core.adapters.replay import Door, dealt_with

    done = 0
    waiting = shop.engine.read(aside.every)
    door = Door(lambda: shop.local_url)
    try:
        for one in waiting:
            status = await door.replay(one.event)
            taken = dealt_with(status)
            done += taken
            await shop.engine.run(partial(aside.asked, one=one, status=status, taken=taken), actor=actor)
    finally:
        await door.close()
    return done, len(waiting) - done
