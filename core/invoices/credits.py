"""Credit notes (avoirs): an invoice never changes, what is taken back of it is a paper of its own that names it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.invoices import marks, numbering, service
from core.invoices.events import CreditNoteIssued
from core.invoices.marks import Issued
from core.invoices.numbering import number_text
from core.invoices.rules import Share, Taxed, credited
from core.invoices.service import Kept, Terms
from core.kernel.errors import NotFound, Refused
from core.kernel.text import one_line
from core.ledger import book
from core.payments.events import RefundCompleted
from core.storage.connection import Reader
from core.storage.engine import Tx

MAX_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class CreditNote:
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
    return _issue(tx, invoice, amount, "", terms, decision) if amount > 0 else None


def credit(tx: Tx, invoice_id: int, amount: int | None, reason: str, terms: Terms) -> int:
    """The seller takes back part of an invoice, or (None) all that is left of it. → credit note id.

    Raises NotFound, or Refused when there is not so much left.
    """
    invoice = service.load(tx, invoice_id)
    if invoice is None:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    left = open_amount(tx, invoice)
    if not left:
        raise Refused("This invoice is already credited in full.")
    if amount is not None and not 0 < amount <= left:
        raise Refused("The credit must be between 1 and what is left of the invoice: {left}.", left=left)
    return _issue(tx, invoice, left if amount is None else amount, reason, terms, None)


def open_amount(reader: Reader, invoice: Kept) -> int:
    """What no credit note has taken back yet."""
    gone: int = reader.value("SELECT coalesce(sum(total), 0) FROM credit_note WHERE invoice_id = ?", (invoice.id,))
    return invoice.total - gone


def _issue(tx: Tx, invoice: Kept, amount: int, reason: str, terms: Terms, decision_id: int | None) -> int:
    before = _gone(tx, invoice.id)
    shares = credited(invoice.split.shares, before, amount)
    whole = amount == invoice.total
    content = {
        "seller": dict(terms.seller),
        "invoice": invoice.number,
        "invoiced_at": invoice.issued_at,
        "reference": invoice.content["reference"],
        "customer_id": invoice.content["customer_id"],
        "reason": one_line(reason, MAX_REASON),
        "lines": _whole_lines(invoice) if whole else [_part(share) for share in shares],
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
