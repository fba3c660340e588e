"""Taking a merge back: each has its own again, as it is by now. What came since stays with the person who was kept.

Money is not touched: an order goes back with all that hangs on it, and what it has added to the record since.
"""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec import Struct

from core.customers import merges, partingthreads
from core.customers.events import CustomersParted, PartingAsked
from core.customers.merges import OWNED, Fields, Merge
from core.customers.queries import customer
from core.customers.views import CustomerView
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Tx

COUNTED: Final = ("orders", "paid", "expired", "spent", "pay_ms")
_GIVEN: Final = "(SELECT value FROM json_each(?3))"


class Parting(Struct, frozen=True):
    """What taking a merge back would do: how much goes back to ``absorbed``, called ``name`` then, and how much came
    ``since`` and stays with ``kept``."""

    merge: Merge
    kept: CustomerView
    name: str
    phones: tuple[str, ...]
    orders: int
    messages: int
    orders_since: int
    messages_since: int


def preview(reader: Reader, merge_id: int) -> Parting:
    """What :func:`part` would do. Raises NotFound, or Refused where it would be refused."""
    merge = _check(reader, merge_id)
    numbers = [value for kind, value in merges.kept(reader, merge_id, "rows")["identity"] if kind == "phone"]
    spoken = json.dumps(merges.kept(reader, merge_id, "threads")["spoken"]["message"])
    mine = "(SELECT id FROM conversation WHERE customer_id = ?1)"
    told = reader.value(
        f"SELECT count(*) FROM message WHERE conversation_id = {mine} AND id IN (SELECT value FROM json_each(?2))",  # noqa: S608 - fixed
        (merge.kept, spoken),
    )
    last = merges.kept(reader, merge_id, "last")
    since = reader.value(
        f"SELECT count(*) FROM message WHERE conversation_id = {mine} AND id > ?2",  # noqa: S608 - fixed
        (merge.kept, last["message"]),
    )
    orders = reader.value("SELECT count(*) FROM merge_order WHERE merge_id = ?", (merge_id,))
    later = reader.value("SELECT count(*) FROM orders WHERE customer_id = ? AND id > ?", (merge.kept, last["orders"]))
    return Parting(merge, customer(reader, merge.kept), merge.name, tuple(numbers), orders, told, later, since)


def part(tx: Tx, merge_id: int) -> Merge:
    """Two people after all: they are not made one again by themselves. Raises NotFound, Refused."""
    merge = _check(tx, merge_id)
    tx.emit(PartingAsked(merge.kept, merge.absorbed))
    people = merges.kept(tx, merge_id, "people")
    _record(tx, merge, people)
    _rows(tx, merge)
    partingthreads.part(tx, merge, merges.kept(tx, merge_id, "threads"))
    _outbox(tx, merge)
    tx.run("UPDATE customer_merge SET undone_at = ?, undone_by = ? WHERE id = ?", (tx.now, tx.actor, merge_id))
    tx.emit(CustomersParted(merge.kept, merge.absorbed, merge_id))
    forget(tx, merge_id)
    return merge


def forget(tx: Tx, merge_id: int) -> None:
    """What was kept of it: it can no longer be taken back."""
    tx.run("DELETE FROM merge_part WHERE merge_id = ?", (merge_id,))
    tx.run("DELETE FROM merge_order WHERE merge_id = ?", (merge_id,))


def _check(reader: Reader, merge_id: int) -> Merge:
    row = reader.one("SELECT kept_id, undone_at FROM customer_merge WHERE id = ?", (merge_id,))
    if row is None:
        raise NotFound("There is no merge number {merge_id}.", merge_id=merge_id)
    kept, undone = row
    if undone is not None:
        raise Refused("This merge was taken back already.")
    found = merges.standing(reader, kept)
    merge = next((one for one in found if one.id == merge_id), None)
    if merge is None:  # nothing is kept of a person who was erased
        raise Refused("This person was erased already.")
    into = reader.value("SELECT merged_into FROM customer WHERE id = ?", (kept,))
    later = merges.of_absorbed(reader, kept) if into is not None else found[0].id
    if later != merge_id:
        raise Refused("Another merge came after this one: take merge number {merge_id} back first.", merge_id=later)
    if reader.value("SELECT 1 FROM outbox WHERE customer_id = ? AND state = 'sending'", (kept,)):
        raise Refused("A message to this person is being sent: try again in a moment.")
    return merge


# -- who they are ------------------------------------------------------------------------------------------------


