"""A shop with people of every kind: who pays, who never does, who was written down twice; quotes, orders, prospects."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.conversations import threads
from core.customers import tags
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, SECOND, ManualClock
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage.engine import Tx
from tests.desktop.quotes.store import fill, quote_shop
from tests.desktop.sample import NOW

GOOD: Final = "Rokhaya Mbaye"
BAD: Final = "Ibrahima Fake"
TWICE: Final = "Koffi Mensah"
PHONES: Final = {GOOD: "+221770000010", BAD: "+221770000011", TWICE: "+22997000001"}


def product(shop: Shop, sku: str) -> int:
    number: int = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = ?", (sku,)))
    return number


def somebody(shop: Shop, name: str) -> int:
    return shop.engine.call(lambda tx: recognise(tx, [Identity("phone", PHONES[name])], name))


def buy(shop: Shop, customer: int, sku: str, end: str) -> int:
    """An order that is paid, let go, or open. → its id."""
    goods = product(shop, sku)

    def act(tx: Tx) -> int:
        order = shop.orders.claim(tx, customer, [Wanted(goods)], "whatsapp").order_id or 0
        total = tx.value("SELECT total FROM orders WHERE id = ?", (order,))
        if end == "paid":
            payment = tx.insert(
                "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('wave',?,?,?,?)",
                (f"k{order}", order, total, tx.now + 40 * SECOND),
            )
            booking.received(tx, payment, order, "wave", total, 0)
            settling.settle(tx, order, total, "wave", payment)
        elif end == "expired":
            shop.orders.expire(tx, order)
        return order

    return shop.engine.call(act)


def say(shop: Shop, customer: int, author: str, text: str) -> None:
    def write(tx: Tx) -> None:
        conversation = threads.thread_of(tx, customer)
        threads.add_message(tx, conversation, author, "text", text)
        threads.heard(tx, conversation, tx.now)

    shop.engine.call(write)


def people_shop(folder: Path, *, filled: bool = True) -> Shop:
    shop = quote_shop(folder)
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    if not filled:
        return shop
    fill(shop)
    good = somebody(shop, GOOD)
    for sku in ("COLLIER8", "SANDALE7", "CREME10", "COLLIER8", "SANDALE7", "PAGNE6"):
        clock.advance(2 * MINUTE)
        buy(shop, good, sku, "paid")
    buy(shop, good, "BOUBOU5", "expired")
    say(shop, good, "customer", "Bonsoir, vous avez encore le boubou enfant ?")
    say(shop, good, "bot", "Oui, il en reste 6 à 12 000 F. J’en prends combien pour vous ?")
    shop.engine.call(lambda tx: tags.put(tx, good, "Grossiste"))
    shop.engine.call(lambda tx: tags.put(tx, good, "Livraison Keur Massar"))
    bad = somebody(shop, BAD)
    for _ in range(5):
        buy(shop, bad, "COLLIER8", "expired")
    twice = somebody(shop, TWICE)
    say(shop, twice, "customer", "Combien pour 12 pagnes ?")

    def again(tx: Tx) -> None:  # written down by hand after the country changed its numbers
        other = tx.insert("INSERT INTO customer(name, created_at) VALUES('K. Mensah', ?)", (tx.now,))
        put = "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone',?,?,?,?)"
        tx.run(put, ("+2290197000001", other, tx.now, tx.now))

    shop.engine.call(again)
    clock.set(max(NOW, clock.now()))
    return shop
