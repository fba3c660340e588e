"""``talk``: from a webhook that was accepted to the reply that is queued, durably, in a small shop and in a huge one.

Both are asked the same things at the same steady pace over real HTTP: claims, prices, questions, slips of the thumb,
products named by their description. The people who write are the same too: some the shop knows, most it does not. The
reference is the small shop; what grows with the catalogue or with the customers shows as a ratio above 1.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from core.bootstrap import Shop, open_shop
from core.conversations.events import MessageAdded
from core.kernel.clock import DAY
from core.kernel.events import Event
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.runner import ServerThread
from tests.bench import search, wire
from tests.bench.figures import Figure, Measured, median, percentile
from tests.bench.stores import PRICE, STOCK, open_new

BOUND: Final = 2.0
REGULARS: Final = 10
PATIENCE: Final = 20.0  # s for the last reply
SAID: Final = (
    "{code}",
    "je prends {code}",
    "2 {code} svp",
    "Bonsoir je prends {code} merci",
    "{code} c'est combien",
    "vous avez encore {code} ?",
    "je veux {title}",
    "{code} ohatrinona",
    "bonjour",
    "vous livrez à Thiès ?",
    "alaiko {code} roa",
    "mes achats",
)


@dataclass(frozen=True, slots=True)
class Scale:
    """``products`` and ``customers`` of the huge shop; ``rate``: messages a second."""

    products: int = 50_000
    customers: int = 100_000
    rate: int = 50
    messages: int = 400
    rounds: int = 3


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    sizes = {"small": (min(50, scale.products), min(10, scale.customers)), "huge": (scale.products, scale.customers)}
    goods = {size: search.everyday(products, random.Random(1)) for size, (products, _) in sizes.items()}
    slugs = {size: _furnished(folder, size, goods[size], customers) for size, (_, customers) in sizes.items()}
    took: dict[str, list[list[float]]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        shops = {size: stack.enter_context(_open(folder, slug)) for size, slug in slugs.items()}
        for number in range(scale.rounds):  # by turns: what else the machine does meets both
            for size, shop in shops.items():
                took[size].append(_evening(shop, goods[size], scale, number))
    found = {
        f"{name}_{size}": median(percentile(one, share) for one in rounds) * 1000
        for size, rounds in took.items()
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))
    }
    answered = min(len(one) for rounds in took.values() for one in rounds)
    about: dict[str, Figure] = {"products": scale.products, "customers": scale.customers, "answered": answered}
    return [
        Measured("talk", found["p50_ms_huge"] / found["p50_ms_small"], "at most", BOUND, about | found),
        Measured("talk.p99", found["p99_ms_huge"] / found["p99_ms_small"], "at most", BOUND),
        Measured("talk.answered", answered / scale.messages, "at least", 1.0, {"messages": scale.messages}),
    ]


def _furnished(folder: Path, name: str, titles: Sequence[str], customers: int) -> str:
    """A shop with so many, written as rows: how they came, by imports and over years, is not measured. → its slug"""

    def write(tx: Tx) -> None:
        for n, title in enumerate(titles, 1):
            tx.run(
                "INSERT INTO product(sku, keyword, title, category, price, on_hand, total, created_at, updated_at)"
                " VALUES(?1, ?1, ?2, ?3, ?4, ?5, ?5, ?6, ?6)",
                (f"K{n}", title, title.split()[0], PRICE, STOCK, tx.now),
            )
        for n in range(customers):
            number = tx.insert(
                "INSERT INTO customer(name, created_at, orders, paid, spent, last_order_at) VALUES(?,?,2,2,30000,?)",
                (wire.NAMES[n % len(wire.NAMES)], tx.now - 90 * DAY, tx.now - 30 * DAY),
            )
            tx.run(
                "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone', ?, ?, ?, ?)",
                (f"+2217{70_000_000 + n}", number, tx.now - 90 * DAY, tx.now - 30 * DAY),
            )

    with open_new(folder, name) as shop:
        shop.engine.call(write)
        return shop.slug


@contextmanager
def _open(folder: Path, slug: str) -> Iterator[Shop]:
    """The shop at work, its server too."""
    shop = open_shop(Home(folder), slug)
    server = ServerThread([shop])
    try:
        server.start()
        yield shop
    finally:
        server.stop()
        shop.close()


def _evening(shop: Shop, titles: Sequence[str], scale: Scale, number: int) -> list[float]:
    """→ seconds from the acceptance of each message to the commit of its reply."""
    written: dict[int, float] = {}  # message of the bot → when it was durable

    def listen(events: Sequence[Event]) -> None:
        now = time.perf_counter()
        written.update({e.message_id: now for e in events if isinstance(e, MessageAdded) and e.author == "bot"})

    stop = shop.engine.subscribe(listen)
    url = urlsplit(shop.local_url)
    serials, accepted = asyncio.run(_write(str(url.hostname), url.port or 0, _said(titles, scale, number), scale))
    replies = _replies(shop, serials)
    stop()
    return [written[replies[serial]] - accepted[serial] for serial in serials if serial in replies]


def _said(titles: Sequence[str], scale: Scale, number: int) -> list[tuple[str, bytes]]:
    """(serial, webhook) of every message, about products from all over the catalogue."""
    rng = random.Random(number)
    made = []
    for n in range(scale.messages):
        place, serial = rng.randrange(len(titles)), f"{number:04X}{n:08X}"
        said = SAID[n % len(SAID)].format(code=f"K{place + 1}", title=titles[place])
        buyer = n % REGULARS if n % 4 == 0 else 500_000 + number * scale.messages + n
        made.append((serial, wire.message(serial, buyer, said, int(time.time()))))
    return made


async def _write(
    host: str, port: int, said: Sequence[tuple[str, bytes]], scale: Scale
) -> tuple[list[str], dict[str, float]]:
    """Post every message at its moment. → the serials, and when each was accepted."""
    accepted: dict[str, float] = {}

    async def post(serial: str, body: bytes, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(wire.request(host, body))
        status = await reader.readline()
        accepted[serial] = time.perf_counter()
        writer.close()
        if b" 200 " not in status:
            raise RuntimeError(f"a webhook was not taken: {status!r}")

    begin = time.perf_counter() + 0.2
    async with asyncio.TaskGroup() as group:
        for n, (serial, body) in enumerate(said):
            group.create_task(post(serial, body, begin + n / scale.rate))
    return [serial for serial, _ in said], accepted


def _replies(shop: Shop, serials: Sequence[str]) -> dict[str, int]:
    """Serial → the bot's first message in answer, once all are there or patience is at its end."""
    end, pause = time.perf_counter() + PATIENCE, threading.Event()
    while True:
        rows = shop.engine.read(
            lambda r: r.all(
                "SELECT o.key, m.id FROM outbox o JOIN message m ON m.outbox_id = o.id WHERE o.key LIKE 'reply:%:1'"
            )
        )
        found = {key.split(":")[1][-12:]: message for key, message in rows}
        there = {serial: found[serial] for serial in serials if serial in found}
        if len(there) == len(serials) or time.perf_counter() > end:
            return there
        pause.wait(0.05)
