"""Payment attempts: recorded before the provider is called, settled once, whoever brings the news."""

from __future__ import annotations

import json
from typing import Final

from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.clock import DAY
from core.kernel.errors import Refused
from core.orders import settling
from core.orders.rules import MAX_HOLD, RESERVED, asked
from core.orders.service import load
from core.payments import booking, prompts, refunds
from core.payments.attempts import AttemptRow, begin_attempt, load_attempt, match
from core.payments.events import (
    AskProvider,
    AttemptChanged,
    AttemptOpened,
    CloseSession,
    OrphansForgotten,
    PayerKnown,
    PayerTold,
    PaymentOrphaned,
    PaymentReceived,
    ReceiptAwaited,
)
from core.payments.misfits import quarantine
from core.payments.provider import Auth, CheckoutResult, Pay, ProviderEvent, StatusResult
from core.payments.rules import (
    CALL_ENDS,
    CREATED,
    OPEN,
    PAID,
    PAYABLE,
    REJECTED,
    UNKNOWN,
    attempt_state,
    next_poll,
    prompt_over,
    ready,
)
from core.storage.engine import Tx

POLL: Final = "poll"  # kind of the deadline
REFUND_UNCLEAR: Final = "refund unclear"
ORPHANS_KEPT: Final = 30 * DAY  # events that name no payment of ours: some accounts serve other programs, too
_GIVEN_BACK: Final = (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED)
_MONEY: Final = (Pay.PAID, *_GIVEN_BACK)


def open_attempt(
    tx: Tx,
    order_id: int,
    provider: str,
    method: str | None,
    currency: str,
    *,
    payer: str | None = None,
    by_seller: bool = False,
) -> tuple[AttemptRow, bool]:
    """The attempt to pay an order by this means. → (attempt, whether the provider must be called).

    The same means chosen again returns the session already open, also one that was opened ahead; another means (or
    another ``payer``) closes the former session, so that two cannot be paid. Raises Refused when the order can no
    longer be paid.
    """
    order = load(tx, order_id)
    if order.state != RESERVED or order.expires_at <= tx.now:
        raise Refused("This order can no longer be paid with this link.")
    amount = asked(order.total, order.received, order.deposit)
    for row in tx.all("SELECT id FROM attempt WHERE order_id = ? AND NOT closing ORDER BY id DESC", (order_id,)):
        existing = load_attempt(tx, row[0])
        if existing.state not in PAYABLE:
            continue
        known = (existing.provider, existing.method, existing.amount, existing.payer)
        over = prompt_over(existing.payer, existing.state, existing.created_at, tx.now) or existing.expires_at <= tx.now
        if existing.ahead:  # nobody was led there who waits for it: what is not ready keeps no buyer waiting
            over = not ready(existing.state, existing.shown, existing.expires_at, order.expires_at, tx.now)
        if known == (provider, method, amount, payer) and not over:
            return (_chosen(tx, existing) if existing.ahead else existing), False
        close(tx, existing)
    if payer is not None:
        prompts.count(tx, order_id)
    ends = min(order.expires_at, tx.now + MAX_HOLD)  # a quote's order waits for days, a provider's page does not
    attempt_id = begin_attempt(tx, order_id, provider, method, amount, currency, ends, payer=payer, by_seller=by_seller)
    plan(tx, load_attempt(tx, attempt_id))
    tx.emit(AttemptOpened(attempt_id, order_id, provider, amount))
    return load_attempt(tx, attempt_id), True


def _chosen(tx: Tx, attempt: AttemptRow) -> AttemptRow:
    """A buyer goes to the page that was opened ahead: from now on it is an attempt like any other."""
    tx.run("UPDATE attempt SET ahead = 0, polls = 0 WHERE id = ?", (attempt.id,))
    plan(tx, load_attempt(tx, attempt.id))
    tx.emit(AttemptOpened(attempt.id, attempt.order_id, attempt.provider, attempt.amount))
    return load_attempt(tx, attempt.id)


