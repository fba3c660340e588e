"""What still needs a hand where a store has just arrived: what a backup cannot bring, and what has to be told anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.bootstrap.checkup import Line, Words, connections
from core.bootstrap.following import hands
from core.bootstrap.shop import Shop
from core.kernel.i18n import explain
from core.tunnels.rules import KIND, OFF


def here(shop: Shop, tr: Words) -> Iterator[Line]:
    """What this computer knows by itself. Blocks."""
    yield _reached(shop, tr)
    for hand in hands(shop):
        yield Line(False, hand.label, tr("to paste at {name}: {address}", name=hand.label, address=hand.address))
    yield _backups(shop, tr)


async def outside(shop: Shop, tr: Words) -> list[Line]:
    """WhatsApp and every provider, asked. On the loop that owns the shop's network."""
    return await connections(shop, tr)


def _reached(shop: Shop, tr: Words) -> Line:
    name, kind, tunnel = tr("public address"), shop.settings.get(KIND), shop.tunnel.state
    if kind == OFF:
        url = shop.settings.get("public_url")
        said = tr("{url}: it must lead to this computer from now on", url=url) if url else tr("not set")
        return Line(False, name, said)
    if tunnel.phase == "open":
        return Line(True, name, tr("this computer answers at {url}", url=tunnel.url))
    problem = tunnel.problem
    return Line(False, name, explain(problem, tr.language) if problem else tr("it is being connected"))


def _backups(shop: Shop, tr: Words) -> Line:
    if shop.backup_place() is None:
        return Line(False, tr("backup"), tr("no place set up: the work is lost with this disk"))
    folder = shop.settings.get("backup.folder") if shop.settings.get("backup.to") == "folder" else ""
    if folder and not Path(folder).is_dir():
        return Line(False, tr("backup"), tr("the folder {path} is not on this computer: choose another", path=folder))
    return Line(True, tr("backup"), tr("it goes on as before"))
