"""Prospects, products that go together, and figures, over HTTP."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from msgspec import UNSET, UnsetType

from core.kernel.clock import DAY, parse_rfc3339, rfc3339
from core.kernel.errors import NotFound, Refused
from core.orders import figures, pairs
from core.pipeline import queries, service
from core.pipeline.figures import funnel
from core.pipeline.queries import LeadView
from core.storage.engine import Tx
from localserver.api import peopleshapes as shapes
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import Presenter, before, cut, when

USUAL: Final = 30  # days
READ_MESSAGES: Final = "messages.read"


def _time(text: str) -> int:
    """ms UTC. Raises Refused."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise Refused("The time must be written like 2026-11-30T09:00:00Z.") from None


def _lead(call: Call, view: LeadView) -> shapes.Lead:
    """Without the last message for who may not read messages."""
    lead, present = view.lead, Presenter(call.shop)
    return shapes.Lead(
        id=lead.id,
        customer=present.person(lead.customer_id, view.name, view.phone),
        conversation_id=view.conversation_id,
        last_text=view.last_text if call.session.may(READ_MESSAGES) else "",
        stage=lead.stage,  # type: ignore[arg-type] # one of the table's
        asked=lead.asked,
        amount=None if lead.amount is None else present.amount(lead.amount),
        next=None if lead.next_at is None else shapes.Activity(rfc3339(lead.next_at), lead.next_what),
        opened_at=rfc3339(lead.opened_at),
        moved_at=rfc3339(lead.moved_at),
        qualified_at=when(lead.qualified_at),
        qualified_by=lead.qualified_by,  # type: ignore[arg-type] # its three words
    )


async def listing(call: Call) -> web.Response:
    asked: shapes.LeadPage = call.query
    now = call.shop.clock.now()
    rows = await call.read(
        lambda r: queries.page(
            r,
            before=before(asked),
            limit=asked.limit + 1,
            stage=_given(asked.stage),
            customer_id=None if asked.customer_id is UNSET else asked.customer_id,
            qualified=asked.qualified,
            due_before=now if asked.due else None,
        )
    )
    return show(shapes.LeadList(*cut(rows, asked.limit, lambda v: _lead(call, v), lambda v: v.lead.id)))


def _given(text: str | UnsetType) -> str | None:
    return None if text is UNSET else str(text)


async def one(call: Call) -> web.Response:
    view = await call.read(lambda r: queries.one(r, call.id))
    if view is None:
        raise NotFound("There is no prospect number {lead_id}.", lead_id=call.id)
    return show(_lead(call, view))


async def change(call: Call) -> web.Response:
    """The seller's own word: the stage in any direction, and what is to be done next."""
    asked: shapes.LeadChange = call.body
    at = _time(asked.next.at) if isinstance(asked.next, shapes.NextActivity) else None

    def command(tx: Tx) -> Result:
        service.load(tx, call.id)
        if asked.stage is not UNSET:
            service.move(tx, call.id, asked.stage)
        if asked.next is not UNSET:
            service.plan(tx, call.id, at, asked.next.what if asked.next is not None else "")
        view = queries.one(tx, call.id)
        assert view is not None
        return Result(200, _lead(call, view))

    return await call.act(command)


async def board(call: Call) -> web.Response:
    present = Presenter(call.shop)
    found = await call.read(queries.columns)
    sums = [shapes.StageSum(c.stage, c.count, present.amount(c.amount)) for c in found]  # type: ignore[arg-type] # its words
    return show(shapes.Board(sums))


# -- products that go together -----------------------------------------------------------------------------------


async def pair_list(call: Call) -> web.Response:
    found = await call.read(pairs.all_of)
    return show(shapes.PairList([shapes.Pair(p.product_id, p.sku, p.with_id, p.with_sku, p.percent) for p in found]))


def _pairs(tx: Tx) -> Result:
    found = pairs.all_of(tx)
    return Result(
        200, shapes.PairList([shapes.Pair(p.product_id, p.sku, p.with_id, p.with_sku, p.percent) for p in found])
    )


async def pair(call: Call) -> web.Response:
    asked: shapes.NewPair = call.body

    def command(tx: Tx) -> Result:
        pairs.put(tx, asked.product_id, asked.with_id, asked.percent)
        return _pairs(tx)

    return await call.act(command)


async def unpair(call: Call) -> web.Response:
    asked: shapes.OldPair = call.body

    def command(tx: Tx) -> Result:
        pairs.remove(tx, asked.product_id, asked.with_id)
        return _pairs(tx)

    return await call.act(command)


# -- figures -----------------------------------------------------------------------------------------------------


async def funnel_figures(call: Call) -> web.Response:
    asked: shapes.Period = call.query
    until = call.shop.clock.now() if asked.until is UNSET else _time(asked.until)
    since = until - USUAL * DAY if asked.since is UNSET else _time(asked.since)
    found = await call.read(lambda r: funnel(r, since, until))
    return show(
        shapes.FunnelFigures(
            rfc3339(since),
            rfc3339(until),
            list(found.leads),
            list(found.quoted),
            list(found.won),
            list(found.quoted_won),
            found.lead_to_quote,
            found.quote_to_sale,
            found.lead_to_sale,
        )
    )


async def live_figures(call: Call) -> web.Response:
    found = await call.read(lambda r: figures.of_live(r, call.id))
    return show(
        shapes.LiveFigures(
            found.session_id,
            list(found.conversion.whole),
            found.order_time.median,
            [shapes.OrderMs(*one) for one in found.order_time.times],
            [shapes.TimeClass(*one) for one in found.order_time.classes],
            list(found.conversion.part),
            found.conversion.percent,
            list(found.fraud.part),
            found.fraud.percent,
        )
    )
