"""The people's shop as a board: who was moved where, planned for when, and expected to bring what."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.kernel.clock import DAY, HOUR
from core.pipeline import service
from core.storage.engine import Tx
from tests.desktop.customers.store import people_shop, say

ASKER: Final = "Koffi Mensah"


def lead_of(shop: Shop, name: str) -> int:
    """The latest prospect of somebody."""
    sql = "SELECT max(l.id) FROM lead l JOIN customer c ON c.id = l.customer_id WHERE c.name = ?"
    number: int = shop.engine.read(lambda r: r.value(sql, (name,)))
    return number


def stage_of(shop: Shop, lead_id: int) -> str:
    return shop.engine.read(lambda r: service.load(r, lead_id)).stage


def board_shop(folder: Path) -> Shop:
    shop = people_shop(folder)
    engine, now = shop.engine, shop.clock.now()
    asker = engine.read(lambda r: r.value("SELECT id FROM customer WHERE name = ?", (ASKER,)))
    for name in ("Moussa Kaba", ASKER):
        number = engine.read(lambda r, name=name: r.value("SELECT id FROM customer WHERE name = ?", (name,)))  # type: ignore[misc]

        def begin(tx: Tx, number: int = number) -> None:
            if service.open_of(tx, number) is None:
                tx.run(
                    "INSERT INTO lead(customer_id, stage, opened_at, moved_at) VALUES(?, 'new', ?, ?)",
                    (number, tx.now, tx.now),
                )

        engine.call(begin)
    say(shop, asker, "customer", "Combien pour 12 pagnes, livrés à Cotonou ?")
    lead = lead_of(shop, ASKER)
    engine.call(lambda tx: service.plan(tx, lead, now - 2 * DAY, "Rappeler avec le prix de gros"))
    engine.call(lambda tx: service.note(tx, lead, 504_000, "Veut 12 pagnes pour un mariage", ""))
    engine.call(lambda tx: tx.run("UPDATE lead SET qualified_at = ?, qualified_by = 'asked' WHERE id = ?", (now, lead)))
    later = lead_of(shop, "Moussa Kaba")
    engine.call(lambda tx: service.plan(tx, later, now + 3 * DAY, "Proposer les sandales"))
    today = lead_of(shop, "Aminata Diallo")
    engine.call(lambda tx: service.plan(tx, today, now + HOUR, "Relancer le devis"))
    return shop


def crowd(shop: Shop, stage: str, count: int) -> None:
    """So many prospects of one stage."""

    def fill(tx: Tx) -> None:
        first = tx.value("SELECT coalesce(max(id), 0) + 1 FROM customer")
        people = [(first + n, f"Prospect {n}", 1) for n in range(count)]
        tx.connection.executemany("INSERT INTO customer(id, name, created_at) VALUES(?,?,?)", people)
        tx.connection.executemany(
            "INSERT INTO lead(customer_id, stage, amount, opened_at, moved_at) VALUES(?,?,1000,1,?)",
            ((first + n, stage, n) for n in range(count)),
        )

    shop.engine.call(fill)
