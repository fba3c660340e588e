"""Credit notes (avoirs): an invoice never changes, what is taken back of it is a paper of its own that names it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from core.invoices import marks, numbering, service
from core.invoices.events import CreditedByHand, CreditNoteIssued
from core.invoices.marks import Issued
from core.invoices.numbering import number_text
from core.invoices.rules import Share, Taxed, credited, credited_parts
from core.invoices.service import Kept, Terms
from core.kernel.errors import NotFound, Refused
from core.kernel.money import apportion
from core.kernel.text import one_line
from core.ledger import book
from core.payments.events import RefundCompleted
from core.storage.connection import Reader
from core.storage.engine import Tx

MAX_REASON: Final = 200


class CreditNote(Struct, frozen=True):
    """A credit note as kept. ``number`` and ``invoice_number`` as printed."""

    id: int
    number: str
    invoice_id: int
    issued_at: int
    total: int
    content: Mapping[str, Any]

    @property
    def split(self) -> Taxed:
        return service.frozen_tax(self.content)


class Taken(Struct, frozen=True):
    """What is taken back of one line of an invoice, counted from 0: whole pieces, or else an amount with its tax."""

    line: int
    quantity: int = 0
    amount: int = 0


class OpenLine(Struct, frozen=True):
    """A line of an invoice. ``left``: what may still be taken back of it, tax included; ``pieces``: whole ones."""

    line: int
    sku: str
    title: str
    quantity: int
    unit_price: int
    rate: int
    left: int
    pieces: int

    def part(self, taken: Taken) -> dict[str, Any]:
        """It as a line of a credit note, its net yet to be found. Raises Refused beyond what is left."""
        quantity, price = (taken.quantity, self.unit_price) if taken.quantity else (1, taken.amount)
        if taken.quantity and taken.amount:
            raise Refused("Give pieces or an amount for a line, not both.")
        if taken.quantity > self.pieces:
            raise Refused("“{title}”: at most {pieces} can still be taken back.", title=self.title, pieces=self.pieces)
        if not 0 < quantity * price <= self.left or quantity < 0:
            raise Refused(
                "“{title}”: an amount between 1 and {left} can still be taken back.", title=self.title, left=self.left
            )
        return {
            "sku": self.sku,
            "title": self.title,
            "quantity": quantity,
            "unit_price": price,
            "rate": self.rate,
            "of": self.line,
            "pieces": taken.quantity,
        }


def on_money_back(tx: Tx, event: RefundCompleted, terms: Terms) -> int | None:
    """Money went back: what a sale had earned of it is credited. → credit note id, or None.

    Only as far as no credit note says so yet: the seller may have written one before giving the money back, and a
    refund that failed after all is made a second time.
    """
    invoice = service.of_order(tx, event.order_id) if event.earned else None
    if invoice is None:
        return None
    open_ = open_amount(tx, invoice)
    said = invoice.total - open_
    amount = min(open_, event.earned, book.earned_no_more(tx, "order_id", event.order_id) - said)
    decision = tx.value("SELECT decision_id FROM refund WHERE id = ?", (event.refund_id,))
    return _spread(tx, invoice, amount, "", terms, decision) if amount > 0 else None


def on_cancel(tx: Tx, order_id: int, terms: Terms) -> int | None:
    """An order that was invoiced before it was paid is cancelled: all of its invoice is taken back. → credit note id,
    or None where there is no invoice, or nothing left of it."""
    invoice = service.of_order(tx, order_id)
    left = 0 if invoice is None else open_amount(tx, invoice)
    return _spread(tx, invoice, left, "", terms, None) if invoice is not None and left > 0 else None


def credit(tx: Tx, invoice_id: int, amount: int | None, reason: str, terms: Terms) -> int:
    """The seller takes back part of an invoice, or (None) all that is left of it. → credit note id.

    Raises NotFound, or Refused when there is not so much left.
    """
    invoice, left = _open(tx, invoice_id)
    if amount is not None and not 0 < amount <= left:
        raise _beyond(left)
    taken = left if amount is None else amount
    tx.emit(CreditedByHand(invoice.id, taken))
    return _spread(tx, invoice, taken, reason, terms, None)


def credit_lines(tx: Tx, invoice_id: int, taken: Sequence[Taken], reason: str, terms: Terms) -> int:
    """The seller takes back pieces, or part of the price, of these lines. → credit note id.

    Raises NotFound, or Refused when there is not so much left of a line, of its rate of VAT, or of the invoice.
    """
    invoice, left = _open(tx, invoice_id)
    lines = {line.line: line for line in open_lines(tx, invoice)}
    parts = []
    for each in taken:
        line = lines.pop(each.line, None)
        if line is None:
            raise Refused("The invoice has no such line, or it was named twice.")
        parts.append(line.part(each))
    before = _gone(tx, invoice.id)
    shares = invoice.split.shares
    asked = [sum(part["quantity"] * part["unit_price"] for part in parts if part["rate"] == s.rate) for s in shares]
    gone = {share.rate: share.gross for share in before}
    if not sum(asked) or any(part > s.gross - gone.get(s.rate, 0) for part, s in zip(asked, shares, strict=True)):
        raise _beyond(left)
    tx.emit(CreditedByHand(invoice.id, sum(asked)))
    found = credited_parts(shares, before, asked)
    for share in found:
        same = [part for part in parts if part["rate"] == share.rate]
        gross = [part["quantity"] * part["unit_price"] for part in same]
        nets = apportion(share.net, [share.net * amount for amount in gross], share.gross)
        for part, net in zip(same, nets, strict=True):
            part["net"] = net
    return _issue(tx, invoice, found, before, parts, reason, terms, None)


def open_lines(reader: Reader, invoice: Kept) -> list[OpenLine]:
    """Every line of an invoice with what may still be taken back of it, as far as is known of lines: a credit of a part
    of the sum is spread over the rates of VAT and takes from no line in particular."""
    gone = {share.rate: share.gross for share in _gone(reader, invoice.id)}
    rest = {share.rate: share.gross - gone.get(share.rate, 0) for share in invoice.split.shares}
    amounts: Counter[int] = Counter()
    pieces: Counter[int] = Counter()
    for note in of_invoice(reader, invoice.id):
        for part in note.content["lines"]:
            if "of" in part:
                amounts[part["of"]] += part["quantity"] * part["unit_price"]
                pieces[part["of"]] += part["pieces"]
    found = []
    for place, line in enumerate(_whole_lines(invoice)):
        quantity, price, rate = line["quantity"], line["unit_price"], line["rate"]
        left = max(0, min(quantity * price - line.get("discount", 0) - amounts[place], rest.get(rate, 0)))
        whole = min(quantity - pieces[place], left // price) if price else 0
        found.append(OpenLine(place, line["sku"], line["title"], quantity, price, rate, left, max(0, whole)))
    return found


def _open(tx: Tx, invoice_id: int) -> tuple[Kept, int]:
    """An invoice and what is left of it. Raises NotFound, Refused."""
    invoice = service.load(tx, invoice_id)
    if invoice is None:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    left = open_amount(tx, invoice)
    if not left:
        raise Refused("This invoice is already credited in full.")
    return invoice, left


def _beyond(left: int) -> Refused:
    return Refused("The credit must be between 1 and what is left of the invoice: {left}.", left=left)


def open_amount(reader: Reader, invoice: Kept) -> int:
    """What no credit note has taken back yet."""
    gone: int = reader.value("SELECT coalesce(sum(total), 0) FROM credit_note WHERE invoice_id = ?", (invoice.id,))
    return invoice.total - gone


def _spread(tx: Tx, invoice: Kept, amount: int, reason: str, terms: Terms, decision_id: int | None) -> int:
    """A part of the sum, or all of it."""
    before = _gone(tx, invoice.id)
    shares = credited(invoice.split.shares, before, amount)
    lines = _whole_lines(invoice) if amount == invoice.total else [_part(share) for share in shares]
    return _issue(tx, invoice, shares, before, lines, reason, terms, decision_id)


def _issue(
    tx: Tx,
    invoice: Kept,
    shares: Sequence[Share],
    before: Sequence[Share],
    lines: Sequence[Mapping[str, Any]],
    reason: str,
    terms: Terms,
    decision_id: int | None,
) -> int:
    amount = sum(share.gross for share in shares)
    content = {
        "seller": dict(terms.seller),
        "invoice": invoice.number,
        "invoiced_at": invoice.issued_at,
        "reference": invoice.content["reference"],
        "customer_id": invoice.content["customer_id"],
        "reason": one_line(reason, MAX_REASON),
        "lines": list(lines),
        "vat": service.as_kept(shares),
    }
    text = json.dumps(content, ensure_ascii=False)
    year, number = numbering.take(tx, numbering.CREDIT_NOTE, terms.zone)
    note_id = tx.insert(
        "INSERT INTO credit_note(series, year, number, invoice_id, decision_id, issued_at, total, content)"
        " VALUES(?,?,?,?,?,?,?,?)",
        (numbering.CREDIT_NOTE, year, number, invoice.id, decision_id, tx.now, amount, text),
    )
    issued = Issued("credit_note", number_text(numbering.CREDIT_NOTE, year, number), tx.now, amount, text)
    digest = marks.place(tx, note_id, issued)
    tx.emit(
        CreditNoteIssued(
            note_id,
            invoice.id,
            invoice.order_id,
            decision_id,
            numbering.CREDIT_NOTE,
            year,
            number,
            amount,
            sum(share.tax for share in shares),
            amount + sum(share.gross for share in before) == invoice.total,
            digest,
        )
    )
    return note_id


def _gone(reader: Reader, invoice_id: int) -> list[Share]:
    """What earlier credit notes took, for each rate."""
    sums: dict[int, Share] = {}
    for note in of_invoice(reader, invoice_id):
        for share in note.split.shares:
            had = sums.get(share.rate, Share(share.rate, 0, 0))
            sums[share.rate] = Share(share.rate, had.net + share.net, had.tax + share.tax)
    return list(sums.values())


def _whole_lines(invoice: Kept) -> list[dict[str, Any]]:
    nets, shares = invoice.split.nets, invoice.split.shares
    rate = shares[0].rate if shares else 0  # of an invoice from before rates were kept line by line
    return [
        {**line, "rate": line.get("rate", rate), "net": net}
        for line, net in zip(invoice.content["lines"], nets, strict=True)
    ]


def _part(share: Share) -> dict[str, Any]:
    """A part of the sum: no piece of the goods in particular. Its title is written when it is drawn."""
    return {"sku": "", "title": "", "quantity": 1, "unit_price": share.gross, "rate": share.rate, "net": share.net}


_NOTE: Final = "SELECT id, series, year, number, invoice_id, issued_at, total, content FROM credit_note"


def load(reader: Reader, note_id: int) -> CreditNote:
    """Raises NotFound."""
    found = _read(reader, f"{_NOTE} WHERE id = ?", note_id)
    if not found:
        raise NotFound("There is no credit note number {note_id}.", note_id=note_id)
    return found[0]


def of_invoice(reader: Reader, invoice_id: int) -> list[CreditNote]:
    """The credit notes of an invoice, the oldest first."""
    return _read(reader, f"{_NOTE} WHERE invoice_id = ? ORDER BY id", invoice_id)


def _read(reader: Reader, sql: str, number: int) -> list[CreditNote]:
    return [
        CreditNote(row[0], number_text(*row[1:4]), row[4], row[5], row[6], json.loads(row[7]))
        for row in reader.all(sql, (number,))
    ]
