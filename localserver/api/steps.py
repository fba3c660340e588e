"""Segments, free times, confirmations and payment after a time over HTTP."""

from __future__ import annotations

import asyncio
from datetime import time
from typing import Any, Final

from aiohttp import web
from msgspec import UNSET, structs

from core.conversations.steps import facts_of
from core.customers import queries as customers
from core.kernel.clock import rfc3339, to_datetime
from core.kernel.errors import Refused
from core.orders import delivery, terms
from core.orders import queries as orders
from core.orders.service import load
from core.payments import onsite
from core.segments.rules import KEY, KEYS, next_ask
from core.slots import queries, service
from core.slots.rules import Offered, Weekly
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import stepshapes as shapes
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import SEE_PEOPLE, Presenter, after, cut, when
from localserver.api.products import found_product
from localserver.api.requests import Page

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# -- how the store sells -----------------------------------------------------------------------------------------


def _segment(call: Call) -> shapes.Segment:
    now = call.shop.orders.segment()
    return shapes.Segment(**{f: getattr(now, f) for f in shapes.Segment.__struct_fields__})


async def segment(call: Call) -> web.Response:
    return show(_segment(call))


async def change_segment(call: Call) -> web.Response:
    """All of it is checked before any of it is kept."""
    asked: shapes.SegmentChange = call.body
    named = {k: v for k, v in structs.asdict(asked).items() if v is not UNSET}
    settings = call.shop.settings
    values = {KEY if field == "name" else KEYS[field]: _text(value) for field, value in named.items()}
    checked = {key: settings.declaration(key).check(text) for key, text in values.items()}
    for key, text in checked.items():
        await asyncio.to_thread(settings.set, key, text, call.actor)
    return show(_segment(call))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- free times --------------------------------------------------------------------------------------------------


def _slot(slot: queries.Slot) -> shapes.Slot:
    return shapes.Slot(slot.id, slot.product_id, rfc3339(slot.starts_at), slot.minutes, slot.capacity, slot.taken)


async def slots(call: Call) -> web.Response:
    """From now on, the soonest first."""
    asked: Page = call.query

    def question(reader: Reader) -> list[queries.Slot]:
        found_product(reader, call.id)
        since = max(after(asked), call.shop.clock.now())
        return queries.page(reader, call.id, after=since, limit=asked.limit + 1)

    return show(shapes.SlotList(*cut(await call.read(question), asked.limit, _slot, lambda s: s.starts_at)))


async def _add(call: Call, offered: list[Offered] | Weekly, first: Any = UNSET) -> web.Response:
    zone = call.shop.country.zone

    def command(tx: Tx) -> Result:
        found_product(tx, call.id)
        if isinstance(offered, Weekly):
            day = to_datetime(tx.now, zone).date() if first is UNSET else first
            made = service.add_weekly(tx, call.id, offered, day, zone)
        else:
            made = service.add(tx, call.id, offered)
        return Result(201, shapes.SlotsAdded(made.added, made.left_out))

    return await call.act(command)


async def add_slots(call: Call) -> web.Response:
    asked: shapes.NewSlots = call.body
    return await _add(
        call, [Offered(round(s.starts_at.timestamp() * 1000), s.minutes, s.capacity) for s in asked.slots]
    )


async def add_weekly(call: Call) -> web.Response:
    asked: shapes.WeeklySlots = call.body
    days = frozenset(DAYS.index(day) for day in asked.days)
    opens, closes = (time.fromisoformat(clock) for clock in (asked.opens, asked.closes))
    return await _add(call, Weekly(days, opens, closes, asked.minutes, asked.capacity, asked.weeks), asked.first)


async def remove_slot(call: Call) -> web.Response:
    await call.shop.engine.run(lambda tx: service.remove(tx, call.id), actor=call.actor)
    return web.Response(status=204)


# -- an order's steps --------------------------------------------------------------------------------------------


def _steps(call: Call, reader: Reader) -> shapes.Steps:
    order = load(reader, call.id)
    amount, place = Presenter(call.shop).amount, delivery.of_order(reader, order.id)
    told = place if call.session.may(SEE_PEOPLE) else None
    return shapes.Steps(
        order_id=order.id,
        next=next_ask(call.shop.orders.segment(), facts_of(reader, order)).value,
        confirmed_at=when(order.confirmed_at),
        times=[
            shapes.BookedTime(b.slot_id, b.product_id, rfc3339(b.starts_at), b.minutes, b.places, when(b.confirmed_at))
            for b in queries.bookings(reader, order.id)
        ],
        deposit=amount(order.deposit),
        balance=amount(max(0, order.total - order.received)),
        terms_days=order.terms_days or 0,
        due_at=when(order.balance_by) if order.on_terms else None,
        delivery=None if told is None else shapes.Delivery(told.address, *(told.location or (None, None))),
    )


async def steps(call: Call) -> web.Response:
    return show(await call.read(lambda r: _steps(call, r)))


async def choose_slot(call: Call) -> web.Response:
    asked: shapes.ChosenSlot = call.body

    def command(tx: Tx) -> Result:
        if not service.choose(tx, call.id, asked.slot_id):
            raise Refused("Somebody has just taken this time, or it is over: choose another one.")
        return Result(200, _steps(call, tx))

    return await call.act(command)


async def called(call: Call) -> web.Response:
    def command(tx: Tx) -> Result:
        service.called(tx, call.id)
        return Result(200, _steps(call, tx))

    return await call.act(command)


async def cash(call: Call) -> web.Response:
    asked: shapes.Cash = call.body
    amount = None if asked.amount is UNSET else asked.amount

    def command(tx: Tx) -> Result:
        onsite.receive(tx, call.id, call.shop.card.currency, amount)
        return Result(200, Presenter(call.shop).order(orders.order(tx, call.id)))

    return await call.act(command)


async def pay_later(call: Call) -> web.Response:
    def command(tx: Tx) -> Result:
        terms.pay_later(tx, call.id, call.shop.country.zone)
        return Result(200, _steps(call, tx))

    return await call.act(command)


# -- who is to be called, who owes -------------------------------------------------------------------------------


async def calls(call: Call) -> web.Response:
    found = await call.read(lambda r: queries.to_call(r, call.shop.clock.now()))
    person = Presenter(call.shop, people=call.session.may(SEE_PEOPLE)).person
    return show(
        shapes.CallList(
            [
                shapes.Call(
                    c.order_id,
                    c.reference,
                    person(c.customer_id, c.customer_name, c.phone),
                    c.title,
                    rfc3339(c.starts_at),
                )
                for c in found
            ]
        )
    )


async def owed(call: Call) -> web.Response:
    asked: shapes.OwedPage = call.query
    found = await call.read(lambda r: terms.owed(r, call.shop.clock.now(), overdue=asked.overdue == "true"))
    present = Presenter(call.shop, people=call.session.may(SEE_PEOPLE))
    return show(
        shapes.OwedList(
            [
                shapes.Owed(
                    o.order_id,
                    o.reference,
                    present.person(o.customer_id, o.customer_name, None),
                    present.amount(o.total),
                    present.amount(o.due),
                    rfc3339(o.due_at),
                )
                for o in found
            ]
        )
    )


async def allow(call: Call) -> web.Response:
    asked: shapes.Terms = call.body

    def command(tx: Tx) -> Result:
        customer = customers.customer(tx, call.id)
        terms.allow(tx, customer.id, asked.days)
        return Result(200, shapes.CustomerTerms(customer.id, asked.days))

    return await call.act(command)
