"""Customers as they are concluded on, let through, and made one, over HTTP."""

from __future__ import annotations

from aiohttp import web

from core.adapters.psp import provider_class
from core.customers import allowing, merges, merging, parting, restricting
from core.customers import queries as customers
from core.customers.explaining import explain
from core.customers.merging import Preview
from core.customers.rules import stars, success
from core.kernel.clock import rfc3339
from core.kernel.errors import NotFound
from core.orders.standing import lately
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import peopleshapes as shapes
from localserver.api.answers import Customer
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import Presenter, when


def means(provider: str) -> str:
    """What a provider is called, in a tag."""
    try:
        return provider_class(provider).label
    except NotFound:
        return provider


def standing_of(call: Call, reader: Reader) -> shapes.Standing:
    """Raises NotFound."""
    shop, now = call.shop, call.shop.clock.now()
    record = customers.customer(reader, call.id).record
    holds = shop.orders.holds
    found = lately(reader, call.id, now, holds, means)
    said = explain(record, shop.settings.get("store.language"), shop.card.currency, found)
    until = reader.value("SELECT allowed_until FROM customer WHERE id = ?", (call.id,))
    return shapes.Standing(
        customer_id=call.id,
        score=said.score,
        stars=stars(record),
        success=success(record),
        scored=record.scored,
        lines=[shapes.ScoreLine(line.text, line.points, line.said) for line in said.lines],
        tier=said.tier,  # type: ignore[arg-type] # its four words
        benefit=said.benefit,
        recommendation=said.recommendation,  # type: ignore[arg-type] # its three words
        advice=said.advice,
        habit=said.habit,
        badges=[shapes.Word(*badge) for badge in said.badges],
        tags=[shapes.Word(*tag) for tag in said.tags],
        hold_minutes=found.minutes,
        limited=shop.orders.limits.standing(reader, call.id, now),  # type: ignore[arg-type] # its two words
        allowed_until=when(until) if until > now else None,
        pays_first=found.pays_first,
    )


async def standing(call: Call) -> web.Response:
    return show(await call.read(lambda r: standing_of(call, r)))


async def allow(call: Call) -> web.Response:
    """The seller's word that they may order beyond the limits."""
    asked: shapes.Allowance = call.body

    def command(tx: Tx) -> Result:
        allowing.allow(tx, call.id, asked.hours)
        return Result(200, standing_of(call, tx))

    return await call.act(command)


async def restrict(call: Call) -> web.Response:
    """The seller's word that they pay first, or no longer."""
    asked: shapes.Restriction = call.body

    def command(tx: Tx) -> Result:
        restricting.restrict(tx, call.id, wanted=asked.pays_first)
        return Result(200, standing_of(call, tx))

    return await call.act(command)


async def similar(call: Call) -> web.Response:
    asked: shapes.SimilarPage = call.query

    def question(reader: Reader) -> list[Customer]:
        customers.customer(reader, call.id)
        present = Presenter(call.shop)
        return [present.customer(one) for one in merging.similar(reader, call.id, asked.search)]

    return show(shapes.SimilarList(await call.read(question)))


def _preview(call: Call, found: Preview) -> shapes.MergePreview:
    present = Presenter(call.shop)
    return shapes.MergePreview(
        kept=present.customer(found.kept),
        absorbed=present.customer(found.absorbed),
        orders=found.record.orders,
        paid=found.record.paid,
        expired=found.record.expired,
        spent=present.amount(max(0, found.record.spent)),
        score=found.score,
        tier=found.tier,  # type: ignore[arg-type] # its four words
        scored=found.record.scored,
        phones=list(found.phones),
        open_orders=found.open_orders,
        messages=found.messages,
    )


async def preview(call: Call) -> web.Response:
    asked: shapes.MergeWith = call.query
    return show(_preview(call, await call.read(lambda r: merging.preview(r, call.id, asked.absorb))))


async def merge(call: Call) -> web.Response:
    """Two records are one person."""
    asked: shapes.MergeWith = call.body

    def command(tx: Tx) -> Result:
        merging.merge(tx, call.id, asked.absorb)
        return Result(200, Presenter(call.shop).customer(customers.customer(tx, call.id)))

    return await call.act(command)


async def merged(call: Call) -> web.Response:
    """The merges into a person that stand, the latest first."""

    def question(reader: Reader) -> list[shapes.Merge]:
        customers.customer(reader, call.id)
        return [_merge(one) for one in merges.standing(reader, call.id)]

    return show(shapes.MergeList(await call.read(question)))


def _merge(found: merges.Merge) -> shapes.Merge:
    return shapes.Merge(
        id=found.id,
        kept_id=found.kept,
        absorbed_id=found.absorbed,
        name=found.name,
        at=rfc3339(found.at),
        how=found.how,
    )


async def parted(call: Call) -> web.Response:
    """What taking a merge back would do."""
    found = await call.read(lambda r: parting.preview(r, call.id))
    shown = shapes.PartingPreview(
        merge=_merge(found.merge),
        kept=Presenter(call.shop).customer(found.kept),
        phones=list(found.phones),
        orders=found.orders,
        messages=found.messages,
        orders_since=found.orders_since,
        messages_since=found.messages_since,
    )
    return show(shown)


async def part(call: Call) -> web.Response:
    """They are two people after all."""

    def command(tx: Tx) -> Result:
        merge, present = parting.part(tx, call.id), Presenter(call.shop)
        two = (present.customer(customers.customer(tx, number)) for number in (merge.kept, merge.absorbed))
        return Result(200, shapes.Parted(*two))

    return await call.act(command)
