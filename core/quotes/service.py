"""Quotes as they are written: numbered without gaps when drafted, edited while a draft, frozen when sent.

What the customer and time do to a sent one is in :mod:`core.quotes.answering`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec import Struct, to_builtins

from core.durable.deadlines import set_deadline
from core.invoices import marks
from core.invoices.marks import Issued
from core.invoices.rules import Rounding
from core.invoices.service import Terms as PaperTerms
from core.kernel.clock import DAY, day_ends, to_datetime
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_nonce
from core.quotes.events import QuoteDrafted, QuoteEdited, QuoteReplaced, QuoteSent
from core.quotes.rules import (
    DRAFT,
    MAX_NOTE,
    SERIES,
    Discount,
    QuoteLine,
    Sums,
    Terms,
    checked_line,
    checked_terms,
    next_state,
    number_of,
    reference,
    sums,
)
from core.storage.connection import Reader, Row
from core.storage.engine import Tx

END: Final = "quote_end"  # kinds of deadlines
REMIND: Final = "quote_remind"
DEFAULT: Final = Terms()


class Wording(Struct, frozen=True):
    """What the seller writes: all of a draft that can be changed."""

    lines: tuple[QuoteLine, ...]
    discount: Discount | None = None
    note: str = ""
    terms: Terms = DEFAULT

    def checked(self) -> Wording:
        """As kept. Raises Refused."""
        kept = tuple(checked_line(line) for line in self.lines)
        total = sums(kept, self.discount).total
        return Wording(kept, self.discount, self.note.strip()[:MAX_NOTE], checked_terms(self.terms, total))

    @property
    def sums(self) -> Sums:
        return sums(self.lines, self.discount)


class Quote(Struct, frozen=True):
    """A quote as kept. Times in ms UTC; ``seller`` are the seller's facts of the day it was made or sent.

    ``link`` is the nonce of its public page, None for a draft; ``replaces``: the version before; ``reason``: the
    customer's words when they refused.
    """

    id: int
    reference: str
    customer_id: int | None
    state: str
    created_at: int
    valid_until: int
    total: int
    link: bytes | None
    sent_at: int | None
    seen_at: int | None
    answered_at: int | None
    reason: str
    replaces: int | None
    order_id: int | None
    wording: Wording
    seller: dict[str, Any]
    rounding: Rounding

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        return self.wording.lines

    @property
    def note(self) -> str:
        return self.wording.note

    @property
    def deposit(self) -> int:
        return self.wording.terms.first(self.total)


def from_catalogue(reader: Reader, sku: str, quantity: int, discount: Discount | None = None) -> QuoteLine:
    """A line at today's price. Raises NotFound."""
    row = reader.one("SELECT sku, title, price, vat FROM product WHERE sku = ? AND active", (sku,))
    if row is None:
        raise NotFound("There is no product with the SKU “{sku}”.", sku=sku)
    return QuoteLine(row[1], quantity, row[2], row[0], row[3], discount)


def draft(
    tx: Tx,
    wording: Wording,
    *,
    customer_id: int | None,
    terms: PaperTerms,
    replaces: int | None = None,
    asked: bool = False,
) -> int:
    """Number and keep a quote. ``asked``: written for a customer who asked in the chat, and for the seller to look at.
    → its id. Raises Refused."""
    wording = wording.checked()
    year = to_datetime(tx.now, terms.zone).year
    latest = tx.value(
        "SELECT reference FROM quote WHERE reference LIKE ? ORDER BY id DESC LIMIT 1", (f"{SERIES}-{year}-%",)
    )
    number = 1 + (number_of(latest) if latest else 0)
    valid_until = day_ends(tx.now, wording.terms.valid_days, terms.zone)
    total = wording.sums.total
    quote_id = tx.insert(
        "INSERT INTO quote(reference, customer_id, state, created_at, valid_until, total, content, replaces)"
        " VALUES(?,?,?,?,?,?,?,?)",
        (
            reference(year, number),
            customer_id,
            DRAFT,
            tx.now,
            valid_until,
            total,
            _content(wording, terms, asked=asked),
            replaces,
        ),
    )
    tx.emit(QuoteDrafted(quote_id, customer_id, year, number, total, valid_until))
    return quote_id


def edit(
    tx: Tx, quote_id: int, wording: Wording, customer_id: int | None, terms: PaperTerms, *, asked: bool = False
) -> None:
    """Write a draft anew; ``asked`` as in :func:`draft`. Raises Refused for one that was sent."""
    before = load(tx, quote_id)
    if before.state != DRAFT:
        next_state(before.state, "send")  # says what became of it
    wording = wording.checked()
    valid_until = day_ends(tx.now, wording.terms.valid_days, terms.zone)
    total = wording.sums.total
    tx.run(
        "UPDATE quote SET customer_id = ?, valid_until = ?, total = ?, content = ? WHERE id = ?",
        (customer_id, valid_until, total, _content(wording, terms, asked=asked), quote_id),
    )
    tx.emit(QuoteEdited(quote_id, customer_id, total))


