"""Erasing a person (ruling R17): names, numbers, texts and files go; amounts, dates and hashes stay for the accounts.

One transaction takes everything out of the database and writes the report; files are named in it and removed after it,
again at the next start if the program was stopped between the two. Deleted rows are overwritten where they stood
(SQLite's secure_delete), and the log beside the file is folded in, so that no page keeps what was erased.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from core.conversations.events import ThreadErased
from core.conversations.quoting import NOTED
from core.conversations.stepnotices import OF_ORDER
from core.customers.events import CustomerErased
from core.customers.queries import customer
from core.kernel.errors import Refused, StorageFailed
from core.orders.service import Orders
from core.privacy import traces
from core.privacy.traces import Traces, about
from core.privacy.views import Line, Report
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx


def check(reader: Reader, customer_id: int) -> None:
    """Raises NotFound, or Refused while something of this person is still going on."""
    customer(reader, customer_id)
    row = reader.one("SELECT erased_at, merged_into FROM customer WHERE id = ?", (customer_id,))
    if row is not None and row[0] is not None:
        raise Refused("This person was erased already.")
    if row is not None and row[1] is not None:
        raise Refused("This record was merged into customer number {customer_id}: erase that one.", customer_id=row[1])
    open_order = reader.one(
        "SELECT reference, state FROM orders WHERE customer_id = ? AND (state = 'reserved' OR undecided = 1"
        " OR id IN (SELECT order_id FROM decision WHERE refund = 'todo')) ORDER BY state = 'reserved' DESC LIMIT 1",
        (customer_id,),
    )
    if open_order is not None and open_order[1] == "reserved":
        raise Refused(
            "Order {reference} of this person is still reserved: cancel it or let it end, then erase.",
            reference=open_order[0],
        )
    if open_order is not None:
        raise Refused(
            "Money of order {reference} is still to be decided or given back: do that first, then erase.",
            reference=open_order[0],
        )
    if reader.value("SELECT 1 FROM outbox WHERE customer_id = ? AND state = 'sending'", (customer_id,)):
        raise Refused("A message to this person is being sent: try again in a moment.")


def erase(engine: Engine, orders: Orders, media: Path, customer_id: int, actor: str) -> Report:
    """Take a person out of the store; blocks until it is durable and the files are gone.

    Raises NotFound, Refused (something is still going on), StorageFailed.
    """
    with engine.reader() as reader:
        check(reader, customer_id)
        elsewhere = traces.mentions(reader, traces.of(reader, customer_id))
    report = engine.call(lambda tx: _erase(tx, orders, media, customer_id, elsewhere), actor=actor)
    finish(engine, media)
    engine.fold_log()
    return report


def finish(engine: Engine, media: Path) -> None:
    """Remove the files of erased people. Also at every start; what the disk refuses now is done at the next one."""
    names = [row[0] for row in engine.read(lambda r: r.all("SELECT name FROM doomed_file"))]
    gone = [name for name in names if _removed(media / Path(name).name)]
    with suppress(StorageFailed):
        if gone:
            engine.call(lambda tx: [tx.run("DELETE FROM doomed_file WHERE name = ?", (name,)) for name in gone])


def _removed(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # open in another program: at the next start
        return False
    return True


def _erase(tx: Tx, orders: Orders, media: Path, customer_id: int, elsewhere: Sequence[int]) -> Report:
    check(tx, customer_id)
    found = traces.of(tx, customer_id)
    alias = f"ANON-{secrets.token_hex(4).upper()}"
    files = traces.files(tx, found)
    erased = [
        Line("waiting", orders.leave_line(tx, customer_id)),
        Line("free texts", _free_texts(tx, found, alias)),
        Line("mentions", _mentions(tx, found, alias, elsewhere)),
        Line("payment pages", _payment_pages(tx, found)),
        Line("answers", _answers(tx, found)),
        Line("received", _received(tx, found)),
        *_conversation(tx, found),
        Line("files", len(files)),
        Line("identities", _identities(tx, found)),
        Line("visits", _visits(tx, found)),
        Line("addresses", _run(tx, "DELETE FROM delivery WHERE order_id IN {orders}", found)),
        Line("names", _names(tx, found, customer_id, alias)),
    ]
    for name in files:
        tx.run("INSERT OR IGNORE INTO doomed_file(name) VALUES(?)", (name,))
    kept = [*_kept(tx, found), Line("backups", _copies(media.parent), "copies")]
    report = Report(0, customer_id, alias, tx.now, _told(erased), _told(kept))
    number = tx.insert(
        "INSERT INTO erasure(customer_id, at, actor, report) VALUES(?,?,?,?)",
        (customer_id, tx.now, tx.actor, report.to_json()),
    )
    counts = {line.what: line.count for line in erased}
    tx.emit(CustomerErased(customer_id, number, counts["messages"], counts["files"], counts["identities"]))
    return Report(number, customer_id, alias, tx.now, report.erased, report.kept)


def _told(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.count)


def _run(tx: Tx, sql: str, found: Traces) -> int:
    return tx.run(about(sql), (found.records,))


def _identities(tx: Tx, found: Traces) -> int:
    """With the marks of who paid for them: they tell a number apart, even if they do not show it."""
    payers = "DELETE FROM payer WHERE payment_id IN (SELECT id FROM payment WHERE order_id IN {orders})"
    return _run(tx, "DELETE FROM identity WHERE customer_id IN {mine}", found) + _run(tx, payers, found)


def _visits(tx: Tx, found: Traces) -> int:
    """Where their pay pages were opened, and who was said to pay."""
    told = "DELETE FROM payer_told WHERE attempt_id IN (SELECT id FROM attempt WHERE order_id IN {orders})"
    return _run(tx, "DELETE FROM visit WHERE order_id IN {orders}", found) + _run(tx, told, found)


def _names(tx: Tx, found: Traces, customer_id: int, alias: str) -> int:
    _run(tx, "DELETE FROM merge_part WHERE merge_id IN {merges}", found)  # names, notes, numbers: kept to be given back
    _run(tx, "DELETE FROM merge_order WHERE merge_id IN {merges}", found)
    changed = _run(tx, "UPDATE customer SET name = '', notes = '', language = 'fr' WHERE id IN {mine}", found)
    tx.run("UPDATE customer SET name = ?, erased_at = ? WHERE id = ?", (alias, tx.now, customer_id))
    return changed


def _conversation(tx: Tx, found: Traces) -> list[Line]:
    threads = tx.all(about("SELECT id FROM conversation WHERE customer_id IN {mine}"), (found.records,))
    messages = _run(tx, "DELETE FROM message WHERE conversation_id IN {threads}", found)
    notes = _run(tx, "DELETE FROM note WHERE conversation_id IN {threads}", found)
    _run(tx, "UPDATE handover SET conversation_id = NULL WHERE conversation_id IN {threads}", found)
    _run(tx, "DELETE FROM deadline WHERE kind = 'resume' AND subject IN {threads}", found)
    _run(tx, "DELETE FROM conversation WHERE customer_id IN {mine}", found)
    sent = _run(tx, "DELETE FROM outbox WHERE customer_id IN {mine}", found)
    for (conversation_id,) in threads:
        tx.emit(ThreadErased(conversation_id))
    return [Line("messages", messages), Line("internal notes", notes), Line("sent", sent)]


def _received(tx: Tx, found: Traces) -> int:
    """What WhatsApp delivered of this person, and every stored report that holds a number of theirs."""
    lanes = "DELETE FROM inbox WHERE source = 'whatsapp' AND lane IN (SELECT value FROM json_each(?))"
    count = tx.run(lanes, (json.dumps(found.numbers),))
    told = (  # by providers, of who paid for them
        "DELETE FROM inbox WHERE source = 'psp' AND state <> 'new' AND EXISTS(SELECT 1 FROM attempt a"
        " WHERE a.order_id IN {orders} AND instr(CAST(payload AS TEXT), a.ref))"
    )
    count += _run(tx, told, found)
    for number in found.numbers:
        count += tx.run("DELETE FROM inbox WHERE state <> 'new' AND instr(CAST(payload AS TEXT), ?)", (number,))
        count += tx.run("DELETE FROM aside WHERE instr(packed, CAST(? AS BLOB))", (number,))
    return count


def _answers(tx: Tx, found: Traces) -> int:
    names = (f'"name":{json.dumps(name, ensure_ascii=False)}' for name in found.names)
    return sum(tx.run("DELETE FROM idempotency WHERE instr(body, ?)", (part,)) for part in (*found.numbers, *names))


def _payment_pages(tx: Tx, found: Traces) -> int:
    """Where a provider's page greeted them by name or number, and which phone was asked to pay; references and tokens
    stay: late money needs them."""
    ours = (
        "UPDATE attempt SET error = NULL WHERE error NOT IN ('contradiction', 'dealt with', 'stopped')"
        " AND order_id IN {orders}"
    )
    return _run(tx, ours, found) + _run(
        tx,
        "UPDATE attempt SET redirect_url = NULL, instructions = NULL, payer = NULL WHERE order_id IN {orders}"
        " AND coalesce(redirect_url, instructions, payer) IS NOT NULL",
        found,
    )


def _free_texts(tx: Tx, found: Traces, alias: str) -> int:
    """Words of the seller on decisions and quotes. Invoices, credit notes and receipts never change, and need not: the
    buyer's name is not frozen with them."""
    count = _run(tx, "UPDATE decision SET note = '' WHERE note <> '' AND order_id IN {orders}", found)
    count += _run(tx, "DELETE FROM quote_unsaved WHERE customer_id IN {mine}", found)
    said = "next_what <> '' OR note <> '' OR lost_why <> ''"
    count += _run(
        tx,
        f"UPDATE lead SET next_what = '', note = '', lost_why = '' WHERE ({said}) AND customer_id IN {{mine}}",  # noqa: S608 - fixed words
        found,
    )
    count += _run(tx, "DELETE FROM customer_tag WHERE customer_id IN {mine}", found)
    count += _run(tx, "UPDATE quote SET reason = '' WHERE reason <> '' AND customer_id IN {mine}", found)
    for number, title in tx.all(
        about(
            "SELECT id, title FROM order_extra WHERE order_id IN (SELECT id FROM orders WHERE customer_id IN {mine})"
        ),
        (found.records,),
    ):
        count += tx.run(
            "UPDATE order_extra SET title = ?1 WHERE id = ?2 AND title <> ?1", (found.veil(title, alias), number)
        )
    for number, content in tx.all(about("SELECT id, content FROM quote WHERE customer_id IN {mine}"), (found.records,)):
        veiled = json.dumps(_veiled(json.loads(content), found, alias), ensure_ascii=False)
        if veiled != content:
            count += tx.run("UPDATE quote SET content = ? WHERE id = ?", (veiled, number))
    return count


