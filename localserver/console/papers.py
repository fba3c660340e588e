"""``papers``: every invoice, credit note and receipt, and how far each is with the state's platform."""

from __future__ import annotations

from argparse import Namespace
from itertools import islice
from pathlib import Path
from typing import Any

from core.adapters.certified.handing import hand_over
from core.bootstrap import Shop, open_shop
from core.invoices import certification, export, queries
from core.invoices.queries import Filter, PaperRow
from core.kernel.clock import rfc3339, to_datetime
from core.kernel.errors import NotFound
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, language, tr


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    """The newest first; with ``--attention`` only those that somebody should look at."""
    shop = open_shop(home, args.store)
    try:
        wanted = Filter(args.kind, text=args.search, attention=args.attention)
        now = shop.clock.now()
        found = shop.engine.read(lambda r: list(islice(export.every(r, wanted, now), args.limit)))
    finally:
        shop.close()
    lines = [_line(row, shop) for row in found]
    out.result([_value(row) for row in found], "\n".join(lines) or tr("No paper."))
    return DONE


def export_papers(args: Namespace, home: Home, out: Terminal) -> int:
    """The list of all papers as a table."""
    from core.adapters import sheets

    shop = open_shop(home, args.store)
    try:
        with shop.engine.reader() as reader:
            table = export.rows(reader, Filter(), shop.clock.now(), shop.card.currency, shop.country.zone)
            titles = [catalogue("documents", language()).gettext(title) for _, title in export.TITLES]
            count = sheets.write(Path(args.file), titles, table)
    finally:
        shop.close()
    out.result(
        {"papers": count, "file": args.file}, tr("{count} papers written to {file}", count=count, file=args.file)
    )
    return DONE


def certified(args: Namespace, home: Home, out: Terminal) -> int:
    """One paper with what its platform answered. Raises NotFound."""
    shop = open_shop(home, args.store)
    try:
        row = shop.engine.read(lambda r: queries.by_number(r, args.number))
        found = shop.engine.read(lambda r: certification.of_paper(r, row.kind, row.id))
    finally:
        shop.close()
    if found is None:
        raise NotFound("No certification was prepared for this paper.")
    reference = (found.answer or {}).get("reference") or None
    value = {
        "number": row.number,
        "regime": found.regime,
        "state": found.state,
        "reference": reference,
        "error": found.error,
        "attempts": found.attempts,
        "changed_at": rfc3339(found.changed_at),
        "payload": found.payload,
        "answer": found.answer,
    }
    parts = [f"{row.number}  {found.regime}  {_state(found.state)}", reference or "", _said(found.error)]
    out.result(value, "\n".join(part for part in parts if part))
    return DONE


def retry(args: Namespace, home: Home, out: Terminal) -> int:
    """Tell the platform again. It is asked by the running store, at its next round. Raises NotFound, Refused."""
    shop = open_shop(home, args.store)
    try:
        row = shop.engine.read(lambda r: queries.by_number(r, args.number))
        shop.engine.call(lambda tx: shop.clerk.retry(tx, row.kind, row.id), actor="console")
        state = shop.engine.read(lambda r: queries.one(r, row.kind, row.id)).certified
        sends = shop.clerk.sends()
    finally:
        shop.close()
    text = tr("{number}: the platform will be told while the store is open", number=row.number)
    if not sends:
        text = tr("{number}: prepared anew; without a connection it goes nowhere", number=row.number)
    out.result({"number": row.number, "state": state}, text)
    return DONE


def payloads(args: Namespace, home: Home, out: Terminal) -> int:
    """What no platform was told of, a file each, for somebody to take there. Raises Refused."""
    shop = open_shop(home, args.store)
    try:
        say = catalogue("documents", language()).gettext
        made = shop.engine.read(
            lambda r: hand_over(r, Path(args.folder), shop.country.zone, lambda text: say(text) if text else "")
        )
    finally:
        shop.close()
    value = {"folder": args.folder, "written": made.written, "left_out": made.left_out}
    text = tr("{written} declarations written to {folder}, {left_out} left out: see the list there", **value)
    out.result(value, text)
    return DONE


def _line(row: PaperRow, shop: Shop) -> str:
    money = format_money(row.total, shop.card.currency)
    day = f"{to_datetime(row.at, shop.country.zone):%d/%m/%Y %H:%M}"
    parts = [row.number, day, money, row.reference, row.customer or "—"]
    return "  ".join([*parts, _state(row.certified) if row.certified else "", _said(row.certified_error)]).rstrip()


def _value(row: PaperRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "issued_at": rfc3339(row.at),
        "order": row.reference,
        "customer": row.customer,
        "total": row.total,
        "net": row.net,
        "tax": row.tax,
        "sent": row.sent,
        "certified": row.certified,
        "error": row.certified_error,
    }


def _state(state: str) -> str:
    return {
        "prepared": tr("prepared"),
        "queued": tr("waits to be sent"),
        "sent": tr("sent, not answered"),
        "accepted": tr("accepted by the platform"),
        "refused": tr("refused by the platform"),
    }[state]


def _said(error: str | None) -> str:
    """Our own sentences in the terminal's language; a platform's words as it said them."""
    return catalogue("errors", language()).gettext(error) if error else ""
