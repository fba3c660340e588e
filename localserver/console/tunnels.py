"""``tunnel``: how a store is reached, and whether that works."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from typing import Final

from aiohttp import web

from core.bootstrap import Shop, following, open_shop
from core.bootstrap.checkup import Line, Words
from core.kernel.errors import EnvironmentProblem, LivePayError, OutsideWorld
from core.kernel.i18n import explain
from core.kernel.reasons import TIMED_OUT, reason
from core.kernel.waiting import woken
from core.relay.place import place_of
from core.storage.folder import Home
from core.tunnels.rules import KIND, OFF, RELAY, TunnelState
from localserver.app import create_app
from localserver.console.terminal import DONE, FAILED, Terminal, language
from localserver.site import SITE
from localserver.tunnels.registry import REGISTRY
from localserver.tunnels.supervisor import Supervisor

_PATIENCE: Final = 60.0
_SETTLED: Final = ("open", "waiting", "stuck", "asks")


def tunnel(shop: Shop, tr: Words) -> Iterator[Line]:
    """Whether the tunnel that is chosen has all it needs on this computer. Nothing is opened."""
    name = shop.settings.get(KIND)
    if name == OFF:
        return
    missing = _missing(shop, name)
    yield Line(missing is None, tr("tunnel"), name if missing is None else explain(missing, tr.language))


async def reachable(shop: Shop, tr: Words) -> list[Line]:
    """Whether the relay answers from the network this computer is on; the store takes no place there for it."""
    place = shop.engine.read(place_of)
    if shop.settings.get(KIND) != RELAY or place is None:
        return []
    from localserver.tunnels.relay import out_of_reach

    lost = await out_of_reach(place.url)
    return [Line(lost is None, tr("relay"), place.url if lost is None else explain(lost, tr.language))]


def _missing(shop: Shop, name: str) -> LivePayError | None:
    kind = next((kind for kind in REGISTRY if kind.name == name), None)
    try:
        if kind is not None:
            kind.make(shop)
    except LivePayError as error:
        return error
    return None


def status(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        kind, url, hands = shop.settings.get(KIND), shop.address(), following.hands(shop)
        missing = _missing(shop, kind)
    finally:
        shop.close()
    said = explain(missing, language()) if missing else ""
    value = {
        "kind": kind,
        "address": url,
        "missing": said,
        "paste": [{"provider": hand.provider, "address": hand.address} for hand in hands],
    }
    lines = [f"{kind}: {url or '—'}", *([said] if said else []), *(f"{hand.label}: {hand.address}" for hand in hands)]
    out.result(value, "\n".join(lines))
    return DONE if missing is None and url else FAILED


def test(args: Namespace, home: Home, out: Terminal) -> int:
    """The store is served and its tunnel opened until it is known how that goes; WhatsApp is led nowhere."""
    shop = open_shop(home, args.store)
    try:
        state = asyncio.run(_tried(shop, args.port))
    finally:
        shop.close()
    if state.phase == "open":
        out.result({"ok": True, "address": state.url}, state.url)
        return DONE
    problem = state.problem or OutsideWorld("{host} could not be reached ({why}).", host=state.kind, why=TIMED_OUT)
    said = explain(problem, language())
    out.result({"ok": False, "address": state.url, "said": said, "fingerprint": state.fingerprint}, said)
    return FAILED


async def _tried(shop: Shop, port: int) -> TunnelState:
    app = create_app([shop])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise EnvironmentProblem(
                "The address {host}:{port} is not free ({detail}).", host="127.0.0.1", port=port, detail=reason(error)
            ) from None
        app[SITE].ready = True
        return await _settled(shop, runner.addresses[0][1])
    finally:
        await runner.cleanup()
        await shop.close_network()


async def _settled(shop: Shop, port: int) -> TunnelState:
    """What became of it, or how it stands when patience ends."""
    if shop.settings.get(KIND) == OFF:
        return TunnelState(problem=OutsideWorld("No tunnel is chosen: set tunnel.kind."))
    loop, known = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        if shop.tunnel.state.phase in _SETTLED:
            loop.call_soon_threadsafe(known.set)

    end = shop.tunnel.listen(look)
    keeping = asyncio.create_task(Supervisor(shop, port, leads=False).run())
    try:
        await woken(known, _PATIENCE)
        return shop.tunnel.state
    finally:
        end()
        keeping.cancel()
        await asyncio.wait({keeping})
