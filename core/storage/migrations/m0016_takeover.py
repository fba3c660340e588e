"""When a person was asked for or stepped in, and how that ended; notes beside a conversation; answers kept ready.

What is open when this step comes, began for all that is known with its last message.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE conversation ADD COLUMN closed_at INTEGER;
CREATE INDEX conversation_taken ON conversation(id) WHERE mode = 'seller';

-- ``reason``: the bot's word for asking; NULL where a person stepped in unasked. ``told_at``: the customer knows that a
-- person answers. ``ended``: resolved, given_back, timer, merged. An erased person leaves times, and no conversation.
CREATE TABLE handover (
  id INTEGER PRIMARY KEY, conversation_id INTEGER, opened_at INTEGER NOT NULL, reason TEXT,
  taken_at INTEGER, taken_by TEXT, place TEXT, told_at INTEGER, answered_at INTEGER, last_answer_at INTEGER,
  ended_at INTEGER, ended TEXT
);
CREATE UNIQUE INDEX handover_open ON handover(conversation_id) WHERE ended_at IS NULL;
CREATE INDEX handover_conversation ON handover(conversation_id, id);
CREATE INDEX handover_opened ON handover(opened_at);
INSERT INTO handover(conversation_id, opened_at, reason, taken_at, taken_by, place, told_at)
  SELECT id, coalesce(escalated_at, last_at), reason, iif(mode = 'seller', last_at, NULL),
    iif(mode = 'seller', 'seller', NULL), iif(mode = 'seller', 'window', NULL), last_at
  FROM conversation WHERE mode = 'seller' OR escalated_at IS NOT NULL;

CREATE TABLE note (
  id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id), text TEXT NOT NULL,
  at INTEGER NOT NULL, actor TEXT NOT NULL
);
CREATE INDEX note_conversation ON note(conversation_id, id);

CREATE TABLE canned (
  id INTEGER PRIMARY KEY, shortcut TEXT NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL,
  changed_at INTEGER NOT NULL, UNIQUE (shortcut, language)
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
