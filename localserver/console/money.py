"""``payments``: the books compared with the providers' or a statement of theirs, and written out."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from core.adapters.psp import REGISTRY
from core.bootstrap import Shop, open_shop
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.money import format_money
from core.payments.queries import Filter
from core.reconciliation import service
from core.reconciliation.rules import NEXT_STEP
from core.reconciliation.service import Found, Run
from core.reconciliation.statement import Statement
from core.storage.folder import Home
from localserver.console.data import read_file
from localserver.console.terminal import DONE, Terminal, language, tr


def reconcile(args: Namespace, home: Home, out: Terminal) -> int:
    """Ask the providers about every payment of the last days, or read a statement; list what differs."""
    known = [provider.name for provider in REGISTRY]
    if args.provider is not None and args.provider not in known:
        raise Refused(
            "Unknown payment provider “{name}”. There are: {known}.", name=args.provider, known=", ".join(known)
        )
    if (args.statement is None) != (args.provider is None):
        raise Refused("Give both: --statement FILE and --provider NAME.")
    data = None if args.statement is None else read_file(args.statement)
    shop = open_shop(home, args.store)
    try:
        run_id, statement = asyncio.run(_compare(shop, data, args))
        run = shop.engine.read(lambda r: service.run(r, run_id))
        found = [each for each in shop.engine.read(lambda r: service.of_run(r, run_id)) if each.state == "open"]
    finally:
        shop.close()
    out.result(_value(run, found, statement), _text(run, found, statement, shop.card.currency))
    return DONE


async def _compare(shop: Shop, data: bytes | None, args: Namespace) -> tuple[int, Statement | None]:
    try:
        if data is None:
            return await shop.reconciler.ask_providers(args.days, actor="console"), None
        return await shop.reconciler.read_statement(data, args.provider, actor="console")
    finally:
        await shop.close_network()


def export_payments(args: Namespace, home: Home, out: Terminal) -> int:
    """Every payment, the newest first."""
    from core.adapters import payments_sheet

    shop = open_shop(home, args.store)
    try:
        path, wanted = Path(args.file), Filter()
        count = payments_sheet.write(shop.engine, path, wanted, shop.card.currency, shop.country.zone, language())
    finally:
        shop.close()
    text = tr("{count} payments written to {file}", count=count, file=args.file)
    out.result({"payments": count, "file": args.file}, text)
    return DONE


def _value(run: Run, found: list[Found], statement: Statement | None) -> dict[str, Any]:
    left_out = statement.unreadable if statement else ()
    return {
        "run": run.id,
        "compared": run.compared,
        "foreign_lines": run.foreign_lines,
        "differences": [{**asdict(each), "next_step": _said(NEXT_STEP[each.kind])} for each in found],
        "errors": [{"line": e.line, "message": explain(Refused(e.message, **e.params), language())} for e in left_out],
    }


def _text(run: Run, found: list[Found], statement: Statement | None, currency: str) -> str:
    lines = [tr("{compared} payments compared, {found} differences", compared=run.compared, found=len(found))]
    for each in found:
        ours, theirs = (
            "—" if amount is None else format_money(amount, currency) for amount in (each.ours, each.theirs)
        )
        sums = tr("here {ours}, there {theirs}", ours=ours, theirs=theirs)
        lines += [f"  {each.provider} {each.reference}: {sums}", f"    {_said(NEXT_STEP[each.kind])}"]
    for wrong in statement.unreadable[:50] if statement else ():
        said = explain(Refused(wrong.message, **wrong.params), language())
        lines.append(tr("line {line}: {message}", line=wrong.line, message=said))
    return "\n".join(lines)


def _said(message: str) -> str:
    return explain(Refused(message), language())
