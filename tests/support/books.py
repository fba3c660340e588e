"""Shops whose books are read: builders, and what must be true of every payment at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.bootstrap import Shop, create_store, open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock
from core.ledger import book
from core.orders.service import Wanted
from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent
from core.storage.connection import Reader
from core.storage.folder import Home


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    home = Home(folder)
    card = create_store(home, "Boutique Téranga", "SN")
    shop = open_shop(home, card.slug, ManualClock())
    try:
        yield shop
    finally:
        shop.close()


def order_of(shop: Shop, number: int, product: int, quantity: int = 1) -> int:
    buyer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", f"+2217700{number:05d}")], f"Awa {number}"))
    claimed = shop.engine.call(lambda tx: shop.orders.claim(tx, buyer, [Wanted(product, quantity)], "whatsapp"))
    return claimed.order_id or 0


def session_of(shop: Shop, order: int, provider: str) -> str:
    """Open a payment session as the pay page does. → its reference."""
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, provider, provider, "XOF"))
    return attempt.ref


def pay(shop: Shop, ref: str, provider: str, amount: int, fee: int | None, txn: str) -> None:
    event = ProviderEvent(txn, "payment", Pay.PAID, ref, None, amount, "XOF", fee, txn)
    payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))


def explained(reader: Reader) -> None:
    """Every payment to the unit, the books in balance, and money in equal to what the providers' accounts say."""
    assert book.miscounted(reader) == []
    assert sum(book.balances(reader).values()) == 0
    received = fees = refunds = 0
    for payment_id, amount, fee in reader.all("SELECT id, amount, fee FROM payment"):
        where = book.where(book.of_payment(reader, payment_id))
        assert where.received == amount == where.earned + where.refunded + where.held
        assert where.fee == fee
        assert min(where.earned, where.refunded, where.held) >= 0
        received, fees, refunds = received + amount, fees + fee, refunds + where.refunded
    per_provider = book.by_provider(reader)
    assert sum(p.received for p in per_provider) == received
    assert sum(p.net for p in per_provider) == received - fees - refunds
    assert reader.value("SELECT count(*) FROM ledger_entry WHERE payment_id IS NULL") == 0
    unlike = (  # a decision carried out in part counts when the rest of it is given back too
        "SELECT o.id FROM orders o WHERE o.received <> (SELECT coalesce(sum(amount - refunded), 0) FROM payment"
        " WHERE order_id = o.id) + (SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN decision d"
        " ON d.id = r.decision_id WHERE r.order_id = o.id AND r.state = 'done' AND d.refund = 'todo')"
    )
    assert not reader.all(unlike), "an order has what came in less what went back"
    unlike = "SELECT p.id FROM payment p WHERE p.refunded <> (SELECT coalesce(sum(amount), 0) FROM refund"
    assert not reader.all(f"{unlike} WHERE payment_id = p.id AND state = 'done')")
    assert reader.value("SELECT coalesce(sum(refunded), 0) FROM payment") == refunds
    unlike = "SELECT d.id FROM decision d WHERE d.refund = 'done' AND d.amount <> (SELECT coalesce(sum(amount), 0)"
    assert not reader.all(f"{unlike} FROM refund WHERE decision_id = d.id AND state = 'done')"), "all that was promised"


def nothing_forgotten(reader: Reader) -> None:
    """Money that no sale has earned is asked about or promised back; while a sale waits for the seller's eyes, all of
    it is. Papers say what the books say: no credit note but for what was earned, a receipt for what is no sale."""
    for order_id, promised in reader.all(
        "SELECT o.id, (SELECT coalesce(sum(amount), 0) FROM decision WHERE order_id = o.id AND choice IS NULL)"
        " + (SELECT coalesce(sum(amount), 0) FROM refund WHERE order_id = o.id AND decision_id IS NOT NULL"
        " AND state NOT IN ('done', 'withdrawn')) FROM orders o"
        " WHERE NOT EXISTS (SELECT 1 FROM decision WHERE order_id = o.id AND choice IS NULL AND kind = 'suspect')"
    ):
        held = sum(book.shares(reader, order_id, book.CUSTOMER_FUNDS).values())
        assert held == promised, f"order {order_id} holds {held}, {promised} of it is spoken for"
    for order_id, total, said in reader.all(
        "SELECT order_id, total, (SELECT coalesce(sum(c.total), 0) FROM credit_note c WHERE c.invoice_id = i.id)"
        " FROM invoice i"
    ):
        assert min(total, book.earned_no_more(reader, "order_id", order_id)) <= said <= total
    sold = "SELECT id FROM ledger_entry WHERE kind IN ('sale', 'kept', 'credit_note')"
    assert not reader.all(f"{sold} AND order_id NOT IN (SELECT order_id FROM invoice)")
    asked = "SELECT id FROM decision WHERE payment_id IS NOT NULL"
    assert not reader.all(f"{asked} AND payment_id NOT IN (SELECT payment_id FROM receipt)")
