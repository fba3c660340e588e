"""Very many customers at once, of every tier, as a large shop has them after years."""

from __future__ import annotations

from typing import Final

from core.storage.engine import Tx

FIRST: Final = ("Awa", "Élodie", "Moussa", "Fatou", "Ndèye", "Jean", "Rova", "Chantal", "Ibrahima", "Zoé")
LAST: Final = ("Ndiaye", "Koné", "Diallo", "Rakoto", "Mensah", "Traoré", "Sow", "Fall", "Bamba")
SINCE: Final = 1_700_000_000_000


def fill_customers(tx: Tx, count: int) -> None:
    """So many people with one number each. One in ten pays well, one in twenty lets everything go."""
    rows = (
        (
            number,
            f"{FIRST[number % 10]} {LAST[number // 10 % 9]} {number}",
            SINCE + number * 1000,
            SINCE + number * 7_919_000 % 60_000_000_000,
            (paid := 0 if number % 20 == 0 else number % 13) + (gone := 5 if number % 20 == 0 else number % 3 // 2),
            paid,
            gone,
            paid * (9_000 + number % 17 * 1000),
            paid * (60_000 + number % 5 * 30_000),
            int(number % 50 != 0),
        )
        for number in range(1, count + 1)
    )
    tx.connection.executemany(
        "INSERT INTO customer(id, name, created_at, last_order_at, orders, paid, expired, spent, pay_ms, scored)"
        " VALUES(?,?,?,?,?,?,?,?,?,?)",
        rows,
    )
    tx.connection.executemany(
        "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone',?,?,1,1)",
        ((f"+22177{number:07d}", number) for number in range(1, count + 1)),
    )
