"""``products import``, ``backup`` and ``restore``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Final

from core.bootstrap import moving, open_shop
from core.catalogue import service as catalogue
from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.i18n import explain
from core.kernel.reasons import reason
from core.storage import backup
from core.storage.events import BackupBegun
from core.storage.folder import Home
from localserver.console.stores import hidden
from localserver.console.terminal import DONE, Terminal, language, tr

ACTOR: Final = "console"


def read_file(path: str) -> bytes:
    """A file named on the command line. Raises EnvironmentProblem."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path, detail=reason(error)
        ) from None


def import_products(args: Namespace, home: Home, out: Terminal) -> int:
    """Good lines go in, wrong ones are listed; with ``--all-or-nothing`` one wrong line stops everything."""
    data = read_file(args.file)
    shop = open_shop(home, args.store)
    try:
        planned = shop.engine.read(lambda r: catalogue.plan(r, data, shop.card.currency))
        refused = args.all_or_nothing and planned.errors
        if not args.dry_run and not refused:
            catalogue.carry_out(shop.engine, planned, atomic=args.all_or_nothing, actor="console")
    finally:
        shop.close()
    errors = [{"line": e.line, "column": e.column, "message": explain(e.refusal(), language())} for e in planned.errors]
    counts = {"added": planned.added, "updated": planned.updated, "unchanged": planned.unchanged}
    if refused:
        counts = {"added": 0, "updated": 0, "unchanged": 0}
    text = tr(
        "{added} added, {updated} updated, {unchanged} unchanged, {errors} in error", **counts, errors=len(errors)
    )
    lines = [tr("line {line}, {column}: {message}", **e) for e in errors[:50]]
    out.result({**counts, "errors": errors}, "\n".join([text, *lines]))
    if refused:
        return out.failure(Refused("{count} lines have errors: nothing was imported.", count=len(errors)))
    return DONE


def make_backup(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.engine.call(lambda tx: tx.emit(BackupBegun()), actor="console")
        made = backup.write(home, shop.folder, shop.card, shop.vault, shop.secret_names(), Path(args.file))
    finally:
        shop.close()
    out.say(
        "The recovery key is in {path}: keep a copy elsewhere, a backup cannot be opened without it.",
        path=made.key_path,
    )
    out.result(
        {"file": args.file, "bytes": made.size, "verified": True},
        tr("Backup written and verified: {file}", file=args.file),
    )
    return DONE


def restore(args: Namespace, home: Home, out: Terminal) -> int:
    if args.name is not None and not args.name.strip():
        raise Refused("“{name}” cannot be the name of a store. Use letters or digits.", name=args.name)
    typed = hidden(tr("Code of the move: ")) if args.code else ""
    card = moving.move_in(home, Path(args.file), typed, args.name or "", ACTOR)
    out.result({"store": card.slug}, tr("Store restored: {slug}", slug=card.slug))
    return DONE
