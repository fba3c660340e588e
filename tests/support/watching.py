"""A witness on the writer's own connection: which rows each command changed, and what it wrote in the journal.

SQLite reports every row that is inserted, changed or deleted, whatever code did it (preupdate hook), and every
statement that marks a command's begin and end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import apsw

from core.storage.engine import Engine, Tx

# table → columns that may change without a word: what the program notes for itself, and what only says when.
WATCHED: Final[dict[str, frozenset[str]]] = {
    "account": frozenset(),
    "access_grant": frozenset(),
    "access_token": frozenset({"used_at", "address"}),
    "attempt": frozenset({"polls", "closing", "error"}),
    "consent": frozenset(),
    "booking": frozenset(),
    "certification": frozenset({"attempts", "not_before", "error", "changed_at"}),
    "credit_note": frozenset(),
    "customer": frozenset(),
    "customer_merge": frozenset({"refused_at"}),
    "customer_tag": frozenset(),
    "decision": frozenset(),
    "delivery": frozenset(),
    "erasure": frozenset(),
    "canned": frozenset(),
    "faq": frozenset(),
    "wa_template": frozenset({"wa_id", "handed_in_at", "changed_at"}),
    "identity": frozenset({"last_seen"}),
    "invoice": frozenset(),
    "lead": frozenset(),
    "ledger_entry": frozenset(),
    "live_session": frozenset({"on_screen"}),
    "login_failure": frozenset(),
    "order_extra": frozenset(),
    "order_line": frozenset(),
    "note": frozenset(),
    "orders": frozenset({"link_opened_at", "reminded_at", "counted"}),
    "orphan": frozenset(),
    "pair": frozenset(),
    "paper_mark": frozenset(),
    "payment": frozenset(),
    "product": frozenset(),
    "quote": frozenset(),
    "refund": frozenset({"polls", "sent_at", "said"}),
    "recovery_code": frozenset(),
    "reconciliation": frozenset(),
    "difference": frozenset(),
    "receipt": frozenset(),
    "relay_place": frozenset(),
    "aside": frozenset({"tries"}),
    "risk": frozenset({"talk"}),
    "setting": frozenset(),
    "slot": frozenset(),
    "suggestion": frozenset(),
    "store_text": frozenset(),
    "text_trial": frozenset(),
    "waiting": frozenset(),
}
# table → why its changes are no acts of their own.
UNWATCHED: Final[dict[str, str]] = {
    "journal": "it is the journal",
    "payer": "a mark that tells payers apart, kept for a time; the payment is the act",
    "payer_told": "as payer",
    "visit": "marks that tell phones and networks apart, kept for a time",
    "ledger_balance": "sums of the ledger's entries, kept by a trigger on them",
    "inbox": "what came in; applying it is the act",
    "outbox": "messages on their way; deciding them is the act",
    "trial_payment": "a seller's payment to themselves that is open; it stands in no book",
    "deadline": "when to look again",
    "merge_part": "what a merge changed, so that it can be taken back; merging is the act",
    "merge_order": "as merge_part",
    "letter": "as outbox",
    "bought": "counts of the sales, kept as they become firm",
    "bought_together": "as bought",
    "bought_total": "as bought",
    "doomed_file": "files to remove, named in the transaction that decided it",
    "idempotency": "answers kept for a repeated request",
    "screen_mark": "what was shown when: no act on money, stock or people",
    "conversation": "what was said, not money, stock, people or settings; who speaks is journalled",
    "message": "as conversation",
    "assistant_turn": "what waits for a language model; answering it is the act",
    "assistant_message": "as assistant_turn",
    "ai_day": "how much a language model was asked: a counter",
    "message_counted": "how a message was counted, once",
    "message_use": "sums of it",
    "budget_mark": "what was said of a budget; the saying is journalled",
    "prepare": "what to open ahead of time; opening it is the act",
    "quote_unsaved": "what is being typed; saving it as a draft is the act",
    "text_exposure": "who was told which wording; the message is the act",
    "handover": "times of what is journalled: asked, taken, given back, resolved",
}


@dataclass
class Command:
    """One command: table → what happened to it, net of what it undid itself; and the journal's lines."""

    changed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: int = 0
    made: set[tuple[str, Any]] = field(default_factory=set)


class Witness:
    """``silent``: what changed without a journal entry, as (table, how, statement); ``seen``: every table changed;
    ``actors``: who was named."""

    def __init__(self, engine: Engine) -> None:
        self.silent: list[tuple[str, str, str]] = []
        self.seen: set[str] = set()
        self.actors: set[str] = set()
        columns = "SELECT name FROM pragma_table_info(?)"
        with engine.reader() as reader:
            self._columns = {table: [row[0] for row in reader.all(columns, (table,))] for table in WATCHED}
        self._command = Command()
        self._statement = ""
        engine.call(self._watch)  # on the writer's own thread: its connection is nobody else's

    def _watch(self, tx: Tx) -> None:
        tx.connection.preupdate_hook(self._row, id="witness")
        tx.connection.trace_v2(apsw.SQLITE_TRACE_STMT, self._traced, id="witness")

    def _traced(self, event: dict[str, Any]) -> None:
        sql = event["sql"]
        self._statement = sql
        if sql in ("SAVEPOINT command", "ROLLBACK TO command"):
            self._command = Command()
        elif sql == "RELEASE command":
            self._ended()

    def _row(self, change: apsw.PreUpdate) -> None:
        table, old, new = change.table_name, change.old or (), change.new or ()
        if table == "journal":
            self._command.lines += 1
            self.actors.add(str(new[2]))
            return
        if table not in WATCHED:
            return
        command = self._command
        if change.op == "INSERT":
            command.made.add((table, new[:2]))
            command.changed[table].add(f"insert {new[:2]}")
        elif change.op == "DELETE" and (table, old[:2]) in command.made:
            command.changed[table].discard(f"insert {old[:2]}")
        elif change.op == "DELETE":
            command.changed[table].add(f"delete {old[:2]}")
        else:
            each = zip(self._columns[table], old, new, strict=True)
            moved = {name for name, before, after in each if after is not apsw.no_change and after != before}
            for name in moved - WATCHED[table]:
                command.changed[table].add(f"{name}: {self._statement[:60]}")

    def _ended(self) -> None:
        for table, how in self._command.changed.items():
            if how:
                self.seen.add(table)
                if not self._command.lines:
                    self.silent += [(table, one, self._statement[:60]) for one in sorted(how)]
        self._command = Command()
