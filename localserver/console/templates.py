"""``templates``: WhatsApp's own message templates, for when more than 24 hours have passed."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from core.bootstrap import Shop, open_shop
from core.storage import pictures
from core.storage.folder import Home
from core.templates import service
from core.templates.rules import QUALITY, SIDE, Words
from localserver.console.terminal import DONE, Terminal, tr

T = TypeVar("T")


def _value(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "name": each.words.name,
            "language": each.words.language,
            "category": each.words.category,
            "use": each.words.use,
            "heading": each.words.heading,
            "picture": each.words.picture,
            "body": each.words.body,
            "state": each.state,
            "reason": each.reason,
        }
        for each in shop.engine.read(service.every)
    ]


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = _value(shop)
    finally:
        shop.close()
    lines = [f"{t['id']}. {t['name']} [{t['language']}, {t['category']}] {t['state']} {t['reason']}" for t in found]
    out.result({"templates": found}, "\n".join(lines) or tr("No templates are written yet."))
    return DONE


def ready(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        count = shop.engine.call(service.take_ready_made, actor="console")
    finally:
        shop.close()
    out.result({"added": count}, tr("{count} templates added.", count=count))
    return DONE


def written(args: Namespace, home: Home, out: Terminal) -> int:
    lists = (tuple(args.field), tuple(args.sample), args.footer)
    content = pictures.decoded(pictures.read(Path(args.picture))) if args.picture else None
    picture = pictures.fitted(content, SIDE, QUALITY) if content is not None else None
    words = Words(args.name, args.language, args.category, args.body, args.use, *lists, heading=args.heading)
    shop = open_shop(home, args.store)
    try:
        if picture is not None:
            words = replace(words, picture=pictures.keep(shop.media, picture))
        number = shop.engine.call(lambda tx: service.save(tx, None, words), actor="console")
    finally:
        shop.close()
    out.result({"id": number}, tr("Template {number} is written.", number=number))
    return DONE


def _with_whatsapp(args: Namespace, home: Home, verb: Callable[[Shop], Awaitable[T]]) -> T:
    async def carried_out(shop: Shop) -> T:
        try:
            return await verb(shop)
        finally:
            await shop.close_network()

    shop = open_shop(home, args.store)
    try:
        return asyncio.run(carried_out(shop))
    finally:
        shop.close()


def submit(args: Namespace, home: Home, out: Terminal) -> int:
    kept = _with_whatsapp(args, home, lambda shop: shop.templates.hand_in(args.id, "console"))
    out.result({"id": kept.id, "state": kept.state}, tr("Template {number} is with WhatsApp.", number=kept.id))
    return DONE


def sync(args: Namespace, home: Home, out: Terminal) -> int:
    found = _with_whatsapp(args, home, lambda shop: shop.templates.compare("console"))
    said = tr("{seen} templates at WhatsApp, {added} new here.", seen=found.seen, added=found.added)
    if found.odd:
        said += " " + tr("{odd} have a form that is not filled here.", odd=found.odd)
    out.result({"seen": found.seen, "added": found.added, "odd": found.odd}, said)
    return DONE


def remove(args: Namespace, home: Home, out: Terminal) -> int:
    _with_whatsapp(args, home, lambda shop: shop.templates.remove(args.id, "console"))
    out.result({"id": args.id, "removed": True}, tr("Template {number} is removed.", number=args.id))
    return DONE
