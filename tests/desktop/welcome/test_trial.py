"""The test payment in the window: opened, paid and seen, given back or kept, called off, refused; at every provider."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop, open_shop
from core.connecting.rules import DONE, STEP
from core.kernel.clock import SystemClock
from core.storage.folder import Home
from desktop import firststore
from desktop.app import Desktop, InMemory
from desktop.firststore import StoreDraft
from desktop.pages.welcome.page import WelcomePage
from desktop.pages.welcome.paying import PayingStep
from desktop.sources.context import ShopContext
from desktop.widgets.notices import Notice
from localserver.demo.practice import Practice
from localserver.runner import ServerThread
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.stage import Stage
from tests.desktop.realshop import close_windows, type_text
from tests.desktop.welcome.test_walk import Walk

OF = {
    "SN": ("bictorys", "wave", "orange_sonatel", "fedapay", "cinetpay", "paydunya", "stripe", "pi_spi"),
    "MG": ("mvola", "orange_web", "airtel_mg"),
}
PHONE = {"SN": "77 123 45 67", "MG": "034 12 345 67"}


class Till:
    def __init__(self, home: Home, walk: Walk, stage: Stage, country: str) -> None:
        self.home = home
        self.stage, self.country = stage, country
        self._seat(walk)

    def again(self) -> None:
        """LivePay is closed, if it was not, and started again over the same folder."""
        self.walk.close()
        self._seat(Walk(*self.reopened(), self.walk.qtbot))

    def reopened(self) -> tuple[Shop, ServerThread]:
        shop = open_shop(self.home, self.walk.shop.slug, SystemClock())
        self.stage._shop = shop
        self.stage._configure()
        server = ServerThread([shop])
        server.start()
        return shop, server

    def _seat(self, walk: Walk) -> None:
        self.walk = walk
        walk.page.show_step("payment")
        step = walk.page.views["payment"]
        assert isinstance(step, PayingStep)
        self.step, self.trial = step, step.trial
        self.trial._eye.setInterval(20)
        walk.until(lambda: step.offers)

    def choose(self, name: str) -> None:
        self.step.choice.setCurrentIndex(self.step.choice.findData(name))
        self.walk.until(lambda: self.step.good)
        assert self.trial.isVisibleTo(self.step)

    def begin(self, name: str) -> Session:
        """Open one and let the seller's phone have it. → the provider's own view of it."""
        known = set(self.stage.simulator(name).sessions)
        if self.trial.offer is not None and self.trial.offer.asks_phone:
            self.trial.phone.edit.clear()
            type_text(self.trial.phone.edit, PHONE[self.country])
        self.trial.begin()
        self.walk.until(lambda: self.trial.stage != "opening")
        assert self.trial.stage == "waiting", self.trial.said.text
        if self.trial.tryout is not None and self.trial.tryout.code:
            self.do(lambda: self.scan(name))
        self.walk.until(lambda: set(self.stage.simulator(name).sessions) - known)
        (new,) = set(self.stage.simulator(name).sessions) - known
        return self.stage.simulator(name).sessions[new]

    async def scan(self, name: str) -> None:
        from aiohttp import ClientSession

        assert self.trial.tryout is not None
        url = f"{self.stage.provider_urls[name]}/wallet"
        async with ClientSession() as http, http.post(url, json={"qr": self.trial.tryout.code}) as scanned:
            assert scanned.status == 201

    def do(self, act: Callable[[], object]) -> None:
        """On the simulators' own thread."""
        assert self.stage.loop is not None

        async def acted() -> None:
            found = act()
            if asyncio.iscoroutine(found):
                await found

        asyncio.run_coroutine_threadsafe(acted(), self.stage.loop).result(60)

    def pay(self, name: str, session: Session) -> None:
        self.do(lambda: self.stage.simulator(name).pay(session))

    def until(self, *stages: str) -> str:
        self.walk.until(lambda: self.trial.stage in stages)
        return self.trial.said.text


@pytest.fixture(params=list(OF))
def till(request: pytest.FixtureRequest, tmp_path: Path, qtbot: QtBot) -> Iterator[Till]:
    home = Home(tmp_path / "home")
    card = firststore.make(home, StoreDraft("Boutique Téranga", request.param)).card
    shop: Shop = open_shop(home, card.slug, SystemClock())
    stage = Stage(shop, OF[request.param])
    stage.start()
    server = ServerThread([shop])
    server.start()
    made = Till(home, Walk(shop, server, qtbot), stage, request.param)
    yield made
    made.walk.close()
    made.walk.shop.close()
    stage.stop()


