"""What about money needs a person, the most pressing first: few rows at any size of the store, each by its index."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.clock import HOUR
from core.storage.connection import Reader

_STUCK: Final = HOUR  # a refund on its way for longer is looked at by a person
_REFUNDS: Final = (
    "r.state NOT IN ('done', 'withdrawn') AND (r.state IN ('todo', 'failed', 'unknown') OR r.asked_at < ?)"
)
_TROUBLE: Final = "a.error IN ('contradiction', 'refund unclear') AND (a.error = 'refund unclear' OR a.state <> 'paid')"


class Concern(Struct, frozen=True):
    """One thing to do. ``kind``: decide (an open question; ``detail`` is the exception), refund (``detail`` its state),
    contradiction, refund_unclear, difference (``detail`` its kind). ``subject_id`` is the order's, the refund's, the
    attempt's or the difference's. ``attempt_id``: whom a provider can be asked about, to see whether a difference still
    stands; ``own``: a refund that no decision promised, so the seller may give it up; ``ours`` and ``theirs``: the sums
    that differ. ``at`` in ms UTC."""

    kind: str
    subject_id: int
    detail: str
    provider: str
    amount: int
    order_id: int | None
    payment_id: int | None
    reference: str
    customer: str
    at: int
    said: str | None = None
    attempt_id: int | None = None
    own: bool = False
    ours: int | None = None
    theirs: int | None = None


def count(reader: Reader, now: int) -> int:
    """How many there are."""
    return int(
        reader.value(
            "SELECT (SELECT count(*) FROM decision WHERE choice IS NULL)"  # noqa: S608 - fixed texts, here and below
            f" + (SELECT count(*) FROM refund r WHERE {_REFUNDS})"
            f" + (SELECT count(*) FROM attempt a WHERE {_TROUBLE})"
            " + (SELECT count(*) FROM difference WHERE state = 'open')",
            (now - _STUCK,),
        )
    )


def standing(reader: Reader, now: int, limit: int = 100) -> list[Concern]:
    """Questions, then refunds, then what does not add up; the oldest of each first, ``limit`` of each."""
    people = "JOIN orders o ON o.id = {of}.order_id JOIN customer c ON c.id = o.customer_id"
    found = [
        Concern("decide", order_id, kind, provider or "", amount, order_id, payment_id, reference, name, at)
        for order_id, kind, provider, amount, payment_id, reference, name, at in reader.all(
            "SELECT d.order_id, d.kind, o.provider, d.amount, d.payment_id, o.reference, c.name,"  # noqa: S608
            f" d.opened_at FROM decision d {people.format(of='d')} WHERE d.choice IS NULL ORDER BY d.id LIMIT ?",
            (limit,),
        )
    ]
    found += [
        Concern("refund", number, state, provider, amount, order_id, payment_id, reference, name, at, *more)
        for number, state, provider, amount, order_id, payment_id, reference, name, at, *more in reader.all(
            "SELECT r.id, r.state, r.provider, r.amount, r.order_id, r.payment_id, o.reference, c.name,"  # noqa: S608
            " r.asked_at, r.said, (SELECT attempt_id FROM payment WHERE id = r.payment_id), r.decision_id IS NULL"
            f" FROM refund r {people.format(of='r')} WHERE {_REFUNDS} ORDER BY r.id LIMIT ?",
            (now - _STUCK, limit),
        )
    ]
    found += [
        Concern(error.replace(" ", "_"), attempt_id, error, provider, amount, order_id, None, reference, name, at)
        for attempt_id, error, provider, amount, order_id, reference, name, at in reader.all(
            "SELECT a.id, a.error, a.provider, a.amount, a.order_id, o.reference, c.name, a.created_at"  # noqa: S608
            f" FROM attempt a {people.format(of='a')} WHERE {_TROUBLE} ORDER BY a.id LIMIT ?",
            (limit,),
        )
    ]
    found += [
        Concern(
            "difference",
            number,
            kind,
            provider,
            theirs or ours or 0,
            order_id,
            payment_id,
            reference,
            "",
            at,
            attempt_id=attempt_id,
            ours=ours,
            theirs=theirs,
        )
        for number, kind, provider, ours, theirs, order_id, payment_id, reference, at, attempt_id in reader.all(
            "SELECT id, kind, provider, ours, theirs, order_id, payment_id, reference, found_at, attempt_id"
            " FROM difference WHERE state = 'open' ORDER BY id LIMIT ?",
            (limit,),
        )
    ]
    return found
