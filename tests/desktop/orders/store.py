"""A shop with orders of every state, from a live, from WhatsApp and made by hand: for the tests and the pictures."""

from __future__ import annotations

from pathlib import Path

from core.bootstrap import Shop
from core.conversations import manual, threads
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, MINUTE, ManualClock
from core.live import service as live
from core.orders.service import Wanted
from tests.desktop.realshop import make_shop
from tests.desktop.sample import NOW
from tests.support.books import pay, session_of
from tests.support.stores import add_product

BUYERS = ("Aminata Diallo", "Fatou Koné", "Awa Traoré", "Mariam Ouattara", "Aïssatou Bâ", "Kouadio Yao", "Fanta Sow")


def order_shop(folder: Path) -> Shop:
    shop = make_shop(folder, ManualClock(NOW - 3 * DAY))
    shop.settings.set("public_url", "https://boutique.example")
    return shop


def fill(shop: Shop) -> dict[str, int]:
    """→ what an order shows → its id."""
    clock: ManualClock = shop.clock  # type: ignore[assignment]
    dress, bag = add_product(shop.engine, "ROBE1", 15_000, 30), add_product(shop.engine, "SAC2", 22_000, 30)
    made: dict[str, int] = {}
    shop.engine.call(lambda tx: live.start(tx, "Soirée wax", "tiktok"))
    for number, (name, state) in enumerate(
        zip(BUYERS, ("paid", "cancelled", "refunded", "underpaid", "expired", "reserved", "by hand"), strict=True)
    ):
        phone = f"+2217700{number:05d}"
        clock.advance(DAY // 3)
        if state == "expired":
            shop.engine.call(live.end)
        buyer = shop.engine.call(lambda tx, n=name, p=phone: recognise(tx, [Identity("phone", p)], n))  # type: ignore[misc]
        shop.engine.call(lambda tx, b=buyer: threads.heard(tx, threads.thread_of(tx, b), tx.now))  # type: ignore[misc]
        if state == "by hand":
            invoiced = shop.engine.call(
                lambda tx, n=name, p=phone: manual.live_invoice(tx, shop.talk, n, p, bag, 2, "shop")  # type: ignore[misc]
            )
            made[state] = invoiced.order_id
            continue
        source = "tiktok" if number < 4 else "whatsapp"
        claimed = shop.engine.call(
            lambda tx, b=buyer, s=source: shop.orders.claim(tx, b, [Wanted(dress, 2), Wanted(bag, 1)], s)  # type: ignore[misc]
        )
        order = made[state] = claimed.order_id or 0
        if state in ("paid", "refunded", "underpaid"):
            amount = 30_000 if state == "underpaid" else 52_000
            pay(shop, session_of(shop, order, "wave"), "wave", amount, 520, f"T{number}")
        if state == "cancelled":
            shop.engine.call(lambda tx, o=order: shop.orders.cancel(tx, o, "customer"))  # type: ignore[misc]
        if state == "refunded":
            payment = shop.engine.read(lambda r, o=order: r.value("SELECT id FROM payment WHERE order_id = ?", (o,)))  # type: ignore[misc]
            refund = shop.engine.call(lambda tx, p=payment: shop.refunds.ask(tx, p, 52_000))  # type: ignore[misc]
            shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]
        if state == "expired":
            clock.advance(60 * MINUTE)
            shop.engine.call(lambda tx, o=order: shop.orders.expire(tx, o))  # type: ignore[misc]
        clock.advance(MINUTE)
    return made
