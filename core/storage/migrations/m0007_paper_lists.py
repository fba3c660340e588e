"""Papers by the day they were issued, and those that did not arrive: what a list of all of them is read by."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE INDEX invoice_issued ON invoice(issued_at, id, order_id);
CREATE INDEX credit_note_issued ON credit_note(issued_at, id, invoice_id);
CREATE INDEX receipt_issued ON receipt(issued_at, id, order_id);
CREATE INDEX outbox_paper_lost ON outbox(id) WHERE kind = 'file' AND state IN ('failed', 'unknown');
CREATE INDEX certification_stuck ON certification(kind, paper_id) WHERE error IS NOT NULL;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
