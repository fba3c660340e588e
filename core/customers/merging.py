"""Two records of one person become one: everything of one is the other's, nothing is lost, and the journal says so.

Money already booked is not touched: orders keep their amounts, and ledger and chain are only added to. Where the two
said different things about being scored, the stricter word holds.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.customers import merges
from core.customers.events import CustomersMerged, MergeAsked
from core.customers.merges import How
from core.customers.queries import customer
from core.customers.rules import Record, score, tier
from core.customers.views import CustomerView
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.errors import Refused
from core.kernel.text import fold
from core.storage.connection import Reader
from core.storage.engine import Tx

MOVED: Final = ("orders", "identity", "quote", "quote_unsaved", "consent", "suggestion")
"""Tables whose rows of a person simply change hands; a test knows of every other one."""
SIMILAR: Final = 8


class Preview(Struct, frozen=True):
    """What a merge would make: ``record`` with its score and tier. ``open_orders``: reservations of both together;
    ``phones``: all numbers, the one seen last first."""

    kept: CustomerView
    absorbed: CustomerView
    record: Record
    phones: tuple[str, ...]
    open_orders: int
    messages: int

    @property
    def score(self) -> int:
        return score(self.record)

    @property
    def tier(self) -> str:
        return tier(self.record)


def together(one: Record, other: Record) -> Record:
    """The habits of both; scored only where neither refused it."""
    return Record(
        one.orders + other.orders,
        one.paid + other.paid,
        one.expired + other.expired,
        one.spent + other.spent,
        one.pay_ms + other.pay_ms,
        bool(one.scored and other.scored),
    )


def preview(reader: Reader, kept: int, absorbed: int) -> Preview:
    """What :func:`merge` would do. Raises NotFound, or Refused where it would be refused."""
    mine, theirs = customer(reader, kept), customer(reader, absorbed)
    _check(reader, kept, absorbed)
    both = (kept, absorbed)
    phones = reader.all(
        "SELECT value FROM identity WHERE customer_id IN (?, ?) AND kind = 'phone' ORDER BY last_seen DESC", both
    )
    orders = reader.value("SELECT count(*) FROM orders WHERE customer_id IN (?, ?) AND state = 'reserved'", both)
    said = "SELECT count(*) FROM message WHERE conversation_id IN (SELECT id FROM conversation WHERE customer_id = ?)"
    record = together(mine.record, theirs.record)
    return Preview(mine, theirs, record, tuple(row[0] for row in phones), orders, reader.value(said, (absorbed,)))


def merge(tx: Tx, kept: int, absorbed: int) -> int:
    """The seller's word that two records are one person. → merge id. Raises NotFound, Refused."""
    customer(tx, kept)
    customer(tx, absorbed)
    _check(tx, kept, absorbed)
    tx.emit(MergeAsked(kept, absorbed))
    return absorb(tx, kept, absorbed, "hand")


def _check(reader: Reader, kept: int, absorbed: int) -> None:
    if kept == absorbed:
        raise Refused("Choose two different customers to merge.")
    for number in (kept, absorbed):
        merged, erased = reader.one("SELECT merged_into, erased_at FROM customer WHERE id = ?", (number,)) or (0, 0)
        if merged is not None:
            raise Refused(
                "Customer number {customer_id} was merged into number {into} already.", customer_id=number, into=merged
            )
        if erased is not None:
            raise Refused("This person was erased already.")
    if reader.value("SELECT 1 FROM outbox WHERE customer_id = ? AND state = 'sending'", (absorbed,)):
        raise Refused("A message to this person is being sent: try again in a moment.")


def similar(reader: Reader, customer_id: int, search: str = "") -> list[CustomerView]:
    """Who might be the same person: of the same name, or (with ``search``) whose name, number or phone fits."""
    words = fold(search).split()
    name = fold(reader.value("SELECT name FROM customer WHERE id = ?", (customer_id,)) or "")
    if not words and not name:
        return []
    rows = reader.connection.execute(
        "SELECT c.id, c.name, coalesce((SELECT group_concat(value, ' ') FROM identity i WHERE i.customer_id = c.id"
        " AND i.kind = 'phone'), '') FROM customer c WHERE c.id <> ? AND c.merged_into IS NULL AND c.erased_at IS NULL"
        " ORDER BY c.last_order_at DESC NULLS LAST, c.id DESC",
        (customer_id,),
    )
    found: list[int] = []
    for number, called, phones in rows:
        hay = fold(f"{called} {phones} {number}")
        if all(word in hay for word in words) if words else fold(called) == name:
            found.append(number)
            if len(found) == SIMILAR:
                break
    return [customer(reader, number) for number in found]


# -- what is carried over ----------------------------------------------------------------------------------------


