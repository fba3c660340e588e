"""Payments, refunds and comparisons with providers over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from msgspec import UNSET
from msgspec.structs import replace

from core.kernel.clock import rfc3339
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.ledger import book
from core.payments import queries
from core.payments.queries import Filter, PaymentRow, RefundRow
from core.payments.refunding import refundable
from core.reconciliation import concerns, service
from core.reconciliation.rules import NEXT_STEP
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import moneyshapes as shapes
from localserver.api import once
from localserver.api.door import Call, reply, show
from localserver.api.once import Kept, Key, Result
from localserver.api.present import SEE_PEOPLE, Presenter, before, cut
from localserver.api.products import parts, units
from localserver.middleware import language_of

# -- payments ----------------------------------------------------------------------------------------------------


def _payment(call: Call, row: PaymentRow) -> shapes.Payment:
    amount = Presenter(call.shop).amount
    return shapes.Payment(
        id=row.id,
        received_at=rfc3339(row.at),
        provider=row.provider,
        method=row.method,
        amount=amount(row.amount),
        fee=None if row.fee is None else amount(row.fee),
        refunded=amount(row.refunded),
        state=row.state,
        exception=row.exception,  # type: ignore[arg-type] # its four words
        order_id=row.order_id,
        reference=row.reference,
        customer_id=row.customer_id,
        customer=row.customer if call.session.may(SEE_PEOPLE) else "",
        transaction=row.txn_id,
    )


def _refund(call: Call, row: RefundRow) -> shapes.Refund:
    return shapes.Refund(
        id=row.id,
        payment_id=row.payment_id,
        order_id=row.order_id,
        provider=row.provider,
        amount=Presenter(call.shop).amount(row.amount),
        state=row.state,  # type: ignore[arg-type] # its seven words
        origin=row.origin,  # type: ignore[arg-type] # its three words
        asked_at=rfc3339(row.asked_at),
        changed_at=rfc3339(row.changed_at),
        said=row.said,
    )


async def listing(call: Call) -> web.Response:
    asked: shapes.PaymentPage = call.query
    wanted = Filter(
        provider=None if asked.provider is UNSET else asked.provider,
        state=None if asked.state is UNSET else asked.state,
        text="" if asked.search is UNSET else asked.search,
    )

    def read(reader: Reader) -> list[PaymentRow]:
        last = before(asked)
        at = reader.value("SELECT received_at FROM payment WHERE id = ?", (last,))
        return queries.page(reader, wanted, after=(2**63 - 1 if at is None else at, last), limit=asked.limit + 1)

    rows = await call.read(read)
    return show(shapes.PaymentList(*cut(rows, asked.limit, lambda row: _payment(call, row), lambda row: row.id)))


async def one(call: Call) -> web.Response:
    return show(await call.read(lambda r: _explained(call, r, call.id)))


def _explained(call: Call, reader: Reader, payment_id: int) -> shapes.Explained:
    """Raises NotFound."""
    amount = Presenter(call.shop).amount
    row = queries.one(reader, payment_id)
    entries = book.of_payment(reader, payment_id)
    where = book.where(entries)
    return shapes.Explained(
        payment=_payment(call, row),
        received=amount(where.received),
        earned=amount(max(0, where.earned)),
        returned=amount(where.refunded),
        held=amount(max(0, where.held)),
        refundable=amount(refundable(reader, payment_id)),
        entries=[shapes.Entry(e.id, rfc3339(e.at), e.kind, e.debit, e.credit, amount(e.amount)) for e in entries],
        refunds=[_refund(call, found) for found in queries.refunds_of(reader, payment_id)],
    )


async def totals(call: Call) -> web.Response:
    amount = Presenter(call.shop).amount

    def read(reader: Reader) -> shapes.Totals:
        found = [
            shapes.ProviderTotals(
                p.provider, amount(max(0, p.received)), p.fees, amount(max(0, p.refunded)), p.adjusted, p.net
            )
            for p in book.by_provider(reader)
        ]
        return shapes.Totals(call.shop.card.currency, found, concerns.count(reader, call.shop.clock.now()))

    return show(await call.read(read))


async def refund(call: Call) -> web.Response:
    """Give a payment back, or a part of it: asked for at the provider, or a task for the seller."""
    asked: shapes.NewRefund = call.body

    def command(tx: Tx) -> Result:
        left = refundable(tx, call.id)
        amount = left if asked.amount is UNSET else units(asked.amount, call.shop.card.currency)
        refund_id = call.shop.refunds.ask(tx, call.id, amount, restock=asked.restock)
        return Result(201, _refund(call, queries.refund(tx, refund_id)))

    return await call.act(command)


async def act(call: Call) -> web.Response:
    asked: shapes.RefundAct = call.body
    verbs = call.shop.refunds
    verb = {"done": verbs.by_hand, "again": verbs.again, "withdraw": verbs.withdraw}[asked.act]

    def command(tx: Tx) -> Result:
        verb(tx, call.id)
        return Result(200, _refund(call, queries.refund(tx, call.id)))

    return await call.act(command)


# -- comparisons -------------------------------------------------------------------------------------------------


def _difference(call: Call, found: service.Found) -> shapes.Difference:
    return shapes.Difference(
        id=found.id,
        kind=found.kind,
        provider=found.provider,
        reference=found.reference,
        ours=found.ours,
        theirs=found.theirs,
        order_id=found.order_id,
        payment_id=found.payment_id,
        state=found.state,  # type: ignore[arg-type] # its four words
        found_at=rfc3339(found.found_at),
        next_step=explain(Refused(NEXT_STEP[found.kind]), language_of(call.request)),
    )


def _comparison(call: Call, run: service.Run, found: list[service.Found]) -> shapes.Comparison:
    return shapes.Comparison(
        id=run.id,
        source=run.source,  # type: ignore[arg-type] # its two words
        provider=run.provider,
        started_at=rfc3339(run.started_at),
        ended_at=rfc3339(run.ended_at),
        compared=run.compared,
        foreign_lines=run.foreign_lines,
        found=run.found,
        differences=[_difference(call, each) for each in found],
    )


def _read_run(call: Call, reader: Reader, run_id: int) -> shapes.Comparison:
    """Raises NotFound."""
    return _comparison(call, service.run(reader, run_id), service.of_run(reader, run_id))


async def comparisons(call: Call) -> web.Response:
    asked = call.query
    rows = await call.read(lambda r: service.runs(r, before=before(asked), limit=asked.limit + 1))
    shown, following = cut(rows, asked.limit, lambda run: _comparison(call, run, []), lambda run: run.id)
    return show(shapes.ComparisonList(shown, following))


async def comparison(call: Call) -> web.Response:
    return show(await call.read(lambda r: _read_run(call, r, call.id)))


async def compare(call: Call) -> web.Response:
    asked: shapes.Compare = call.body
    return await _run(call, call.key, lambda: call.shop.reconciler.ask_providers(asked.days, actor=call.actor))


async def statement(call: Call) -> web.Response:
    """Compare with a provider's statement (CSV)."""
    data, asked = await parts(call.request, shapes.StatementUpload)
    key = call.key and replace(call.key, digest=once.digest(call.request.path, data, asked.provider))

    async def work() -> int:
        return (await call.shop.reconciler.read_statement(data, asked.provider, actor=call.actor))[0]

    return await _run(call, key, work)


async def _run(call: Call, key: Key | None, work: Callable[[], Awaitable[int]]) -> web.Response:
    async def compared() -> Kept:
        run_id = await work()
        return Kept(201, msgspec.json.encode(await call.read(lambda r: _read_run(call, r, run_id))))

    return reply(await once.perform_long(call.shop.engine, key, compared))


async def settle(call: Call) -> web.Response:
    asked: shapes.DifferenceAct = call.body

    def command(tx: Tx) -> Result:
        service.settle(tx, call.id, asked.choice)
        return Result(200, _difference(call, service.load(tx, call.id)))

    return await call.act(command)
