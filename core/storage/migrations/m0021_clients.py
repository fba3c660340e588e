"""Customers in any order without reading them all; the seller's own tags; what the seller says of a prospect.

The expressions are what ``core/customers/ranking.py`` asks by: an index serves a question in the very same words.
"""

from __future__ import annotations

from typing import Final

import apsw

_ACCENTS: Final = (("a", "àâäáã"), ("c", "ç"), ("e", "éèêë"), ("i", "îïíì"), ("n", "ñ"), ("o", "ôöóõò"), ("u", "ùûüú"))


def plain(column: str) -> str:
    """Lower case without the accents of French, Malagasy and Portuguese."""
    said = column
    for letter, accents in _ACCENTS:
        for accent in accents + accents.upper():
            said = f"replace({said}, '{accent}', '{letter}')"
    return f"lower({said})"


NAME: Final = f"iif(name = '', char(65535), {plain('name')})"
SCORE: Final = (
    "max(0, min(100, iif(scored, 50 + iif(paid > 0, min(paid * 5, 25) + iif(pay_ms / paid < 120000, 10, 0), 0)"
    " + iif(spent > 100000, 10, 0) - 10 * expired - iif(expired > 3 AND paid < 2, 20, 0), 50)))"
)
TIER: Final = (
    f"iif(NOT scored, 0, iif(paid >= 10 AND {SCORE} >= 80, 3, iif(paid >= 6 AND {SCORE} >= 70, 2,"
    f" iif(paid >= 3 AND {SCORE} >= 60, 1, 0))))"
)
LAST: Final = "coalesce(last_order_at, 0)"
SCHEMA: Final = f"""
CREATE INDEX customer_by_name ON customer({NAME}, id);
CREATE INDEX customer_by_score ON customer({SCORE}, id);
CREATE INDEX customer_by_tier ON customer({TIER}, id);
CREATE INDEX customer_by_orders ON customer(orders, id);
CREATE INDEX customer_by_spent ON customer(spent, id);
CREATE INDEX customer_by_last ON customer({LAST}, id);

-- The seller's own words for a person.
CREATE TABLE customer_tag (
  customer_id INTEGER NOT NULL REFERENCES customer(id), tag TEXT NOT NULL COLLATE NOCASE, at INTEGER NOT NULL,
  PRIMARY KEY (customer_id, tag)
) WITHOUT ROWID;
CREATE INDEX customer_tag_tag ON customer_tag(tag, customer_id);

-- What the seller says of an opportunity: what it may come to (smallest units) where nothing is on the table yet, a
-- note, and why it was lost.
ALTER TABLE lead ADD COLUMN estimate INTEGER;
ALTER TABLE lead ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE lead ADD COLUMN lost_why TEXT NOT NULL DEFAULT '';
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
