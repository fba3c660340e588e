"""A shop that lived through what a test says: paid, late, short, double, given back, let go, over days and lives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.durable.deadlines import settle
from core.kernel.clock import MINUTE, ManualClock
from core.live import service as live
from core.orders import settling
from core.orders.holds import HOLD
from core.orders.rules import CHOICES
from core.orders.service import Wanted
from tests.support.books import pay, session_of
from tests.support.stores import add_product

FATES = ("paid", "expired", "cancelled", "late", "twice", "short", "excess", "refunded", "seen", "live", "end")


@dataclass(frozen=True)
class Step:
    """What becomes of a claim, how long after the one before (minutes), whose it is, and what the seller decides."""

    fate: str
    gap: int
    buyer: int
    quantity: int
    choice: int


STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(FATES), st.integers(1, 6_000), st.integers(1, 5), st.integers(1, 3), st.integers(0, 3)
    ),
    min_size=1,
    max_size=14,
)


def play(shop: Shop, steps: Iterable[Step], stock: int = 12) -> None:
    """Two products, of which little is there, so that some claims find nothing."""
    goods = [add_product(shop.engine, "ROBE1", 15_000, stock), add_product(shop.engine, "SAC2", 7_500, stock)]
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    for number, step in enumerate(steps):
        clock.advance(step.gap * MINUTE)
        running = shop.engine.read(lambda r: r.value("SELECT id FROM live_session WHERE ended_at IS NULL"))
        if step.fate == "live":
            if running is None:
                shop.engine.call(lambda tx: live.start(tx, "Live du soir", "tiktok"))
        elif step.fate == "end":
            if running is not None:
                shop.engine.call(lambda tx, s=running: live.end(tx, s))  # type: ignore[misc]
        else:
            claim(shop, clock, step, number, goods[number % 2])


def claim(shop: Shop, clock: ManualClock, step: Step, number: int, product: int) -> None:
    engine = shop.engine
    buyer = engine.call(lambda tx: recognise(tx, [Identity("phone", f"+2217700{step.buyer:05d}")], f"Awa {step.buyer}"))
    claimed = engine.call(lambda tx: shop.orders.claim(tx, buyer, [Wanted(product, step.quantity)], "whatsapp"))
    order = claimed.order_id
    if order is None:
        return
    if step.fate == "seen":
        engine.call(lambda tx: tx.run("UPDATE orders SET link_opened_at = ? WHERE id = ?", (tx.now, order)))
        return
    if step.fate in ("expired", "cancelled"):
        if step.fate == "cancelled":
            engine.call(lambda tx: shop.orders.cancel(tx, order, "buyer"))
        else:
            _let_go(shop, clock, order)
        return
    provider = ("wave", "bictorys", "paydunya")[number % 3]
    ref = session_of(shop, order, provider)
    due = engine.read(lambda r: r.value("SELECT total - received FROM orders WHERE id = ?", (order,)))
    clock.advance(MINUTE)
    if step.fate == "late":
        _let_go(shop, clock, order)
    wrong = {"short": -1_000, "excess": 1_000}.get(step.fate, 0)
    for time in range(2 if step.fate == "twice" else 1):
        pay(shop, ref, provider, due + wrong, 50, f"T{number}-{time}")
    _decide(shop, order, step.choice)
    if step.fate == "refunded":
        clock.advance(step.gap * MINUTE)
        _give_back(shop, order)


def _let_go(shop: Shop, clock: ManualClock, order: int) -> None:
    clock.advance(40 * MINUTE)
    shop.engine.call(lambda tx: settle(tx, {HOLD: shop.orders.expire}, HOLD, order))


def _decide(shop: Shop, order: int, choice: int) -> None:
    sql = "SELECT kind FROM decision WHERE order_id = ? AND choice IS NULL ORDER BY id LIMIT 1"
    while (kind := shop.engine.read(lambda r: r.value(sql, (order,)))) is not None:
        known = [c for c in CHOICES[kind] if c != "substitute"]
        word = known[choice % len(known)]
        shop.engine.call(lambda tx, w=word: settling.decide(tx, shop.orders, order, w))  # type: ignore[misc]
    _finish(shop)


def _give_back(shop: Shop, order: int) -> None:
    found = shop.engine.read(
        lambda r: r.one(
            "SELECT p.id, p.amount FROM payment p JOIN orders o ON o.id = p.order_id WHERE o.id = ?"
            " AND o.state = 'paid' AND p.refunded = 0",
            (order,),
        )
    )
    if found is not None:
        shop.engine.call(lambda tx: shop.refunds.ask(tx, found[0], found[1], restock=True))
        _finish(shop)


def _finish(shop: Shop) -> None:
    for (number,) in shop.engine.read(lambda r: r.all("SELECT id FROM refund WHERE state = 'todo'")):
        shop.engine.call(lambda tx, n=number: shop.refunds.by_hand(tx, n))  # type: ignore[misc]
