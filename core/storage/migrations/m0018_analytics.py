"""Reading what was sold and earned in a time without going through everything that ever was."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
-- What was earned, and earned no more; everything that a sum by time and provider needs is in the index.
CREATE INDEX ledger_entry_sales ON ledger_entry(at, order_id, payment_id, debit, credit, amount)
  WHERE 'sales' IN (debit, credit);
CREATE INDEX orders_claimed ON orders(reserved_at, state, customer_id);
CREATE INDEX orders_paid ON orders(paid_at, customer_id, state) WHERE paid_at IS NOT NULL;
CREATE INDEX waiting_since ON waiting(since) WHERE order_id IS NULL;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
