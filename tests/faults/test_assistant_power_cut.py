"""kill -9 of the whole program while a language model thinks: the buyer gets one answer, whenever it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from aiohttp import web

from core.bootstrap import open_shop
from core.storage.folder import Home
from localserver.sandbox.llm import LLM, create_llm_simulator
from tests.faults.market import Market, connect, market
from tests.support.assistants import robe, switch_on

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
NAME = "Aminata Diallo"
FREE = "elle est en quelle matière la robe dorée ?"


class Cut:
    """Kills the program when this happens for the first time after :meth:`arm`; a message goes out after the model was
    asked (before it, blue ticks do)."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self._market: Market | None = None
        self.made = False
        self.asked = False

    def arm(self, market: Market) -> None:
        self._market = market

    def happened(self, moment: str) -> None:
        self.asked = self.asked or moment == "ask"
        if moment.startswith("sen") and not self.asked:
            return
        if self._market is not None and moment == self._moment:
            self._market.up.clear()
            self._market.server.kill_now()
            self._market = None
            self.made = True


def _told(cut: Cut) -> web.Application:
    app = create_llm_simulator()

    @web.middleware
    async def tell(request: web.Request, handler: object) -> web.StreamResponse:
        await request.read()
        cut.happened("ask")
        response: web.StreamResponse = await handler(request)  # type: ignore[operator]
        cut.happened("asked")
        return response

    app.middlewares.append(tell)
    return app


def _furnish(m: Market, url: str) -> None:
    shop = open_shop(Home(m.home), m.slug)
    try:
        switch_on(shop, url)
        shop.settings.set("llm.seconds", "4")
        robe(shop)
    finally:
        shop.close()


@pytest.mark.timeout(200)
@pytest.mark.parametrize("mode", ["good", "hanging"])
@pytest.mark.parametrize("moment", ["webhook", "webhook answered", "ask", "asked", "send", "sent"])
async def test_one_answer_whenever_the_power_goes(tmp_path: Path, moment: str, mode: str) -> None:
    if mode == "hanging" and moment == "asked":
        pytest.skip("it never has answered")
    cut = Cut(moment)
    app = _told(cut)
    app[LLM].mode = mode
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with market(tmp_path, [("SAC2", 20_000, 5)], cut.happened) as m:
            _furnish(m, f"http://{host}:{port}")
            await m.start()
            await connect(m)
            m.graph.world.add_buyer(NAME)
            cut.arm(m)
            m.graph.acts(NAME).say(FREE)
            await m.server.gone()
            await m.start()
            await m.until(lambda: m.value("SELECT state FROM assistant_turn") == "done")
            await m.until(m.quiet)
            assert cut.made
            heard = [e for e in m.graph.world.buyer(NAME).thread(m.graph.world.account()) if e.direction == "out"]
            assert len(heard) == 1
            assert m.value("SELECT count(*) FROM outbox WHERE kind = 'message'") == 1
            assert m.value("SELECT count(*) FROM assistant_turn") == 1
            calls = m.value("SELECT coalesce(sum(calls), 0) FROM ai_day")
            assert calls >= len(app[LLM].asked), "every call was counted before it was made"
            assert app[LLM].asked or moment.startswith("webhook")
            assert "Traceback" not in m.server.log()
            assert await m.server.stop() == 0
    finally:
        await runner.cleanup()