def absorb(tx: Tx, kept: int, absorbed: int, how: How = "found") -> int:
    """Everything of ``absorbed`` becomes ``kept``'s. The emptied record stays: the journal names it, and the merge may
    be taken back (:mod:`core.customers.parting`). → merge id."""
    merge_id = merges.begin(tx, kept, absorbed, how)
    for table in MOVED:
        tx.run(f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))  # noqa: S608 - fixed names
    tx.run("UPDATE orders SET next_customer = ? WHERE next_customer = ?", (kept, absorbed))
    tx.run("UPDATE outbox SET customer_id = ? WHERE customer_id = ? AND state = 'queued'", (kept, absorbed))
    tx.run(
        "UPDATE outbox SET customer_id = ? WHERE id IN (SELECT m.outbox_id FROM message m JOIN conversation v"
        " ON v.id = m.conversation_id WHERE v.customer_id = ?)",
        (kept, absorbed),
    )
    tx.run("UPDATE OR IGNORE waiting SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))
    tx.run(
        "UPDATE waiting SET state = 'left', reason = 'merged' WHERE customer_id = ? AND state = 'waiting'", (absorbed,)
    )
    tx.run("UPDATE OR IGNORE customer_tag SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))
    tx.run("DELETE FROM customer_tag WHERE customer_id = ?", (absorbed,))
    tx.run("UPDATE OR IGNORE text_exposure SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))
    _conversations(tx, kept, absorbed)
    tx.run(
        "UPDATE customer AS a SET orders = a.orders + b.orders, paid = a.paid + b.paid,"
        " expired = a.expired + b.expired, spent = a.spent + b.spent, pay_ms = a.pay_ms + b.pay_ms,"
        " name = iif(a.name = '', b.name, a.name), created_at = min(a.created_at, b.created_at),"
        " scored = a.scored AND b.scored, no_offers = a.no_offers OR b.no_offers,"
        " allowed_until = max(a.allowed_until, b.allowed_until), terms_days = max(a.terms_days, b.terms_days),"
        " restricted_at = coalesce(a.restricted_at, b.restricted_at),"
        " notes = trim(a.notes || char(10, 10) || b.notes, char(10)),"
        " last_order_at = nullif(max(coalesce(a.last_order_at, 0), coalesce(b.last_order_at, 0)), 0)"
        " FROM customer b WHERE a.id = ? AND b.id = ?",
        (kept, absorbed),
    )
    tx.run(
        "UPDATE customer SET orders = 0, paid = 0, expired = 0, spent = 0, pay_ms = 0, name = '', notes = '',"
        " merged_into = ? WHERE id = ?",
        (kept, absorbed),
    )
    merges.end(tx, merge_id, kept)
    tx.emit(CustomersMerged(kept, absorbed))
    return merge_id


def _conversations(tx: Tx, kept: int, absorbed: int) -> None:
    target = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (kept,))
    source = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (absorbed,))
    if source is None:
        return
    if target is None:
        tx.run("UPDATE conversation SET customer_id = ? WHERE id = ?", (kept, source))
        return
    tx.run("UPDATE message SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    tx.run("UPDATE note SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    _handovers(tx, target, source)
    tx.run(
        "UPDATE conversation AS a SET unread = a.unread + b.unread,"
        " closed_at = iif(a.closed_at IS NULL OR b.closed_at IS NULL, NULL, max(a.closed_at, b.closed_at)),"
        " mode = iif(b.mode = 'seller', 'seller', a.mode),"  # where a person speaks, the bot stays silent
        " reason = iif(a.escalated_at IS NULL, b.reason, a.reason),"
        " escalated_at = coalesce(a.escalated_at, b.escalated_at),"
        " last_inbound_at = coalesce(max(a.last_inbound_at, b.last_inbound_at), a.last_inbound_at, b.last_inbound_at),"
        " (last_at, last_text, last_author) = (SELECT last_at, last_text, last_author FROM conversation"
        " WHERE id IN (a.id, b.id) ORDER BY last_at DESC, id DESC LIMIT 1)"
        " FROM conversation b WHERE a.id = ? AND b.id = ?",
        (target, source),
    )
    tx.run("DELETE FROM conversation WHERE id = ?", (source,))


def _handovers(tx: Tx, target: int, source: int) -> None:
    """One goes on, of two: the one that a person took. The bot comes back when the later of both ends."""
    tx.run(
        "UPDATE handover SET ended_at = ?1, ended = 'merged' WHERE id = (SELECT id FROM handover"
        " WHERE conversation_id IN (?2, ?3) AND ended_at IS NULL ORDER BY taken_at IS NULL DESC, opened_at DESC"
        " LIMIT 1) AND (SELECT count(*) FROM handover WHERE conversation_id IN (?2, ?3) AND ended_at IS NULL) = 2",
        (tx.now, target, source),
    )
    tx.run("UPDATE handover SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    due = tx.value("SELECT max(due_at) FROM deadline WHERE kind = 'resume' AND subject IN (?, ?)", (target, source))
    clear_deadline(tx, "resume", source)
    if due is not None:
        set_deadline(tx, "resume", target, due)
