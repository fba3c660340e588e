"""What is being typed into a quote and is no draft yet: kept so that a window that closes, or a computer that stops,
loses nothing. The text is the window's own; it is dropped when the quote is saved or given up."""

from __future__ import annotations

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.engine import Tx


class Unsaved(Struct, frozen=True):
    """``quote_id``: the draft it changes, 0 for a new quote; ``at`` in ms UTC."""

    quote_id: int
    customer_id: int | None
    at: int
    content: str


def keep(tx: Tx, quote_id: int, customer_id: int | None, content: str) -> None:
    """In place of what was kept for this quote before."""
    tx.run(
        "INSERT OR REPLACE INTO quote_unsaved(quote_id, customer_id, at, content) VALUES(?,?,?,?)",
        (quote_id, customer_id, tx.now, content),
    )


def drop(tx: Tx, quote_id: int) -> None:
    tx.run("DELETE FROM quote_unsaved WHERE quote_id = ?", (quote_id,))


def latest(reader: Reader) -> Unsaved | None:
    """What was typed last."""
    row = reader.one(
        "SELECT quote_id, customer_id, at, content FROM quote_unsaved ORDER BY at DESC, quote_id DESC LIMIT 1"
    )
    return Unsaved(*row) if row else None
