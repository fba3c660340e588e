"""``conversations``: who waits for a person, who speaks, notes, answers kept ready, figures."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any, TypeVar

from core.bootstrap import Shop, open_shop
from core.conversations import canned as kept
from core.conversations import escalation, figures, manual, notes, reasons, summary, threads
from core.conversations.escalation import Case
from core.kernel.clock import DAY, SECOND, rfc3339
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.kernel.text import countdown, in_minutes
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, language, tr

T = TypeVar("T")
ACTOR = WHERE = "console"


def _with(args: Namespace, home: Home, work: Callable[[Shop], T]) -> T:
    shop = open_shop(home, args.store)
    try:
        return work(shop)
    finally:
        shop.close()


# -- who waits, who speaks ----------------------------------------------------------------------------------------


def queue(args: Namespace, home: Home, out: Terminal) -> int:
    """The most pressing first."""

    def read(shop: Shop) -> tuple[list[Any], list[str]]:
        now = shop.clock.now()
        found = shop.engine.read(
            lambda r: escalation.cases(r, shop.lexicon, escalation.queue(r, args.limit), now),
        )
        return [_value(case, now) for case in found], [_line(case, shop, now) for case in found]

    values, lines = _with(args, home, read)
    out.result(values, "\n".join(lines) or tr("Nobody waits for a person."))
    return DONE


def show(args: Namespace, home: Home, out: Terminal) -> int:
    """One conversation as who takes it over needs it. Raises NotFound."""
    return _shown(args, home, out, lambda tx: None)


def take_over(args: Namespace, home: Home, out: Terminal) -> int:
    return _shown(args, home, out, lambda tx: threads.take_over(tx, args.id, WHERE))


def resume(args: Namespace, home: Home, out: Terminal) -> int:
    return _shown(args, home, out, lambda tx: threads.give_back(tx, args.id))


def resolve(args: Namespace, home: Home, out: Terminal) -> int:
    return _shown(args, home, out, lambda tx: threads.resolve(tx, args.id))


def reply(args: Namespace, home: Home, out: Terminal) -> int:
    """Queue a message; it leaves while the store is open. Raises NotFound, Refused."""

    def write(tx: Tx) -> None:
        threads.mode(tx, args.id)
        manual.send_text(tx, args.id, args.text, WHERE)

    return _shown(args, home, out, write)


def _shown(args: Namespace, home: Home, out: Terminal, verb: Callable[[Tx], object]) -> int:
    def work(shop: Shop) -> tuple[Any, str]:
        shop.engine.call(verb, actor=ACTOR)
        now = shop.clock.now()
        case = shop.engine.read(lambda r: escalation.case(r, shop.lexicon, args.id, now))
        return _value(case, now), _line(case, shop, now)

    value, text = _with(args, home, work)
    out.result(value, text)
    return DONE


def _why(case: Case) -> str:
    return catalogue("errors", language()).gettext(reasons.said(case.row.reason))


def _line(case: Case, shop: Shop, now: int) -> str:
    row = case.row
    who = {"bot": tr("bot"), "seller": tr("a person")}
    parts = [f"{row.conversation_id}", row.name or "—", row.language]
    parts.append(_why(case) if row.need == "escalated" else who[row.need])
    parts.append(summary.sentence(case.facts, language()))
    if case.waiting_since is not None:
        parts.append(tr("waits for {time}", time=in_minutes(now - case.waiting_since)))
    if case.order is not None:
        total = format_money(case.order.total, shop.card.currency)
        parts.append(f"{case.order.summary} {total} {countdown(case.order.expires_at - now)}")
    parts.append(f"{case.score} {case.tier}")
    if case.taken_by:
        parts.append(tr("taken by {who}", who=case.taken_by))
    if case.resume_at is not None:
        parts.append(tr("the bot answers again in {time}", time=in_minutes(case.resume_at - now)))
    return "  ".join(part for part in parts if part)


def _value(case: Case, now: int) -> dict[str, Any]:
    row, order = case.row, case.order
    return {
        "id": row.conversation_id,
        "customer": row.name,
        "phone": row.phone,
        "language": row.language,
        "need": row.need,
        "reason": row.reason,
        "summary": summary.sentence(case.facts, language()),
        "waiting_seconds": None if case.waiting_since is None else (now - case.waiting_since) // SECOND,
        "order": None
        if order is None
        else {
            "reference": order.reference,
            "state": order.state,
            "summary": order.summary,
            "total": order.total,
            "expires_at": rfc3339(order.expires_at),
        },
        "score": case.score,
        "tier": case.tier,
        "advice": case.advice,
        "taken_by": case.taken_by,
        "taken_at": _time(case.taken_at),
        "resume_at": _time(case.resume_at),
        "closed_at": _time(row.closed_at),
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


# -- notes and answers kept ready ---------------------------------------------------------------------------------


def note(args: Namespace, home: Home, out: Terminal) -> int:
    """Keep an internal note. Raises NotFound, Refused."""
    number = _with(args, home, lambda shop: shop.engine.call(lambda tx: notes.add(tx, args.id, args.text), actor=ACTOR))
    out.result({"note": number}, tr("note {number} kept; it is never sent", number=number))
    return DONE


def answers(args: Namespace, home: Home, out: Terminal) -> int:
    found = _with(args, home, lambda shop: shop.engine.read(kept.every))
    values = [{"id": a.id, "shortcut": a.shortcut, "language": a.language, "text": a.text} for a in found]
    lines = [f"{a.id}  /{a.shortcut}  {a.language}  {a.text}" for a in found]
    out.result(values, "\n".join(lines) or tr("No answer is kept ready."))
    return DONE


def keep_answer(args: Namespace, home: Home, out: Terminal) -> int:
    """Raises Refused."""

    def work(shop: Shop) -> int:
        return shop.engine.call(lambda tx: kept.save(tx, args.shortcut, args.language, args.text), actor=ACTOR)

    number = _with(args, home, work)
    shortcut = kept.shortcut_of(args.shortcut)
    out.result({"id": number, "shortcut": shortcut}, tr("/{shortcut} is kept ready", shortcut=shortcut))
    return DONE


def drop_answer(args: Namespace, home: Home, out: Terminal) -> int:
    """Raises NotFound."""
    _with(args, home, lambda shop: shop.engine.call(lambda tx: kept.remove(tx, args.id), actor=ACTOR))
    out.result({"removed": args.id}, tr("removed"))
    return DONE


# -- figures ------------------------------------------------------------------------------------------------------


def figure_page(args: Namespace, home: Home, out: Terminal) -> int:
    def read(shop: Shop) -> figures.Figures:
        now = shop.clock.now() + 1
        return shop.engine.read(lambda r: figures.figures(r, now - args.days * DAY, now))

    found = _with(args, home, read)
    value = {
        "since": rfc3339(found.since),
        "until": rfc3339(found.until),
        "conversations": found.conversations,
        "questions": found.questions,
        "by_bot": found.by_bot,
        "by_person": found.by_person,
        "unanswered": found.unanswered,
        "automatic_percent": found.automatic,
        "escalated": found.escalated,
        "escalation_percent": found.escalation,
        "taken": found.taken,
        **{
            name: {"count": span.count, "mean_ms": span.mean, "median_ms": span.median}
            for name, span in _spans(found).items()
        },
        "reasons": dict(found.reasons),
    }
    out.result(value, "\n".join(_said(found)))
    return DONE


def _spans(found: figures.Figures) -> dict[str, figures.Span]:
    return {
        "bot_answers": found.bot_answers,
        "person_answers": found.person_answers,
        "first_answers": found.first_answers,
        "resolutions": found.resolutions,
    }


def _said(found: figures.Figures) -> list[str]:
    def percent(value: int | None) -> str:
        return "—" if value is None else f"{value} %"

    def time(span: figures.Span) -> str:
        return "—" if span.mean is None else in_minutes(span.mean)

    return [
        tr(
            "{questions} questions in {conversations} conversations",
            questions=found.questions,
            conversations=found.conversations,
        ),
        tr("answered by the bot: {share}", share=percent(found.automatic)),
        tr("handed over to a person: {share}", share=percent(found.escalation)),
        tr("a person answers after {time} on average", time=time(found.first_answers)),
        tr("resolved after {time} on average", time=time(found.resolutions)),
    ]
