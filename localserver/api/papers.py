"""Invoices, credit notes and receipts over HTTP, and every paper as PDF."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from core.invoices import certification as certifications
from core.invoices import credits, receipts
from core.invoices import queries as invoices
from core.kernel.clock import rfc3339
from core.kernel.errors import NotFound
from core.orders import queries as orders
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import answers
from localserver.api.answers import InvoiceList
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import Presenter, before, cut
from localserver.api.products import units
from localserver.api.requests import InvoicePage, NewCredit, NewCreditLine


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


async def certification(call: Call) -> web.Response:
    """Raises NotFound when none was prepared."""

    def look(reader: Reader) -> answers.Certification:
        found = certifications.of_paper(reader, "invoice", invoices.invoice(reader, call.id).id)
        if found is None:
            raise NotFound("No certification was prepared for this invoice.")
        reference = (found.answer or {}).get("reference") or None
        return answers.Certification(
            found.paper_id,
            found.regime,
            found.state,  # type: ignore[arg-type] # one of the states of the table's check
            found.payload,
            reference,
            found.error,
            rfc3339(found.changed_at),
        )

    return show(await call.read(look))


def _taken(asked: NewCreditLine, currency: str) -> credits.Taken:
    quantity = 0 if asked.quantity is UNSET else asked.quantity
    return credits.Taken(asked.line - 1, quantity, 0 if asked.amount is UNSET else units(asked.amount, currency))


async def credit(call: Call) -> web.Response:
    """Take back an invoice, or part of it. The money is given back elsewhere."""
    asked: NewCredit = call.body
    shop = call.shop

    def command(tx: Tx) -> Result:
        terms = shop.papers.terms()
        if asked.lines is not UNSET:
            taken = [_taken(line, shop.card.currency) for line in asked.lines]
            note = credits.credit_lines(tx, call.id, taken, asked.reason, terms)
        else:
            amount = None if asked.amount is UNSET else units(asked.amount, shop.card.currency)
            note = credits.credit(tx, call.id, amount, asked.reason, terms)
        return Result(201, Presenter(shop).credit_note(credits.load(tx, note)))

    return await call.act(command)


async def credit_notes(call: Call) -> web.Response:
    present = Presenter(call.shop)
    notes = await call.read(lambda r: credits.of_invoice(r, invoices.invoice(r, call.id).id))
    return show(answers.CreditNoteList([present.credit_note(note) for note in notes]))


async def receipt_list(call: Call) -> web.Response:
    present = Presenter(call.shop)
    found = await call.read(lambda r: receipts.of_order(r, orders.order(r, call.id).id))
    return show(answers.ReceiptList([present.receipt(receipt) for receipt in found]))


async def credit_note_pdf(call: Call) -> web.Response:
    return await _pdf(call, "credit_note")


async def receipt_pdf(call: Call) -> web.Response:
    return await _pdf(call, "receipt")


async def quote_pdf(call: Call) -> web.Response:
    return await _pdf(call, "quote")


async def invoice_pdf(call: Call) -> web.Response:
    return await _pdf(call, "invoice")


async def _pdf(call: Call, kind: str) -> web.Response:
    printed = await call.shop.press.printed(kind, call.id)
    headers = {"Content-Disposition": f'inline; filename="{printed.name}.pdf"'}
    return web.Response(body=printed.content, content_type="application/pdf", headers=headers)
