"""One question to the whole store: customers, orders, messages, quotes and invoices by what a person remembers of them.

There is no index of words to keep: letters are looked for by SQLite's own GLOB, which passes over 100 000 short rows in
some 50 ms, holds no lock, and finds letters in the middle of words too. Products are found by the lexicon.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import Struct

from core.kernel.text import fold
from core.storage.connection import Reader

Kind = Literal["product", "customer", "order", "message", "quote", "invoice"]
MOST: Final = 5
"""Hits of a kind. Who sees five and not theirs types a letter more."""
MESSAGES: Final = 100_000
"""So many of the latest messages are looked through."""
_DIGITS: Final = 4
_BUYERS: Final = 50
_PHONE: Final = (
    "(SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone' ORDER BY last_seen DESC LIMIT 1)"
)
_ACCENTS: Final = {
    "a": "aàâäáãåAÀÂÄÁÃÅ",
    "c": "cçCÇ",
    "e": "eéèêëEÉÈÊË",
    "i": "iîïíìIÎÏÍÌ",
    "n": "nñNÑ",
    "o": "oôöóòõOÔÖÓÒÕ",
    "u": "uùûüúUÙÛÜÚ",
    "y": "yÿýYŸÝ",
    "'": "'’‘",
}


class Hit(Struct, frozen=True):
    """Something found. ``name`` and ``phone`` (E.164) are its customer's; ``reference`` what it is called, or a
    message's text; ``amount`` in smallest units; ``at`` in ms UTC; ``conversation_id`` where it was spoken of."""

    kind: Kind
    id: int
    reference: str = ""
    name: str = ""
    phone: str | None = None
    state: str = ""
    amount: int | None = None
    at: int | None = None
    conversation_id: int | None = None


class Asked(Struct, frozen=True):
    """What was typed, for SQL: GLOBs of its words, all of which must fit; ``digits`` when they may be a phone’s."""

    words: tuple[str, ...]
    digits: str

    @property
    def empty(self) -> bool:
        return not self.words

    def fits(self, column: str, values: list[Any]) -> str:
        """SQL that holds where ``column`` has all words; its values are added."""
        values += self.words
        return " AND ".join([f"{column} GLOB ?"] * len(self.words))


def asked(text: str) -> Asked:
    """Accents and case do not count: each letter stands for all its forms."""
    digits = "".join(letter for letter in text if letter.isdigit())
    # A number as it is dialled at home begins with a 0 that is not in E.164 (Madagascar: 034…).
    digits = digits.lstrip("0")
    phone = digits if len(digits) >= _DIGITS and not any(letter.isalpha() for letter in text) else ""
    return Asked(tuple(f"*{''.join(map(_letter, word))}*" for word in fold(text).split()), phone)


def _letter(letter: str) -> str:
    forms = _ACCENTS.get(letter) or (letter + letter.upper() if len(letter.upper()) == 1 else letter)
    return f"[{forms}]"


def customers(reader: Reader, wanted: Asked, limit: int = MOST) -> list[Hit]:
    """By name or phone, the latest first."""
    values: list[Any] = []
    where = _people(wanted, values)
    rows = reader.all(
        f"SELECT c.id, c.name, {_PHONE}, c.orders, c.last_order_at, (SELECT id FROM conversation v"  # noqa: S608
        f" WHERE v.customer_id = c.id) FROM customer c WHERE {where} AND c.merged_into IS NULL"
        " ORDER BY c.id DESC LIMIT ?",
        [*values, limit],
    )
    return [Hit("customer", i, name=n, phone=p, state=str(o), at=at, conversation_id=v) for i, n, p, o, at, v in rows]


def _people(wanted: Asked, values: list[Any]) -> str:
    where = wanted.fits("c.name", values)
    if wanted.digits:
        values.append(f"%{wanted.digits}%")
        where = f"({where} OR c.id IN (SELECT customer_id FROM identity WHERE kind = 'phone' AND value LIKE ?))"  # noqa: S608
    return f"({where})"


def _buyers(reader: Reader, wanted: Asked) -> list[int]:
    values: list[Any] = []
    where = _people(wanted, values)
    sql = f"SELECT c.id FROM customer c WHERE {where} ORDER BY c.id DESC LIMIT ?"  # noqa: S608 - fixed text
    return [row[0] for row in reader.all(sql, [*values, _BUYERS])]


