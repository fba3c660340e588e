"""``relay join|place|leave|here|again``: a store's own place at a relay."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from aiohttp import web
from msgspec.structs import asdict

from core.bootstrap import Shop, open_shop
from core.bootstrap.asides import ask_again
from core.relay.place import Place, place_of, take
from core.storage.folder import Home
from core.tunnels.rules import ADDRESS, KIND, RELAY, RELAY_URL
from localserver.app import create_app
from localserver.console.terminal import DONE, FAILED, Terminal, tr
from localserver.line import joining
from localserver.site import SITE


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


def again(args: Namespace, home: Home, out: Terminal) -> int:
    """The store's own door is opened here for as long as it takes."""
    shop = open_shop(home, args.store)
    try:
        done, left = asyncio.run(_again(shop))
    finally:
        shop.close()
    out.result({"taken": done, "left": left}, tr("{done} taken in, {left} still set aside", done=done, left=left))
    return FAILED if left else DONE


async def _again(shop: Shop) -> tuple[int, int]:
    app = create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        shop.local_url = f"http://{host}:{port}"
        app[SITE].ready = True
        return await ask_again(shop, "console")
    finally:
        await runner.cleanup()
        await shop.close_network()
