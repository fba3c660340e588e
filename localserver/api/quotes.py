"""Quotes over HTTP: written, sent, answered for the customer by the seller, turned into orders."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET, UnsetType

from core.bootstrap import Shop
from core.bootstrap.quoting import quote_url
from core.conversations.manual import window_open
from core.customers import queries as customers
from core.kernel.clock import rfc3339
from core.orders import queries as orders
from core.quotes import answering, queries, service
from core.quotes.answering import SELLER
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Quote, Wording
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import quoteshapes as shapes
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import Presenter, before, cut, when
from localserver.api.products import units
from localserver.api.quoteshapes import NewQuote, NewQuoteLine, QuoteChange, QuotePage, QuoteRefusal, Reduction
from localserver.api.selling import person


def shown_quote(reader: Reader, present: Presenter, quote_id: int) -> shapes.Quote:
    """Raises NotFound."""
    return _shown(reader, present, service.load(reader, quote_id))


def _shown(reader: Reader, present: Presenter, quote: Quote) -> shapes.Quote:
    customer = None if quote.customer_id is None else customers.customer(reader, quote.customer_id)
    sums, terms, amount = quote.wording.sums, quote.wording.terms, present.amount
    return shapes.Quote(
        id=quote.id,
        reference=quote.reference,
        state=queries.standing(quote, present.shop.clock.now()),  # type: ignore[arg-type] # one of the table's states
        customer=present.person(customer.id, customer.name, customer.phone) if customer else None,
        lines=[
            shapes.QuoteLine(
                line.description,
                line.sku or None,
                line.quantity,
                amount(line.unit_price),
                amount(line.off),
                amount(line.amount),
            )
            for line in quote.lines
        ],
        subtotal=amount(sums.subtotal),
        discount=amount(sums.off),
        total=amount(quote.total),
        deposit=amount(quote.deposit),
        pay_days=terms.pay_days,
        balance_days=terms.balance_days,
        note=quote.note,
        created_at=rfc3339(quote.created_at),
        sent_at=when(quote.sent_at),
        seen_at=when(quote.seen_at),
        answered_at=when(quote.answered_at),
        valid_until=rfc3339(quote.valid_until),
        reason=quote.reason,
        replaces=quote.replaces,
        order_id=quote.order_id,
        url=quote_url(present.shop, quote.link) if quote.link else None,
        pdf_url=present.url(f"/devis/{quote.id}/pdf"),
    )


# -- writing -----------------------------------------------------------------------------------------------------


def _discount(asked: Reduction | UnsetType | None, currency: str) -> Discount | None:
    if asked is None or asked is UNSET:
        return None
    if asked.percent is not UNSET:
        return Discount("percent", asked.percent)
    assert asked.amount is not UNSET
    return Discount("amount", units(asked.amount, currency))


def _line(reader: Reader, asked: NewQuoteLine, currency: str) -> QuoteLine:
    discount = _discount(asked.discount, currency)
    if asked.description is UNSET or asked.unit_price is UNSET:
        return service.from_catalogue(reader, "" if asked.sku is UNSET else asked.sku, asked.quantity, discount)
    rate = None if asked.vat_rate is UNSET else asked.vat_rate
    price = units(asked.unit_price, currency)
    return QuoteLine(asked.description, asked.quantity, price, rate=rate, discount=discount)


async def draft(call: Call) -> web.Response:
    asked: NewQuote = call.body
    shop = call.shop

    def command(tx: Tx) -> Result:
        customer_id = None
        if asked.customer is not UNSET:
            customer_id = person(tx, shop, asked.customer)
        elif asked.customer_id is not UNSET:
            customer_id = customers.customer(tx, asked.customer_id).id
        currency = shop.card.currency
        wording = Wording(
            tuple(_line(tx, line, currency) for line in asked.lines),
            _discount(asked.discount, currency),
            asked.note,
            Terms(
                asked.valid_days,
                asked.deposit,
                asked.pay_days,
                asked.balance_days,
                0 if asked.deposit_amount is UNSET else units(asked.deposit_amount, currency),
            ),
        )
        quote_id = service.draft(tx, wording, customer_id=customer_id, terms=shop.papers.terms())
        return Result(201, shown_quote(tx, Presenter(shop), quote_id))

    return await call.act(command)


async def change(call: Call) -> web.Response:
    asked: QuoteChange = call.body
    shop = call.shop

    def command(tx: Tx) -> Result:
        quote = service.load(tx, call.id)
        customer_id = quote.customer_id
        if asked.customer_id is not UNSET:
            customer_id = customers.customer(tx, asked.customer_id).id
        service.edit(tx, call.id, _anew(tx, shop, asked, quote.wording), customer_id, shop.papers.terms())
        return Result(200, shown_quote(tx, Presenter(shop), call.id))

    return await call.act(command)


def _anew(reader: Reader, shop: Shop, asked: QuoteChange, old: Wording) -> Wording:
    currency, terms = shop.card.currency, old.terms
    share, amount = terms.deposit, terms.deposit_amount
    if asked.deposit is not UNSET:
        share, amount = asked.deposit, 0
    elif asked.deposit_amount is not UNSET:
        share, amount = 0, units(asked.deposit_amount, currency)
    return Wording(
        old.lines if asked.lines is UNSET else tuple(_line(reader, line, currency) for line in asked.lines),
        old.discount if asked.discount is UNSET else _discount(asked.discount, currency),
        old.note if asked.note is UNSET else asked.note,
        Terms(
            terms.valid_days if asked.valid_days is UNSET else asked.valid_days,
            share,
            terms.pay_days if asked.pay_days is UNSET else asked.pay_days,
            terms.balance_days if asked.balance_days is UNSET else asked.balance_days,
            amount,
        ),
    )


async def revise(call: Call) -> web.Response:
    def command(tx: Tx) -> Result:
        quote_id = service.revise(tx, call.id, call.shop.papers.terms())
        return Result(201, shown_quote(tx, Presenter(call.shop), quote_id))

    return await call.act(command)


async def send(call: Call) -> web.Response:
    """Freeze it, and write to the customer where WhatsApp lets us."""
    shop = call.shop

    def command(tx: Tx) -> Result:
        service.send(tx, call.id, shop.papers.terms(), shop.settings.number("quotes.remind_days"))
        quote = shown_quote(tx, Presenter(shop), call.id)
        queued = quote.customer is not None and window_open(tx, quote.customer.id, tx.now)
        return Result(200, shapes.SentQuote(quote, queued))

    return await call.act(command)


# -- reading -----------------------------------------------------------------------------------------------------


async def listing(call: Call) -> web.Response:
    asked: QuotePage = call.query
    present = Presenter(call.shop)
    state = None if asked.state is UNSET else asked.state
    customer_id = None if asked.customer_id is UNSET else asked.customer_id

    def question(reader: Reader) -> shapes.QuoteList:
        limit = asked.limit + 1
        rows = queries.page(reader, before=before(asked), limit=limit, state=state, customer_id=customer_id)
        return shapes.QuoteList(*cut(rows, asked.limit, lambda q: _shown(reader, present, q), lambda q: q.id))

    return show(await call.read(question))


async def one(call: Call) -> web.Response:
    return show(await call.read(lambda r: shown_quote(r, Presenter(call.shop), call.id)))


# -- answering for the customer ----------------------------------------------------------------------------------


async def accept(call: Call) -> web.Response:
    """The customer said yes otherwise: by phone, on paper."""

    def command(tx: Tx) -> Result:
        answering.accept(tx, call.shop.orders, call.id, SELLER)
        return Result(200, _answered(tx, call.shop, call.id))

    return await call.act(command)


async def refuse(call: Call) -> web.Response:
    asked: QuoteRefusal = call.body

    def command(tx: Tx) -> Result:
        answering.refuse(tx, call.id, SELLER, asked.reason)
        return Result(200, _answered(tx, call.shop, call.id))

    return await call.act(command)


async def convert(call: Call) -> web.Response:
    """What an accepted quote waited for is in stock now."""

    def command(tx: Tx) -> Result:
        answering.convert(tx, call.shop.orders, call.id)
        return Result(200, _answered(tx, call.shop, call.id))

    return await call.act(command)


def _answered(tx: Tx, shop: Shop, quote_id: int) -> shapes.AnsweredQuote:
    quote = shown_quote(tx, Presenter(shop), quote_id)
    pay_url = None
    if quote.order_id is not None:
        pay_url = shop.page_url(shop.links.token(orders.order(tx, quote.order_id).link))
    short = [shapes.Shortage(s.product_id, s.title, s.wanted, s.available) for s in answering.short_of(tx, quote_id)]
    return shapes.AnsweredQuote(quote, short, pay_url)
