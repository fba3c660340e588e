"""What a merge of two customers changed, so that it can be taken back.

``customer_merge``: one row each; ``how``: hand (somebody said so), found (a message bore the identities of both);
``refused_at``: they want no proposals, they said since. ``merge_part``: the state that is given back, JSON, until the
merge is taken back or the person is erased.
``merge_order``: the orders that changed hands, each with what it has added since to the person's record. Merges before
this step were not kept, and stay.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE customer_merge (
  id INTEGER PRIMARY KEY, kept_id INTEGER NOT NULL REFERENCES customer(id),
  absorbed_id INTEGER NOT NULL REFERENCES customer(id), at INTEGER NOT NULL, actor TEXT NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('hand', 'found')), refused_at INTEGER,
  undone_at INTEGER, undone_by TEXT
);
CREATE INDEX customer_merge_kept ON customer_merge(kept_id, id);
CREATE INDEX customer_merge_absorbed ON customer_merge(absorbed_id, id);

CREATE TABLE merge_part (
  merge_id INTEGER NOT NULL REFERENCES customer_merge(id), part TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (merge_id, part)
) WITHOUT ROWID;

CREATE TABLE merge_order (
  order_id INTEGER NOT NULL REFERENCES orders(id), merge_id INTEGER NOT NULL REFERENCES customer_merge(id),
  paid INTEGER NOT NULL DEFAULT 0, expired INTEGER NOT NULL DEFAULT 0, spent INTEGER NOT NULL DEFAULT 0,
  pay_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (order_id, merge_id)
) WITHOUT ROWID;
CREATE INDEX merge_order_merge ON merge_order(merge_id);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
