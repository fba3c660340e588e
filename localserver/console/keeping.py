"""``backups``: continuous backups, their rehearsal, and bringing a store back from them."""

from __future__ import annotations

import os
from argparse import Namespace

from core.adapters.s3 import BucketPlace
from core.backups import restoring
from core.backups.places import FolderPlace, Place
from core.bootstrap import Shop, moving, open_shop
from core.kernel.clock import parse_rfc3339, rfc3339
from core.kernel.errors import Refused
from core.storage.backup import recovery_key
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def now(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        state = shop.keeper.save(_set_up(shop))
    finally:
        shop.close()
    out.say(
        "The recovery key is in {path}: keep a copy elsewhere, a backup cannot be opened without it.",
        path=home.path / "recovery.key",
    )
    value = {"place": state.place, "bytes": state.size, "sent": state.sent, "pieces": state.pieces}
    out.result(value, tr("Backed up to {place}: {sent} kB were new", place=state.place, sent=state.sent // 1024))
    return DONE


def rehearse(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        state = shop.keeper.rehearse(_set_up(shop))
    finally:
        shop.close()
    value = {"place": state.place, "milliseconds": state.rehearsal_ms}
    out.result(
        value, tr("The newest backup comes back, whole, in {seconds} s", seconds=f"{state.rehearsal_ms / 1000:.1f}")
    )
    return DONE


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    found = restoring.stores_in(_place(args))
    value = [{"store": name, "backups": [rfc3339(at) for at in times]} for name, times in found.items()]
    lines = [f"{name}  {rfc3339(times[-1])}  ({len(times)})" for name, times in found.items()]
    out.result(value, "\n".join(lines) or tr("No backup there."))
    return DONE


def restore(args: Namespace, home: Home, out: Terminal) -> int:
    place = _place(args)
    recovery = recovery_key(home, create=False)
    if args.name is not None and not args.name.strip():
        raise Refused("“{name}” cannot be the name of a store. Use letters or digits.", name=args.name)
    card = restoring.restore(home, place, _which(args, place), recovery, at=_time(args.at), name=args.name)
    moving.note_arrival(home, card.slug, "console")
    out.result({"store": card.slug}, tr("Store restored: {slug}", slug=card.slug))
    return DONE


def _set_up(shop: Shop) -> Place:
    place = shop.backup_place()
    if place is None:
        raise Refused("No place for backups is set up: see backup.to, then backup.folder or backup.s3_bucket.")
    return place


def _place(args: Namespace) -> Place:
    if args.folder is not None:
        return FolderPlace(args.folder)
    given = os.environ.get
    keys = given("AWS_ACCESS_KEY_ID", ""), given("AWS_SECRET_ACCESS_KEY", "")
    return BucketPlace(args.endpoint, args.bucket, args.region, *keys)


def _which(args: Namespace, place: Place) -> str:
    """The store asked for, or the only one there."""
    there = list(restoring.stores_in(place))
    if args.store is None and len(there) == 1:
        return there[0]
    if args.store not in there:
        raise Refused("Say with --store which store: {known}.", known=", ".join(there) or tr("No backup there."))
    return str(args.store)


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise Refused("“{text}” is not a time: write it like 2026-02-15T21:47:00Z.", text=text) from None
