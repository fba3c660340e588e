"""What a language model is asked, what messages and calls were counted, and a rank of its own for buyers of the live.

A turn is one or several messages of a customer that wait for one answer. Nothing of what was said is kept here: a turn
points to its messages, and goes with them.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE assistant_turn (
  id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'asking', 'done')),
  version INTEGER NOT NULL DEFAULT 1, live INTEGER NOT NULL DEFAULT 0, opened_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL, closed_at INTEGER, outcome TEXT NOT NULL DEFAULT ''
);
CREATE INDEX assistant_turn_waiting ON assistant_turn(live DESC, id) WHERE state = 'waiting';
CREATE TABLE assistant_message (
  message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
  turn_id INTEGER NOT NULL REFERENCES assistant_turn(id)
);
CREATE INDEX assistant_message_turn ON assistant_message(turn_id);

-- ``day``: of the store's own calendar. ``cost`` in millionths of a US dollar.
CREATE TABLE ai_day (
  day TEXT PRIMARY KEY, calls INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0, tokens_in INTEGER NOT NULL DEFAULT 0, tokens_out INTEGER NOT NULL DEFAULT 0,
  cost INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- How each message that left was counted, so that no status counts it twice; and the sums, which outlive it.
CREATE TABLE message_counted (
  outbox_id INTEGER PRIMARY KEY, month TEXT NOT NULL, category TEXT NOT NULL, market TEXT NOT NULL, type TEXT NOT NULL
);
CREATE TABLE message_use (
  month TEXT NOT NULL, category TEXT NOT NULL, market TEXT NOT NULL, type TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0), PRIMARY KEY (month, category, market, type)
) WITHOUT ROWID;
CREATE TABLE budget_mark (month TEXT NOT NULL, percent INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (month, percent)) WITHOUT ROWID;

CREATE INDEX waiting_customer ON waiting(customer_id) WHERE state = 'waiting';

-- Answers to buyers of the running live go before other answers: every rank behind moves back by one.
UPDATE outbox SET priority = priority + 1 WHERE priority > 0;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
