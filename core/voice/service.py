"""The seller's own words for what the bot says: put, taken back, and listed. F88's chain of fallbacks is here, once."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.i18n import LANGUAGES
from core.segments import rules as segments
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.voice import wording
from core.voice.events import TextChanged
from core.voice.wording import FALLBACK, SEGMENTS

Own = Mapping[tuple[str, str, str, str], str]
"""(segment, language, key, variant) → the store's words."""


class StoreText(Struct, frozen=True):
    """One wording as the store says it. ``own`` None: in our words, ``words``, or in those of another segment.

    ``ours``: what it says without words of its own.
    """

    key: str
    variant: str
    segment: str
    language: str
    words: str
    own: str | None
    ours: str


def known(reader: Reader) -> Own:
    """All of the store's own words."""
    rows = reader.all("SELECT segment, language, key, variant, words FROM store_text")
    return {(segment, language, key, variant): words for segment, language, key, variant, words in rows}


def found(own: Own, key: str, variant: str, segment: str, language: str) -> str | None:
    """The store's words for its segment, else for the live seller's, which all others stand on (F88)."""
    words = own.get((segment, language, key, variant))
    return own.get((FALLBACK, language, key, variant)) if words is None else words


def segment_known(segment: str) -> str:
    """The segment itself; the live seller's for one nobody knows (F88)."""
    return segments.named(segment).name


def look(own: Own, key: str, variant: str, segment: str, language: str) -> StoreText:
    """Raises NotFound."""
    ours = wording.default(key, variant, segment, language)
    above = found({k: v for k, v in own.items() if k[0] == FALLBACK}, key, variant, FALLBACK, language)
    mine = own.get((segment, language, key, variant))
    if segment != FALLBACK and above is not None:
        ours = above
    return StoreText(key, variant, segment, language, ours if mine is None else mine, mine, ours)


def listing(own: Own, segment: str, language: str) -> list[StoreText]:
    """Every text as it is said in a segment and a language, family by family."""
    above = {place: words for place, words in own.items() if place[0] == FALLBACK or place[0] == segment}
    return [
        look(above, key, variant, segment, language) for key in wording.all_keys() for variant in wording.variants(key)
    ]


def put(tx: Tx, key: str, words: str, *, variant: str, segment: str, language: str, currency: str) -> StoreText:
    """Say this in the store's words from now on. Raises NotFound, Refused with one sentence; then nothing changes."""
    _place(segment, language)
    words = wording.check(key, variant, words, currency)
    running = "SELECT 1 FROM text_trial WHERE (segment, language, key, variant) = (?,?,?,?) AND ended_at IS NULL"
    if tx.value(running, (segment, language, key, variant)):
        raise Refused("This text is already being compared: end that first.")
    own = known(tx)
    if look(own, key, variant, segment, language).words != words:
        tx.run(
            "INSERT OR REPLACE INTO store_text(segment, language, key, variant, words, changed_at) VALUES(?,?,?,?,?,?)",
            (segment, language, key, variant, words, tx.now),
        )
        tx.emit(TextChanged(key, variant, segment, language, reset=False))
    return look(known(tx), key, variant, segment, language)


def reset(tx: Tx, key: str, *, variant: str, segment: str, language: str) -> StoreText:
    """Back to what came with the program, or with the live seller's segment. Raises NotFound, Refused."""
    _place(segment, language)
    wording.default(key, variant, segment, language)
    place = (segment, language, key, variant)
    if tx.run("DELETE FROM store_text WHERE (segment, language, key, variant) = (?,?,?,?)", place):
        tx.emit(TextChanged(key, variant, segment, language, reset=True))
    return look(known(tx), key, variant, segment, language)


def _place(segment: str, language: str) -> None:
    if segment not in SEGMENTS:
        raise Refused("Unknown segment {segment}. Use one of {known}.", segment=segment, known=", ".join(SEGMENTS))
    if language not in LANGUAGES:
        raise Refused("Unknown language {language}. Use one of {known}.", language=language, known=", ".join(LANGUAGES))
