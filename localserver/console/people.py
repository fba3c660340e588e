"""``customers``: what is known and concluded of a person, merged, handed to them or erased."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from core.bootstrap import open_shop
from core.customers import allowing, merges, merging, parting, queries, restricting
from core.customers.explaining import explain
from core.kernel.clock import rfc3339
from core.kernel.errors import Refused
from core.kernel.money import format_money
from core.orders.standing import lately
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


def standing(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        now = shop.clock.now()
        with shop.engine.reader() as reader:
            record = queries.customer(reader, args.id).record
            said = explain(record, language(), shop.card.currency, lately(reader, args.id, now, shop.orders.holds))
            limited = shop.orders.limits.standing(reader, args.id, now)
            first = restricting.restricted(reader, args.id)
    finally:
        shop.close()
    value = {
        "customer": args.id,
        "score": said.score,
        "tier": said.tier,
        "recommendation": said.recommendation,
        "lines": [{"text": line.text, "points": line.points} for line in said.lines],
        "badges": [code for code, _ in said.badges],
        "tags": [code for code, _ in said.tags],
        "limited": limited,
        "pays_first": first,
    }
    words = [line.said for line in said.lines]
    words += [
        tr("Score: {score}", score=said.score),
        *(part for part in (said.benefit, said.advice, said.habit) if part),
    ]
    words += [tr("They pay first, because the seller said so.")] if first else []
    words += [", ".join(text for _, text in (*said.badges, *said.tags))] if said.badges or said.tags else []
    out.result(value, "\n".join(words))
    return DONE


def allow(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        until = shop.engine.call(lambda tx: allowing.allow(tx, args.id, args.hours), actor="console")
    finally:
        shop.close()
    text = tr("They may order until {time}.", time=rfc3339(until)) if until else tr("The store's limits count again.")
    out.result({"customer": args.id, "allowed_until": rfc3339(until) if until else None}, text)
    return DONE


def restrict(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.engine.call(lambda tx: restricting.restrict(tx, args.id, wanted=not args.off), actor="console")
    finally:
        shop.close()
    first = tr("They pay first from their next order on: 5 minutes, no deposit.")
    out.result(
        {"customer": args.id, "pays_first": not args.off},
        tr("They need not pay first any more.") if args.off else first,
    )
    return DONE


def merge(args: Namespace, home: Home, out: Terminal) -> int:
    """Without ``--yes`` only what it would make."""
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: merging.preview(r, args.keep, args.absorb))
        if args.yes:
            shop.engine.call(lambda tx: merging.merge(tx, args.keep, args.absorb), actor="console")
        money = format_money(max(0, found.record.spent), shop.card.currency)
    finally:
        shop.close()
    value = {
        "kept": args.keep,
        "absorbed": args.absorb,
        "merged": args.yes,
        "orders": found.record.orders,
        "paid": found.record.paid,
        "spent": found.record.spent,
        "score": found.score,
        "phones": list(found.phones),
    }
    text = tr(
        "{kept} and {absorbed}: {orders} orders, {paid} paid, {money}, score {score}",
        kept=found.kept.name or args.keep,
        absorbed=found.absorbed.name or args.absorb,
        orders=found.record.orders,
        paid=found.record.paid,
        money=money,
        score=found.score,
    )
    done = tr("Now one customer.") if args.yes else tr("Nothing was changed: add --yes to merge.")
    out.result(value, f"{text}\n{done}")
    return DONE


def merged(args: Namespace, home: Home, out: Terminal) -> int:
    """The merges into a customer that can be taken back."""
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: merges.standing(r, queries.customer(r, args.id).id))
    finally:
        shop.close()
    value = [
        {"merge": one.id, "customer": one.absorbed, "name": one.name, "at": rfc3339(one.at), "how": one.how}
        for one in found
    ]
    lines = [f"{one.id}  {rfc3339(one.at)}  {one.name or one.absorbed}" for one in found]
    out.result(value, "\n".join(lines) or tr("No merge that could be taken back."))
    return DONE


def unmerge(args: Namespace, home: Home, out: Terminal) -> int:
    """Without ``--yes`` only who would get what."""
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: parting.preview(r, args.merge))
        if args.yes:
            shop.engine.call(lambda tx: parting.part(tx, args.merge), actor="console")
    finally:
        shop.close()
    merge = found.merge
    value = {
        "merge": merge.id,
        "kept": merge.kept,
        "other": merge.absorbed,
        "undone": args.yes,
        "orders": found.orders,
        "messages": found.messages,
        "phones": list(found.phones),
        "orders_since": found.orders_since,
        "messages_since": found.messages_since,
    }
    back = tr(
        "{name} gets back {orders} orders and {messages} messages.",
        name=merge.name or merge.absorbed,
        orders=found.orders,
        messages=found.messages,
    )
    stays = tr(
        "What came since stays with {name}: {orders} orders, {messages} messages.",
        name=found.kept.name or merge.kept,
        orders=found.orders_since,
        messages=found.messages_since,
    )
    done = tr("Two customers again.") if args.yes else tr("Nothing was changed: add --yes to take the merge back.")
    out.result(value, "\n".join((back, stays, done)))
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
