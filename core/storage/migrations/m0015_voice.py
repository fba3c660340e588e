"""A store's own texts, and comparisons of two of them."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE store_text (
  segment TEXT NOT NULL, language TEXT NOT NULL, key TEXT NOT NULL, variant TEXT NOT NULL, words TEXT NOT NULL,
  changed_at INTEGER NOT NULL, PRIMARY KEY (segment, language, key, variant)
) WITHOUT ROWID;

CREATE TABLE text_trial (
  id INTEGER PRIMARY KEY, segment TEXT NOT NULL, language TEXT NOT NULL, key TEXT NOT NULL, variant TEXT NOT NULL,
  a TEXT NOT NULL, b TEXT NOT NULL, sample INTEGER NOT NULL CHECK (sample > 0), started_at INTEGER NOT NULL,
  ended_at INTEGER, applied TEXT NOT NULL DEFAULT '' CHECK (applied IN ('', 'a', 'b'))
);
CREATE UNIQUE INDEX text_trial_running ON text_trial(segment, language, key, variant) WHERE ended_at IS NULL;

-- Who got which wording first; order_id: the order it was about.
CREATE TABLE text_exposure (
  id INTEGER PRIMARY KEY, trial_id INTEGER NOT NULL REFERENCES text_trial(id),
  customer_id INTEGER NOT NULL REFERENCES customer(id), arm TEXT NOT NULL CHECK (arm IN ('a', 'b')),
  order_id INTEGER REFERENCES orders(id), at INTEGER NOT NULL, UNIQUE (trial_id, customer_id)
);
CREATE INDEX text_exposure_arm ON text_exposure(trial_id, arm, id);
CREATE INDEX text_exposure_customer ON text_exposure(customer_id);
CREATE INDEX text_exposure_order ON text_exposure(order_id);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