def session_opened(tx: Tx, attempt_id: int, result: CheckoutResult, ends: int | None = None) -> AttemptRow:
    """The provider made the session. Its webhook may have come first: a paid attempt stays paid.

    ``ends``: when its page closes there (ms UTC): one opened ahead is not shown beyond.
    """
    attempt = load_attempt(tx, attempt_id)
    state = OPEN if attempt.state in (CREATED, UNKNOWN) else attempt.state
    tx.run(
        "UPDATE attempt SET provider_ref = ?, redirect_url = ?, instructions = ?, secrets = ?, qr_text = ?, alias = ?,"
        " state = ?, expires_at = iif(ahead, min(expires_at, coalesce(?, expires_at)), expires_at) WHERE id = ?",
        (
            result.provider_ref,
            result.redirect_url,
            result.instructions,
            json.dumps(dict(result.secrets)),
            result.qr_text,
            result.alias,
            state,
            ends,
            attempt_id,
        ),
    )
    tx.emit(AttemptChanged(attempt_id, attempt.order_id, state))
    if attempt.ahead:
        plan(tx, load_attempt(tx, attempt_id))
    if attempt.by_seller:
        tx.emit(ReceiptAwaited(attempt_id, attempt.order_id))
    if attempt.closing:  # closed while the provider was answering
        tx.emit(CloseSession(attempt_id, attempt.order_id))
    early = "DELETE FROM orphan WHERE provider = ? AND provider_ref = ? RETURNING payload"
    for (payload,) in tx.all(early, (attempt.provider, result.provider_ref)):
        apply_event(tx, payload)
    return load_attempt(tx, attempt_id)


def session_missing(tx: Tx, attempt_id: int) -> None:
    """The provider knows no session under our reference: another try may make one. Polling goes on all the same.

    While the creating call may still be under way that proves nothing.
    """
    attempt = load_attempt(tx, attempt_id)
    given_up = attempt.state == CREATED and tx.now - attempt.created_at > CALL_ENDS
    if attempt.state == UNKNOWN or given_up:
        tx.run("UPDATE attempt SET state = 'failed' WHERE id = ?", (attempt_id,))
        tx.emit(AttemptChanged(attempt_id, attempt.order_id, "failed"))


def session_unclear(tx: Tx, attempt_id: int, error: str) -> None:
    """No clear answer to the creation: the session may exist; the poller looks it up by our reference."""
    tx.run(
        "UPDATE attempt SET state = ?, error = ? WHERE id = ? AND state = ?",
        (UNKNOWN, error[:300], attempt_id, CREATED),
    )
    tx.emit(AttemptChanged(attempt_id, load_attempt(tx, attempt_id).order_id, UNKNOWN))


def session_rejected(tx: Tx, attempt_id: int, error: str) -> None:
    """The provider said no: another means, or another try, is a new attempt."""
    tx.run(
        "UPDATE attempt SET state = ?, error = ? WHERE id = ? AND state = ?",
        (REJECTED, error[:300], attempt_id, CREATED),
    )
    clear_deadline(tx, POLL, attempt_id)
    tx.emit(AttemptChanged(attempt_id, load_attempt(tx, attempt_id).order_id, REJECTED))


def close_sessions(tx: Tx, order_id: int, but_for: int | None = None) -> None:
    """The order ended, was paid or costs something else now (``but_for``): no other session should remain payable."""
    for (attempt_id,) in tx.all("SELECT id FROM attempt WHERE order_id = ? AND NOT closing", (order_id,)):
        attempt = load_attempt(tx, attempt_id)
        if attempt.state in PAYABLE and attempt.amount != but_for:
            close(tx, attempt)


def close(tx: Tx, attempt: AttemptRow) -> None:
    """It shall no longer be payable."""
    tx.run("UPDATE attempt SET closing = 1 WHERE id = ?", (attempt.id,))
    tx.emit(CloseSession(attempt.id, attempt.order_id))


# -- news --------------------------------------------------------------------------------------------------------


