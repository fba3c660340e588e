"""Whether a person may be scored by their habits (F125): who said so, when and how. The last word counts; those before
it stay as proof.

Without a word there is a score, on the shop's legitimate interest, and the privacy page says how to refuse it. Signals
that protect against fraud are looked at either way.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

from core.customers.events import ConsentNoted
from core.kernel.errors import NotFound
from core.kernel.patterns import late
from core.storage.connection import Reader
from core.storage.engine import Tx

How = Literal["conversation", "seller"]
TEXT_VERSION: Final = "2026-11"
"""Of the privacy page's words: what was agreed to, or refused."""
REFUSAL: Final = "STOP SCORE"
ASK: Final = "MON SCORE"
AGREEMENT: Final = "OK SCORE"
_WORDS: Final = late(r"\W*(stop|ok)\s+score\W*", re.IGNORECASE)


class Consent(Struct, frozen=True):
    """``at`` in ms UTC."""

    given: bool
    how: How
    text_version: str
    at: int


def word_of(text: str) -> bool | None:
    """What a message says about being scored; None when it says nothing of it."""
    found = _WORDS.fullmatch(text)
    return found[1].lower() == "ok" if found else None


def say(tx: Tx, customer_id: int, given: bool, how: How) -> None:
    """Note a person's word. Raises NotFound."""
    if not tx.run("UPDATE customer SET scored = ? WHERE id = ?", (given, customer_id)):
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    tx.run(
        "INSERT INTO consent(customer_id, purpose, given, how, text_version, at, actor) VALUES(?,'scoring',?,?,?,?,?)",
        (customer_id, given, how, TEXT_VERSION, tx.now, tx.actor),
    )
    tx.emit(ConsentNoted(customer_id, "scoring", given, how))


def offers(tx: Tx, customer_id: int, given: bool) -> None:
    """Whether they may be proposed something; said in the conversation."""
    said = "UPDATE customer_merge SET refused_at = ? WHERE kept_id = ? AND undone_at IS NULL"
    tx.run(said, (None if given else tx.now, customer_id))  # a word of their own, whatever the other record had said
    if tx.run("UPDATE customer SET no_offers = ?1 WHERE id = ?2 AND no_offers <> ?1", (not given, customer_id)):
        tx.emit(ConsentNoted(customer_id, "offers", given, "conversation"))


def last(reader: Reader, customer_id: int) -> Consent | None:
    """The last word; None when there is none."""
    row = reader.one(
        "SELECT given, how, text_version, at FROM consent WHERE customer_id = ? ORDER BY id DESC LIMIT 1",
        (customer_id,),
    )
    return None if row is None else Consent(bool(row[0]), *row[1:])
