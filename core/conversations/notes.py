"""Notes of the shop's people beside a conversation. They are in no table that anything is sent from."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.conversations import limits, threads
from core.conversations.escalation import called
from core.conversations.events import NoteAdded, NoteRemoved
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader, Row
from core.storage.engine import Tx

LENGTH: Final = 2000
MOST: Final = 500


class NoteView(Struct, frozen=True):
    """``at``: ms UTC. ``author``: an account's name, or the door it was written at."""

    id: int
    conversation_id: int
    text: str
    at: int
    author: str


def add(tx: Tx, conversation_id: int, text: str) -> int:
    """Keep a note. → its id. Raises NotFound, and Refused when it is empty, too long, or one too many."""
    threads.mode(tx, conversation_id)
    said = limits.clean(text).strip()
    if not said:
        raise Refused("A note needs some words.")
    if len(said) > LENGTH:
        raise Refused("A note has at most {limit} characters, this one {length}.", limit=LENGTH, length=len(said))
    if tx.value("SELECT count(*) FROM note WHERE conversation_id = ?", (conversation_id,)) >= MOST:
        raise Refused("A conversation has at most {limit} notes: remove some first.", limit=MOST)
    note_id = tx.insert(
        "INSERT INTO note(conversation_id, text, at, actor) VALUES(?,?,?,?)", (conversation_id, said, tx.now, tx.actor)
    )
    tx.emit(NoteAdded(conversation_id, note_id))
    return note_id


def remove(tx: Tx, note_id: int) -> None:
    """Raises NotFound."""
    conversation_id = tx.value("SELECT conversation_id FROM note WHERE id = ?", (note_id,))
    if conversation_id is None:
        raise NotFound("There is no note number {note_id}.", note_id=note_id)
    tx.run("DELETE FROM note WHERE id = ?", (note_id,))
    tx.emit(NoteRemoved(conversation_id, note_id))


def of(reader: Reader, conversation_id: int) -> list[NoteView]:
    """Oldest first."""
    rows = reader.all(
        "SELECT id, conversation_id, text, at, actor FROM note WHERE conversation_id = ? ORDER BY id",
        (conversation_id,),
    )
    return [_view(reader, row) for row in rows]


def one(reader: Reader, note_id: int) -> NoteView:
    """Raises NotFound."""
    row = reader.one("SELECT id, conversation_id, text, at, actor FROM note WHERE id = ?", (note_id,))
    if row is None:
        raise NotFound("There is no note number {note_id}.", note_id=note_id)
    return _view(reader, row)


def _view(reader: Reader, row: Row) -> NoteView:
    return NoteView(row[0], row[1], row[2], row[3], called(reader, row[4]) or "")
