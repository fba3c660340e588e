"""The size and colour that were said with a claim, on the line of the order; what was sold is told with them."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE order_line ADD COLUMN note TEXT NOT NULL DEFAULT '';
DROP VIEW order_content;
CREATE VIEW order_content AS
  SELECT order_id, 0 AS extra, id, product_id, sku, title, iif(note = '', sku, sku || ' (' || note || ')') AS brief,
    quantity, unit_price, discount, vat, note FROM order_line
  UNION ALL SELECT order_id, 1, id, NULL, '', title, title, quantity, unit_price, discount, vat, '' FROM order_extra;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
