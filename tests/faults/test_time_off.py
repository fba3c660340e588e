"""What fell due while the program was off is settled at its start; what did not is still there."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import HOUR, MINUTE
from core.live import service as live
from core.orders.service import Wanted
from core.storage.connection import open_connection
from core.storage.folder import Home
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.market import Market, Shopper, connect, market

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
KHADY, ROKIA = "Khady Sarr", "Rokia Bah"
HOLDS = 300
PRODUCTS = [("BOUBOU", 45_000, 1), ("SAC2", 22_000, HOLDS)]


async def _evening(m: Market) -> tuple[Shopper, Shopper]:
    """The program runs; Khady holds the only boubou and is at the provider, Rokia waits for it."""
    await m.start()
    await connect(m)
    for name in (KHADY, ROKIA):
        m.graph.world.add_buyer(name)
    khady, rokia = Shopper(m, KHADY), Shopper(m, ROKIA)
    assert await khady.buy("BOUBOU")
    assert not await rokia.buy("BOUBOU")
    await m.until(m.quiet)
    return khady, rokia


def _claims(m: Market) -> None:
    """As many holds as there are bags, made by a second opener while the program is off."""
    shop = open_shop(Home(m.home), m.slug)
    try:
        product = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'SAC2'"))

        def claim(tx: Any) -> None:
            for n in range(HOLDS):
                customer = recognise(tx, [Identity("phone", f"+2217650{n:05d}")], f"Cliente {n}")
                shop.orders.claim(tx, customer, [Wanted(product)], "tiktok")

        shop.engine.call(claim)
    finally:
        shop.close()


def _hours_pass(m: Market, hours: int = 1) -> None:
    """Everything the store knows lies so much further back: the same as a program that stayed off so long."""
    home = Home(m.home)
    connection = open_connection(home.folder(m.slug) / "store.db", home.vault(m.slug).database_key(), write=True)
    moved = {"orders": ("reserved_at", "expires_at"), "deadline": ("due_at",), "attempt": ("created_at", "expires_at")}
    for table, columns in moved.items():
        for column in columns:
            connection.execute(f"UPDATE {table} SET {column} = {column} - ?", (hours * HOUR,))
    connection.close()


async def test_what_fell_due_is_settled_at_the_start(tmp_path: Path) -> None:
    async with market(tmp_path, PRODUCTS) as m:
        khady, rokia = await _evening(m)
        await m.server.kill()
        _claims(m)
        _hours_pass(m)
        assert m.value("SELECT count(*) FROM orders WHERE state = 'reserved'") == HOLDS + 1
        said = len(rokia.heard())
        await m.start()
        since = time.monotonic()
        await m.until(lambda: m.value("SELECT count(*) FROM orders WHERE state = 'expired'") == HOLDS + 1)
        print(f"\n{HOLDS + 1} holds due while off: settled {time.monotonic() - since:.2f} s after the ready line")
        await m.until(m.quiet)
        assert m.rows("SELECT sku, on_hand, held FROM product ORDER BY sku") == [("BOUBOU", 1, 1), ("SAC2", HOLDS, 0)]
        assert m.rows(
            "SELECT c.name, o.state, o.expires_at - o.reserved_at FROM orders o JOIN customer c ON c.id = o.customer_id"
            " WHERE o.state = 'reserved'"
        ) == [(ROKIA, "reserved", 10 * MINUTE)]
        await m.until(lambda: any("tour" in str(e.part) for e in rokia.heard()[said:]))
        session = m.provider.sessions[khady.session]
        await m.until(lambda: session.state == "expired")
        await m.until(lambda: any("remis en vente" in str(e.part) for e in khady.heard()))
        assert await m.server.stop() == 0
        assert "Traceback" not in m.server.log()


async def test_a_cut_in_the_middle_of_a_live_takes_nothing_away(tmp_path: Path) -> None:
    async with market(tmp_path, PRODUCTS) as m:
        shop = open_shop(Home(m.home), m.slug)
        shop.engine.call(lambda tx: live.start(tx, "Live du soir", "tiktok"))
        shop.close()
        khady, _ = await _evening(m)
        questions = {
            "live": "SELECT * FROM live_session",
            "holds": "SELECT id, reference, session_id, state, reserved_at, expires_at FROM orders",
            "lines": "SELECT * FROM order_line",
            "line": "SELECT * FROM waiting",
            "ends": "SELECT * FROM deadline WHERE kind = 'hold'",
            "stock": "SELECT sku, on_hand, held FROM product",
            "talk": "SELECT customer_id, mode, unread FROM conversation",
        }
        before = {name: m.rows(sql) for name, sql in questions.items()}
        assert before["holds"][0][2] is not None, "the order belongs to the live"
        await m.server.kill()
        m.provider.pay(m.provider.sessions[khady.session], Delivery(send=False))  # nobody was there to be told
        _pause_polls(m)
        await m.start()
        during = {name: m.rows(sql) for name, sql in questions.items() if name in ("live", "line", "talk")}
        assert during == {name: before[name] for name in during}
        await m.until(lambda: m.rows("SELECT state FROM orders") == [("paid",)])  # asked for at the start
        await m.until(m.quiet)
        assert m.rows("SELECT sku, on_hand, held FROM product WHERE sku = 'BOUBOU'") == [("BOUBOU", 0, 0)]
        assert m.rows("SELECT state FROM waiting") == [("waiting",)]
        assert m.value("SELECT ended_at FROM live_session") is None


def _pause_polls(m: Market) -> None:
    """The plan's next question is far away: only the start's own can find the money."""
    home = Home(m.home)
    connection = open_connection(home.folder(m.slug) / "store.db", home.vault(m.slug).database_key(), write=True)
    connection.execute("UPDATE deadline SET due_at = due_at + ? WHERE kind = 'poll'", (HOUR,))
    connection.close()


async def test_holds_that_are_not_due_are_left_alone_by_many_starts(tmp_path: Path) -> None:
    async with market(tmp_path, PRODUCTS) as m:
        await _evening(m)
        before = m.rows("SELECT state, expires_at FROM orders"), m.rows("SELECT * FROM waiting")
        for _ in range(3):
            await m.server.kill()
            await m.start()
            await m.until(m.quiet)
        assert (m.rows("SELECT state, expires_at FROM orders"), m.rows("SELECT * FROM waiting")) == before
        assert m.value("SELECT count(*) FROM deadline WHERE kind = 'hold'") == 1
        await asyncio.sleep(0)
