"""The seller's own words on people, beside those that the rules give (F74)."""

from __future__ import annotations

from typing import Final

from core.customers.events import CustomerTagged
from core.kernel.errors import NotFound, Refused
from core.kernel.text import one_line
from core.storage.connection import Reader
from core.storage.engine import Tx

LONGEST: Final = 30  # characters
MOST: Final = 12  # on one person


def checked(text: str) -> str:
    """A word as it will stand there. Raises Refused."""
    word = " ".join(text.split())
    if not word:
        raise Refused("Write a word first.")
    if len(word) > LONGEST:
        raise Refused("A tag has at most {most} characters.", most=LONGEST)
    return one_line(word)


def put(tx: Tx, customer_id: int, tag: str) -> str:
    """Put a word on somebody; one that is there already stays once. → the word. Raises NotFound, Refused."""
    word = checked(tag)
    if tx.value("SELECT 1 FROM customer WHERE id = ? AND merged_into IS NULL", (customer_id,)) is None:
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    if tx.value("SELECT count(*) FROM customer_tag WHERE customer_id = ?", (customer_id,)) >= MOST:
        raise Refused("A person has at most {most} tags.", most=MOST)
    added = tx.run(
        "INSERT OR IGNORE INTO customer_tag(customer_id, tag, at) VALUES(?,?,?)", (customer_id, word, tx.now)
    )
    if added:
        tx.emit(CustomerTagged(customer_id, True))
    return word


def take_off(tx: Tx, customer_id: int, tag: str) -> None:
    if tx.run("DELETE FROM customer_tag WHERE customer_id = ? AND tag = ?", (customer_id, tag)):
        tx.emit(CustomerTagged(customer_id, False))


def of(reader: Reader, customer_id: int) -> tuple[str, ...]:
    rows = reader.all("SELECT tag FROM customer_tag WHERE customer_id = ? ORDER BY tag", (customer_id,))
    return tuple(row[0] for row in rows)
