"""kill -9 of the whole program at random moments of 200 sales: nothing accepted is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from core.adapters.psp.wire import dedupe
from core.conversations.incoming import split
from localserver.sandbox.graph_events import Delivery as Delivered
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.market import Market, Shopper, connect, market
from tests.support.processes import ask_json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
SEED: Final = 20261120
KILLS: Final = 10
SALES: Final = 200
LATECOMERS: Final = 12
AT_ONCE: Final = 8
PRODUCTS: Final = [(f"ROBE{n}", 15_000 + 500 * n, SALES // 8) for n in range(1, 9)]
MOMENTS: Final = ("webhook", "webhook answered", "send", "sent", "create", "created")


class PowerCuts:
    """Cuts the power at the n-th time that something happens, spread over the sales; the seed draws what and when."""

    def __init__(self, dice: random.Random) -> None:
        self._plan = [(MOMENTS[i % len(MOMENTS)], dice.randint(1, 12)) for i in range(KILLS)]
        dice.shuffle(self._plan)
        self._left = 0
        self.market: Market | None = None
        self.made: list[str] = []
        self._next()

    def _next(self) -> None:
        self._moment, self._left = self._plan.pop() if self._plan else ("", 0)

    def happened(self, moment: str) -> None:
        """A moment of the plan may have come. A program that is already dying is not killed twice."""
        if self.market is None or moment != self._moment or not self.market.up.is_set():
            return
        if len(self.market.provider.sessions) < len(self.made) * SALES // (KILLS + 1):
            return  # not all at the beginning
        self._left -= 1
        if self._left == 0:
            self.market.up.clear()
            self.market.server.kill_now()
            self.made.append(moment)
            self._next()

    async def put_back(self) -> None:
        """Start the program again whenever it was killed."""
        assert self.market is not None
        while True:
            await self.market.server.gone()
            await self.market.start()


@pytest.mark.timeout(300)
async def test_two_hundred_sales_survive_power_cuts(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    cuts = PowerCuts(dice)
    async with market(tmp_path, PRODUCTS, cuts.happened) as m:
        await m.start()
        await connect(m)
        m.graph.courier.delivery = Delivered(parallel=8, statuses=("sent", "delivered"))
        cuts.market = m
        shoppers = _shoppers(m)
        restarter = asyncio.create_task(cuts.put_back())
        try:
            async with asyncio.timeout(200):
                paid = await _sell(m, shoppers, dice)
        finally:
            restarter.cancel()
        assert len(cuts.made) == KILLS
        await m.server.kill()
        await m.start()  # what came neither by webhook nor by the plan is asked for at the start
        await m.until(lambda: m.value("SELECT count(*) FROM payment") >= len(paid))
        await m.until(m.quiet)
        assert await m.server.stop() == 0
        assert "Traceback" not in m.server.log()
        assert m.server.lives == KILLS + 2
        _nothing_lost(m)
        _nothing_sent_twice(m)
        _nothing_sold_twice(m)
        _money_is_right(m, paid)
        assert (await ask_json(m.home, "audit", "verify", m.slug))["intact"] is True
        _tell(m, cuts)


def _tell(m: Market, cuts: PowerCuts) -> None:
    """The measured figures, for whoever reads the run (-s)."""
    states = Counter(state for _, state in _marks(m))
    answers = Counter(passed.status for passed in m.tunnel.passed)
    print(f"kills {cuts.made}; webhooks and forms by answer {dict(answers)}; messages {dict(states)}")


def _shoppers(m: Market) -> list[tuple[Shopper, str]]:
    found = []
    for n in range(SALES + LATECOMERS):
        name = f"Acheteuse {n}"
        m.graph.world.add_buyer(name, shows_phone=n % 5 != 0)
        found.append((Shopper(m, name), PRODUCTS[n % len(PRODUCTS)][0]))
    return found


async def _sell(m: Market, shoppers: list[tuple[Shopper, str]], dice: random.Random) -> list[Shopper]:
    """Everybody shops, so many at a time. → who paid."""
    gate = asyncio.Semaphore(AT_ONCE)
    paid: list[Shopper] = []

    async def one(shopper: Shopper, sku: str) -> None:
        async with gate:
            if not await shopper.buy(sku):
                return
            silent = dice.random() < 0.1  # this provider's webhook never comes
            m.provider.pay(m.provider.sessions[shopper.session], Delivery(send=not silent))
            paid.append(shopper)

    async with asyncio.TaskGroup() as group:
        for shopper, sku in shoppers:
            group.create_task(one(shopper, sku))
    return paid


def _nothing_lost(m: Market) -> None:
    """Every item of every webhook that was answered with 200 is in the inbox, and applied."""
    promised: set[str] = set()
    for passed in m.tunnel.passed:
        if passed.method != "POST" or passed.status != 200:
            continue
        if passed.path == "/webhooks/whatsapp":
            promised |= {f"wa:{item.key}" for item in split(passed.body, 0).items}
        elif passed.path.startswith("/webhooks/psp/"):
            promised.add(f"psp:sandbox:body_signed:{dedupe(passed.body, json.loads(passed.body)['id'])}")
    kept = dict(m.rows("SELECT key, state FROM inbox"))
    assert len(promised) > SALES * 7
    assert not promised - kept.keys()
    assert Counter(kept.values()) == {"done": len(kept)}


def _nothing_sent_twice(m: Market) -> None:
    """No message left twice, and what the store says of each agrees with what WhatsApp took."""
    taken = Counter(send.callback for send in m.graph.world.sends)
    assert max(taken.values()) == 1
    states = {f"{mark}": state for mark, state in _marks(m)}
    for mark, state in states.items():
        sent = taken[mark]
        assert sent == (1 if state in ("accepted", "sent", "delivered", "read") else 0), (mark, state, sent)
    assert set(taken) <= set(states)
    answers = Counter(key.split(":")[1] for (key,) in m.rows("SELECT key FROM outbox WHERE key LIKE 'reply:%'"))
    assert max(answers.values()) == 1, "one message, one answer"


def _marks(m: Market) -> list[tuple[str, str]]:
    prefix = next(s.callback for s in m.graph.world.sends if s.callback is not None).rpartition(":")[0]
    return [(f"{prefix}:{i}", s) for i, s in m.rows("SELECT id, state FROM outbox WHERE kind <> 'receipt'")]


def _nothing_sold_twice(m: Market) -> None:
    per_product = m.rows(
        "SELECT p.sku, p.total, p.on_hand, p.held, coalesce(sum(l.held), 0), coalesce(sum(l.taken), 0) FROM product p"
        " LEFT JOIN order_line l ON l.product_id = p.id GROUP BY p.id"
    )
    for sku, total, on_hand, held, in_holds, taken in per_product:
        assert total == on_hand + taken, sku
        assert held == in_holds, sku
        assert 0 <= held <= on_hand, sku
    assert not m.rows(
        "SELECT o.customer_id, l.product_id FROM orders o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.state IN ('reserved', 'paid') GROUP BY 1, 2 HAVING sum(l.held + l.taken) > 1"
    ), "one buyer, one hold"
    orders = Counter(state for (state,) in m.rows("SELECT state FROM orders"))
    assert sum(orders.values()) == sum(orders[s] for s in ("paid", "reserved", "expired", "cancelled"))
    assert orders == {"paid": SALES}
    assert m.value("SELECT count(*) FROM waiting WHERE state = 'waiting'") == LATECOMERS


def _money_is_right(m: Market, paid: list[Shopper]) -> None:
    """Each paid session at the provider is one payment here, booked once, with one invoice."""
    sessions = [m.provider.sessions[shopper.session] for shopper in paid]
    assert len({s.reference for s in m.provider.sessions.values()}) == len(m.provider.sessions), (
        "never a second session"
    )
    payments = m.rows("SELECT a.provider_ref, p.amount, p.fee FROM payment p JOIN attempt a ON a.id = p.attempt_id")
    assert sorted(payments) == sorted((s.id, s.payments[0].amount, s.payments[0].fee) for s in sessions)
    assert not m.rows("SELECT id FROM orders WHERE exception IS NOT NULL OR undecided")
    assert not m.rows("SELECT entry_id FROM ledger_line GROUP BY 1 HAVING sum(amount) <> 0")
    gross = sum(s.paid for s in sessions)
    fees = sum(s.payments[0].fee for s in sessions)
    books = dict(m.rows("SELECT account, sum(amount) FROM ledger_line GROUP BY 1"))
    assert books == {"sales": -gross, "psp:sandbox": gross - fees, "fees": fees, "customer_funds": 0}
    numbers = [n for (n,) in m.rows("SELECT number FROM invoice ORDER BY number")]
    assert numbers == list(range(1, SALES + 1)), "no gap, no number twice"


async def test_stops_in_order_in_the_middle_of_sales_leave_nothing_unclear(tmp_path: Path) -> None:
    """SIGTERM, four times, with buyers at the door and pages open: exit 0 each time, and no message of unknown end."""
    async with market(tmp_path, [("ROBE1", 15_000, 40)]) as m:
        await m.start()
        await connect(m)
        m.graph.courier.delivery = Delivered(parallel=4, statuses=("sent", "delivered"))
        shoppers = [(Shopper(m, m.graph.world.add_buyer(f"Acheteuse {n}").name), "ROBE1") for n in range(40)]
        selling = asyncio.create_task(_sell(m, shoppers, random.Random(SEED)))
        for turn in range(1, 5):
            await m.until(lambda n=turn: len(m.provider.sessions) >= 8 * n)  # type: ignore[misc]
            m.up.clear()
            async with _watched(m):
                assert await m.server.stop() == 0
            assert m.value("SELECT count(*) FROM outbox WHERE state IN ('sending', 'unknown')") == 0
            await m.start()
        paid = await asyncio.wait_for(selling, 60)
        await m.until(lambda: m.value("SELECT count(*) FROM payment") == 40)
        await m.until(m.quiet)
        assert await m.server.stop() == 0
        assert m.server.log() == ""
        _nothing_sent_twice(m)
        assert len(paid) == 40
        assert m.rows("SELECT state, count(*) FROM orders GROUP BY 1") == [("paid", 40)]
        assert m.value("SELECT count(*) FROM outbox WHERE state = 'unknown'") == 0


@asynccontextmanager
async def _watched(m: Market) -> AsyncIterator[None]:
    """A buyer has the page of an order open meanwhile; its stream ends with the program."""
    async with m.http.get(f"{m.page()}/events") as stream:
        assert stream.status == 200
        yield
