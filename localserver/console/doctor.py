"""``doctor``: everything a support person would ask about, a line each."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from core.bootstrap import Shop, open_shop
from core.bootstrap.checkup import Line, Words, connections, machine, store
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.storage.folder import Home
from localserver.console.terminal import DONE, FAILED, Terminal, language
from localserver.console.tunnels import reachable, tunnel


def run(args: Namespace, home: Home, out: Terminal) -> int:
    tr = Words(language())
    lines = list(machine(home, tr))
    if args.store:
        try:
            shop = open_shop(home, args.store)
        except LivePayError as error:
            lines.append(Line(False, tr("store"), explain(error, language())))
        else:
            try:
                lines += store(shop, tr)
                lines += tunnel(shop, tr)
                lines += asyncio.run(_connections(shop, tr))
            finally:
                shop.close()
    value = [{"ok": line.ok, "check": line.name, "detail": line.detail} for line in lines]
    out.result(value, "\n".join(_shown(line, tr) for line in lines))
    return DONE if all(line.ok for line in lines) else FAILED


def _shown(line: Line, tr: Words) -> str:
    return f"{'✓' if line.ok else '✕'} " + tr("{check}: {detail}", check=line.name, detail=line.detail)


async def _connections(shop: Shop, tr: Words) -> list[Line]:
    try:
        return [*await reachable(shop, tr), *await connections(shop, tr)]
    finally:
        await shop.close_network()
