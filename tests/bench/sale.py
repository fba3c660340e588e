"""``sale``: complete sales a second through the domain, many buyers at once, each step its own durable command.

A sale is a claim that holds a unit, a payment attempt with its link, a signed payment applied, and with it the ledger's
entries, the invoice's row and the confirmation to the buyer.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from core.bootstrap import Shop
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.orders.service import Wanted
from core.payments import service as payments
from core.payments.provider import Auth, CheckoutResult, Pay, ProviderEvent
from core.storage.engine import Tx
from tests.bench import raw
from tests.bench.figures import Measured, median
from tests.bench.stores import PRICE, fill, open_new

METHOD = "wave"


@dataclass(frozen=True, slots=True)
class Scale:
    rounds: int = 3
    seconds: float = 1.5
    buyers_at_once: int = 64
    products: int = 20


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    references: list[float] = []
    rates: list[float] = []
    with open_new(folder, "Sale") as shop, raw.Sales(folder) as reference, runner() as loop:
        products = fill(shop, scale.products, 0, stock=1_000_000)
        for n in range(scale.rounds):
            buyers = shop.engine.call(lambda tx, n=n: _buyers(tx, n, int(6000 * scale.seconds)))  # type: ignore[misc]
            references.append(reference.rate(scale.seconds / 3))
            rates.append(loop.run(_round(shop, products, buyers, scale)))
        sold, invoiced, balance = shop.engine.read(
            lambda r: r.one(
                "SELECT (SELECT count(*) FROM orders WHERE state = 'paid'), (SELECT count(*) FROM invoice),"
                " (SELECT sum(amount) FROM ledger_line)"
            )
        ) or (0, 0, 0)
    if sold != invoiced or balance:
        raise RuntimeError(f"{sold} sales, {invoiced} invoices, a ledger off by {balance}")
    figures = {"S": median(references), "rate": median(rates), "sold": sold, "buyers_at_once": scale.buyers_at_once}
    ratio = median(ours / theirs for ours, theirs in zip(rates, references, strict=True))
    return [Measured("sale", ratio, "at least", 0.2, figures, aim=0.5)]


def runner() -> asyncio.Runner:
    """The loop that the server uses."""
    if sys.platform == "win32":
        return asyncio.Runner()
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def _round(shop: Shop, products: list[int], customers: list[int], scale: Scale) -> float:
    """→ sales a second."""
    buyers = iter(customers)
    numbers = itertools.count()
    start = time.perf_counter()

    async def sell() -> int:
        done = 0
        while time.perf_counter() - start < scale.seconds:
            await _sale(shop, next(buyers), products[next(numbers) % len(products)])
            done += 1
        return done

    sold = sum(await asyncio.gather(*(sell() for _ in range(scale.buyers_at_once))))
    return sold / (time.perf_counter() - start)


def _buyers(tx: Tx, number: int, count: int) -> list[int]:
    """People who wrote to the shop before. → customer ids."""
    made = []
    for n in range(count):
        customer = recognise(tx, [Identity("phone", f"+22177{number}{n:06}")], f"Cliente {n}")
        threads.heard(tx, threads.thread_of(tx, customer), tx.now)
        made.append(customer)
    return made


async def _sale(shop: Shop, customer: int, product: int) -> None:
    run = shop.engine.run
    claimed = await run(lambda tx: shop.orders.claim(tx, customer, [Wanted(product)], "whatsapp"), actor="inbox")
    order = claimed.order_id
    assert order is not None
    attempt, _ = await run(
        lambda tx: payments.open_attempt(tx, order, "sandbox", METHOD, shop.card.currency), actor="buyer"
    )
    session = f"cs_{attempt.ref}"
    opened = CheckoutResult(session, f"https://pay.example/{session}")
    await run(lambda tx: payments.session_opened(tx, attempt.id, opened), actor="buyer")
    paid = ProviderEvent(
        f"evt_{session}", "payment", Pay.PAID, attempt.ref, session, PRICE, shop.card.currency, txn_id=f"txn_{session}"
    )
    payload = payments.event_payload("sandbox", Auth.BODY_SIGNED, paid, None)
    await run(lambda tx: payments.apply_event(tx, payload), actor="inbox")