def test_every_provider_is_tried_in_the_window(till: Till) -> None:
    trial = till.trial
    for name in OF[till.country]:
        till.choose(name)
        session = till.begin(name)
        assert trial.stop.isVisibleTo(trial)
        assert not trial.start.isVisibleTo(trial)
        assert trial.code.isVisibleTo(trial) == trial.browser.isVisibleTo(trial) or name == "pi_spi"
        assert "En attente de votre paiement…" in trial.said.text
        till.pay(name, session)
        assert "est arrivé" in till.until("paid"), name
        assert trial.keep.isVisibleTo(trial)
        assert trial.offer is not None
        if trial.back.isVisibleTo(trial):
            trial.back.click()
            assert "vous ren" in till.until("returned") or "rendu" in trial.said.text
            assert session.refunded == session.amount
        else:
            trial.keep.click()
            assert "Rien n’en figure" in trial.said.text
        assert trial.start.text() == "Réessayer"
    assert till.walk.shop.engine.read(lambda r: r.value("SELECT count(*) FROM attempt")) == 0


def test_what_goes_wrong_is_said_and_leads_on(till: Till) -> None:
    trial, name = till.trial, OF[till.country][0]
    till.choose(name)
    till.begin(name)
    trial.stop.click()  # called off by hand
    assert till.until("cancelled").startswith(("Annulé", "Arrêté ici"))
    till.begin(name)
    till.walk.page.show_step("whatsapp")  # looked at something else meanwhile: it goes on where it was
    till.walk.page.show_step("payment")
    till.walk.until(lambda: till.step.good)
    assert trial.stage == "waiting"
    trial.stop.click()
    till.until("cancelled")
    till.do(lambda: till.stage.simulator(name).faults.append(Fault("status", on="create", code=503)))
    trial.begin()
    till.walk.until(lambda: trial.stage == "idle" or "réessayez" in trial.said.text)
    assert "problème de son côté" in trial.said.text
    assert trial.start.isVisibleTo(trial)
    if till.country == "MG":
        trial.phone.edit.clear()
        type_text(trial.phone.edit, "034 12")
        trial.begin()
        till.walk.until(lambda: "mobile complet" in trial.said.text or "pas un numéro" in trial.said.text)


def test_one_that_was_open_when_livepay_was_closed_is_found_again(till: Till) -> None:
    """Closed while it waits, paid meanwhile: the next start has it still, then its result, until it is dealt with."""
    name = OF[till.country][0]
    till.choose(name)
    session = till.begin(name)
    before = till.trial.tryout
    till.again()
    till.walk.until(lambda: till.trial.stage == "waiting")
    assert till.trial.tryout == before
    assert till.step.choice.currentData() == name
    assert "En attente de votre paiement…" in till.trial.said.text
    assert till.trial.isVisibleTo(till.step)
    till.walk.close()
    till.pay(name, session)
    for _ in range(2):  # what is done with the money was not said yet
        till.again()
        assert "est arrivé" in till.until("paid")
    till.trial.keep.click()
    engine = till.walk.shop.engine
    till.walk.until(lambda: engine.read(lambda r: r.value("SELECT count(*) FROM trial_payment")) == 0)
    till.again()
    assert till.trial.stage == "idle"


def test_the_window_tells_of_it_where_the_first_steps_are_done(till: Till) -> None:
    name, walk = OF[till.country][0], till.walk
    till.choose(name)
    till.begin(name)
    walk.shop.settings.set(STEP, DONE, "seller")
    walk.close()
    shop, server = till.reopened()
    window = Desktop(lambda: ShopContext(shop, server, Practice), InMemory({"sound": "off"}))
    told: list[Notice] = []
    window.bridge.notice.connect(told.append)
    window.start()
    try:
        walk.qtbot.waitUntil(lambda: any("paiement test" in one.text for one in told), timeout=60_000)
        (notice,) = (one for one in told if "paiement test" in one.text)
        assert notice.act is not None
        notice.act()
        page = window.shell.page("welcome")
        assert isinstance(page, WelcomePage)
        step = page.views["payment"]
        assert isinstance(step, PayingStep)
        walk.qtbot.waitUntil(lambda: step.trial.stage == "waiting", timeout=60_000)
    finally:
        close_windows([window])
        shop.close()
