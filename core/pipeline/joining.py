"""Opportunities of two people who become one, and of one who turns out to be two."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from core.customers import merges
from core.customers.merges import Fields
from core.pipeline.rules import onward
from core.storage.connection import Reader
from core.storage.engine import Tx

PART: Final = "leads"
_FROM_BOTH: Final = ("opened_at", "qualified_at", "qualified_by", "next_at", "next_what", "amount")


def join(tx: Tx, kept: int, absorbed: int) -> None:
    """Of two open opportunities the further one goes on; all are the one person's."""
    mine, theirs = _open(tx, kept), _open(tx, absorbed)
    keep, end = mine or theirs, None
    if mine is not None and theirs is not None:
        keep, end = (mine, theirs) if onward(mine["stage"], theirs["stage"]) is None else (theirs, mine)
        tx.run("DELETE FROM lead WHERE id = ?", (end["id"],))
        _fold(tx, keep["id"], end)
    owned = [row[0] for row in tx.all("SELECT id FROM lead WHERE customer_id = ?", (absorbed,))]
    tx.run("UPDATE lead SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))
    merge_id = merges.of_absorbed(tx, absorbed)
    if merge_id is not None:
        merges.keep(tx, merge_id, PART, {"owned": owned, "keep": keep, "end": end})


def joined(tx: Tx, absorbed: int) -> None:
    """What came of the one that goes on: what differs from it later came later."""
    merge_id = merges.of_absorbed(tx, absorbed)
    state = merges.kept(tx, merge_id, PART) if merge_id is not None else None
    if merge_id is not None and state is not None and state["keep"] is not None:
        merges.keep(tx, merge_id, PART, {**state, "after": merges.fields(tx, "lead", "id", state["keep"]["id"])})


def part(tx: Tx, merge_id: int, kept: int, absorbed: int) -> Iterable[int]:
    """Each goes on with their own; one that ended in the other's begins again. → whose are to be looked at:
    something came since, so that what was kept is not how things stand."""
    state = merges.kept(tx, merge_id, PART)
    if state is None:
        return ()
    keep, end = state["keep"], state["end"]
    now = merges.fields(tx, "lead", "id", keep["id"]) if keep is not None else None
    if now is not None:
        own = {name: keep[name] if now[name] == state["after"][name] else now[name] for name in _FROM_BOTH}
        own["asked"] = now["asked"] - (end["asked"] if end is not None else 0)
        columns = ", ".join(f"{name} = ?" for name in own)
        tx.run(f"UPDATE lead SET {columns} WHERE id = ?", (*own.values(), keep["id"]))  # noqa: S608 - fixed names
    tx.run(
        "UPDATE lead SET customer_id = ? WHERE customer_id = ? AND id IN (SELECT value FROM json_each(?))",
        (absorbed, kept, json.dumps(state["owned"])),
    )
    if end is not None:
        _again(tx, end)
    return () if now is None or now == state["after"] else (kept, absorbed)


def _again(tx: Tx, end: Fields) -> None:
    """Into the one that its owner has begun since, where there is one."""
    begun = _open(tx, end["customer_id"])
    if begun is not None:
        _fold(tx, begun["id"], end)
        return
    free = tx.value("SELECT 1 FROM lead WHERE id = ?", (end["id"],)) is None
    values = {**end, "id": end["id"] if free else None}
    marks = ", ".join("?" * len(values))
    tx.insert(f"INSERT INTO lead({', '.join(values)}) VALUES({marks})", tuple(values.values()))


def _open(reader: Reader, customer_id: int) -> Fields | None:
    sql = "SELECT id FROM lead WHERE customer_id = ? AND stage NOT IN ('won', 'lost')"
    return merges.fields(reader, "lead", "id", reader.value(sql, (customer_id,)))


def _fold(tx: Tx, lead_id: int, end: Fields) -> None:
    """One opportunity into another that goes on."""
    tx.run(
        "UPDATE lead SET asked = asked + ?1, opened_at = min(opened_at, ?2), qualified_at ="
        " coalesce(qualified_at, ?3), qualified_by = coalesce(qualified_by, ?4),"
        " next_what = iif(next_at IS NULL, ?6, next_what), next_at = coalesce(next_at, ?5) WHERE id = ?7",
        (
            *(end[name] for name in ("asked", "opened_at", "qualified_at", "qualified_by", "next_at", "next_what")),
            lead_id,
        ),
    )
