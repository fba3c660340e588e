"""A store of before prospects were kept: everybody stands where their orders and quotes say."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import ManualClock
from core.pipeline.service import open_of
from core.storage.connection import open_connection
from core.storage.engine import Engine
from core.storage.migrations import STEPS, migrate
from tests.support.stores import KEY

BEFORE = STEPS[:13]
PEOPLE = ((1, "reserved"), (2, "paid"), (3, "expired"), (4, None), (5, "quote"), (6, "merged"), (7, "erased"))


def test_everybody_of_before_is_a_prospect_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=BEFORE)
    connection = open_connection(path, KEY, write=True)
    connection.execute(
        "INSERT INTO product(id, sku, keyword, title, price, on_hand, created_at, updated_at)"
        " VALUES(1, 'A', 'A', 'A', 5, 9, 1, 1), (2, 'B', 'B', 'B', 5, 9, 1, 1)"
    )
    for number, what in PEOPLE:
        connection.execute("INSERT INTO customer(id, name, created_at) VALUES(?, 'X', ?)", (number, number))
        if what == "quote":
            connection.execute(
                "INSERT INTO quote(reference, customer_id, state, created_at, valid_until, total, content)"
                " VALUES('DV-1', ?, 'sent', 1, 9, 5, '{}')",
                (number,),
            )
        elif what in ("merged", "erased"):
            column = {"merged": "merged_into", "erased": "erased_at"}[what]
            connection.execute(f"UPDATE customer SET {column} = 1 WHERE id = ?", (number,))
        elif what:
            connection.execute(
                "INSERT INTO orders(id, reference, customer_id, source, state, total, reserved_at, expires_at, link)"
                " VALUES(?1, 'R' || ?1, ?1, 'whatsapp', ?2, 10, 1, 2, CAST('L' || ?1 AS BLOB))",
                (number, what),
            )
            for product in (1, 2):
                connection.execute(
                    "INSERT INTO order_line(order_id, product_id, sku, title, quantity, unit_price)"
                    " VALUES(?, ?, 'A', 'A', 1, 5)",
                    (number, product),
                )
    connection.close()
    migrate(path, KEY)
    engine = Engine(path, KEY, ManualClock())
    try:
        with engine.reader() as reader:
            assert reader.all("SELECT customer_id, stage FROM lead ORDER BY customer_id") == [
                (1, "order"),
                (2, "won"),
                (3, "order"),
                (4, "new"),
                (5, "quote"),
            ]
            assert open_of(reader, 2) is None
            assert reader.all("SELECT * FROM bought ORDER BY 1") == [(1, 1), (2, 1)], "only what was paid"
            assert reader.all("SELECT * FROM bought_together ORDER BY 1") == [(1, 2, 1), (2, 1, 1)]
            assert reader.value("SELECT orders FROM bought_total") == 1
    finally:
        engine.close()