def send(tx: Tx, quote_id: int, terms: PaperTerms, remind_days: int) -> None:
    """Freeze a draft, give it its link and its time; the version before it is replaced.

    ``remind_days``: how long before its end the customer is reminded. Raises Refused when it was sent already, is for
    nobody or for nothing, or the version before it has become an order meanwhile.
    """
    quote = load(tx, quote_id)
    state = next_state(quote.state, "send")
    if quote.customer_id is None:
        raise Refused("Choose the customer of this quote first.")
    if quote.total <= 0:  # nobody could pay the order that it would become
        raise Refused("The price must be more than zero.")
    if quote.replaces is not None:
        _replace(tx, quote.replaces, quote_id)
    days = quote.wording.terms.valid_days
    valid_until = day_ends(tx.now, days, terms.zone)
    text = _content(quote.wording, terms)
    tx.run(
        "UPDATE quote SET state = ?, sent_at = ?, valid_until = ?, link = ?, content = ? WHERE id = ?",
        (state, tx.now, valid_until, new_nonce(), text, quote_id),
    )
    digest = marks.place(tx, quote_id, Issued("quote", quote.reference, quote.created_at, quote.total, text))
    set_deadline(tx, END, quote_id, valid_until)
    if days > remind_days:  # at the hour of the sending, not at midnight
        set_deadline(tx, REMIND, quote_id, tx.now + (days - remind_days) * DAY)
    tx.emit(QuoteSent(quote_id, quote.customer_id, quote.total, valid_until, digest, quote.replaces))


def _replace(tx: Tx, quote_id: int, by: int) -> None:
    before = load(tx, quote_id)
    tx.run("UPDATE quote SET state = ? WHERE id = ?", (next_state(before.state, "replace"), quote_id))
    tx.run("DELETE FROM deadline WHERE subject = ? AND kind IN (?, ?)", (quote_id, END, REMIND))
    tx.emit(QuoteReplaced(quote_id, before.customer_id, by))


def revise(tx: Tx, quote_id: int, terms: PaperTerms) -> int:
    """A new draft that says the same and will replace this one when it is sent; the draft there is already, if any.
    → its id. Raises Refused for a quote that cannot be replaced."""
    before = load(tx, quote_id)
    next_state(before.state, "replace")
    existing: int | None = tx.value("SELECT id FROM quote WHERE replaces = ? AND state = ?", (quote_id, DRAFT))
    if existing is not None:
        return existing
    return draft(tx, before.wording, customer_id=before.customer_id, terms=terms, replaces=quote_id)


def duplicate(tx: Tx, quote_id: int, terms: PaperTerms) -> int:
    """A draft of its own that says the same to the same customer. → its id."""
    before = load(tx, quote_id)
    return draft(tx, before.wording, customer_id=before.customer_id, terms=terms)


def _content(wording: Wording, terms: PaperTerms, *, asked: bool = False) -> str:
    content: dict[str, Any] = {
        "lines": to_builtins(wording.lines),
        "note": wording.note,
        "discount": to_builtins(wording.discount),
        "terms": to_builtins(wording.terms),
        "seller": dict(terms.seller),
        "rounding": terms.rounding.value,
    }
    if asked:
        content["asked"] = True
    return json.dumps(content, ensure_ascii=False)


COLUMNS: Final = (
    "id, reference, customer_id, state, created_at, valid_until, total, link, sent_at, seen_at, answered_at, reason,"
    " replaces, order_id, content"
)


def load(reader: Reader, quote_id: int) -> Quote:
    """Raises NotFound."""
    row = reader.one(f"SELECT {COLUMNS} FROM quote WHERE id = ?", (quote_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no quote number {quote_id}.", quote_id=quote_id)
    return from_row(row)


def from_row(row: Row) -> Quote:
    """A row of :data:`COLUMNS`. One from before discounts and terms were kept has none."""
    content = json.loads(row[-1])
    terms = content.get("terms")
    wording = Wording(
        tuple(QuoteLine(**{**line, "discount": _discount(line.get("discount"))}) for line in content["lines"]),
        _discount(content.get("discount")),
        content["note"],
        Terms(**terms) if terms else DEFAULT,
    )
    rounding = Rounding(content.get("rounding", Rounding.TOTAL))
    facts: Any = row[:-1]
    rest: Any = (wording, content["seller"], rounding)
    return Quote(*facts, *rest)


def _discount(kept: dict[str, Any] | None) -> Discount | None:
    return Discount(**kept) if kept else None
