"""``leads``, ``pairs`` and ``figures``: prospects, products that go together, and what became of it all."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from core.bootstrap import Shop, open_shop
from core.catalogue.queries import by_sku
from core.kernel.clock import DAY, parse_rfc3339, rfc3339
from core.kernel.errors import NotFound, Refused
from core.kernel.money import format_money
from core.kernel.text import duration
from core.orders import figures as orders
from core.orders import pairs
from core.pipeline import queries, service
from core.pipeline.figures import funnel
from core.pipeline.queries import LeadView
from core.pipeline.service import Lead
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def _lead(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "customer": lead.customer_id,
        "stage": lead.stage,
        "asked": lead.asked,
        "amount": lead.amount,
        "next_at": None if lead.next_at is None else rfc3339(lead.next_at),
        "next": lead.next_what,
        "qualified_by": lead.qualified_by,
    }


def _line(view: LeadView, currency: str) -> str:
    lead = view.lead
    money = "" if lead.amount is None else format_money(lead.amount, currency)
    due = "" if lead.next_at is None else f"{rfc3339(lead.next_at)[:10]} {lead.next_what}"
    parts = (f"{lead.id:>5}  {lead.stage:<10} {view.name or view.phone or '—'}", money, lead.qualified_by or "", due)
    return "  ".join(part for part in parts if part)


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        due = shop.clock.now() if args.due else None
        with shop.engine.reader() as reader:
            found = queries.page(reader, limit=args.limit, stage=args.stage, qualified=args.qualified, due_before=due)
            board = queries.columns(reader)
        lines = [_line(view, shop.card.currency) for view in found]
        lines += [f"{column.stage}: {column.count}" for column in board]
    finally:
        shop.close()
    value = {
        "leads": [{**_lead(view.lead), "name": view.name} for view in found],
        "stages": {column.stage: {"count": column.count, "amount": column.amount} for column in board},
    }
    out.result(value, "\n".join(lines))
    return DONE


def _act(args: Namespace, home: Home, out: Terminal, verb: Callable[[Tx], Lead]) -> int:
    shop = open_shop(home, args.store)
    try:
        lead = shop.engine.call(verb, actor="console")
    finally:
        shop.close()
    out.result(_lead(lead), f"{lead.id}  {lead.stage}  {lead.next_what}".rstrip())
    return DONE


def move(args: Namespace, home: Home, out: Terminal) -> int:
    return _act(args, home, out, lambda tx: service.move(tx, args.id, args.stage))


def plan(args: Namespace, home: Home, out: Terminal) -> int:
    try:
        at = None if args.at is None else parse_rfc3339(args.at)
    except ValueError:
        raise Refused("The time must be written like 2026-11-30T09:00:00Z.") from None
    return _act(args, home, out, lambda tx: service.plan(tx, args.id, at, args.what))


# -- products that go together -----------------------------------------------------------------------------------


def _pairs(shop: Shop, out: Terminal) -> None:
    found = shop.engine.read(pairs.all_of)
    value = [{"sku": one.sku, "with": one.with_sku, "percent": one.percent} for one in found]
    out.result(value, "\n".join(f"{one.sku} + {one.with_sku}: −{one.percent} %" for one in found) or tr("No pair."))


def _both(shop: Shop, args: Namespace) -> tuple[int, int]:
    found = []
    for sku in (args.sku, args.with_sku):
        product = shop.engine.read(lambda r, sku=sku: by_sku(r, sku))  # type: ignore[misc]
        if product is None:
            raise NotFound("There is no product with the SKU “{sku}”.", sku=sku)
        found.append(product.id)
    return found[0], found[1]


def pair_list(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        _pairs(shop, out)
    finally:
        shop.close()
    return DONE


def pair(args: Namespace, home: Home, out: Terminal) -> int:
    return _change(args, home, out, lambda tx, both: pairs.put(tx, *both, args.percent))


def unpair(args: Namespace, home: Home, out: Terminal) -> int:
    return _change(args, home, out, lambda tx, both: pairs.remove(tx, *both))


def _change(args: Namespace, home: Home, out: Terminal, act: Callable[[Tx, tuple[int, int]], None]) -> int:
    shop = open_shop(home, args.store)
    try:
        both = _both(shop, args)
        shop.engine.call(lambda tx: act(tx, both), actor="console")
        _pairs(shop, out)
    finally:
        shop.close()
    return DONE


# -- figures -----------------------------------------------------------------------------------------------------


def figures(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        if args.live is not None:
            _live(shop, args.live, out)
        else:
            _funnel(shop, args.days, out)
    finally:
        shop.close()
    return DONE


def _percent(value: int | None) -> str:
    return "—" if value is None else f"{value} %"


def _funnel(shop: Shop, days: int, out: Terminal) -> None:
    now = shop.clock.now()
    found = shop.engine.read(lambda r: funnel(r, now - days * DAY, now + 1))
    value = {
        "leads": len(found.leads),
        "quoted": len(found.quoted),
        "won": len(found.won),
        "lead_to_quote": found.lead_to_quote,
        "quote_to_sale": found.quote_to_sale,
        "lead_to_sale": found.lead_to_sale,
    }
    text = tr(
        "{leads} prospects, {quoted} with a quote ({to_quote}), {won} sales ({to_sale}); quotes sold: {quote_sale}",
        leads=len(found.leads),
        quoted=len(found.quoted),
        to_quote=_percent(found.lead_to_quote),
        won=len(found.won),
        to_sale=_percent(found.lead_to_sale),
        quote_sale=_percent(found.quote_to_sale),
    )
    out.result(value, text)


def _live(shop: Shop, number: int, out: Terminal) -> None:
    found = shop.engine.read(lambda r: orders.of_live(r, number))
    median = found.order_time.median
    value = {
        "live": number,
        "orders": len(found.conversion.whole),
        "paid": len(found.conversion.part),
        "conversion": found.conversion.percent,
        "fraud": found.fraud.percent,
        "order_time_median_ms": median,
        "order_time_classes": [
            {"up_to_seconds": seconds, "orders": count} for seconds, count in found.order_time.classes
        ],
    }
    text = tr(
        "{orders} orders, {paid} paid ({conversion}), fraud {fraud}, from claim to payment {time}",
        orders=len(found.conversion.whole),
        paid=len(found.conversion.part),
        conversion=_percent(found.conversion.percent),
        fraud=_percent(found.fraud.percent),
        time="—" if median is None else duration(median),
    )
    out.result(value, text)
