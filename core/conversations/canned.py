"""Answers kept ready, per store: a shortcut (``merci``), its wordings by language, the customer's name filled in."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.conversations import limits
from core.conversations.events import CannedRemoved, CannedSaved
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from core.kernel.patterns import late
from core.kernel.text import fold, utf16_length
from core.storage.connection import Reader
from core.storage.engine import Tx

MOST: Final = 200
ROOM: Final = 200  # characters of a message left for what the variables become
VARIABLES: Final = ("name", "shop")
"""``{name}``: the customer's first name, nothing where it is not known; ``{shop}``: what the store is called."""
_SHORTCUT: Final = late(r"[a-z0-9][a-z0-9_-]{0,31}")


class Canned(Struct, frozen=True):
    id: int
    shortcut: str
    language: str
    text: str


def shortcut_of(text: str) -> str:
    """``/Merci`` is ``merci``. Raises Refused for what nobody could type after a slash."""
    found = fold(text.strip().removeprefix("/"))
    if _SHORTCUT.fullmatch(found) is None:
        raise Refused(
            "“{text}” cannot be a shortcut: up to 32 letters and digits without spaces, for instance merci.", text=text
        )
    return found


def save(tx: Tx, shortcut: str, language: str, text: str) -> int:
    """Keep an answer, in place of the one of this shortcut and language. → its id. Raises Refused."""
    word = shortcut_of(shortcut)
    if language not in LANGUAGES:
        raise Refused("“{language}” is not one of {known}.", language=language, known=", ".join(LANGUAGES))
    said = _checked(text)
    found = tx.value("SELECT id FROM canned WHERE shortcut = ? AND language = ?", (word, language))
    if found is None and tx.value("SELECT count(*) FROM canned") >= MOST:
        raise Refused("A store keeps at most {limit} answers ready: remove some first.", limit=MOST)
    tx.run(
        "INSERT INTO canned(shortcut, language, text, changed_at) VALUES(?,?,?,?) ON CONFLICT(shortcut, language)"
        " DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at",
        (word, language, said, tx.now),
    )
    number: int = tx.value("SELECT id FROM canned WHERE shortcut = ? AND language = ?", (word, language))
    tx.emit(CannedSaved(number))
    return number


def _checked(text: str) -> str:
    said = limits.clean(text).strip()
    if not said:
        raise Refused("An answer needs some words.")
    limit, length = limits.TEXT - ROOM, utf16_length(said)
    if length > limit:
        raise Refused("An answer has at most {limit} characters, this one {length}.", limit=limit, length=length)
    try:
        fields = [(name, shape, how) for _, name, shape, how in string.Formatter().parse(said) if name is not None]
    except ValueError:
        raise Refused("Braces stand for a variable: {known}. Write no other ones.", known=_known()) from None
    for name, shape, how in fields:
        if name not in VARIABLES or shape or how:
            raise Refused("There is no variable {name}. Use {known}.", name="{" + name + "}", known=_known())
    return said


def _known() -> str:
    return ", ".join("{" + name + "}" for name in VARIABLES)


def remove(tx: Tx, canned_id: int) -> None:
    """Raises NotFound."""
    if not tx.run("DELETE FROM canned WHERE id = ?", (canned_id,)):
        raise NotFound("There is no answer number {canned_id}.", canned_id=canned_id)
    tx.emit(CannedRemoved(canned_id))


def every(reader: Reader) -> list[Canned]:
    """By shortcut, then language."""
    return [Canned(*row) for row in reader.all("SELECT id, shortcut, language, text FROM canned ORDER BY 2, 3")]


def one(reader: Reader, canned_id: int) -> Canned:
    """Raises NotFound."""
    row = reader.one("SELECT id, shortcut, language, text FROM canned WHERE id = ?", (canned_id,))
    if row is None:
        raise NotFound("There is no answer number {canned_id}.", canned_id=canned_id)
    return Canned(*row)


def matching(found: Sequence[Canned], typed: str, language: str) -> list[Canned]:
    """What ``/mer`` may mean to a customer of this language: one wording of each shortcut, those that begin so first.

    Theirs, else French, else whatever there is.
    """
    wanted = fold(typed.strip().removeprefix("/"))
    preferred = (language, DEFAULT_LANGUAGE, *LANGUAGES)
    best: dict[str, Canned] = {}
    for one in sorted(found, key=lambda each: preferred.index(each.language)):
        if wanted in one.shortcut or (len(wanted) > 2 and wanted in fold(one.text)):
            best.setdefault(one.shortcut, one)
    return sorted(best.values(), key=lambda each: (not each.shortcut.startswith(wanted), each.shortcut))


def filled(text: str, name: str, shop: str) -> str:
    """The words as they would be sent. A name that is not known takes its space and its comma along."""
    first = name.split(maxsplit=1)[0] if name.split() else ""
    if not first:
        text = re.sub(r"[ \u00a0\u202f]?\{name\},?", "", text)
    return text.format(name=first, shop=shop).strip()