def _record(tx: Tx, merge: Merge, people: Fields) -> None:
    """The one's own row back, and the other's without it: a field that still says what the merge made of it."""
    before, after, theirs = people["kept"], people["after"], people["absorbed"]
    now = merges.fields(tx, "customer", "id", merge.kept) or {}
    added = tx.one(
        "SELECT 0, sum(paid), sum(expired), sum(spent), sum(pay_ms) FROM merge_order WHERE merge_id = ?", (merge.id,)
    )
    grown = {name: theirs[name] + (more or 0) for name, more in zip(COUNTED, added or (0,) * 5, strict=True)}
    mine = {name: before[name] for name in after if name in now and now[name] == after[name] and name != "id"}
    mine |= {name: now[name] - grown[name] for name in COUNTED}
    mine["notes"] = _notes(now["notes"], after["notes"], before["notes"])
    word = tx.value(
        "SELECT given FROM consent WHERE customer_id = ? AND purpose = 'scoring' AND id > ? ORDER BY id DESC LIMIT 1",
        (merge.kept, merges.kept(tx, merge.id, "last")["consent"]),
    )
    if word is not None:
        mine["scored"] = word
    if tx.value("SELECT refused_at FROM customer_merge WHERE id = ?", (merge.id,)) is not None:
        mine["no_offers"] = 1
    _write(tx, "customer", merge.kept, mine)
    _write(tx, "customer", merge.absorbed, {**theirs, **grown, "merged_into": None})


def _notes(now: str, after: str, before: str) -> str:
    """What was written under the notes of both stays; notes that were written anew stay as they are."""
    if not now.startswith(after):
        return now
    return f"{before}{now[len(after) :]}".strip()


def _write(tx: Tx, table: str, row: int, values: Fields) -> None:
    """Columns that an older state does not know stay as they are."""
    named = [name for name in values if name != "id"]
    if named:
        columns = ", ".join(f"{name} = ?" for name in named)
        tx.run(f"UPDATE {table} SET {columns} WHERE id = ?", (*(values[name] for name in named), row))  # noqa: S608 - names of columns


# -- what is theirs ----------------------------------------------------------------------------------------------


def _rows(tx: Tx, merge: Merge) -> None:
    """Whatever changed hands and is still the other's."""
    back = (merge.absorbed, merge.kept)
    tx.run(
        "UPDATE orders SET customer_id = ? WHERE customer_id = ? AND id IN"
        " (SELECT order_id FROM merge_order WHERE merge_id = ?)",
        (*back, merge.id),
    )
    owned = merges.kept(tx, merge.id, "owned")
    for table, key in OWNED.items():
        tx.run(
            f"UPDATE {table} SET customer_id = ?1 WHERE customer_id = ?2 AND {key} IN {_GIVEN}",  # noqa: S608 - fixed
            (*back, json.dumps(owned[table])),
        )
    rows = merges.kept(tx, merge.id, "rows")
    for kind, value in rows["identity"]:
        tx.run(
            "UPDATE identity SET customer_id = ? WHERE customer_id = ? AND kind = ? AND value = ?", (*back, kind, value)
        )
    for tag, at in rows["tags"]:
        tx.run("DELETE FROM customer_tag WHERE customer_id = ? AND tag = ? AND at = ?", (merge.kept, tag, at))
        tx.run("INSERT INTO customer_tag(customer_id, tag, at) VALUES(?,?,?)", (merge.absorbed, tag, at))
    for (order_id,) in rows["next"]:
        tx.run("UPDATE orders SET next_customer = ? WHERE next_customer = ? AND id = ?", (*back, order_id))
    for line in rows["waiting"]:
        _waiting(tx, merge, line)


def _waiting(tx: Tx, merge: Merge, line: tuple[Any, ...]) -> None:
    """Their place in a line; who was skipped stands in it under another number."""
    number, product_id, since, state = line
    tx.run(
        "UPDATE waiting SET customer_id = ? WHERE customer_id = ? AND product_id = ? AND since = ?"
        " AND (id = ? OR skipped_at IS NOT NULL)",
        (merge.absorbed, merge.kept, product_id, since, number),
    )
    if state == "waiting":
        tx.run(
            "UPDATE waiting SET state = 'waiting', reason = NULL WHERE customer_id = ? AND id = ? AND state = 'left'"
            " AND reason = 'merged'",
            (merge.absorbed, number),
        )


def _outbox(tx: Tx, merge: Merge) -> None:
    """Messages to them: those that were theirs, and those that their conversation shows."""
    tx.run(
        f"UPDATE outbox SET customer_id = ?1 WHERE customer_id = ?2 AND (id IN {_GIVEN} OR id IN"  # noqa: S608 - fixed
        " (SELECT m.outbox_id FROM message m JOIN conversation v ON v.id = m.conversation_id"
        " WHERE v.customer_id = ?1))",
        (merge.absorbed, merge.kept, json.dumps(merges.kept(tx, merge.id, "owned")["outbox"])),
    )
