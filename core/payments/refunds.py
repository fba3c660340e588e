"""The life of a refund: a row before anything is asked, one call for each reference, followed until the money is back.

:mod:`core.payments.refunding` opens it, :mod:`core.payments.desk` calls the provider. Money that went back on the
provider's own pages is recognised as what was to go back, or booked as new.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_attempt_ref
from core.ledger import book
from core.orders import returns, settling
from core.payments import booking
from core.payments.events import AskRefund, RefundChanged, RefundCompleted, RefundSeen
from core.payments.provider import Pay, StatusResult
from core.payments.rules import (
    CALL_ENDS,
    DONE,
    MOVING,
    REFUND_LOOKED_FOR,
    REFUSED,
    REQUESTED,
    SENT,
    TODO,
    UNCLEAR,
    WITHDRAWN,
    next_poll,
)
from core.storage.connection import Reader
from core.storage.engine import Tx

REFUND: Final = "refund"  # kind of the deadline
_COLUMNS: Final = "id, ref, payment_id, order_id, decision_id, provider, amount, state, origin, sent_at, polls, said"
OPEN: Final = "state NOT IN ('done', 'withdrawn')"


class Refund(Struct, frozen=True):
    """One refund as stored. ``amount`` in smallest units; ``decision_id``: the seller's answer it carries out;
    ``said``: the provider's last word."""

    id: int
    ref: str
    payment_id: int
    order_id: int
    decision_id: int | None
    provider: str
    amount: int
    state: str
    origin: str
    sent_at: int | None
    polls: int
    said: str | None


