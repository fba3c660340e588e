"""What a document is made of, in words: :mod:`core.adapters.pdf` fills it, :mod:`core.adapters.pdf_sheet` draws it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

WIDTHS: Final = {
    2: (134.0, 40.0),  # what, amount
    4: (94.0, 16.0, 32.0, 32.0),  # item, quantity, unit price, amount
    6: (62.0, 13.0, 28.0, 15.0, 28.0, 28.0),  # and with VAT: rate, amount before it, amount with it
}
"""Widths of the columns in millimetres, by their number; they fill the page's width."""


class Row(Struct, frozen=True):
    """One line of the table. ``cells``: the texts of the columns behind the title; ``amounts``: what the last of them
    say, in smallest units, which is carried from page to page."""

    title: str
    detail: str
    cells: tuple[str, ...]
    amounts: tuple[int, ...]


class Sum(Struct, frozen=True):
    label: str
    value: str
    strong: bool = False


class Sheet(Struct, frozen=True):
    """Everything that is drawn, already in words. ``status``: a text and its role in the look; ``code``: a QR's URL.

    ``closing``: the sentences beneath the totals (the amount in words, in one language or two). With a ``signature``
    the document is one to agree to: its ``conditions`` (name, value) stand beside the totals, and ``code`` leads to
    where it is answered, ``check_url`` to where it is checked.
    """

    language: str
    seller: str
    seller_lines: tuple[str, ...]
    logo: Path | None
    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    buyer_label: str
    buyer: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    carried: tuple[str, str]
    amount_text: Callable[[int], str]
    closing: tuple[str, ...]
    mention: str
    page_text: str
    continued: str
    created: datetime
    status: tuple[str, str] | None = None
    note: str = ""
    code: str = ""
    code_caption: str = ""
    code_title: str = ""
    check_url: str = ""
    check_caption: str = ""
    signature: str = ""
    signature_about: str = ""
    conditions_title: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
