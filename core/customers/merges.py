"""What merges were made, and what is kept of each so that it can be taken back.

Kept are the ids of what changed hands and both sides as they stood before and right after: what differs from that later
came later, and stays where it is. It holds names and notes, so an erasure takes it too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.engine import Tx

How = Literal["hand", "found"]
OWNED: Final = {
    "quote": "id",
    "quote_unsaved": "quote_id",
    "consent": "id",
    "suggestion": "order_id",
    "text_exposure": "id",
}
"""Tables whose rows of a person change hands by number, with the column that names a row."""
_OUTGOING: Final = (
    "SELECT id FROM outbox WHERE customer_id = ?1 AND state = 'queued' UNION SELECT o.id FROM conversation v"
    " CROSS JOIN message m ON m.conversation_id = v.id CROSS JOIN outbox o ON o.id = m.outbox_id"
    " WHERE v.customer_id = ?1 AND o.customer_id = ?1"
)
"""What a merge moves of the messages out: those that wait, and those that stand in the conversation."""
SPOKEN: Final = ("message", "note", "handover")
"""Tables whose rows belong to a conversation."""
_COLUMNS: Final = "id, kept_id, absorbed_id, at, actor, how"
Fields = dict[str, Any]


class Merge(Struct, frozen=True):
    """``at`` in ms UTC; ``how``: somebody said so, or a message bore the identities of both; ``name``: what the other
    record was called."""

    id: int
    kept: int
    absorbed: int
    at: int
    actor: str
    how: How
    name: str = ""


def standing(reader: Reader, customer_id: int) -> list[Merge]:
    """The merges into a person that stand, the latest first: it is the one that can be taken back."""
    rows = reader.all(
        f"SELECT {_COLUMNS}, coalesce((SELECT json_extract(state, '$.absorbed.name') FROM merge_part p"  # noqa: S608 - fixed
        " WHERE p.merge_id = m.id AND p.part = 'people'), '') FROM customer_merge m"
        " WHERE kept_id = ? AND undone_at IS NULL AND EXISTS (SELECT 1 FROM merge_part p WHERE p.merge_id = m.id)"
        " ORDER BY id DESC",
        (customer_id,),
    )
    return [Merge(*row) for row in rows]


def apart(reader: Reader, one: int, other: int) -> bool:
    """Whether the last word on these two is that they are not the same person."""
    undone = reader.value(
        "SELECT undone_at FROM customer_merge WHERE (kept_id = ?1 AND absorbed_id = ?2)"
        " OR (kept_id = ?2 AND absorbed_id = ?1) ORDER BY id DESC LIMIT 1",
        (one, other),
    )
    return undone is not None


# -- what is kept ------------------------------------------------------------------------------------------------


def keep(tx: Tx, merge_id: int, part: str, state: Any) -> None:
    told = json.dumps(state, ensure_ascii=False)
    tx.run("INSERT OR REPLACE INTO merge_part(merge_id, part, state) VALUES(?,?,?)", (merge_id, part, told))


def kept(reader: Reader, merge_id: int, part: str) -> Any:
    """None when nothing of this name was kept."""
    state = reader.value("SELECT state FROM merge_part WHERE merge_id = ? AND part = ?", (merge_id, part))
    return None if state is None else json.loads(state)


def of_absorbed(reader: Reader, absorbed: int) -> int | None:
    """The merge that stands, by which this record became another's."""
    found: int | None = reader.value(
        "SELECT id FROM customer_merge WHERE absorbed_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
        (absorbed,),
    )
    return found


def fields(reader: Reader, table: str, column: str, value: int | None) -> Fields | None:
    """A whole row by the names of its columns; None when there is none."""
    cursor = reader.connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))  # noqa: S608 - fixed names
    row = next(cursor, None)
    return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))


def begin(tx: Tx, kept_id: int, absorbed: int, how: How) -> int:
    """Right before it. → merge id."""
    merge_id = tx.insert(
        "INSERT INTO customer_merge(kept_id, absorbed_id, at, actor, how) VALUES(?,?,?,?,?)",
        (kept_id, absorbed, tx.now, tx.actor, how),
    )
    tx.run(
        "INSERT INTO merge_order(order_id, merge_id) SELECT id, ? FROM orders WHERE customer_id = ?",
        (merge_id, absorbed),
    )
    people = {"kept": fields(tx, "customer", "id", kept_id), "absorbed": fields(tx, "customer", "id", absorbed)}
    keep(tx, merge_id, "people", people)
    last = {table: tx.value(f"SELECT max(id) FROM {table}") or 0 for table in ("orders", "message", "consent")}  # noqa: S608
    keep(tx, merge_id, "last", last)
    owned = {table: _ids(tx, table, key, absorbed) for table, key in OWNED.items()}
    keep(tx, merge_id, "owned", {**owned, "outbox": [row[0] for row in tx.all(_OUTGOING, (absorbed,))]})
    rows = {
        "identity": "SELECT kind, value FROM identity WHERE customer_id = ?",
        "tags": "SELECT tag, at FROM customer_tag WHERE customer_id = ?",
        "waiting": "SELECT id, product_id, since, state FROM waiting WHERE customer_id = ?",
        "next": "SELECT id FROM orders WHERE next_customer = ?",
    }
    keep(tx, merge_id, "rows", {name: tx.all(sql, (absorbed,)) for name, sql in rows.items()})
    keep(
        tx,
        merge_id,
        "threads",
        {"before": [thread(tx, kept_id), thread(tx, absorbed)], "spoken": _spoken(tx, absorbed)},
    )
    return merge_id


def end(tx: Tx, merge_id: int, kept_id: int) -> None:
    """Right after it: both as they are now."""
    keep(tx, merge_id, "people", {**kept(tx, merge_id, "people"), "after": fields(tx, "customer", "id", kept_id)})
    keep(tx, merge_id, "threads", {**kept(tx, merge_id, "threads"), "after": thread(tx, kept_id)})


def thread(reader: Reader, customer_id: int) -> Fields | None:
    """A person's conversation with who speaks in it: ``case`` is its open handover, ``resume`` when the bot is back."""
    found = fields(reader, "conversation", "customer_id", customer_id)
    if found is None:
        return None
    case = reader.one(
        "SELECT id, taken_at FROM handover WHERE conversation_id = ? AND ended_at IS NULL", (found["id"],)
    )
    resume = reader.value("SELECT due_at FROM deadline WHERE kind = 'resume' AND subject = ?", (found["id"],))
    return {**found, "case": case, "resume": resume}


def _spoken(reader: Reader, customer_id: int) -> dict[str, list[int]]:
    mine = "conversation_id = (SELECT id FROM conversation WHERE customer_id = ?)"
    return {
        table: [row[0] for row in reader.all(f"SELECT id FROM {table} WHERE {mine}", (customer_id,))]  # noqa: S608 - fixed
        for table in SPOKEN
    }


def _ids(reader: Reader, table: str, key: str, customer_id: int) -> Sequence[int]:
    return [row[0] for row in reader.all(f"SELECT {key} FROM {table} WHERE customer_id = ?", (customer_id,))]  # noqa: S608