def load(reader: Reader, refund_id: int) -> Refund:
    """Raises NotFound."""
    row = reader.one(f"SELECT {_COLUMNS} FROM refund WHERE id = ?", (refund_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no refund number {refund_id}.", refund_id=refund_id)
    return Refund(*row)


# -- at the desk -------------------------------------------------------------------------------------------------


def begin(tx: Tx, refund_id: int) -> tuple[Refund, bool]:
    """→ (the refund, whether to ask the provider for it now). Only one caller is ever told to, for each reference."""
    refund = load(tx, refund_id)
    if refund.state != REQUESTED:
        return refund, False
    tx.run("UPDATE refund SET sent_at = ?, said = NULL WHERE id = ?", (tx.now, refund_id))
    move(tx, refund, SENT)
    _plan(tx, refund_id)
    return load(tx, refund_id), True


def answered(tx: Tx, refund_id: int, result: StatusResult) -> None:
    """The provider's answer to the refund: made, on its way, or not."""
    refund = load(tx, refund_id)
    if refund.state not in MOVING:
        return  # a notification came first
    if result.status in (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED):
        finish(tx, refund)
    elif result.status in (Pay.FAILED, Pay.CANCELLED):
        _say(tx, refund, REFUSED, result.reason or result.provider_status)
    else:
        _say(tx, refund, SENT, result.provider_status)


def refused(tx: Tx, refund_id: int, error: str, *, by_hand: bool) -> None:
    """A clear no: nothing went back. ``by_hand``: the provider has no such call after all."""
    refund = load(tx, refund_id)
    if refund.state in MOVING:
        _say(tx, refund, TODO if by_hand else REFUSED, error)


def unclear(tx: Tx, refund_id: int, error: str, *, sent: bool) -> None:
    """No clear answer: it may have been made. ``sent`` False: the request never left, so it may leave later."""
    refund = load(tx, refund_id)
    if refund.state == SENT:
        _say(tx, refund, UNCLEAR if sent else REQUESTED, error)
        _plan(tx, refund_id)


def looked(tx: Tx, refund_id: int, *, tells: bool, repeats: bool) -> None:
    """The payment was read at the provider and this refund was not in it. ``tells``: it would have been, were it made;
    ``repeats``: asking again under the same reference is harmless."""
    refund = load(tx, refund_id)
    if refund.state != UNCLEAR or tx.now - (refund.sent_at or 0) <= CALL_ENDS:
        return
    if repeats:
        move(tx, refund, REQUESTED)
        tx.emit(AskRefund(refund_id, refund.order_id))
    elif tells:
        _say(tx, refund, REFUSED, "not made")


def due(tx: Tx, refund_id: int) -> None:
    """The plan says: look. The next time is planned in the same transaction, so a crash cannot end the plan."""
    refund = load(tx, refund_id)
    if refund.state in MOVING:
        tx.run("UPDATE refund SET polls = polls + 1 WHERE id = ?", (refund_id,))
        _plan(tx, refund_id)
        tx.emit(AskRefund(refund_id, refund.order_id))


def resume(tx: Tx) -> int:
    """At start: a call that was being answered is of unknown end; all that is on its way is looked at. → how many."""
    tx.run("UPDATE refund SET state = ?, said = 'stopped' WHERE state = ? AND said IS NULL", (UNCLEAR, SENT))
    rows = tx.all("SELECT id FROM refund WHERE state IN ('requested', 'sent', 'unknown')")
    for (refund_id,) in rows:
        set_deadline(tx, REFUND, refund_id, tx.now)
    return len(rows)


def doubt(tx: Tx) -> None:
    """In a restored store, before :func:`resume`: what was still to be asked for may have been, after the backup."""
    tx.run("UPDATE refund SET state = ?, said = 'restored' WHERE state = ?", (UNCLEAR, REQUESTED))


# -- what the provider shows -------------------------------------------------------------------------------------


def shown(tx: Tx, attempt_id: int, total: int | None = None, txn_id: str | None = None) -> bool:
    """``total`` was given back so far of what was paid in this attempt; None: all of its payment ``txn_id``, or first.

    → False when that is more than what came in: nothing is booked then.
    """
    payments = tx.all(
        "SELECT id, amount, refunded, txn_id FROM payment WHERE attempt_id = ? ORDER BY id", (attempt_id,)
    )
    if total is None:
        payments = [row for row in payments if row[3] == txn_id] or payments[:1]
        total = sum(row[1] for row in payments)
    left = total - sum(row[2] for row in payments)
    if left > sum(amount - refunded for _, amount, refunded, _ in payments):
        return False
    for payment_id, amount, refunded, _ in payments:
        part = min(left, amount - refunded)
        if part > 0:
            went_back(tx, payment_id, part)
            left -= part
    return True


def went_back(tx: Tx, payment_id: int, amount: int) -> None:
    """Recognise it as what was to go back, then as the answer to an open question, then as news."""
    waiting = tx.all(
        f"SELECT id, amount FROM refund WHERE payment_id = ? AND {OPEN}"  # noqa: S608 - fixed
        " ORDER BY (amount = ?) DESC, state NOT IN ('sent', 'unknown'), id",
        (payment_id, amount),
    )
    for refund_id, part in waiting:
        moved = min(part, amount)
        gone = refund_id if part <= amount else _split(tx, load(tx, refund_id), moved) if moved else 0
        if gone:
            finish(tx, load(tx, gone))
            amount -= moved
    order_id = tx.value("SELECT order_id FROM payment WHERE id = ?", (payment_id,))
    for decision_id, part in tx.all(
        "SELECT id, amount FROM decision WHERE order_id = ? AND choice IS NULL AND amount > 0 AND kind <> 'suspect'"
        " ORDER BY (amount = ?) DESC, (payment_id = ?) DESC, id",
        (order_id, amount, payment_id),
    ):
        if part <= min(amount, book.shares(tx, order_id, book.CUSTOMER_FUNDS).get(payment_id, 0)):
            _news(tx, payment_id, part, decision_id)
            amount -= part
    if amount:
        _news(tx, payment_id, amount, None)


def never_left(tx: Tx, payment_id: int, amount: int) -> None:
    """The provider shows so much less given back than is booked: the latest refunds failed after all.

    They are open again, and what they promised; a credit note that was issued stands, and none is issued twice.
    Raises Refused when not so much was given back.
    """
    done = tx.all(
        "SELECT id, amount FROM refund WHERE payment_id = ? AND state = ? ORDER BY changed_at DESC, id DESC",
        (payment_id, DONE),
    )
    if not 0 < amount <= sum(part for _, part in done):
        raise Refused("The books have changed since: compare again.")
    for refund_id, part in done:
        moved = min(part, amount)
        if moved:
            refund = load(tx, refund_id)
            if moved < part:
                tx.run("UPDATE refund SET amount = amount - ? WHERE id = ?", (moved, refund_id))
                refund = insert(tx, payment_id, moved, DONE, refund.origin, refund.decision_id)
            _undo(tx, refund)
            amount -= moved


def _undo(tx: Tx, refund: Refund) -> None:
    tx.run("UPDATE payment SET refunded = refunded - ? WHERE id = ?", (refund.amount, refund.payment_id))
    earned = booking.came_back(tx, refund.payment_id, refund.amount, sale_first=refund.decision_id is None)
    if refund.decision_id is None:
        returns.money_stayed(tx, refund.order_id, refund.amount, earned)
    else:
        returns.promised_again(tx, refund.decision_id)
    tx.run("UPDATE refund SET done_by = NULL WHERE id = ?", (refund.id,))
    _say(tx, refund, REFUSED, "not made")


def _split(tx: Tx, refund: Refund, amount: int) -> int:
    """A part of what was to go back has gone: a refund of its own. → its id, 0 for one that is asked for as it is."""
    if refund.state in (SENT, UNCLEAR):
        return 0
    tx.run("UPDATE refund SET amount = amount - ? WHERE id = ?", (amount, refund.id))
    return insert(tx, refund.payment_id, amount, TODO, refund.origin, refund.decision_id).id


def _news(tx: Tx, payment_id: int, amount: int, decision_id: int | None) -> None:
    refund = insert(tx, payment_id, amount, DONE, "provider", decision_id)
    earned = _book(tx, refund)
    tx.emit(RefundSeen(refund.id, refund.order_id, amount, decision_id or 0, earned))


# -- steps -------------------------------------------------------------------------------------------------------


def insert(tx: Tx, payment_id: int, amount: int, state: str, origin: str, decision_id: int | None) -> Refund:
    refund_id = tx.insert(
        "INSERT INTO refund(ref, payment_id, order_id, decision_id, provider, amount, state, origin, asked_at,"
        " asked_by, changed_at) SELECT ?, id, order_id, ?, provider, ?, ?, ?, ?, ?, ? FROM payment WHERE id = ?",
        (new_attempt_ref(), decision_id, amount, state, origin, tx.now, tx.actor, tx.now, payment_id),
    )
    return load(tx, refund_id)


def move(tx: Tx, refund: Refund, state: str) -> None:
    tx.run("UPDATE refund SET state = ?, changed_at = ? WHERE id = ?", (state, tx.now, refund.id))
    if state not in MOVING:
        clear_deadline(tx, REFUND, refund.id)
    tx.emit(RefundChanged(refund.id, refund.order_id, state))


def _say(tx: Tx, refund: Refund, state: str, error: str) -> None:
    tx.run("UPDATE refund SET said = ? WHERE id = ?", (error[:300], refund.id))
    move(tx, refund, state)


def finish(tx: Tx, refund: Refund) -> None:
    """The money is back: booked once, told to the order once. What went back otherwise before cannot go back again."""
    room = int(tx.value("SELECT amount - refunded FROM payment WHERE id = ?", (refund.payment_id,)))
    if room < refund.amount:
        if refund.decision_id is not None:
            returns.promise_less(tx, refund.decision_id, refund.amount - room)
        if not room:
            move(tx, refund, WITHDRAWN)
            if refund.decision_id is not None:
                end_decision(tx, refund.decision_id)
            return
        refund = replace(refund, amount=room)
    tx.run("UPDATE refund SET amount = ?, done_by = ?, said = NULL WHERE id = ?", (refund.amount, tx.actor, refund.id))
    move(tx, refund, DONE)
    earned = _book(tx, refund)
    if refund.decision_id is None:
        returns.money_back(tx, refund.order_id, refund.amount, earned)
    else:
        end_decision(tx, refund.decision_id)


def _book(tx: Tx, refund: Refund) -> int:
    tx.run("UPDATE payment SET refunded = refunded + ? WHERE id = ?", (refund.amount, refund.payment_id))
    earned = booking.given_back(tx, refund.payment_id, refund.amount, sale_first=refund.decision_id is None)
    tx.emit(RefundCompleted(refund.id, refund.order_id, refund.payment_id, refund.provider, refund.amount, earned))
    return earned


def end_decision(tx: Tx, decision_id: int) -> None:
    """Nothing of it is left to give back: the decision is carried out."""
    left = tx.value(f"SELECT 1 FROM refund WHERE decision_id = ? AND {OPEN} LIMIT 1", (decision_id,))  # noqa: S608
    if left is None and tx.value("SELECT 1 FROM decision WHERE id = ? AND refund = 'todo'", (decision_id,)):
        settling.refund_done(tx, decision_id)


def _plan(tx: Tx, refund_id: int) -> None:
    refund = load(tx, refund_id)
    when = next_poll(refund.polls, (refund.sent_at or tx.now) + REFUND_LOOKED_FOR, tx.now)
    if when is not None:
        set_deadline(tx, REFUND, refund_id, when)
