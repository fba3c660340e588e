"""``customers``: what is known of a person, handed to them or erased."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from core.bootstrap import open_shop
from core.kernel.errors import Refused
from core.privacy import dossier, service
from core.privacy.views import Report
from core.storage.archive import in_place
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, language, tr


def export(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = dossier.ask(shop.engine, args.id, shop.card.currency, "console")
        with in_place(Path(args.file)) as file:
            files = dossier.write(found, shop.media, file)
    finally:
        shop.close()
    counts = {"orders": len(found["orders"]), "messages": len(found["messages"]), "files": files}
    text = tr("{orders} orders, {messages} messages and {files} files written to {file}", **counts, file=args.file)
    out.result({"customer": args.id, "file": args.file, **counts}, text)
    return DONE


def erase(args: Namespace, home: Home, out: Terminal) -> int:
    if not args.yes:
        raise Refused("Erasing a person cannot be undone: add --yes to confirm.")
    shop = open_shop(home, args.store)
    try:
        report = service.erase(shop.engine, shop.orders, shop.media, args.id, "console")
    finally:
        shop.close()
    value = {
        "customer": args.id,
        "alias": report.alias,
        "erased": {line.what: line.count for line in report.erased},
        "kept": [{"what": line.what, "count": line.count, "why": line.said("en")[1]} for line in report.kept],
    }
    out.result(value, "\n".join(_said(report)))
    return DONE


def _said(report: Report) -> list[str]:
    lines = [tr("Erased; this person is called {alias} from now on.", alias=report.alias)]
    for line in (*report.erased, *report.kept):
        what, why = line.said(language())
        lines.append(
            tr("kept: {what} ({count}). {why}", what=what, count=line.count, why=why)
            if why
            else tr("erased: {what} ({count})", what=what, count=line.count)
        )
    return lines
