"""``support``: what a person who helps needs to see, in a file and on the screen."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from functools import partial
from pathlib import Path

from core.bootstrap import Shop, bundle, open_shop
from core.bootstrap.checkup import Line, Words, connections, machine, store
from core.kernel.clock import to_datetime
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.storage.folder import Home
from core.support import trace
from localserver.console.terminal import DONE, FAILED, Terminal, language


def make_bundle(args: Namespace, home: Home, out: Terminal) -> int:
    """Write the bundle; its files are listed, so that nobody sends what they have not seen."""
    words, target = Words(language()), Path(args.file)
    shop = open_shop(home, args.store)
    try:
        checks = [*machine(home, words), *store(shop, words), *asyncio.run(_connections(shop, words))]
        texts = bundle.contents(shop, checks, home.path, personal=args.personal)
        bundle.save(texts, target)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=target, detail=reason(error)
        ) from None
    finally:
        shop.close()
    files = {name: len(text) for name, text in texts.items()}
    out.result({"file": str(target), "files": files}, "\n".join([str(target), *(f"  {name}" for name in files)]))
    return DONE


async def _connections(shop: Shop, words: Words) -> list[Line]:
    try:
        return await connections(shop, words)
    finally:
        await shop.close_network()


def tell(args: Namespace, home: Home, out: Terminal) -> int:
    """What happened to the orders that fit: a reference, a provider's or WhatsApp's id, a telephone number."""
    shop = open_shop(home, args.store)
    told = partial(trace.told, language=language(), currency=shop.card.currency)
    try:
        found = shop.engine.read(lambda r: trace.find(r, args.what, shop.card.country))
        stories = [shop.engine.read(lambda r, one=one: trace.of_order(r, one)) for one in found[: args.limit]]  # type: ignore[misc]
    finally:
        shop.close()
    if not stories:
        out.say("Nothing fits “{what}”.", what=args.what)
        return FAILED
    zone = shop.country.zone
    lines, value = [], []
    for story in stories:
        steps = [{"at": to_datetime(s.at, zone).isoformat(), "ok": s.ok, "what": told(s)} for s in story.steps]
        value.append({"reference": story.title, "steps": steps})
        lines.append(f"#{story.title}")
        lines += [f"  {str(s['at'])[11:23]} {'✓' if s['ok'] else '✕'} {s['what']}" for s in steps]
    out.result(value, "\n".join(lines))
    return DONE
