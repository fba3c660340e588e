"""Quotes: numbered when they are made, in the same transaction, without gaps; their content never changes after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.invoices import marks
from core.invoices.marks import Issued
from core.invoices.rules import Rounding
from core.invoices.service import Terms
from core.kernel.clock import DAY, to_datetime
from core.kernel.errors import NotFound, Refused
from core.quotes.events import QuoteDrafted
from core.quotes.rules import (
    DRAFT,
    MAX_NOTE,
    MAX_VALID_DAYS,
    SERIES,
    QuoteLine,
    checked_line,
    number_of,
    reference,
    total_of,
)
from core.storage.connection import Reader
from core.storage.engine import Tx


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as kept. Times in ms UTC; ``seller`` are the seller's facts of the day it was made."""

    id: int
    reference: str
    customer_id: int | None
    state: str
    created_at: int
    valid_until: int
    total: int
    lines: tuple[QuoteLine, ...]
    note: str
    seller: dict[str, Any]
    rounding: Rounding


def from_catalogue(reader: Reader, sku: str, quantity: int) -> QuoteLine:
    """A line at today's price. Raises NotFound."""
    row = reader.one("SELECT sku, title, price, vat FROM product WHERE sku = ? AND active", (sku,))
    if row is None:
        raise NotFound("There is no product with the SKU “{sku}”.", sku=sku)
    return QuoteLine(row[1], quantity, row[2], row[0], row[3])


def draft(
    tx: Tx,
    lines: Sequence[QuoteLine],
    *,
    customer_id: int | None,
    valid_days: int,
    note: str,
    terms: Terms,
) -> int:
    """Number and keep a quote. → its id. Raises Refused."""
    kept = [checked_line(line) for line in lines]
    total = total_of(kept)
    if not 1 <= valid_days <= MAX_VALID_DAYS:
        raise Refused("A quote is valid between 1 and {most} days.", most=MAX_VALID_DAYS)
    year = to_datetime(tx.now, terms.zone).year
    latest = tx.value(
        "SELECT reference FROM quote WHERE reference LIKE ? ORDER BY id DESC LIMIT 1", (f"{SERIES}-{year}-%",)
    )
    number = 1 + (number_of(latest) if latest else 0)
    content = {
        "lines": [asdict(line) for line in kept],
        "note": note.strip()[:MAX_NOTE],
        "seller": dict(terms.seller),
        "rounding": terms.rounding.value,
    }
    text = json.dumps(content, ensure_ascii=False)
    valid_until = tx.now + valid_days * DAY
    quote_id = tx.insert(
        "INSERT INTO quote(reference, customer_id, state, created_at, valid_until, total, content)"
        " VALUES(?,?,?,?,?,?,?)",
        (reference(year, number), customer_id, DRAFT, tx.now, valid_until, total, text),
    )
    marks.place(tx, quote_id, Issued("quote", reference(year, number), tx.now, total, text))
    tx.emit(QuoteDrafted(quote_id, customer_id, year, number, total, valid_until))
    return quote_id


def load(reader: Reader, quote_id: int) -> Quote:
    """Raises NotFound."""
    row = reader.one(
        "SELECT id, reference, customer_id, state, created_at, valid_until, total, content FROM quote WHERE id = ?",
        (quote_id,),
    )
    if row is None:
        raise NotFound("There is no quote number {quote_id}.", quote_id=quote_id)
    content = json.loads(row[7])
    lines = tuple(QuoteLine(**line) for line in content["lines"])
    number, reference_, customer_id, state, created_at, valid_until, total, _ = row
    return Quote(
        number,
        reference_,
        customer_id,
        state,
        created_at,
        valid_until,
        total,
        lines,
        content["note"],
        content["seller"],
        Rounding(content.get("rounding", Rounding.TOTAL)),
    )
