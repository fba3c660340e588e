"""Reading quotes by the page and by their link."""

from __future__ import annotations

from typing import Any

from core.quotes.rules import EXPIRED, OPEN
from core.quotes.service import COLUMNS, Quote, from_row
from core.storage.connection import Reader


def page(
    reader: Reader,
    *,
    before: int = 2**63 - 1,
    limit: int = 50,
    state: str | None = None,
    customer_id: int | None = None,
) -> list[Quote]:
    """The latest quotes below an id, newest first."""
    where, parameters = ["id < ?"], [before]
    wanted: tuple[tuple[str, Any], ...] = (("state", state), ("customer_id", customer_id))
    for column, value in wanted:
        if value is not None:
            where.append(f"{column} = ?")
            parameters.append(value)
    sql = f"SELECT {COLUMNS} FROM quote WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"  # noqa: S608 - fixed
    return [from_row(row) for row in reader.all(sql, (*parameters, limit))]


def by_link(reader: Reader, nonce: bytes) -> int | None:
    """The quote whose page has this nonce."""
    found: int | None = reader.value("SELECT id FROM quote WHERE link = ?", (nonce,))
    return found


def newer(reader: Reader, quote_id: int) -> Quote | None:
    """The version that was sent in its place."""
    sql = f"SELECT {COLUMNS} FROM quote WHERE replaces = ? AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 1"  # noqa: S608
    row = reader.one(sql, (quote_id,))
    return from_row(row) if row else None


def standing(quote: Quote, now: int) -> str:
    """Its state as anybody is to be told: past its time it is over before the sweep has come round."""
    return EXPIRED if quote.state in OPEN and quote.valid_until <= now else quote.state
