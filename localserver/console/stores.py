"""``store …``: create, list, look at, set up and delete stores; make users."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path

from msgspec.structs import asdict

from core.bootstrap import create_store, moving, open_shop
from core.kernel.errors import Refused
from core.storage.filekeys import new_code
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def create(args: Namespace, home: Home, out: Terminal) -> int:
    card = create_store(
        home, args.name, args.country, currency=args.currency, language=args.language, segment=args.segment
    )
    shop = open_shop(home, card.slug)
    try:
        shop.settings.set("store.name", card.name, "console")
        shop.settings.set("store.language", card.language, "console")
    finally:
        shop.close()
    value = {"store": card.slug, **_shown(asdict(card))}
    out.result(value, tr("Store created: {slug}", slug=card.slug))
    return DONE


def _shown(card: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in card.items() if k != "slug"}


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    cards = home.list()
    away = {c.slug for c in cards if home.archived(c.slug)}
    lines = [
        f"{c.slug:24} {c.name}  ({c.country}, {c.currency})" + (f"  {tr('archived')}" if c.slug in away else "")
        for c in cards
    ]
    text = "\n".join(lines) or tr("No store yet. Create one with: store create NAME --country SN")
    out.result([{"store": c.slug, **_shown(asdict(c)), "archived": c.slug in away} for c in cards], text)
    return DONE


def show(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        facts = {
            "store": shop.slug,
            **_shown(asdict(shop.card)),
            **{
                name: shop.engine.read(lambda r, t=table: r.value(f"SELECT count(*) FROM {t}"))  # type: ignore[misc]  # noqa: S608
                for name, table in (("products", "product"), ("orders", "orders"), ("customers", "customer"))
            },
            "folder": str(shop.folder),
            "settings": {k: shop.settings.get(k) for k in shop.settings.declared if shop.settings.get(k)},
        }
    finally:
        shop.close()
    out.result(facts, "\n".join(f"{k:12} {v}" for k, v in facts.items() if k != "settings"))
    return DONE


def archive(args: Namespace, home: Home, out: Terminal) -> int:
    home.archive(args.store)
    out.result({"archived": args.store}, tr("Store archived, its data kept: {slug}", slug=args.store))
    return DONE


def unarchive(args: Namespace, home: Home, out: Terminal) -> int:
    if args.anyway and home.moved(args.store) is not None:
        moving.take_back(home, args.store, "console")
    else:
        home.archive(args.store, away=False)
    out.result({"unarchived": args.store}, tr("Store taken back: {slug}", slug=args.store))
    return DONE


def move(args: Namespace, home: Home, out: Terminal) -> int:
    """The last act of a store on this computer, and what comes next on the other one."""
    code = new_code() if args.code else ""
    made = moving.move_out(home, args.store, Path(args.file), "console", code=code)
    if code:
        out.say(
            "Copy this file to the other computer, then there: restore --code {file}. Its code: {code}",
            file=args.file,
            code=code,
        )
    else:
        out.say(
            "Copy this file and the recovery key in {path} to the other computer, then there: restore {file}",
            path=made.key_path,
            file=args.file,
        )
    value = {"moved": args.store, "file": args.file, **({"code": code} if code else {})}
    out.result(value, tr("Store moved out, closed here: {slug}", slug=args.store))
    return DONE


def delete(args: Namespace, home: Home, out: Terminal) -> int:
    home.folder(args.store)
    if not args.yes:
        raise Refused("Deleting a store cannot be undone: add --yes to confirm.")
    home.delete(args.store)
    out.result({"deleted": args.store}, tr("Store deleted: {slug}", slug=args.store))
    return DONE


def set_value(args: Namespace, home: Home, out: Terminal) -> int:
    with_shop = open_shop(home, args.store)
    try:
        value = with_shop.settings.set(args.key, args.value, "console")
    finally:
        with_shop.close()
    out.result({args.key: value}, f"{args.key} = {value}")
    return DONE


def get_value(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        keys = [args.key] if args.key else sorted(shop.settings.declared)
        values = {key: shop.settings.get(key) for key in keys}
    finally:
        shop.close()
    out.result(values, values[args.key] if args.key else "\n".join(f"{k} = {v}" for k, v in values.items()))
    return DONE


def secret(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.settings.declaration(args.key)
        shop.settings.set_secret(args.key, hidden(tr("Value of {key}: ", key=args.key)), "console")
    finally:
        shop.close()
    out.result({args.key: "set"}, tr("Stored: {key}", key=args.key))
    return DONE


def hidden(prompt: str) -> str:
    """One line from stdin; typed without echo at a terminal. Raises Refused."""
    if sys.stdin.isatty():
        return getpass(prompt)
    try:
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused("This is not text in UTF-8.") from None
