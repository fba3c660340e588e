"""``rush``: many buyers at once for a few units. Nobody may be sold what is not there, and everybody gets an answer.

First over HTTP: 200 buyers write at the same moment, the bot answers each, the answers leave at the pace that WhatsApp
allows. Then through the domain: 20 000 claims for 50 units, once as holds only, once with holds being paid meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.kernel.clock import SystemClock
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage.engine import Tx
from localserver.runner import new_loop
from localserver.sandbox.graph import GRAPH, Account, create_graph_simulator
from tests.bench import raw, wire
from tests.bench.figures import Measured, median
from tests.bench.processes import Process
from tests.bench.sale import runner
from tests.bench.stores import PRICE, fill, open_new

LAST_LIMIT: Final = 1.0  # s until the last buyer's answer is kept
TOKEN: Final = "EAAbenchTOKEN00000000000000000000"
PATIENCE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Scale:
    buyers: int = 200
    units: int = 5
    rounds: int = 3
    claims: int = 20_000
    many_units: int = 50
    at_once: int = 256


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with raw.Inserts(folder) as reference:
        inserts = reference.rate(0.3)
    rounds = [_over_http(folder, n, scale) for n in range(scale.rounds)]
    wrong = sum(abs(r["held"] - scale.units) + abs(r["answered"] - scale.buyers) for r in rounds)
    last = median(r["last_s"] for r in rounds)
    figures = {name: median(r[name] for r in rounds) for name in rounds[0]}
    held = _many(folder, scale, paying=False)
    paid = _many(folder, scale, paying=True)
    return [
        Measured(
            "rush",
            last / LAST_LIMIT,
            "at most",
            1.0,
            {"limit_s": LAST_LIMIT, **figures, "raw_s": scale.buyers / inserts},
        ),
        Measured("rush.exact", wrong, "at most", 0, {"held": figures["held"], "answered": figures["answered"]}),
        Measured("rush.many_holds", abs(held["gone"] - scale.many_units), "at most", 0, {"I": inserts, **held}),
        Measured("rush.many_paid", abs(paid["gone"] - scale.many_units), "at most", 0, {"I": inserts, **paid}),
    ]


# -- over HTTP -------------------------------------------------------------------------------------------------------


def _over_http(folder: Path, number: int, scale: Scale) -> dict[str, float]:
    with _whatsapp() as (url, sends):
        with open_new(folder, f"Rush {number}") as shop:
            fill(shop, 1, 0, stock=scale.units)
            shop.settings.set("whatsapp.base_url", url)
            shop.settings.set_secret("whatsapp.access_token", TOKEN)
            slug = shop.slug
        with Process("tests.bench.counter", str(folder), slug) as counter, Process("tests.bench.load") as load:
            where = urlsplit(counter.ready["url"])
            at = {"host": where.hostname, "port": where.port}
            load.ask(
                do="make", host=where.hostname, count=scale.buyers, buyers=0, products=1, at=int(time.time()), seed=1
            )
            burst = load.ask(do="burst", connections=scale.buyers, **at)
            counted = _until(lambda: counter.ask(do="count"), lambda c: len(c["answers"]) >= scale.buyers)
            sent = _until(lambda: len(sends), lambda n: n >= scale.buyers)
            return {
                "held": counted["held"],
                "answered": len(counted["answers"]),
                "waiting": counted["waiting"],
                "accepted_s": burst["seconds"],
                "last_s": counted["answers"][-1] - burst["began"],
                "sent": sent,
                "last_sent_s": max(send.at for send in sends) / 1000 - burst["began"],
            }


def _until(ask: Any, enough: Any) -> Any:
    """Ask until it is enough, or for PATIENCE seconds: what is missing then shows in the figures."""
    end = time.perf_counter() + PATIENCE
    pause = threading.Event()
    while not enough(found := ask()) and time.perf_counter() < end:
        pause.wait(0.02)
    return found


@contextmanager
def _whatsapp() -> Iterator[tuple[str, list[Any]]]:
    """The simulated WhatsApp on a thread of its own. → its URL, and what was sent to it so far."""
    account = Account(wire.NUMBER, wire.WABA, "+221 33 800 00 00", "Bench", TOKEN, wire.SECRET)
    app = create_graph_simulator(SystemClock(), [account])
    started, urls, stop = threading.Event(), [], asyncio.Event()
    loop = new_loop()

    async def run() -> None:
        served = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await served.setup()
        await web.TCPSite(served, "127.0.0.1", 0).start()
        urls.append("http://{}:{}".format(*served.addresses[0]))
        started.set()
        await stop.wait()
        await served.cleanup()

    def thread() -> None:
        loop.run_until_complete(run())
        loop.close()

    worker = threading.Thread(target=thread, daemon=True)
    worker.start()
    started.wait(10)
    try:
        yield urls[0], app[GRAPH].world.sends
    finally:
        loop.call_soon_threadsafe(stop.set)
        worker.join(10)


# -- through the domain ----------------------------------------------------------------------------------------------


def _many(folder: Path, scale: Scale, *, paying: bool) -> dict[str, float]:
    """→ ``gone``: units sold or held at the end, and how fast it went."""
    with open_new(folder, f"Many {paying}") as shop, runner() as loop:
        product = fill(shop, 1, 0, stock=scale.many_units)[0]
        customers = shop.engine.call(lambda tx: _customers(tx, scale.claims))
        took = loop.run(_claim_all(shop, product, customers, scale, paying=paying))
        on_hand, held, taken, holders = shop.engine.read(
            lambda r: r.one(
                "SELECT p.on_hand, p.held, (SELECT coalesce(sum(taken), 0) FROM order_line),"
                " (SELECT count(*) FROM order_line WHERE held + taken > 0) FROM product p"
            )
        ) or (0, 0, 0, 0)
        if on_hand + taken != scale.many_units or held + taken != holders:
            raise RuntimeError(f"{on_hand} on hand, {held} held, {taken} sold, {holders} holders")
        return {"gone": held + taken, "held": held, "sold": taken, "claims": scale.claims, "rate": scale.claims / took}


def _customers(tx: Tx, count: int) -> list[int]:
    return [recognise(tx, [Identity("bsuid", f"SN.{n:020}")], f"Cliente {n}") for n in range(count)]


async def _claim_all(shop: Shop, product: int, customers: list[int], scale: Scale, *, paying: bool) -> float:
    """→ seconds."""
    left = iter(customers)
    start = time.perf_counter()

    async def claim_some() -> None:
        for customer in left:
            claimed = await shop.engine.run(
                lambda tx, c=customer: shop.orders.claim(tx, c, [Wanted(product)], "whatsapp")  # type: ignore[misc]
            )
            if paying and claimed.order_id is not None:
                await shop.engine.run(lambda tx, o=claimed.order_id: _pay(tx, o))  # type: ignore[misc]

    await asyncio.gather(*(claim_some() for _ in range(scale.at_once)))
    return time.perf_counter() - start


def _pay(tx: Tx, order: int) -> None:
    payment = tx.insert(
        "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox', ?, ?, ?, ?)",
        (f"bench{order}", order, PRICE, tx.now),
    )
    booking.received(tx, payment, order, "sandbox", PRICE, 0)
    settling.settle(tx, order, PRICE, "sandbox", payment)
