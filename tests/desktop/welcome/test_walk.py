"""A new seller, by keyboard alone: products, a first sale, the WhatsApp number and payments, over the real wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop, open_shop
from core.connecting.rules import LATER, STEP
from core.kernel.clock import SystemClock
from core.storage.folder import Home
from desktop import firststore
from desktop.app import Desktop, InMemory
from desktop.firststore import StoreDraft
from desktop.pages.live.page import LivePage
from desktop.pages.welcome.number import NumberStep
from desktop.pages.welcome.page import WelcomePage
from desktop.pages.welcome.paying import PayingStep
from desktop.pages.welcome.practice import PracticeStep
from desktop.pages.welcome.products import ProductsStep
from desktop.sources.context import ShopContext
from desktop.widgets.labels import Label
from localserver.demo.practice import Practice
from localserver.runner import ServerThread
from localserver.sandbox.psp_simulators import simulator_account
from localserver.sandbox.stage import NUMBER, Stage
from tests.desktop.realshop import picture_file, type_text

ENTER, CONTROL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
MINUTES = 3


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path / "home")
    card = firststore.make(home, StoreDraft("Boutique Téranga")).card
    made = open_shop(home, card.slug, SystemClock())
    yield made
    made.close()


class Walk:
    """The window as somebody at the keyboard has it."""

    def __init__(self, shop: Shop, server: ServerThread, qtbot: QtBot) -> None:
        self.shop, self.server, self.qtbot = shop, server, qtbot
        self._closed = False
        self.desktop = Desktop(lambda: ShopContext(shop, server, Practice), InMemory({"sound": "off"}))
        self.desktop.shell.resize(1280, 720)
        self.desktop.start()
        qtbot.waitUntil(lambda: self.desktop.shell.page("welcome") is not None, timeout=60_000)
        self.until(lambda: self.page.step)

    @property
    def page(self) -> WelcomePage:
        page = self.desktop.shell.page("welcome")
        assert isinstance(page, WelcomePage)
        return page

    def until(self, holds: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=60_000)

    def go_on(self) -> None:
        QTest.keyClick(self.page, ENTER, CONTROL)

    def close(self) -> None:
        """Idempotent."""
        if self._closed:
            return
        self._closed = True
        self.desktop.stop()
        self.desktop.shell.close()
        self.desktop.shell.deleteLater()
        self.desktop.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def walk(shop: Shop, qtbot: QtBot) -> Iterator[Walk]:
    server = ServerThread([shop])
    server.start()
    walked = Walk(shop, server, qtbot)
    yield walked
    walked.close()


def test_a_new_seller_has_a_paid_practice_sale_within_three_minutes(walk: Walk) -> None:
    began = time.monotonic()
    page = walk.page
    assert not walk.desktop.shell.sidebar.isVisible()
    products = page.views["products"]
    assert isinstance(products, ProductsStep)
    type_text(products.title.edit, "Robe wax bleue")
    type_text(products.price.edit, "quinze")
    assert "quinze" in products.price.error, "said while it is typed"
    QTest.keyClick(products.price.edit, ENTER)
    walk.until(lambda: products.said.text)
    products.price.edit.clear()
    type_text(products.price.edit, "15 000")
    assert not products.price.error
    type_text(products.stock.edit, "3")
    QTest.keyClick(products.stock.edit, ENTER)
    walk.until(lambda: products.have)
    assert (products.have[0].code, products.have[0].price, products.have[0].stock) == ("ROBE1", 15_000, 3)
    walk.go_on()
    practice = page.views["practice"]
    assert isinstance(practice, PracticeStep)
    walk.until(lambda: practice.stage == "write")
    assert practice.write.text == "Je prends ROBE1"
    walk.go_on()
    walk.until(lambda: practice.stage == "pay")
    walk.go_on()
    walk.until(lambda: practice.stage == "paid")
    assert time.monotonic() - began < MINUTES * 60
    assert walk.shop.engine.read(lambda r: r.value("SELECT count(*) FROM orders")) == 0
    presence = walk.desktop.shell.presence
    assert presence is not None
    assert list(presence.centre.entries) == []  # nobody is told of money that nobody has paid
    assert isinstance(practice.board, LivePage)
    board = practice.board.board
    walk.until(lambda: board.figures()["paid"] == 1)  # the board reads what changed in its own turn
    said = [label.text() for label in practice._scroll.findChildren(Label)]
    assert any("Robe wax bleue" in text for text in said)
    assert [text for text in said if "*" in text] == []  # WhatsApp's marks are shown as it shows them
    walk.go_on()
    assert page.step == "whatsapp"
    walk.until(lambda: walk.shop.settings.get(STEP) == "whatsapp")


def test_what_is_no_photo_is_said_at_once_and_stops_no_product(walk: Walk, tmp_path: Path) -> None:
    products = walk.page.views["products"]
    assert isinstance(products, ProductsStep)
    wrong, right = tmp_path / "photo.png", picture_file(tmp_path / "robe.jpg")
    wrong.write_text("not a picture")
    products._picked(right)
    walk.until(lambda: products.photo.filled)
    products._picked(wrong)
    walk.until(lambda: products.said.text)
    assert not products.photo.filled
    type_text(products.title.edit, "Robe")
    products.take_samples()
    products.take_samples()  # a double click
    walk.until(lambda: len(products.have) == 3)
    assert (products.title.text, products.said.text) == ("Robe", "")  # what was being typed stays
    type_text(products.price.edit, "9000")
    products.add()
    walk.until(lambda: len(products.have) == 4)
    assert not products.presenter.known(ZeroDivisionError())  # our own fault is logged, as it says


def test_who_has_no_product_yet_practises_with_samples(walk: Walk) -> None:
    walk.page.show_step("practice")
    practice = walk.page.views["practice"]
    assert isinstance(practice, PracticeStep)
    walk.until(lambda: practice.stage == "write")
    walk.go_on()
    walk.until(lambda: practice.stage == "pay")
    assert walk.shop.engine.read(lambda r: r.value("SELECT count(*) FROM product")) == 0


def test_the_steps_are_taken_up_where_they_were_left(walk: Walk, qtbot: QtBot) -> None:
    walk.page.show_step("payment")
    walk.until(lambda: walk.shop.settings.get(STEP) == "payment")
    again = Desktop(lambda: ShopContext(walk.shop, NoServer(), None), InMemory({"sound": "off"}))
    again.start()
    qtbot.waitUntil(lambda: again.shell.page("welcome") is not None, timeout=60_000)
    page = again.shell.page("welcome")
    assert isinstance(page, WelcomePage)
    qtbot.waitUntil(lambda: page.step == "payment", timeout=60_000)
    page.leave()
    assert again.shell.sidebar.isVisible()
    qtbot.waitUntil(lambda: walk.shop.settings.get(STEP) == "done", timeout=60_000)
    again.quiet()
    again.mishaps.leave()
    again.bridge.close()
    again.shell.close()
    again.shell.deleteLater()
    again.deleteLater()


class NoServer:
    def start(self) -> str:
        return ""

    def stop(self) -> None:
        pass


def test_samples_and_a_pasted_list_are_products_too(walk: Walk) -> None:
    products = walk.page.views["products"]
    assert isinstance(products, ProductsStep)
    products.samples.click()
    walk.until(lambda: len(products.have) == 3)
    products.take_list("Référence;Désignation;Prix;Quantité\nSAC9;Sac;5000;2\nX;;;\n")
    walk.until(lambda: products.said.text)
    assert "1 produit repris" in products.said.text
    assert "1 ligne" in products.said.text
    walk.until(lambda: len(products.have) == 4)


@pytest.fixture
def stage(shop: Shop) -> Iterator[Stage]:
    made = Stage(shop, ("wave",))
    made.start()
    yield made
    made.stop()


def test_the_number_is_checked_as_it_is_typed_and_connected(walk: Walk, stage: Stage) -> None:
    shop, account = walk.shop, stage._account
    lent = {f"whatsapp.{n}": "" for n in ("phone_number_id", "waba_id", "access_token", "app_secret", "verify_token")}
    shop.settings.lend(lent | {"whatsapp.number": ""})
    walk.page.show_step("whatsapp")
    step = walk.page.views["whatsapp"]
    assert isinstance(step, NumberStep)
    type_text(step.fields["access_token"].field.edit, "EAAwrongtoken")
    walk.until(lambda: "coupé" in step.fields["access_token"].said.text)
    assert step.verb() == ""
    right = {
        "access_token": account.access_token,
        "phone_number_id": NUMBER,
        "waba_id": account.waba_id,
        "app_secret": account.app_secret,
        "public_url": shop.local_url,
    }
    for name, value in right.items():
        step.fields[name].field.edit.clear()
        type_text(step.fields[name].field.edit, value)
    walk.until(lambda: step.complete)
    assert "Boutique Téranga" in step.fields["phone_number_id"].said.text
    walk.go_on()
    walk.until(lambda: step.stage == "listening")
    assert stage.graph.world.accounts[NUMBER].webhook.url == f"{shop.local_url}/webhooks/whatsapp"
    assert stage.loop is not None

    async def write() -> None:
        stage.graph.world.add_buyer("Fatou", "+221771112233")
        stage.graph.acts("Fatou").say("OK")

    asyncio.run_coroutine_threadsafe(write(), stage.loop).result(60)
    walk.until(lambda: step.stage == "heard")
    assert "Votre numéro répond" in step.said.text


def test_a_provider_is_asked_and_offered(walk: Walk, stage: Stage) -> None:
    shop = walk.shop
    account = {k: v for k, v in simulator_account("wave").items() if f"psp.wave.{k}" in shop.settings.declared}
    shop.settings.lend({"psp.wave.enabled": "false", **{f"psp.wave.{f}": "" for f in account}})
    shop.settings.lend({"psp.wave.base_url": stage.provider_urls["wave"]})
    walk.page.show_step("payment")
    step = walk.page.views["payment"]
    assert isinstance(step, PayingStep)
    walk.until(lambda: step.offers)
    assert [offer.name for offer in step.offers][:3] == ["bictorys", "wave", "orange_sonatel"]
    step.choice.setCurrentIndex(1)
    for name, value in account.items():
        if name in step.edits:
            edit = step.edits[name]
            type_text(edit, value)
    walk.until(lambda: step.good)
    walk.go_on()
    walk.until(lambda: step.enabled)
    assert shop.settings.switch("psp.wave.enabled")


def test_what_is_missing_leads_back_and_can_be_hidden(walk: Walk) -> None:
    walk.page.leave()
    live = walk.desktop.shell.page("live")
    assert isinstance(live, LivePage)
    walk.until(live.missing.isVisible)
    assert live.missing.button.text() == "Ajouter un produit"
    assert kind_of(live) == "secondary"
    live.missing.button.click()
    assert walk.page.step == "products"
    products = walk.page.views["products"]
    assert isinstance(products, ProductsStep)
    products.samples.click()
    walk.until(lambda: products.have)
    walk.page.leave()
    walk.until(lambda: live.missing.button.text() == "Saisir l’adresse")
    live.missing.close_button.click()
    assert not live.missing.isVisible()
    assert kind_of(live) == "primary"
    walk.until(lambda: walk.shop.settings.switch(LATER))


def kind_of(live: LivePage) -> str:
    """How the button looks that starts a live: one view has one gold button."""
    assert live.empty.button is not None
    return live.empty.button.kind
