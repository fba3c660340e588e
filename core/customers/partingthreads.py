"""Two conversations out of the one that a merge made of them: what each had said, and who speaks in it.

What is open in the common one by now decides: what was read, resolved or given back there was so for both, and what a
person took over there since stays with the person who was kept.
"""

from __future__ import annotations

import json
from typing import Final

from core.customers.merges import SPOKEN, Fields, Merge, thread
from core.durable.deadlines import clear_deadline, set_deadline
from core.storage.engine import Tx

BESIDE: Final = frozenset({"id", "customer_id", "case", "resume"})
LAST: Final = ("last_at", "last_text", "last_author")


def part(tx: Tx, merge: Merge, kept: Fields) -> None:
    """``kept``: both before, ``after`` it, and the ids of what was ``spoken`` in the one that went."""
    mine, theirs = kept["before"]
    now = thread(tx, merge.kept)
    if theirs is None or now is None:
        return
    common, back = _split(tx, merge, mine, theirs, now, kept["spoken"])
    cases = _cases(tx, common, back, theirs, mine, now, kept["spoken"]["handover"])
    _write(tx, back, _theirs(theirs, now, kept["after"], case=cases[1]))
    _resume(tx, back, theirs["resume"] if cases[1] else None)
    if mine is None and not _anything(tx, common):
        tx.run("DELETE FROM conversation WHERE id = ?", (common,))
        clear_deadline(tx, "resume", common)
        return
    _write(tx, common, _mine(mine, now, kept["after"], theirs, case=cases[0]))
    resume = now["resume"] if mine is None or now["resume"] != kept["after"]["resume"] else mine["resume"]
    _resume(tx, common, resume if cases[0] else None)


def _split(
    tx: Tx, merge: Merge, mine: Fields | None, theirs: Fields, now: Fields, spoken: dict[str, list[int]]
) -> tuple[int, int]:
    """Two conversations with what was said in each, handovers still in the common one. The one that went has its old
    number where that is free. → the common one's id, the other's."""
    if mine is None:  # the one that there was had changed hands
        tx.run("UPDATE conversation SET customer_id = ? WHERE id = ?", (merge.absorbed, now["id"]))
        common, back = _begun(tx, merge.kept, None, now), now["id"]
        tx.run("UPDATE handover SET conversation_id = ? WHERE conversation_id = ?", (common, back))
        source, target, others = back, common, "NOT"
    else:
        free = tx.value("SELECT 1 FROM conversation WHERE id = ?", (theirs["id"],)) is None
        common, back = now["id"], _begun(tx, merge.absorbed, theirs["id"] if free else None, theirs)
        source, target, others = common, back, ""
    for table in SPOKEN:
        if table != "handover":
            tx.run(
                f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?"  # noqa: S608 - fixed names
                f" AND id {others} IN (SELECT value FROM json_each(?))",
                (target, source, json.dumps(spoken[table])),
            )
    return common, back


def _begun(tx: Tx, customer_id: int, number: int | None, like: Fields) -> int:
    values = {**{name: value for name, value in like.items() if name not in BESIDE}, "id": number}
    values["customer_id"] = customer_id
    marks = ", ".join("?" * len(values))
    return tx.insert(f"INSERT INTO conversation({', '.join(values)}) VALUES({marks})", tuple(values.values()))


def _anything(tx: Tx, conversation_id: int) -> bool:
    return any(
        tx.value(f"SELECT 1 FROM {table} WHERE conversation_id = ? LIMIT 1", (conversation_id,))  # noqa: S608 - fixed names
        for table in SPOKEN
    )


def _cases(
    tx: Tx, common: int, back: int, theirs: Fields, mine: Fields | None, now: Fields, owned: list[int]
) -> tuple[bool | None, bool | None]:
    """Handovers to whom they belong. → for each conversation whether a person has taken the open one; None: none is."""
    own, other = mine["case"] if mine is not None else None, theirs["case"]
    opened, taken = now["case"] or (0, None)
    taken_since = taken is not None and not any(case and case[0] == opened and case[1] for case in (own, other))
    stays = opened if taken_since else 0
    tx.run(
        "UPDATE handover SET conversation_id = ? WHERE conversation_id = ? AND id <> ?"
        " AND id IN (SELECT value FROM json_each(?))",
        (back, common, stays, json.dumps(owned)),
    )
    if own and other and opened in (own[0], other[0]) and not taken_since:
        for case in (own, other):
            # Of two open ones, one was ended by nothing but the merge.
            tx.run("UPDATE handover SET ended_at = NULL, ended = NULL WHERE id = ? AND ended = 'merged'", (case[0],))
    return _taken(tx, common), _taken(tx, back)


def _taken(tx: Tx, conversation_id: int) -> bool | None:
    row = tx.one("SELECT taken_at FROM handover WHERE conversation_id = ? AND ended_at IS NULL", (conversation_id,))
    return None if row is None else row[0] is not None


def _theirs(theirs: Fields, now: Fields, after: Fields, case: bool | None) -> Fields:
    values = {name: value for name, value in theirs.items() if name not in BESIDE}
    values["mode"] = "seller" if case else "bot"
    if theirs["case"] is not None and (case is None or (case and not theirs["case"][1])):
        values |= {"escalated_at": None, "reason": None}
    if now["unread"] < after["unread"]:
        values["unread"] = 0
    if now["closed_at"] is not None and now["closed_at"] != after["closed_at"]:
        values["closed_at"] = now["closed_at"]
    return values


def _mine(mine: Fields | None, now: Fields, after: Fields, theirs: Fields, case: bool | None) -> Fields:
    """The common one, without what came from the other."""
    values: Fields = {"mode": "seller" if case else "bot"}
    read = now["unread"] < after["unread"]
    values["unread"] = now["unread"] if read else now["unread"] - theirs["unread"]
    before = mine or {"escalated_at": None, "reason": None}
    if now["escalated_at"] == after["escalated_at"]:
        values |= {"escalated_at": before["escalated_at"], "reason": before["reason"]}
        if before["escalated_at"] is not None and now["reason"] != after["reason"]:
            values["reason"] = now["reason"]
    if mine is None:  # everything else in it came since
        return values
    if all(now[name] == after[name] for name in LAST):
        values |= {name: before[name] for name in LAST}
    values |= {name: before[name] for name in ("closed_at", "last_inbound_at") if now[name] == after[name]}
    return values


def _write(tx: Tx, conversation_id: int, values: Fields) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    tx.run(f"UPDATE conversation SET {columns} WHERE id = ?", (*values.values(), conversation_id))  # noqa: S608 - columns


def _resume(tx: Tx, conversation_id: int, due: int | None) -> None:
    if due is None:
        clear_deadline(tx, "resume", conversation_id)
    else:
        set_deadline(tx, "resume", conversation_id, due)
