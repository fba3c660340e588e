"""Validates every sale of a store that is still open, all at once: ``HOME STORE``. Says what is durable, line by line.

Every seventh sale is taken back at once, so that credit notes are numbered among the invoices; every tenth is paid in
two parts, which gives a receipt. It may be killed at any moment and begins again with what is left.
"""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import Final

from core.bootstrap import Shop, open_shop
from core.invoices import credits, service
from core.orders import settling
from core.payments import booking
from core.storage.engine import Tx
from core.storage.folder import Home

PRICE: Final = 15_000


def pay(tx: Tx, order: int, amount: int) -> None:
    """Money comes in; one payment for each amount, so that a repeated call adds nothing."""
    payment = tx.insert(
        "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox', ?, ?, ?, ?)",
        (f"{order}:{tx.value('SELECT count(*) FROM payment WHERE order_id = ?', (order,))}", order, amount, tx.now),
    )
    booking.received(tx, payment, order, "sandbox", amount, 0)
    settling.settle(tx, order, amount, "sandbox", payment)


async def validate(shop: Shop, order: int) -> None:
    received: int = shop.engine.read(lambda r: r.value("SELECT received FROM orders WHERE id = ?", (order,)))
    if order % 10 == 0 and not received:
        await shop.engine.run(lambda tx: pay(tx, order, 5_000))
        received = 5_000
    if received < PRICE:
        await shop.engine.run(lambda tx: pay(tx, order, PRICE - received))
    invoice = shop.engine.read(lambda r: service.of_order(r, order))
    assert invoice is not None
    say(f"{order} {invoice.number}")
    if order % 7 == 0 and shop.engine.read(lambda r: credits.open_amount(r, invoice)):
        terms = shop.papers.terms()
        await shop.engine.run(partial(credits.credit, invoice_id=invoice.id, amount=None, reason="", terms=terms))
        (note,) = shop.engine.read(lambda r: credits.of_invoice(r, invoice.id))
        say(f"{order} {note.number}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # whole lines, at once: the next moment may be the last


async def main(home: str, slug: str) -> None:
    shop = open_shop(Home(Path(home)), slug)
    try:
        left = shop.engine.read(
            lambda r: r.all(
                "SELECT o.id FROM orders o LEFT JOIN invoice i ON i.order_id = o.id LEFT JOIN credit_note c"
                " ON c.invoice_id = i.id WHERE i.id IS NULL OR (o.id % 7 = 0 AND c.id IS NULL)"
            )
        )
        say("ready")
        await asyncio.gather(*(validate(shop, order) for (order,) in left))
    finally:
        shop.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
