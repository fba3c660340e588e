"""What happened to an order, a payment or a message: every step from the webhook to the board, with its time.

Read from the rows themselves, not from a log: what is not there did not happen. A provider's or WhatsApp's notice is
kept for some days only (``core.durable.inbox.KEEP_DAYS``); its step is missing after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from core.kernel.clock import MINUTE
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.kernel.phone import normalise
from core.kernel.text import one_line
from core.storage.connection import Reader

AROUND: Final = 10 * MINUTE
"""Messages this long before and after an order belong to its story."""

MOST: Final = 300  # steps
_TEXT: Final = 80  # characters of a message
_SENT: Final = {
    "queued": "A message waits to leave",
    "sending": "A message is leaving",
    "accepted": "WhatsApp took a message",
    "sent": "A message was sent",
    "delivered": "A message was delivered",
    "read": "A message was read",
    "played": "A message was heard",
    "failed": "A message could not be delivered",
    "unknown": "Nobody knows whether a message left",
    "dropped": "A message was not sent any more",
    "merged": "A message left inside another one",
}
_BAD: Final = frozenset({"failed", "unknown"})
_ENDS: Final = {
    "paid": "The order stands as paid on the board",
    "reserved": "The order stands as reserved on the board",
    "expired": "The reservation ended without a payment",
    "cancelled": "The order was cancelled",
    "refunded": "The order was refunded",
}
_WORDS: Final = {
    "created": "begun",
    "pending": "in progress",
    "authorized": "authorised",
    "paid": "paid",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "run out",
    "refunded": "refunded",
    "partially_refunded": "refunded in part",
    "unknown": "unknown",
    "requested": "asked for",
    "sent": "sent",
    "todo": "to be done by hand",
    "done": "done",
    "withdrawn": "withdrawn",
    "rejected": "rejected",
    "payment": "payment",
    "deposit": "deposit",
    "psp_fee": "provider’s fee",
    "sale": "firm sale",
    "kept": "kept",
    "refund": "refund",
    "credit_note": "credit note",
    "adjustment": "correction",
    "paid_late": "paid after the end",
    "underpaid": "paid too little",
    "overpaid": "paid too much",
    "paid_twice": "paid twice",
    "suspect": "to be looked at",
    "honour": "honour it",
    "substitute": "another article",
    "keep": "keep it",
    "accept": "accept it",
    "refuse": "refuse it",
    "wait": "wait",
    "replaced": "overtaken by another",
    "bot": "the assistant",
    "seller": "the seller",
    "phone": "the seller’s phone",
    "customer": "the customer",
    "system": "LivePay",
    "text": "text",
    "image": "picture",
    "audio": "voice",
    "video": "film",
    "document": "document",
    "location": "place",
    "sticker": "sticker",
    "contacts": "contact",
    "button": "button",
    "buttons": "buttons",
    "interactive": "choice",
    "list": "list",
    "link": "link",
    "template": "template",
    "revoked": "withdrawn",
    "live": "the live",
    "api": "another program",
}
_PROPER: Final = {"whatsapp": "WhatsApp", "WhatsApp": "WhatsApp", "tiktok": "TikTok", "mvola": "MVola"}
MESSAGES: Final = frozenset(_SENT.values()) | frozenset(_ENDS.values()) | frozenset(_WORDS.values())
"""The sentences (domain ``support``) that stand in a table here."""


@dataclass(frozen=True, slots=True)
class Step:
    """``what``: a message id of the domain ``support`` with its ``values``; ``ok`` False for what went wrong.

    ``said`` is what a person wrote: personal, and left out of reports.
    """

    at: int
    what: str
    values: dict[str, Any] = field(default_factory=dict)
    ok: bool = True
    said: str = ""


def told(step: Step, language: str, currency: str) -> str:
    """The step as a sentence."""
    texts = catalogue("support", language)

    def word(name: str, value: Any) -> Any:
        if name == "amount":
            return format_money(value, currency)
        if name in ("provider", "source") and value not in _WORDS:
            return _PROPER.get(value, str(value).replace("_", " ").title())
        known = _WORDS.get(value) if isinstance(value, str) and name != "why" else None
        return texts.gettext(known) if known else value

    return texts.gettext(step.what).format(**{name: word(name, value) for name, value in step.values.items()})


@dataclass(frozen=True, slots=True)
class Story:
    """``title`` names the object: an order's reference, or a message's time and author. Steps in order of time."""

    title: str
    order_id: int | None
    customer_id: int
    steps: tuple[Step, ...]


def of_order(reader: Reader, order_id: int) -> Story:
    """Raises NotFound."""
    row = reader.one(
        "SELECT reference, customer_id, state, reserved_at, expires_at, paid_at, closed_at, link_opened_at,"
        " reminded_at, total, received, source FROM orders WHERE id = ?",
        (order_id,),
    )
    if row is None:
        raise NotFound("There is no order number {order_id}.", order_id=order_id)
    reference, customer_id, state, reserved, expires, paid, closed, opened, reminded, total, received, source = row
    steps = [Step(reserved, "Reserved, by {source}", {"source": source})]
    if opened:
        steps.append(Step(opened, "The pay link was opened"))
    if reminded:
        steps.append(Step(reminded, "A reminder was sent"))
    steps += _money(reader, order_id)
    until = max(moment for moment in (expires, paid, closed, reserved) if moment) + AROUND
    steps += _talk(reader, customer_id, reserved - AROUND, until)
    ended = paid or closed or reserved
    steps.append(Step(ended, _ENDS[state], {}, ok=state != "paid" or received >= total))
    return Story(reference, order_id, customer_id, _ordered(steps))


def of_message(reader: Reader, message_id: int) -> Story:
    """One bubble and what became of it. Raises NotFound."""
    row = reader.one(
        "SELECT v.customer_id, m.at, m.author FROM message m JOIN conversation v ON v.id = m.conversation_id"
        " WHERE m.id = ?",
        (message_id,),
    )
    if row is None:
        raise NotFound("There is no message number {message_id}.", message_id=message_id)
    customer_id, at, author = row
    return Story(author, None, customer_id, _ordered(list(_talk(reader, customer_id, at - 1, at + MINUTE))))


def of_payment(reader: Reader, payment_id: int) -> Story:
    """The story of its order. Raises NotFound."""
    order_id = reader.value("SELECT order_id FROM payment WHERE id = ?", (payment_id,))
    if order_id is None:
        raise NotFound("There is no payment number {payment_id}.", payment_id=payment_id)
    return of_order(reader, order_id)


def find(reader: Reader, text: str, country: str) -> list[int]:
    """Orders that fit what somebody reads out, the newest first: a reference, a provider's or WhatsApp's id, a number.

    → ids of orders; at most 20.
    """
    text = text.strip().lstrip("#")
    if not text:
        return []
    exact = reader.all(
        "SELECT id FROM orders WHERE reference = ? UNION SELECT order_id FROM attempt WHERE ref = ? OR provider_ref = ?"
        " UNION SELECT order_id FROM payment WHERE txn_id = ? OR key = ?",
        (text.upper(), text, text, text, text),
    )
    if not exact:
        customers = _people(reader, text, country)
        for customer_id in customers:
            exact += reader.all("SELECT id FROM orders WHERE customer_id = ? ORDER BY id DESC LIMIT 20", (customer_id,))
    return sorted({row[0] for row in exact}, reverse=True)[:20]


def _people(reader: Reader, text: str, country: str) -> list[int]:
    by_message = reader.all(
        "SELECT v.customer_id FROM message m JOIN conversation v ON v.id = m.conversation_id WHERE m.wamid = ?", (text,)
    ) or reader.all("SELECT customer_id FROM outbox WHERE wamid = ?", (text,))
    try:
        number = normalise(text, country)
    except Refused:
        return [row[0] for row in by_message]
    by_number = reader.all("SELECT customer_id FROM identity WHERE kind = 'phone' AND value = ?", (number,))
    return [row[0] for row in (*by_message, *by_number)]


def _money(reader: Reader, order_id: int) -> Iterator[Step]:
    for provider, state, error, at, ref in reader.all(
        "SELECT provider, state, error, created_at, ref FROM attempt WHERE order_id = ?", (order_id,)
    ):
        yield Step(
            at, "A payment was begun at {provider} ({state})", {"provider": provider, "state": state}, ok=not error
        )
        for received, done, kept, attempts, failure in reader.all(
            "SELECT received_at, done_at, state, attempts, error FROM inbox WHERE source = 'psp' AND lane = ?",
            (f"psp:{ref}",),
        ):
            yield from _notice(provider, received, done, kept, attempts, failure)
    for provider, amount, at in reader.all(
        "SELECT provider, amount, received_at FROM payment WHERE order_id = ?", (order_id,)
    ):
        yield Step(at, "{provider} confirmed {amount}", {"provider": provider, "amount": amount})
    for kind, amount, at in reader.all("SELECT kind, amount, at FROM ledger_entry WHERE order_id = ?", (order_id,)):
        yield Step(at, "Booked: {kind}, {amount}", {"kind": kind, "amount": amount})
    for series, year, number, at in reader.all(
        "SELECT series, year, number, issued_at FROM invoice WHERE order_id = ?", (order_id,)
    ):
        yield Step(at, "Invoice {number} was issued", {"number": f"{series}-{year}-{number:05d}"})
    for kind, at, choice, chosen in reader.all(
        "SELECT kind, opened_at, choice, chosen_at FROM decision WHERE order_id = ?", (order_id,)
    ):
        yield Step(at, "A decision is asked of the seller ({kind})", {"kind": kind}, ok=choice is not None)
        if chosen:
            yield Step(chosen, "The seller decided: {choice}", {"choice": choice})
    for provider, amount, state, at in reader.all(
        "SELECT provider, amount, state, changed_at FROM refund WHERE order_id = ?", (order_id,)
    ):
        values = {"amount": amount, "provider": provider, "state": state}
        yield Step(at, "A refund of {amount} at {provider} ({state})", values, ok=state not in ("failed", "unknown"))


def _notice(
    provider: str, received: int, done: int | None, state: str, attempts: int, error: str | None
) -> Iterator[Step]:
    yield Step(received, "A notice of {provider} came in and was kept", {"provider": provider})
    if done is not None:
        yield Step(done, "It was applied after {ms} ms", {"ms": done - received})
    elif state == "dead":
        yield Step(
            received, "It was set aside after {n} tries: {error}", {"n": attempts, "error": error or ""}, ok=False
        )
    else:
        yield Step(received, "It still waits to be applied", {}, ok=False)


def _talk(reader: Reader, customer_id: int, since: int, until: int) -> Iterator[Step]:
    """Messages of a customer from both sides, with what became of each."""
    rows = reader.all(
        "SELECT m.at, m.author, m.kind, m.text, m.wamid, o.state, o.created_at, o.sent_at, o.changed_at, o.error_code,"
        " o.error, o.attempts FROM message m JOIN conversation v ON v.id = m.conversation_id"
        " LEFT JOIN outbox o ON o.id = m.outbox_id WHERE v.customer_id = ? AND m.at BETWEEN ? AND ?"
        " ORDER BY m.id DESC LIMIT ?",
        (customer_id, since, until, MOST // 2),
    )
    for at, author, kind, text, wamid, state, queued, sent, changed, code, error, attempts in rows:
        said = one_line(text, _TEXT)
        if author == "customer":
            yield Step(at, "The customer wrote ({kind})", {"kind": kind}, said=said)
            kept = reader.one(
                "SELECT received_at, done_at, state, attempts, error FROM inbox WHERE key = ?", (f"wa:m:{wamid}",)
            )
            if kept:
                yield from _notice("WhatsApp", *kept)
            continue
        yield Step(at, "Answered by {author} ({kind})", {"author": author, "kind": kind}, said=said)
        if state is None:
            continue
        if sent:
            yield Step(sent, "Handed to WhatsApp after {ms} ms, at try {n}", {"ms": sent - queued, "n": attempts})
        why = f"{code or ''} {error or ''}".strip() if state in _BAD else ""
        yield Step(changed, _SENT[state], {}, ok=state not in _BAD)
        if why:
            yield Step(changed, "Because: {why}", {"why": why}, ok=False)


def _ordered(steps: list[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.at)[:MOST])