def event_payload(provider: str, auth: Auth, event: ProviderEvent, notify_token: str | None) -> bytes:
    """One inbound fact as stored in the inbox."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return json.dumps({"provider": provider, "auth": auth, "token": notify_token, "event": fields}).encode()


def apply_event(tx: Tx, payload: bytes) -> None:
    """Apply one verified inbound fact. Only a signed body with its amount settles; the rest asks the provider."""
    stored = json.loads(payload)
    event, provider = stored["event"], stored["provider"]
    tx.actor = f"provider:{provider}"
    if event["kind"] not in ("payment", "refund"):
        return
    attempt = match(tx, provider, event, stored["token"])
    if attempt is None:
        if tx.run(
            "INSERT OR IGNORE INTO orphan(provider, key, provider_ref, payload, at) VALUES(?,?,?,?,?)",
            (provider, event["dedupe_key"], event["provider_ref"], payload, tx.now),
        ):
            tx.emit(PaymentOrphaned(provider))
        return
    status = Pay(event["status"])
    signed = stored["auth"] == Auth.BODY_SIGNED and event["amount"] is not None
    other = event["provider_ref"] if attempt.provider_ref not in (None, event["provider_ref"]) else None
    if signed and event["kind"] == "payment" and status is Pay.PAID:
        if event["amount"] <= 0 or (event["currency"] is not None and event["currency"] != attempt.currency):
            quarantine(tx, attempt, event["amount"])
            return
        if other is None:
            _learn_reference(tx, attempt, event["provider_ref"])
            receive(tx, attempt, event["amount"], event["fee"], event["method"], event["txn_id"], event.get("payer"))
            return
    if event.get("payer") and stored["auth"] != Auth.NONE:
        tx.emit(PayerTold(attempt.id, attempt.order_id, event["payer"]))
    if stored["token"] == attempt.notify_token:  # only the provider was given this address: its reference is true
        _learn_reference(tx, attempt, event["provider_ref"])
    back = signed and event["kind"] == "refund" and status in _GIVEN_BACK and other is None
    if back and event["currency"] in (None, attempt.currency) and refunds.shown(tx, attempt.id, event["amount"]):
        return
    tx.emit(AskProvider(attempt.id, attempt.order_id, other))


def _learn_reference(tx: Tx, attempt: AttemptRow, provider_ref: str | None, redirect_url: str | None = None) -> None:
    learned = 0
    if provider_ref and attempt.provider_ref is None:
        learned += tx.run("UPDATE OR IGNORE attempt SET provider_ref = ? WHERE id = ?", (provider_ref, attempt.id))
    if redirect_url and attempt.redirect_url is None:
        learned += tx.run("UPDATE attempt SET redirect_url = ? WHERE id = ?", (redirect_url, attempt.id))
    if learned:
        tx.emit(AttemptChanged(attempt.id, attempt.order_id, attempt.state))


def apply_status(tx: Tx, attempt_id: int, result: StatusResult, other: str | None = None) -> None:
    """Apply the provider's own answer, read over TLS. ``other``: the session asked about is not the attempt's own one
    but another under the same reference (some providers let a buyer pay twice so)."""
    attempt = load_attempt(tx, attempt_id)
    named = result.attempt_ref
    if named != attempt.ref and (named is not None or other is not None):  # another order's, whoever sent us there
        if result.status in _MONEY:
            quarantine(tx, attempt, result.amount or 0)
        return
    if other is None:
        _learn_reference(tx, attempt, result.provider_ref, result.redirect_url)
    if result.status in _MONEY:
        amount = attempt.amount if result.amount is None and result.proves_amount else result.amount
        wrong_currency = result.currency is not None and result.currency != attempt.currency
        if amount is None or amount <= 0 or wrong_currency:
            quarantine(tx, attempt, amount or 0)
        else:
            receive(tx, attempt, amount, result.fee, result.method, other or result.txn_id, result.payer)
            if result.status is not Pay.PAID:
                _given_back(tx, attempt, result, other or result.txn_id)
        return
    if other is not None:
        return
    state = attempt_state(attempt.state, result.status)
    if state != attempt.state:
        tx.run(
            "UPDATE attempt SET state = ?, provider_status = ? WHERE id = ?",
            (state, result.provider_status, attempt.id),
        )
        tx.emit(AttemptChanged(attempt.id, attempt.order_id, state))


def _payment_key(tx: Tx, attempt: AttemptRow, txn_id: str | None) -> str | int:
    """The unique key under which new money of this attempt is stored; the payment's id when it is stored already.

    One payment per attempt, whatever the number of messages that say so; a second one only when the provider names
    another transaction than the first.
    """
    rows = tx.all(
        "SELECT id, txn_id FROM payment WHERE order_id = ? AND attempt_id = ? ORDER BY id",
        (attempt.order_id, attempt.id),
    )
    known: dict[str | None, int] = {txn: payment_id for payment_id, txn in rows}
    if not known:
        return attempt.ref
    if txn_id is not None and list(known) == [None]:
        tx.run("UPDATE payment SET txn_id = ? WHERE attempt_id = ?", (txn_id, attempt.id))
        tx.emit(AttemptChanged(attempt.id, attempt.order_id, attempt.state))
        return known[None]
    if txn_id is None or txn_id in known:
        return known.get(txn_id) or min(known.values())
    return f"{attempt.ref}:{txn_id}"


def receive(
    tx: Tx,
    attempt: AttemptRow,
    amount: int,
    fee: int | None,
    method: str | None,
    txn_id: str | None,
    payer: str | None = None,
) -> None:
    """Money is in: booked and settled once."""
    key = _payment_key(tx, attempt, txn_id)
    if isinstance(key, int):
        booking.learn_fee(tx, key, fee)
        if payer:
            tx.emit(PayerKnown(attempt.id, attempt.order_id, key, payer))
        return
    order_id, provider = attempt.order_id, attempt.provider
    told = fee is not None and 0 <= fee <= amount
    taken = fee if told and fee else 0
    row = (provider, key, attempt.id, order_id, amount, taken, told, method or attempt.method, txn_id, tx.now)
    payment_id = tx.insert(
        "INSERT INTO payment(provider, key, attempt_id, order_id, amount, fee, fee_known, method, txn_id, received_at)"
        " VALUES(?,?,?,?,?,?,?,?,?,?)",
        row,
    )
    tx.run("UPDATE attempt SET state = ?, closing = 1, ahead = 0 WHERE id = ?", (PAID, attempt.id))
    clear_deadline(tx, POLL, attempt.id)
    booking.received(tx, payment_id, order_id, provider, amount, taken)
    who = payer or attempt.payer
    if who:
        tx.emit(PayerKnown(attempt.id, order_id, payment_id, who))
    tx.emit(PaymentReceived(attempt.id, order_id, payment_id, provider, amount))
    settling.settle(tx, order_id, amount, provider, payment_id)


def _given_back(tx: Tx, attempt: AttemptRow, result: StatusResult, txn_id: str | None) -> None:
    """The provider shows a refund. Where it does not say of how much, or of more than came in, a person must look."""
    known = result.refunded is not None or result.status is Pay.REFUNDED
    clear = known and refunds.shown(tx, attempt.id, result.refunded, txn_id)
    tx.run(
        "UPDATE attempt SET error = iif(?1, nullif(error, ?2), ?2) WHERE id = ?3", (clear, REFUND_UNCLEAR, attempt.id)
    )


# -- asking ------------------------------------------------------------------------------------------------------


def ask(tx: Tx, attempt: AttemptRow) -> None:
    """Read this attempt at the provider now."""
    tx.emit(AskProvider(attempt.id, attempt.order_id))


def ask_about_order(tx: Tx, order_id: int) -> int:
    """Re-check every unpaid attempt of an order ("j'ai payé"). → how many are being asked."""
    rows = tx.all("SELECT id FROM attempt WHERE order_id = ? AND state NOT IN ('paid', 'rejected')", (order_id,))
    for (attempt_id,) in rows:
        ask(tx, load_attempt(tx, attempt_id))
    return len(rows)


def poll_due(tx: Tx, attempt_id: int) -> None:
    """The plan says: ask. The next time is planned in the same transaction, so a crash cannot end the plan."""
    attempt = load_attempt(tx, attempt_id)
    if attempt.state in (PAID, REJECTED):
        return
    tx.run("UPDATE attempt SET polls = polls + 1 WHERE id = ?", (attempt_id,))
    plan(tx, load_attempt(tx, attempt_id))
    if attempt.closing:  # closing got no answer, or the program stopped before: closing asks as well
        tx.emit(CloseSession(attempt.id, attempt.order_id))
    else:
        ask(tx, attempt)


def plan(tx: Tx, attempt: AttemptRow) -> None:
    """When to ask about it next."""
    due = next_poll(attempt.polls, attempt.expires_at, tx.now, seldom=attempt.ahead and attempt.state == OPEN)
    if due is not None:
        set_deadline(tx, POLL, attempt.id, due)


def resume(tx: Tx) -> int:
    """At start: ask about everything that may have been paid while the program was off. → how many.

    Nobody waits for the answer to a creation any more: whether there is a session, a look-up by reference tells.
    """
    for attempt_id, order_id in tx.all(
        "UPDATE attempt SET state = ?, error = 'stopped' WHERE state = ? RETURNING id, order_id", (UNKNOWN, CREATED)
    ):
        tx.emit(AttemptChanged(attempt_id, order_id, UNKNOWN))
    if forgotten := tx.run("DELETE FROM orphan WHERE at < ?", (tx.now - ORPHANS_KEPT,)):
        tx.emit(OrphansForgotten(forgotten))
    rows = tx.all(
        "SELECT id FROM attempt WHERE state IN ('created', 'open', 'unknown')"
        " OR (state IN ('failed', 'cancelled', 'expired') AND expires_at > ?)",
        (tx.now - DAY,),
    )
    for (attempt_id,) in rows:
        set_deadline(tx, POLL, attempt_id, tx.now)
    return len(rows)
