"""The live and its orders over HTTP."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from core.bootstrap import Shop
from core.catalogue import queries as catalogue
from core.customers import queries as customers
from core.customers.service import Identity, recognise
from core.fraud.service import Risk, risk_of, sentence
from core.kernel.clock import MINUTE
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import explain
from core.kernel.phone import normalise
from core.live import queries as live_queries
from core.live import service as live
from core.live.views import SessionView
from core.orders import queries, settling
from core.orders.service import Claimed, Wanted, load, merge_wanted
from core.payments import receipts
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import answers
from localserver.api.answers import OrderList, Problem, Waiting
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import SEE_PEOPLE, Presenter, before, cut
from localserver.api.problems import TITLES
from localserver.api.requests import Choice, Extension, MoneySeen, NewCustomer, NewOrder, OrderPage, StartLive
from localserver.middleware import language_of

# -- the live ----------------------------------------------------------------------------------------------------


def _session(reader: Reader, session_id: int | None) -> SessionView:
    found = live_queries.session(reader, session_id)
    if found is None and session_id is None:
        raise NotFound("No live is running.")
    if found is None:
        raise NotFound("There is no live number {session_id}.", session_id=session_id)
    return found


async def start(call: Call) -> web.Response:
    asked: StartLive = call.body

    def command(tx: Tx) -> Result:
        session_id = live.start(tx, asked.title, asked.source)
        return Result(201, Presenter(call.shop).live(tx, _session(tx, session_id)))

    return await call.act(command)


async def current(call: Call) -> web.Response:
    return show(await call.read(lambda r: Presenter(call.shop).live(r, _session(r, None))))


async def one_live(call: Call) -> web.Response:
    return show(await call.read(lambda r: Presenter(call.shop).live(r, _session(r, call.id))))


async def end(call: Call) -> web.Response:
    def command(tx: Tx) -> Result:
        _session(tx, call.id)
        return Result(200, Presenter(call.shop).live(tx, _session(tx, live.end(tx, call.id))))

    return await call.act(command)


# -- orders ------------------------------------------------------------------------------------------------------


async def listing(call: Call) -> web.Response:
    asked: OrderPage = call.query
    rows = await call.read(
        lambda r: queries.page(
            r,
            before=before(asked),
            limit=asked.limit + 1,
            state=None if asked.state is UNSET else asked.state,
            session_id=None if asked.session_id is UNSET else asked.session_id,
            customer_id=None if asked.customer_id is UNSET else asked.customer_id,
        )
    )
    present = Presenter(call.shop, people=call.session.may(SEE_PEOPLE))
    return show(OrderList(*cut(rows, asked.limit, present.order, lambda o: o.id)))


async def one(call: Call) -> web.Response:
    present = Presenter(call.shop, people=call.session.may(SEE_PEOPLE))
    return show(present.order(await call.read(lambda r: queries.order(r, call.id))))


def person(tx: Tx, shop: Shop, customer: NewCustomer) -> int:
    """The customer with this phone, new if unknown. Raises Refused for what cannot be a phone number."""
    phone = normalise(customer.phone, shop.card.country)
    return recognise(
        tx, [Identity("phone", phone)], " ".join(customer.name.split()), shop.settings.get("store.language")
    )


def _wanted(tx: Tx, asked: NewOrder) -> list[Wanted]:
    wanted: list[Wanted] = []
    for line in asked.lines:
        if line.product_id is not UNSET:
            wanted.append(Wanted(line.product_id, line.quantity))
            continue
        found = catalogue.by_sku(tx, "" if line.sku is UNSET else line.sku)
        if found is None:
            raise NotFound("There is no product with the SKU “{sku}”.", sku=line.sku)
        wanted.append(Wanted(found.id, line.quantity))
    return merge_wanted(wanted)


async def place(call: Call) -> web.Response:
    """Hold what is wanted (F13b). 201 for a new order, 200 when it joined an open one, 409 when all is sold out."""
    asked: NewOrder = call.body
    shop, language = call.shop, language_of(call.request)
    hold_ms = None if asked.hold_minutes is UNSET else asked.hold_minutes * MINUTE

    def command(tx: Tx) -> Result:
        if asked.customer is not UNSET:
            customer_id = person(tx, shop, asked.customer)
        else:
            customer_id = customers.customer(tx, int(asked.customer_id or 0)).id
        claimed = shop.orders.claim(tx, customer_id, _wanted(tx, asked), asked.source, hold_ms=hold_ms)
        waiting = [Waiting(o.product_id, o.asked, o.place) for o in claimed.outcomes if o.place is not None]
        if claimed.order_id is None:
            return Result(409, _sold_out(claimed, waiting, language))
        order = queries.order(tx, claimed.order_id)
        return Result(200 if claimed.joined else 201, Presenter(shop).placed(order, waiting))

    return await call.act(command)


def _sold_out(claimed: Claimed, waiting: list[Waiting], language: str) -> Problem:
    reason = Refused("Sold out: the customer is number {place} in the waiting list.", place=claimed.outcomes[0].place)
    return Problem(TITLES[409], 409, detail=explain(reason, language), waiting=waiting)


async def risk(call: Call) -> web.Response:
    def question(reader: Reader) -> Risk | None:
        queries.order(reader, call.id)
        return risk_of(reader, call.id)

    found, language = await call.read(question) or Risk(0, (), None), call.shop.settings.get("store.language")
    reasons = [answers.Reason(one.code, one.points, sentence(one, language)) for one in found.signals]
    return show(answers.Risk(found.score, reasons, found.review))  # type: ignore[arg-type] # its four words


async def cancel(call: Call) -> web.Response:
    def command(tx: Tx) -> Result:
        call.shop.orders.cancel(tx, call.id, "seller")
        return Result(200, Presenter(call.shop).order(queries.order(tx, call.id)))

    return await call.act(command)


async def extend(call: Call) -> web.Response:
    asked: Extension = call.body

    def command(tx: Tx) -> Result:
        call.shop.orders.extend(tx, call.id, asked.minutes)
        return Result(200, Presenter(call.shop).order(queries.order(tx, call.id)))

    return await call.act(command)


async def decide(call: Call) -> web.Response:
    """The seller's answer to late, short, excess or double money."""
    asked: Choice = call.body
    quantity = None if asked.quantity is UNSET else asked.quantity
    substitute = None if asked.product_id is UNSET else settling.Substitute(asked.product_id, quantity)
    question = None if asked.question is UNSET else asked.question

    def command(tx: Tx) -> Result:
        load(tx, call.id)
        settling.decide(tx, call.shop.orders, call.id, asked.choice, substitute, question=question)
        return Result(200, Presenter(call.shop).order(queries.order(tx, call.id)))

    return await call.act(command)


async def receipt(call: Call) -> web.Response:
    """The seller's word about money that came to their own account."""
    asked: MoneySeen = call.body
    amount = None if asked.amount is UNSET else asked.amount

    def command(tx: Tx) -> Result:
        load(tx, call.id)
        if asked.received:
            receipts.confirm(tx, call.id, amount)
        else:
            receipts.deny(tx, call.id)
        return Result(200, Presenter(call.shop).order(queries.order(tx, call.id)))

    return await call.act(command)