def _veiled(value: Any, found: Traces, alias: str) -> Any:
    """A paper's content without the person: what stands under ``buyer`` or ``note`` goes, other texts are veiled."""
    if isinstance(value, str):
        return found.veil(value, alias)
    if isinstance(value, list):
        return [_veiled(each, found, alias) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _veiled_field(key, each, found, alias) for key, each in value.items()}


def _veiled_field(key: str, value: Any, found: Traces, alias: str) -> Any:
    if key == "buyer" and isinstance(value, dict):
        return {
            name: alias if name == "name" else "" if isinstance(part, str) else None for name, part in value.items()
        }
    if key == "seller":
        return value
    return "" if key == "note" else _veiled(value, found, alias)


def _mentions(tx: Tx, found: Traces, alias: str, elsewhere: Sequence[int]) -> int:
    """The seller was told by message who paid; others may have written a number of theirs."""
    notices = about(
        "SELECT m.id FROM outbox o JOIN message m ON m.outbox_id = o.id"
        " WHERE o.key IN (SELECT w.value || o.id FROM orders o, json_each(?3) w WHERE o.customer_id IN {mine}"
        " UNION ALL SELECT 'seller-quote:' || q.id || ':' || w.value FROM quote q,"
        " json_each(?2) w WHERE q.customer_id IN {mine}"
        " UNION ALL SELECT 'seller-part:' || id FROM payment WHERE order_id IN {orders}"
        " UNION ALL SELECT 'seller-lead:' || id FROM lead WHERE customer_id IN {mine})"
    )
    told = tx.all(notices, (found.records, json.dumps(NOTED), json.dumps(OF_ORDER)))
    veil = partial(found.veil, alias=alias)
    count = 0
    for message_id in {*(row[0] for row in told), *elsewhere}:
        row = tx.one("SELECT text, payload, outbox_id, conversation_id FROM message WHERE id = ?", (message_id,))
        if row is None:
            continue
        count += tx.run(
            "UPDATE message SET text = ?, payload = ? WHERE id = ?", (veil(row[0]), veil(row[1]), message_id)
        )
        body = tx.value("SELECT body FROM outbox WHERE id = ?", (row[2],))
        if body is not None:
            tx.run("UPDATE outbox SET body = ? WHERE id = ?", (veil(body), row[2]))
        last = tx.value("SELECT last_text FROM conversation WHERE id = ?", (row[3],))
        tx.run("UPDATE conversation SET last_text = ? WHERE id = ?", (veil(last or ""), row[3]))
    for merge_id, part, state in tx.all("SELECT merge_id, part, state FROM merge_part"):
        if any(number in state for number in found.numbers):
            tx.run("UPDATE merge_part SET state = ? WHERE merge_id = ? AND part = ?", (veil(state), merge_id, part))
    for note_id, text in tx.all("SELECT id, text FROM note"):
        if any(number in text for number in found.numbers):
            count += tx.run("UPDATE note SET text = ? WHERE id = ?", (veil(text), note_id))
    return count


def _kept(tx: Tx, found: Traces) -> list[Line]:
    def count(what: str, counted: str, why: str = "legal") -> Line:
        number: int = tx.value(about(f"SELECT count(*) FROM {counted}"), (found.records,))  # noqa: S608 - fixed words
        return Line(what, number, why)

    return [
        count("orders", "orders WHERE customer_id IN {mine}"),
        count("payments", "payment WHERE order_id IN {orders}"),
        count("invoices", "invoice WHERE order_id IN {orders}"),
        count("credit notes", "credit_note WHERE invoice_id IN (SELECT id FROM invoice WHERE order_id IN {orders})"),
        count("receipts", "receipt WHERE order_id IN {orders}"),
        count("quotes", "quote WHERE customer_id IN {mine}"),
        count("consents", "consent WHERE customer_id IN {mine}", "proof"),
        count("ledger", "ledger_entry WHERE order_id IN {orders}"),
        count("journal", "journal WHERE subject IN {mine} AND kind LIKE 'Customer%'", "chain"),
    ]


def _copies(folder: Path) -> int:
    return sum(1 for path in (folder / "backups").glob("*") if path.is_file())
