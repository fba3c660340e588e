"""Quotes and invoices over HTTP."""

from __future__ import annotations

import asyncio

from aiohttp import web
from msgspec import UNSET

from core.customers import queries as customers
from core.invoices import queries as invoices
from core.invoices.documents import invoice_document
from core.quotes import service as quotes
from core.quotes.documents import quote_document
from core.quotes.rules import QuoteLine
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import answers
from localserver.api.answers import InvoiceList, Person
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import Presenter, before, cut
from localserver.api.products import units
from localserver.api.requests import InvoicePage, NewQuote, NewQuoteLine
from localserver.api.selling import person


def shown_quote(reader: Reader, present: Presenter, quote_id: int) -> answers.Quote:
    """Raises NotFound."""
    quote = quotes.load(reader, quote_id)
    if quote.customer_id is None:
        return present.quote(quote, None)
    customer = customers.customer(reader, quote.customer_id)
    return present.quote(quote, Person(customer.id, customer.name, customer.phone))


def _line(reader: Reader, asked: NewQuoteLine, currency: str) -> QuoteLine:
    if asked.description is UNSET or asked.unit_price is UNSET:
        return quotes.from_catalogue(reader, "" if asked.sku is UNSET else asked.sku, asked.quantity)
    return QuoteLine(asked.description, asked.quantity, units(asked.unit_price, currency))


async def draft(call: Call) -> web.Response:
    asked: NewQuote = call.body
    shop = call.shop

    def command(tx: Tx) -> Result:
        customer_id = None
        if asked.customer is not UNSET:
            customer_id = person(tx, shop, asked.customer)
        elif asked.customer_id is not UNSET:
            customer_id = customers.customer(tx, asked.customer_id).id
        quote_id = quotes.draft(
            tx,
            [_line(tx, line, shop.card.currency) for line in asked.lines],
            customer_id=customer_id,
            valid_days=asked.valid_days,
            note=asked.note,
            terms=shop.papers.terms(),
        )
        return Result(201, shown_quote(tx, Presenter(shop), quote_id))

    return await call.act(command)


async def quote(call: Call) -> web.Response:
    return show(await call.read(lambda r: shown_quote(r, Presenter(call.shop), call.id)))


async def invoice_list(call: Call) -> web.Response:
    asked: InvoicePage = call.query
    order_id = asked.order_id
    if order_id is not UNSET:
        rows = await call.read(lambda r: invoices.of_order(r, order_id))
    else:
        rows = await call.read(lambda r: invoices.page(r, before=before(asked), limit=asked.limit + 1))
    return show(InvoiceList(*cut(rows, asked.limit, Presenter(call.shop).invoice, lambda i: i.id)))


async def invoice(call: Call) -> web.Response:
    return show(Presenter(call.shop).invoice(await call.read(lambda r: invoices.invoice(r, call.id))))


async def quote_pdf(call: Call) -> web.Response:
    from core.adapters import pdf

    document = await call.read(lambda r: quote_document(r, call.id, call.shop.papers.shared()))
    return _pdf(document.reference, await asyncio.to_thread(pdf.render_quote, document))


async def invoice_pdf(call: Call) -> web.Response:
    from core.adapters import pdf

    document = await call.read(lambda r: invoice_document(r, call.id, call.shop.papers.shared()))
    return _pdf(document.number, await asyncio.to_thread(pdf.render_invoice, document))


def _pdf(name: str, content: bytes) -> web.Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)