def orders(reader: Reader, wanted: Asked, limit: int = MOST) -> list[Hit]:
    """By reference, or by their buyer's name or phone; the latest first."""
    ids = _either(reader, "orders", "reference", wanted, limit)
    rows = reader.all(
        f"SELECT o.id, o.reference, c.name, {_PHONE}, o.state, o.total, o.reserved_at, (SELECT id FROM conversation v"  # noqa: S608
        " WHERE v.customer_id = c.id) FROM orders o JOIN customer c ON c.id = o.customer_id"
        f" WHERE o.id IN ({_marks(ids)}) ORDER BY o.id DESC",
        ids,
    )
    return [Hit("order", *row) for row in rows]


def quotes(reader: Reader, wanted: Asked, limit: int = MOST) -> list[Hit]:
    """By number, or by their customer's name or phone; the latest first."""
    ids = _either(reader, "quote", "reference", wanted, limit)
    rows = reader.all(
        f"SELECT q.id, q.reference, coalesce(c.name, ''), {_PHONE}, q.state, q.total, q.created_at FROM quote q"  # noqa: S608
        f" LEFT JOIN customer c ON c.id = q.customer_id WHERE q.id IN ({_marks(ids)}) ORDER BY q.id DESC",
        ids,
    )
    return [Hit("quote", *row) for row in rows]


def invoices(reader: Reader, wanted: Asked, limit: int = MOST) -> list[Hit]:
    """By number, or by the name or phone of the order's buyer; the latest first."""
    number = "printf('%s-%d-%05d', series, year, number)"
    values: list[Any] = []
    fits = wanted.fits(number, values)
    buyers = _buyers(reader, wanted)
    rows = reader.all(
        f"SELECT p.id, {number}, c.name, {_PHONE}, '', p.total, p.issued_at FROM invoice p"  # noqa: S608 - fixed text
        " JOIN orders o ON o.id = p.order_id JOIN customer c ON c.id = o.customer_id WHERE p.id IN"
        f" (SELECT * FROM (SELECT id FROM invoice WHERE {fits} ORDER BY id DESC LIMIT ?)"
        " UNION SELECT i.id FROM orders b JOIN invoice i ON i.order_id = b.id"
        f" WHERE b.customer_id IN ({_marks(buyers)})) ORDER BY p.id DESC LIMIT ?",
        [*values, limit, *buyers, limit],
    )
    return [Hit("invoice", *row) for row in rows]


def messages(reader: Reader, wanted: Asked, limit: int = MOST) -> list[Hit]:
    """What was written, by a buyer or by us; the latest first. Only from three letters on: two are in every message."""
    if sum(word.count("[") for word in wanted.words) < 3:
        return []
    values: list[Any] = []
    fits = wanted.fits("m.text", values)
    newest = reader.value("SELECT max(id) FROM message") or 0
    rows = reader.all(
        f"SELECT m.id, m.text, c.name, {_PHONE}, m.author, NULL, m.at, v.id FROM message m"  # noqa: S608 - fixed text
        " JOIN conversation v ON v.id = m.conversation_id JOIN customer c ON c.id = v.customer_id"
        f" WHERE m.id > ? AND {fits} ORDER BY m.id DESC LIMIT ?",
        [newest - MESSAGES, *values, limit],
    )
    return [Hit("message", *row) for row in rows]


def _either(reader: Reader, table: str, column: str, wanted: Asked, limit: int) -> list[int]:
    """The latest rows whose name fits, and those of the customers who fit."""
    values: list[Any] = []
    fits = wanted.fits(column, values)
    buyers = _buyers(reader, wanted)
    sql = (
        f"SELECT id FROM (SELECT id FROM {table} WHERE {fits} ORDER BY id DESC LIMIT ?)"  # noqa: S608 - fixed text
        f" UNION SELECT id FROM {table} WHERE customer_id IN ({_marks(buyers)}) ORDER BY id DESC LIMIT ?"
    )
    return [row[0] for row in reader.all(sql, [*values, limit, *buyers, limit])]


def _marks(ids: list[int]) -> str:
    return ",".join("?" * len(ids))


Question = Callable[[Reader, Asked], list[Hit]]
QUESTIONS: Final[tuple[Question, ...]] = (customers, orders, quotes, invoices, messages)
"""Asked one after the other, so that who types on waits for one of them at most."""
