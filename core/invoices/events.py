"""What happens to invoices, credit notes and receipts. ``number`` is gapless within series and year; ``digest`` is the
SHA-256, in hex, of what was issued, so that the journal's chain covers it. Amounts in smallest units."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class InvoiceIssued(Event, frozen=True):
    """``tax``: the VAT in ``total``."""

    area: ClassVar[str] = "invoices"
    invoice_id: int
    order_id: int
    series: str
    year: int
    number: int
    total: int
    tax: int
    digest: str

    @property
    def subject(self) -> int:
        return self.invoice_id


class CreditNoteIssued(Event, frozen=True):
    """Part or all of an invoice was taken back. ``decision_id``: the refund it answers, None when credited by hand;
    ``tax``: the VAT in ``total``; ``whole``: nothing of the invoice is left."""

    area: ClassVar[str] = "invoices"
    credit_note_id: int
    invoice_id: int
    order_id: int
    decision_id: int | None
    series: str
    year: int
    number: int
    total: int
    tax: int
    whole: bool
    digest: str

    @property
    def subject(self) -> int:
        return self.credit_note_id


class CreditedByHand(Event, frozen=True):
    """Somebody decided to take back so much of an invoice; its credit note follows."""

    area: ClassVar[str] = "invoices"
    invoice_id: int
    amount: int

    @property
    def subject(self) -> int:
        return self.invoice_id


class ReceiptIssued(Event, frozen=True):
    """Money came that is no sale (yet): a part, a deposit, a late or a second payment."""

    area: ClassVar[str] = "invoices"
    receipt_id: int
    order_id: int
    payment_id: int
    series: str
    year: int
    number: int
    total: int
    digest: str

    @property
    def subject(self) -> int:
        return self.receipt_id


class CertificationMoved(Event, frozen=True):
    """A paper's certification went on: queued, sent, accepted, refused, prepared anew. ``kind``: invoice or
    credit_note."""

    area: ClassVar[str] = "invoices"
    certification_id: int
    kind: str
    paper_id: int
    state: str

    @property
    def subject(self) -> int:
        return self.paper_id


class CertificationRetried(Event, frozen=True):
    """Somebody wants a paper to be told to the platform again."""

    area: ClassVar[str] = "invoices"
    certification_id: int
    kind: str
    paper_id: int

    @property
    def subject(self) -> int:
        return self.paper_id
