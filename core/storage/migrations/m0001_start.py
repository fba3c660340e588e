"""The first shape of a store."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
  subject INTEGER NOT NULL, data TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- durable ---------------------------------------------------------------------------------------------------------
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL, lane TEXT NOT NULL, payload BLOB NOT NULL,
  received_at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, done_at INTEGER, error TEXT
);
CREATE INDEX inbox_new ON inbox(id) WHERE state = 'new';

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, customer_id INTEGER NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued',
    'sending', 'accepted', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown', 'dropped', 'merged')),
  created_at INTEGER NOT NULL, not_before INTEGER NOT NULL DEFAULT 0, valid_until INTEGER, deadline INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, wamid TEXT, merged_into INTEGER, error_code INTEGER, error TEXT,
  sent_at INTEGER, changed_at INTEGER NOT NULL
);
CREATE INDEX outbox_waiting ON outbox(priority, id, not_before) WHERE state = 'queued';
CREATE INDEX outbox_customer ON outbox(customer_id, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox(id) WHERE state = 'sending';
CREATE INDEX outbox_failed ON outbox(changed_at) WHERE state = 'failed';
CREATE INDEX outbox_merged ON outbox(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX outbox_sent ON outbox(sent_at) WHERE sent_at IS NOT NULL;
CREATE UNIQUE INDEX outbox_wamid ON outbox(wamid) WHERE wamid IS NOT NULL;

CREATE TABLE deadline (
  kind TEXT NOT NULL, subject INTEGER NOT NULL, due_at INTEGER NOT NULL, PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE INDEX deadline_due ON deadline(due_at);

-- people ----------------------------------------------------------------------------------------------------------
CREATE TABLE account (
  id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, hash TEXT NOT NULL, role TEXT NOT NULL,
  created_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE access_token (
  hash BLOB PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE idempotency (
  account_id INTEGER NOT NULL, key TEXT NOT NULL, request BLOB NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (account_id, key)
) WITHOUT ROWID;

CREATE TABLE customer (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT 'fr',
  created_at INTEGER NOT NULL, notes TEXT NOT NULL DEFAULT '', orders INTEGER NOT NULL DEFAULT 0,
  paid INTEGER NOT NULL DEFAULT 0, expired INTEGER NOT NULL DEFAULT 0, spent INTEGER NOT NULL DEFAULT 0,
  pay_ms INTEGER NOT NULL DEFAULT 0,
  last_order_at INTEGER
);
CREATE TABLE identity (
  kind TEXT NOT NULL CHECK (kind IN ('phone', 'bsuid', 'parent_bsuid')), value TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customer(id), first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) WITHOUT ROWID;
CREATE INDEX identity_customer ON identity(customer_id);

-- catalogue -------------------------------------------------------------------------------------------------------
CREATE TABLE product (
  id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE COLLATE NOCASE, keyword TEXT NOT NULL UNIQUE COLLATE NOCASE,
  title TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', category TEXT NOT NULL DEFAULT '', price INTEGER NOT NULL
    CHECK (price >= 0), on_hand INTEGER NOT NULL CHECK (on_hand >= 0), held INTEGER NOT NULL DEFAULT 0
    CHECK (held >= 0 AND held <= on_hand), counted INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0, photo TEXT, active INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
);

-- live and orders -------------------------------------------------------------------------------------------------
CREATE TABLE live_session (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER,
  on_screen INTEGER REFERENCES product(id)
);
CREATE UNIQUE INDEX one_live ON live_session((ended_at IS NULL)) WHERE ended_at IS NULL;
CREATE TABLE screen_mark (
  session_id INTEGER NOT NULL REFERENCES live_session(id), at INTEGER NOT NULL, product_id INTEGER
);
CREATE INDEX screen_mark_session ON screen_mark(session_id, at);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, session_id INTEGER REFERENCES live_session(id),
  customer_id INTEGER NOT NULL REFERENCES customer(id), source TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'paid', 'expired', 'cancelled', 'refunded')),
  exception TEXT CHECK (exception IN ('paid_late', 'underpaid', 'overpaid', 'paid_twice')),
  undecided INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0,
  reserved_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, paid_at INTEGER, closed_at INTEGER, close_reason TEXT,
  provider TEXT, link BLOB NOT NULL UNIQUE, link_opened_at INTEGER, reminded_at INTEGER, next_customer INTEGER
);
CREATE INDEX orders_session ON orders(session_id, id);
CREATE INDEX orders_customer ON orders(customer_id, id);
CREATE INDEX orders_reserved ON orders(customer_id) WHERE state = 'reserved';
CREATE INDEX orders_undecided ON orders(id) WHERE undecided = 1;

CREATE TABLE order_line (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id),
  product_id INTEGER NOT NULL REFERENCES product(id),
  sku TEXT NOT NULL, title TEXT NOT NULL, quantity INTEGER NOT NULL CHECK (quantity > 0), unit_price INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0), taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
  UNIQUE (order_id, product_id)
);
CREATE INDEX order_line_product ON order_line(product_id) WHERE held > 0;

CREATE TABLE waiting (
  id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES product(id), customer_id INTEGER NOT NULL REFERENCES
    customer(id), quantity INTEGER NOT NULL CHECK (quantity > 0), session_id INTEGER, since INTEGER NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'left')), order_id INTEGER, reason TEXT
);
CREATE UNIQUE INDEX waiting_once ON waiting(product_id, customer_id) WHERE state = 'waiting';
CREATE INDEX waiting_queue ON waiting(product_id, id) WHERE state = 'waiting';

-- money -----------------------------------------------------------------------------------------------------------
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, uuid TEXT NOT NULL UNIQUE,
  order_id INTEGER NOT NULL REFERENCES orders(id),
  provider TEXT NOT NULL, method TEXT, amount INTEGER NOT NULL, currency TEXT NOT NULL, state TEXT NOT NULL,
  provider_status TEXT, provider_ref TEXT, redirect_url TEXT, instructions TEXT, secrets TEXT NOT NULL DEFAULT '{}',
  notify_token TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  polls INTEGER NOT NULL DEFAULT 0, closing INTEGER NOT NULL DEFAULT 0, error TEXT
);
CREATE INDEX attempt_order ON attempt(order_id);
CREATE UNIQUE INDEX attempt_provider ON attempt(provider, provider_ref) WHERE provider_ref IS NOT NULL;

CREATE TABLE payment (
  id INTEGER PRIMARY KEY, provider TEXT NOT NULL, key TEXT NOT NULL, attempt_id INTEGER REFERENCES attempt(id),
  order_id INTEGER NOT NULL REFERENCES orders(id), amount INTEGER NOT NULL, fee INTEGER NOT NULL DEFAULT 0,
  method TEXT, txn_id TEXT, received_at INTEGER NOT NULL, UNIQUE (provider, key)
);
CREATE INDEX payment_order ON payment(order_id);
CREATE TABLE orphan (
  provider TEXT NOT NULL, key TEXT NOT NULL, provider_ref TEXT, payload BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (provider, key)
) WITHOUT ROWID;
CREATE INDEX orphan_ref ON orphan(provider, provider_ref);

CREATE TABLE decision (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id), kind TEXT NOT NULL, amount INTEGER NOT NULL,
  payment_id INTEGER, opened_at INTEGER NOT NULL, choice TEXT, chosen_at INTEGER, chosen_by TEXT,
  refund TEXT CHECK (refund IN ('todo', 'done')), note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX decision_order ON decision(order_id);
CREATE INDEX decision_open ON decision(id) WHERE choice IS NULL;
CREATE INDEX decision_refund ON decision(id) WHERE refund = 'todo';

CREATE TABLE ledger_entry (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, order_id INTEGER, payment_id INTEGER
);
CREATE INDEX ledger_entry_order ON ledger_entry(order_id);
CREATE TABLE ledger_line (
  entry_id INTEGER NOT NULL REFERENCES ledger_entry(id), account TEXT NOT NULL, amount INTEGER NOT NULL
);
CREATE INDEX ledger_line_entry ON ledger_line(entry_id);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_line_no_update BEFORE UPDATE ON ledger_line
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_line_no_delete BEFORE DELETE ON ledger_line
  BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;

CREATE TABLE invoice (
  id INTEGER PRIMARY KEY, series TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL,
  order_id INTEGER NOT NULL UNIQUE,
  issued_at INTEGER NOT NULL, total INTEGER NOT NULL, content TEXT NOT NULL, UNIQUE (series, year, number)
);
CREATE TABLE quote (
  id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, customer_id INTEGER REFERENCES customer(id),
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL, valid_until INTEGER NOT NULL, total INTEGER NOT NULL, content TEXT NOT NULL
);

-- conversations ---------------------------------------------------------------------------------------------------
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL UNIQUE REFERENCES customer(id),
  mode TEXT NOT NULL DEFAULT 'bot' CHECK (mode IN ('bot', 'seller')), escalated_at INTEGER, reason TEXT,
  unread INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL, last_text TEXT NOT NULL DEFAULT '',
  last_author TEXT NOT NULL DEFAULT 'customer', last_inbound_at INTEGER, misses INTEGER NOT NULL DEFAULT 0,
  shown_product INTEGER
);
CREATE INDEX conversation_first ON conversation((escalated_at IS NOT NULL) DESC, last_at DESC, id DESC);
CREATE INDEX conversation_escalated ON conversation(escalated_at) WHERE escalated_at IS NOT NULL;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id), author TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL, payload TEXT NOT NULL DEFAULT '{}', wamid TEXT, outbox_id INTEGER, media TEXT, at INTEGER NOT NULL
);
CREATE INDEX message_conversation ON message(conversation_id, id);
CREATE INDEX message_wamid ON message(wamid) WHERE wamid IS NOT NULL;
CREATE INDEX message_outbox ON message(outbox_id) WHERE outbox_id IS NOT NULL;
"""


def apply(connection: apsw.Connection) -> None:
    """Create every table."""
    connection.execute(SCHEMA)
