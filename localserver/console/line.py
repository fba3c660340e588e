"""``relay join|place|leave|here``: a store's own place at a relay."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from msgspec.structs import asdict

from core.bootstrap import Shop, open_shop
from core.relay.place import Place, place_of, take
from core.storage.folder import Home
from core.tunnels.rules import ADDRESS, KIND, RELAY, RELAY_URL
from localserver.console.terminal import DONE, Terminal, tr
from localserver.line import joining


def join(args: Namespace, home: Home, out: Terminal) -> int:
    """Register; from its next start on the store is reached through the relay."""
    shop = open_shop(home, args.store)
    try:
        place = asyncio.run(_joined(shop, args))
    finally:
        shop.close()
    out.result(asdict(place), place.address)
    return DONE


async def _joined(shop: Shop, args: Namespace) -> Place:
    try:
        joined = await joining.join(shop, args.url, args.invite, args.name)
        for key, value in ((RELAY_URL, joined.url), (ADDRESS, joined.address), (KIND, RELAY)):
            await asyncio.to_thread(shop.settings.set, key, value, "console")
        return joined
    finally:
        await shop.close_network()


def place(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(place_of)
    finally:
        shop.close()
    shown = f"{found.address}  {tr('registered at {url}', url=found.url)}" if found else tr("This store has no relay.")
    out.result(asdict(found) if found else None, shown)
    return DONE


def leave(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        joining.leave(shop)
    finally:
        shop.close()
    out.result({"left": True}, args.store)
    return DONE


def here(args: Namespace, home: Home, out: Terminal) -> int:
    """The computer that answered until now is told with its next word to the relay."""
    shop = open_shop(home, args.store)
    try:
        epoch = shop.engine.call(lambda tx: take(tx, 0), actor="console")
    finally:
        shop.close()
    out.result({"epoch": epoch}, args.store)
    return DONE
