"""Conversations that a person handles, over HTTP: the queue, who speaks, notes, answers kept ready, figures."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from core.conversations import canned as kept
from core.conversations import escalation, figures, notes, reasons, summary, threads
from core.conversations.escalation import Case
from core.kernel.clock import DAY, SECOND, rfc3339
from core.kernel.i18n import catalogue
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api import inboxshapes as shapes
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.people import thread
from localserver.api.present import SEE_PEOPLE, Presenter, before, cut, when
from localserver.middleware import language_of

# -- who waits, who speaks ----------------------------------------------------------------------------------------


def _case(call: Call, case: Case, now: int) -> shapes.Case:
    language = language_of(call.request)
    present = Presenter(call.shop, people=call.session.may(SEE_PEOPLE))
    order = case.order
    escalated = case.row.need == "escalated"
    return shapes.Case(
        conversation=present.conversation(case.row),
        why=catalogue("errors", language).gettext(reasons.said(case.row.reason)) if escalated else None,
        summary=summary.sentence(case.facts, language),
        facts=[shapes.Fact(fact.code, fact.what, fact.count) for fact in case.facts],
        waiting_seconds=None if case.waiting_since is None else max(0, now - case.waiting_since) // SECOND,
        order=None
        if order is None
        else shapes.OpenOrder(
            order.id,
            order.reference,
            order.state,  # type: ignore[arg-type] # reserved
            order.summary,
            present.amount(order.total),
            present.amount(order.received),
            rfc3339(order.expires_at),
            max(0, order.expires_at - now) // SECOND,
        ),
        score=case.score,
        tier=case.tier,  # type: ignore[arg-type] # its four words
        advice=case.advice,  # type: ignore[arg-type] # its three words
        taken_at=when(case.taken_at),
        taken_by=case.taken_by,
        place=case.place,
        handed_over=case.handed_over,
    )


async def queue(call: Call) -> web.Response:
    """Those whose customer waits for a person, also where a person has begun to answer."""
    asked: shapes.QueuePage = call.query
    now, products = call.shop.clock.now(), call.shop.lexicon

    def question(reader: Reader) -> list[Case]:
        return escalation.cases(reader, products, escalation.queue(reader, asked.limit), now)

    return show(shapes.CaseList([_case(call, each, now) for each in await call.read(question)]))


async def one(call: Call) -> web.Response:
    now, products = call.shop.clock.now(), call.shop.lexicon
    return show(_case(call, await call.read(lambda r: escalation.case(r, products, call.id, now)), now))


async def _act(call: Call, verb: Callable[[Tx], object]) -> web.Response:
    now, products = call.shop.clock.now(), call.shop.lexicon

    def command(tx: Tx) -> Result:
        verb(tx)
        return Result(200, _case(call, escalation.case(tx, products, call.id, now), now))

    return await call.act(command)


async def take_over(call: Call) -> web.Response:
    """The bot is silent from now on; the customer is told once."""
    return await _act(call, lambda tx: threads.take_over(tx, call.id, "api"))


async def resume(call: Call) -> web.Response:
    """The bot answers again; where it does already, nothing changes."""
    return await _act(call, lambda tx: threads.give_back(tx, call.id))


async def resolve(call: Call) -> web.Response:
    """Nothing is left to do: the conversation rests until the customer writes."""
    return await _act(call, lambda tx: threads.resolve(tx, call.id))


# -- notes --------------------------------------------------------------------------------------------------------


async def note_list(call: Call) -> web.Response:
    def question(reader: Reader) -> list[notes.NoteView]:
        thread(reader, call.id)
        return notes.of(reader, call.id)

    return show(shapes.NoteList([shapes.note(each) for each in await call.read(question)]))


async def add_note(call: Call) -> web.Response:
    """Keep a note for the people of the shop. It is never sent."""
    asked: shapes.NewNote = call.body

    def command(tx: Tx) -> Result:
        return Result(201, shapes.note(notes.one(tx, notes.add(tx, call.id, asked.text))))

    return await call.act(command)


async def remove_note(call: Call) -> web.Response:
    await call.shop.engine.run(lambda tx: notes.remove(tx, call.id), actor=call.actor)
    return web.Response(status=204)


# -- answers kept ready -------------------------------------------------------------------------------------------


async def canned_list(call: Call) -> web.Response:
    return show(shapes.CannedList([shapes.canned(each) for each in await call.read(kept.every)]))


async def save_canned(call: Call) -> web.Response:
    asked: shapes.NewCanned = call.body

    def command(tx: Tx) -> Result:
        number = kept.save(tx, asked.shortcut, asked.language, asked.text)
        return Result(200, shapes.canned(kept.one(tx, number)))

    return await call.act(command)


async def remove_canned(call: Call) -> web.Response:
    await call.shop.engine.run(lambda tx: kept.remove(tx, call.id), actor=call.actor)
    return web.Response(status=204)


async def ready(call: Call) -> web.Response:
    """The answers kept ready in this customer's language, their variables filled; nothing is sent."""
    asked: shapes.FindCanned = call.query
    shop = call.shop.name

    def question(reader: Reader) -> list[shapes.ReadyAnswer]:
        row = thread(reader, call.id)
        found = kept.matching(kept.every(reader), asked.find, row.language)
        return [
            shapes.ReadyAnswer(each.shortcut, each.language, kept.filled(each.text, row.name, shop))  # type: ignore[arg-type]
            for each in found
        ]

    return show(shapes.ReadyList(await call.read(question)))


# -- figures ------------------------------------------------------------------------------------------------------


def _span(span: figures.Span) -> shapes.Span:
    return shapes.Span(
        span.count,
        None if span.mean is None else span.mean // SECOND,
        None if span.median is None else span.median // SECOND,
    )


async def figure_page(call: Call) -> web.Response:
    """How conversations were handled lately."""
    asked: shapes.FigureSpan = call.query
    now = call.shop.clock.now() + 1
    found = await call.read(lambda r: figures.figures(r, now - asked.days * DAY, now))
    return show(
        shapes.Figures(
            since=rfc3339(found.since),
            until=rfc3339(found.until),
            conversations=found.conversations,
            questions=found.questions,
            by_bot=found.by_bot,
            by_person=found.by_person,
            unanswered=found.unanswered,
            automatic_percent=found.automatic,
            escalated=found.escalated,
            escalation_percent=found.escalation,
            taken=found.taken,
            bot_answers=_span(found.bot_answers),
            person_answers=_span(found.person_answers),
            first_answers=_span(found.first_answers),
            resolutions=_span(found.resolutions),
            reasons=[shapes.ReasonCount(reason, count) for reason, count in found.reasons],
        )
    )


async def handover_page(call: Call) -> web.Response:
    """The rows behind the figures, the latest first."""
    asked: shapes.HandoverPage = call.query
    now = call.shop.clock.now() + 1
    rows = await call.read(
        lambda r: figures.rows(r, now - asked.days * DAY, now, before=before(asked), limit=asked.limit + 1)
    )
    return show(shapes.HandoverList(*cut(rows, asked.limit, _handover, lambda h: h.id)))


def _handover(row: figures.HandoverRow) -> shapes.HandoverRow:
    return shapes.HandoverRow(
        id=row.id,
        conversation_id=row.conversation_id,
        reason=row.reason,
        opened_at=rfc3339(row.opened_at),
        taken_at=when(row.taken_at),
        taken_by=row.taken_by,
        place=row.place,
        answered_at=when(row.answered_at),
        ended_at=when(row.ended_at),
        ended=row.ended,  # type: ignore[arg-type] # its four words
        resolution_seconds=None if row.resolution is None else row.resolution // SECOND,
    )
