"""What the QR code of a paper leads to: whether it is ours and unchanged, and what became of it. Nobody is named."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.invoices.marks import Issued
from core.storage.connection import Reader, Row


class Standing(StrEnum):
    """The one thing to tell about a genuine paper."""

    VALID = "valid"
    ALTERED = "altered"  # what is kept is not what was issued
    PART_CREDITED = "part_credited"
    CREDITED = "credited"  # an invoice of which nothing is left
    REPLACED = "replaced"  # a receipt whose order has its invoice
    GIVEN_BACK = "given_back"  # a receipt whose money went back
    SUPERSEDED = "superseded"  # a quote with a newer version
    EXPIRED = "expired"  # a quote past its time, or of a person who was erased


class Checked(Struct, frozen=True):
    """A paper as issued; times in ms UTC. ``others``: the papers that changed its standing, by number."""

    kind: str
    number: str
    issued_at: int
    total: int
    standing: Standing
    others: tuple[str, ...] = ()


_NUMBERED: Final = "SELECT printf('%s-%d-%05d', series, year, number), issued_at, total, content FROM"
_PAPER: Final = {
    "invoice": f"{_NUMBERED} invoice WHERE id = ?",
    "credit_note": f"{_NUMBERED} credit_note WHERE id = ?",
    "receipt": f"{_NUMBERED} receipt WHERE id = ?",
    "quote": "SELECT reference, created_at, total, content FROM quote WHERE id = ?",
}
_ERASED: Final = "SELECT c.erased_at IS NOT NULL FROM quote q JOIN customer c ON c.id = q.customer_id WHERE q.id = ?"


def check(reader: Reader, nonce: bytes, now: int) -> Checked | None:
    """The paper of a mark; None when there is none. ``now`` in ms UTC."""
    mark = reader.one("SELECT kind, paper_id, digest FROM paper_mark WHERE nonce = ?", (nonce,))
    if mark is None:
        return None
    kind, paper_id, digest = mark
    row = reader.one(_PAPER[kind], (paper_id,))
    if row is None:
        return None
    issued = Issued(kind, *row)
    if kind == "quote" and reader.value(_ERASED, (paper_id,)):  # made for somebody who is gone, and without them now
        return Checked(kind, issued.number, issued.at, issued.total, Standing.EXPIRED)
    standing, others = (
        (Standing.ALTERED, ()) if issued.digest != digest else _standing(reader, kind, paper_id, row, now)
    )
    return Checked(kind, issued.number, issued.at, issued.total, standing, others)


def _standing(reader: Reader, kind: str, paper_id: int, row: Row, now: int) -> tuple[Standing, tuple[str, ...]]:
    if kind == "invoice":
        notes = reader.all(
            "SELECT printf('%s-%d-%05d', series, year, number), total FROM credit_note WHERE invoice_id = ?"
            " ORDER BY id",
            (paper_id,),
        )
        whole = sum(total for _, total in notes) >= row[2]
        standing = Standing.CREDITED if notes and whole else Standing.PART_CREDITED if notes else Standing.VALID
        return standing, tuple(number for number, _ in notes)
    if kind == "receipt":
        return _of_receipt(reader, paper_id)
    if kind == "quote":
        return _of_quote(reader, paper_id, now)
    return Standing.VALID, ()


def _of_quote(reader: Reader, quote_id: int, now: int) -> tuple[Standing, tuple[str, ...]]:
    """One that was accepted in time binds for longer than its time."""
    row = reader.one(
        "SELECT q.state, q.valid_until, n.reference FROM quote q LEFT JOIN quote n ON n.replaces = q.id AND n.sent_at"
        " IS NOT NULL WHERE q.id = ?",
        (quote_id,),
    )
    assert row is not None
    state, valid_until, newer = row
    if state == "replaced":
        return Standing.SUPERSEDED, (newer,)
    if state in ("accepted", "converted") or (state != "expired" and valid_until >= now):
        return Standing.VALID, ()
    return Standing.EXPIRED, ()


def _of_receipt(reader: Reader, receipt_id: int) -> tuple[Standing, tuple[str, ...]]:
    """The money went back, or became part of a sale with an invoice; money beyond a sale does not."""
    back = reader.value(
        "SELECT p.refunded = p.amount OR (json_extract(r.content, '$.kind') <> 'checked' AND EXISTS(SELECT 1 FROM"
        " decision d WHERE d.payment_id = p.id AND d.refund = 'done')) FROM receipt r JOIN payment p"
        " ON p.id = r.payment_id WHERE r.id = ?",
        (receipt_id,),
    )
    if back:
        return Standing.GIVEN_BACK, ()
    invoice = reader.value(
        "SELECT printf('%s-%d-%05d', i.series, i.year, i.number) FROM invoice i JOIN receipt r ON r.order_id ="
        " i.order_id WHERE r.id = ? AND json_extract(r.content, '$.kind')"
        " IN ('underpaid', 'paid_late', 'checked', 'deposit')",
        (receipt_id,),
    )
    return (Standing.REPLACED, (invoice,)) if invoice else (Standing.VALID, ())
