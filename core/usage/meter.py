"""The meter: every message that left and every call of a language model, counted once, by the store's own month.

A message is counted when WhatsApp took it, and counted anew, in place of that, when a status says how it is billed or
that it failed. Sums stay when a person is erased.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from core.conversations.events import MessagePriced, MessageProgressed
from core.customers.service import phone_of
from core.durable import outbox
from core.kernel.clock import to_datetime
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.usage.events import BudgetReached
from core.usage.rules import (
    EXPECTED,
    FAILED,
    FULL,
    MARKETING,
    SERVICE,
    UTILITY,
    WARN,
    Budget,
    Counted,
    Spent,
    call_cost,
    estimate,
    market_of,
    may_advertise,
    may_ask,
    worst,
)

_LEFT: Final = frozenset({"accepted", "sent", "delivered", "read", "played"})
_LONGEST: Final = 40  # of a word of WhatsApp's that is not known here


class Meter:
    """One store's. ``budget()`` and ``prices()`` (US cents for a million tokens in, out) as the settings say now."""

    def __init__(self, zone: tzinfo, budget: Callable[[], Budget], prices: Callable[[], tuple[int, int]]) -> None:
        self._zone = zone
        self.budget = budget
        self._prices = prices

    def day(self, now: int) -> str:
        return to_datetime(now, self._zone).strftime("%Y-%m-%d")

    def month(self, now: int) -> str:
        return self.day(now)[:7]

    # -- messages ----------------------------------------------------------------------------------------------

    def moved(self, tx: Tx, event: MessageProgressed) -> None:
        """A message left, or failed after it did."""
        if event.state in _LEFT:
            self._count(tx, event.outbox_id)
        elif event.state == "failed" and self._counted(tx, event.outbox_id) is not None:
            self._count(tx, event.outbox_id, type_=FAILED)

    def priced(self, tx: Tx, event: MessagePriced) -> None:
        """WhatsApp says how it bills it."""
        self._count(tx, event.outbox_id, category=event.category[:_LONGEST], type_=event.type[:_LONGEST])

    @staticmethod
    def _counted(tx: Tx, outbox_id: int) -> tuple[str, str, str, str] | None:
        row = tx.one("SELECT month, category, market, type FROM message_counted WHERE outbox_id = ?", (outbox_id,))
        return None if row is None else (row[0], row[1], row[2], row[3])

    def _count(self, tx: Tx, outbox_id: int, *, category: str = "", type_: str = "") -> None:
        before = self._counted(tx, outbox_id)
        if before is None:
            row = tx.one("SELECT customer_id, kind, body, priority, sent_at FROM outbox WHERE id = ?", (outbox_id,))
            if row is None or row[1] == "receipt":
                return
            kind = _category(row[1], row[2], row[3])
            if kind is None:
                return
            month = self.month(row[4] or tx.now)
            after = (month, category or kind, market_of(phone_of(tx, row[0])), type_ or EXPECTED)
        else:
            month, kind, market, was = before
            revived = EXPECTED if was == FAILED and not type_ else was  # delivered to another device after all
            after = (month, category or kind, market, type_ or revived)
            if after == before:
                return
            tx.run(
                "UPDATE message_use SET count = count - 1 WHERE month = ? AND category = ? AND market = ? AND type = ?",
                before,
            )
        tx.run(
            "INSERT OR REPLACE INTO message_counted(outbox_id, month, category, market, type) VALUES(?,?,?,?,?)",
            (outbox_id, *after),
        )
        tx.run(
            "INSERT INTO message_use(month, category, market, type, count) VALUES(?,?,?,?,1)"
            " ON CONFLICT DO UPDATE SET count = count + 1",
            after,
        )
        self._look(tx)

    # -- calls -------------------------------------------------------------------------------------------------

    def call_begun(self, tx: Tx, tokens_in: int, tokens_out: int) -> None:
        """Before the call is made, at the most it may cost: a program that dies in it has still counted it."""
        self._add(tx, self.day(tx.now), 1, 0, tokens_in, tokens_out)

    def call_ended(
        self, tx: Tx, expected: tuple[int, int], used: tuple[int, int] | None, *, begun_at: int, failed: bool
    ) -> None:
        """What it really used, in place of what was expected; None: nobody said, so the expectation stands."""
        day = self.day(begun_at)
        if used is not None:
            self._add(tx, day, 0, 0, used[0] - expected[0], used[1] - expected[1])
        if failed:
            tx.run("UPDATE ai_day SET failed = failed + 1 WHERE day = ?", (day,))

    def answer_rejected(self, tx: Tx) -> None:
        """The model said what the books do not: not sent."""
        tx.run("UPDATE ai_day SET rejected = rejected + 1 WHERE day = ?", (self.day(tx.now),))

    def _add(self, tx: Tx, day: str, calls: int, failed: int, tokens_in: int, tokens_out: int) -> None:
        tx.run("INSERT OR IGNORE INTO ai_day(day) VALUES(?)", (day,))
        tx.run(
            "UPDATE ai_day SET calls = calls + ?, failed = failed + ?, tokens_in = max(0, tokens_in + ?),"
            " tokens_out = max(0, tokens_out + ?) WHERE day = ?",
            (calls, failed, tokens_in, tokens_out, day),
        )
        read, written = tx.one("SELECT tokens_in, tokens_out FROM ai_day WHERE day = ?", (day,)) or (0, 0)
        tx.run("UPDATE ai_day SET cost = ? WHERE day = ?", (call_cost(read, written, *self._prices()), day))
        self._look(tx)

    # -- budget ------------------------------------------------------------------------------------------------

    def spent(self, reader: Reader, now: int) -> Spent:
        """What of this month is used."""
        day = self.day(now)
        counted = counted_in(reader, day[:7])
        calls, cost, today = reader.one(
            "SELECT coalesce(sum(calls), 0), coalesce(sum(cost), 0), coalesce(sum(calls) FILTER (WHERE day = ?1), 0)"
            " FROM ai_day WHERE day BETWEEN substr(?1, 1, 7) AND ?1",
            (day,),
        ) or (0, 0, 0)
        messages = sum(each.count for each in counted if each.type != FAILED)
        return Spent(messages, cost + estimate(day[:7], counted).cost, calls, today)

    def may_ask(self, reader: Reader, now: int) -> bool:
        """Whether a language model may be asked once more."""
        return may_ask(self.budget(), self.spent(reader, now))

    def may_advertise(self, reader: Reader, now: int) -> bool:
        """Whether a message that nobody asked for may go."""
        budget = self.budget()
        return not (budget.messages or budget.cents) or may_advertise(budget, self.spent(reader, now))

    def _look(self, tx: Tx) -> None:
        """Say once a month that a budget is nearly, or wholly, used."""
        budget = self.budget()
        if not (budget.messages or budget.cents):
            return
        month = self.month(tx.now)
        used = worst(budget, self.spent(tx, tx.now))
        for mark in (WARN, FULL):
            if used >= mark and tx.run("INSERT OR IGNORE INTO budget_mark VALUES(?,?,?)", (month, mark, tx.now)):
                tx.emit(BudgetReached(int(month.replace("-", "")), mark))


def counted_in(reader: Reader, month: str) -> list[Counted]:
    """The messages of a month (``2026-10``) by kind."""
    rows = reader.all(
        "SELECT category, market, type, count FROM message_use WHERE month = ? AND count > 0 ORDER BY 1, 2, 3", (month,)
    )
    return [Counted(*row) for row in rows]


def _category(kind: str, body: str, priority: int) -> str | None:
    """What WhatsApp will take it for, before it says so; None for what is no message."""
    written = json.loads(body) if kind == "message" else {}
    if written.get("kind") == "reaction":
        return None
    if written.get("kind") == "template":
        return MARKETING if priority == outbox.BROADCAST else UTILITY
    return SERVICE
