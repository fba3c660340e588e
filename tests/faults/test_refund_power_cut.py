"""kill -9 of the whole program while money goes back: it goes back once, and is booked, credited and told once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.bootstrap import open_shop
from core.storage.folder import Home
from localserver.sandbox.psp_base import Session
from tests.faults.market import Market, Shopper, connect, market
from tests.support.books import explained, nothing_forgotten
from tests.support.processes import ask_json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
NAME = "Aminata Diallo"


class Cut:
    """Kills the program when this happens for the first time after :meth:`arm`."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self._market: Market | None = None

    def arm(self, market: Market) -> None:
        self._market = market

    def happened(self, moment: str) -> None:
        if self._market is not None and moment == self._moment:
            self._market.up.clear()
            self._market.server.kill_now()
            self._market = None


async def sold(m: Market) -> Session:
    m.graph.world.add_buyer(NAME)
    shopper = Shopper(m, NAME)
    assert await shopper.buy("ROBE1")
    session = m.provider.sessions[shopper.session]
    m.provider.pay(session)
    await m.until(lambda: m.value("SELECT count(*) FROM invoice"))
    await m.until(m.quiet)
    return session


def ask_for_it(m: Market) -> None:
    """The seller gives the sale back; the program stops before the provider is asked."""
    shop = open_shop(Home(m.home), m.slug)
    try:
        shop.engine.call(lambda tx: shop.refunds.ask(tx, 1, 15_000))
    finally:
        shop.close()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("moment", ["refund", "refunded", "webhook", "webhook answered"])
async def test_money_goes_back_once_whenever_the_power_goes(tmp_path: Path, moment: str) -> None:
    cut = Cut(moment)
    async with market(tmp_path, [("ROBE1", 15_000, 5)], cut.happened) as m:
        await m.start()
        await connect(m)
        session = await sold(m)
        assert await m.server.stop() == 0
        ask_for_it(m)
        cut.arm(m)
        await m.start()
        await m.server.gone()
        await m.start()
        # Killed between the promise to call and the call, it waits until a call of before must have ended.
        await m.until(lambda: m.value("SELECT state FROM refund") == "done", patience=150)
        await m.until(m.quiet)
        assert session.refunded == 15_000
        assert m.rows("SELECT state, amount FROM refund") == [("done", 15_000)]
        assert m.rows("SELECT total FROM credit_note") == [(15_000,)]
        assert m.rows("SELECT state, received FROM orders") == [("refunded", 0)]
        told = "SELECT key FROM outbox WHERE key LIKE 'refund_%' ORDER BY id"
        assert m.rows(told) == [("refund_started:1",), ("refund_done:1",)]
        m.read(explained)
        m.read(nothing_forgotten)
        assert await m.server.stop() == 0
        assert (await ask_json(m.home, "audit", "verify", m.slug))["intact"] is True
