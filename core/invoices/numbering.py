"""Numbers without gaps: the next one of a series and year, taken in the transaction that issues the paper."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from core.kernel.clock import to_datetime
from core.storage.engine import Tx

INVOICE: Final = "FA"
CREDIT_NOTE: Final = "AV"
RECEIPT: Final = "RE"

_TABLES: Final = {INVOICE: "invoice", CREDIT_NOTE: "credit_note", RECEIPT: "receipt"}


def number_text(series: str, year: int, number: int) -> str:
    """``FA-2026-00042``."""
    return f"{series}-{year}-{number:05d}"


def take(tx: Tx, series: str, zone: tzinfo) -> tuple[int, int]:
    """(year, number). There is one writer, and a transaction that fails gives its number back with everything else."""
    year = to_datetime(tx.now, zone).year
    sql = f"SELECT coalesce(max(number), 0) + 1 FROM {_TABLES[series]} WHERE series = ? AND year = ?"  # noqa: S608
    number: int = tx.value(sql, (series, year))
    return year, number
