"""« Hors des 24 h » in a real window over a real shop and WhatsApp's simulated API: written, proposed, judged, taken
back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.templates import service
from core.templates.rules import APPROVED, REJECTED, SUBMITTED, Template
from desktop.app import Desktop
from desktop.pages.messages.beyond import BeyondPart
from desktop.pages.messages.page import MessagesPage
from desktop.widgets.dialog import Confirm
from tests.desktop.messages.whatsapp import Phone, whatsapp_of
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import close_windows, make_shop, window_over


@dataclass
class Opened:
    desktop: Desktop
    page: MessagesPage
    shop: Shop
    phone: Phone
    qtbot: QtBot

    @property
    def part(self) -> BeyondPart:
        return self.page.beyond

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        page = self.page
        self.qtbot.waitUntil(
            lambda: at_rest(self.desktop, self.shop) and not page._pause.isActive() and bool(holds()), timeout=60_000
        )

    def named(self, name: str) -> Template:
        return next(one for one in self.shop.engine.read(service.every) if one.words.name == name)

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    shop = make_shop(tmp_path / "home")
    with whatsapp_of(shop) as phone:
        desktop = window_over(shop)
        desktop.shell.resize(1280, 720)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
        desktop.shell.go("messages", "beyond")
        page = desktop.shell.page("messages")
        assert isinstance(page, MessagesPage)
        made = Opened(desktop, page, shop, phone, qtbot)
        made.settled(lambda: page.beyond.read_once)
        yield made
        close_windows([desktop])
    shop.close()


def test_a_ready_made_one_is_proposed_refused_written_anew_and_approved(opened: Opened) -> None:
    part = opened.part
    opened.click(part.ready)
    opened.settled(lambda: len(part.known) == 10)
    assert part.choose("relance_devis")
    bubble = part.phone.bubble
    assert bubble is not None
    assert bubble.text.startswith("Bonjour Aminata, le devis DEV-0042")
    opened.click(part.hand_in)
    opened.settled(lambda: part.template is not None and part.template.state == SUBMITTED)
    assert not part.hand_in.isVisible()
    assert part.form.body.isReadOnly()
    opened.phone.review("relance_devis", "REJECTED", "PROMOTIONAL")
    opened.click(part.sync)
    opened.settled(lambda: part.template is not None and part.template.state == REJECTED)
    assert part.reason.text().startswith("C’est de la publicité")
    part.form.body.setPlainText(
        "Bonjour {{1}}, le devis {{2}} de {{3}} vaut jusqu’au {{4}}. Lisez-le ici : {{5}} Merci."
    )
    opened.click(part.hand_in)
    opened.settled(lambda: opened.named("relance_devis").state == SUBMITTED)
    opened.phone.review("relance_devis", "APPROVED")
    opened.click(part.sync)
    opened.settled(lambda: part.template is not None and part.template.state == APPROVED)
    assert "Merci." in opened.named("relance_devis").words.body


def test_a_heading_named_values_and_an_address_are_written_and_seen_on_the_phone(opened: Opened) -> None:
    part = opened.part
    part.write_new()
    form = part.form
    form.name.edit.setText("commande_prete")
    form.heading.edit.setText("Des nouvelles de {{boutique}}")
    form.body.setPlainText("Bonjour {{prenom}}, votre commande vous attend à la boutique.")
    form.heading.changed.emit(form.heading.text)
    for each, sample in zip(form.variables, ("Téranga", "Awa"), strict=True):
        each.sample.setText(sample)
    form.links[0].title.setText("Voir la boutique")
    form.links[0].url.setText("boutique")
    form.changed.emit()
    assert "adresse" in part.wrong.text()
    form.links[0].url.setText("https://boutique.example.sn/")
    form.changed.emit()
    bubble = part.phone.bubble
    assert bubble is not None
    assert bubble.text.startswith("Des nouvelles de Téranga\n\nBonjour Awa, votre")
    assert bubble.buttons == ("Voir la boutique",)
    opened.click(part.hand_in)
    opened.settled(lambda: opened.named("commande_prete").state == SUBMITTED)
    kept = opened.named("commande_prete").words
    assert (kept.heading, kept.samples, kept.named) == ("Des nouvelles de {{boutique}}", ("Téranga", "Awa"), True)
    assert part.form.heading.edit.isReadOnly()


def test_a_picture_is_chosen_seen_on_the_phone_and_proposed(opened: Opened, tmp_path: Path) -> None:
    part, form = opened.part, opened.part.form
    part.write_new()
    form.name.edit.setText("arrivage")
    form.heading.edit.setText("Nouveau")
    form.body.setPlainText("Bonjour à vous, un nouvel arrivage vous attend.")
    (tmp_path / "faux.jpg").write_bytes(b"pas une image")
    part.take_picture(tmp_path / "faux.jpg")
    opened.settled()
    assert form.picture == ""
    Image.new("RGB", (900, 600), "#a03050").save(tmp_path / "wax.png")
    part.take_picture(tmp_path / "wax.png")
    opened.settled(lambda: form.picture)
    assert form.heading.isHidden()
    assert form.words.heading == ""
    assert part.phone.bubble is not None
    assert part.phone.bubble.attachment is not None
    part.phone.grab()  # its picture is made when it is first painted
    opened.settled(lambda: _has(part.phone.grab().toImage(), "#a03050"))
    opened.click(part.hand_in)
    opened.settled(lambda: opened.named("arrivage").state == SUBMITTED)
    assert opened.named("arrivage").words.picture == form.picture
    assert not form.without.isVisible()
    assert form.choose.text() == "Une autre image…"
    opened.phone.review("arrivage", "APPROVED")
    opened.click(part.sync)
    opened.settled(lambda: opened.named("arrivage").state == APPROVED)
    before = form.picture
    Image.new("RGB", (300, 300), "#205080").save(tmp_path / "autre.png")
    part.take_picture(tmp_path / "autre.png")  # which one it is, is nothing to WhatsApp
    opened.settled(lambda: form.picture != before)
    opened.click(part.saving)
    opened.settled(lambda: opened.named("arrivage").words.picture == form.picture)


def _has(image: QImage, name: str) -> bool:
    wanted = QColor(name)
    return any(
        abs(image.pixelColor(image.width() // 2, y).red() - wanted.red()) < 12
        and abs(image.pixelColor(image.width() // 2, y).blue() - wanted.blue()) < 12
        and abs(image.pixelColor(image.width() // 2, y).green() - wanted.green()) < 12
        for y in range(0, image.height(), 4)
    )


def test_what_is_wrong_is_said_while_typing_and_is_not_proposed(opened: Opened) -> None:
    part = opened.part
    opened.click(part.new)
    part.form.name.edit.setText("merci")
    part.form.body.setPlainText("{{1}} merci beaucoup à vous")
    assert part.wrong.text().startswith("WhatsApp veut des mots avant")
    assert not part.hand_in.isEnabled()
    part.form.body.setPlainText("Merci beaucoup {{1}}, à très vite.")
    assert part.wrong.text() == "WhatsApp veut un exemple pour chaque variable."
    QTest.keyClicks(part.form.variables[0].sample, "Awa")
    assert part.wrong.text() == ""
    assert part.phone.bubble is not None
    assert part.phone.bubble.text == "Merci beaucoup Awa, à très vite."
    QTest.keyClick(part.form.name.edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: part.template is not None)
    assert opened.named("merci").words.samples == ("Awa",)


def test_an_approved_one_is_copied_and_a_draft_removed(opened: Opened) -> None:
    part = opened.part
    opened.click(part.ready)
    opened.settled(lambda: len(part.known) == 10)
    assert part.choose("suivi_commande")
    opened.click(part.copy)
    assert part.form.name.text == "suivi_commande_2"
    opened.click(part.saving)
    opened.settled(lambda: len(part.known) == 11)
    opened.click(part.remove)
    opened.qtbot.waitUntil(lambda: any(one.isVisible() for one in part.findChildren(Confirm)))
    opened.click(next(one for one in part.findChildren(Confirm) if one.isVisible()).action)
    opened.settled(lambda: len(part.known) == 10)


def test_a_refusal_of_the_call_is_said_and_what_was_typed_stays(opened: Opened) -> None:
    part = opened.part
    opened.shop.settings.set("whatsapp.waba_id", "1", "seller")
    opened.click(part.ready)
    opened.settled(lambda: len(part.known) == 10)
    opened.click(part.new)
    part.form.name.edit.setText("merci")
    part.form.body.setPlainText("Merci beaucoup, à très vite.")
    opened.click(part.hand_in)
    opened.settled(opened.desktop.shell.toasts.shown)
    assert opened.named("merci").state == "draft"
    assert part.template is not None
    assert part.template.words.name == "merci"  # kept, and still open
    assert part.hand_in.isEnabled()
    assert opened.desktop.shell.toasts.shown()[-1].notice.text.startswith("WhatsApp refuse")


def test_the_two_halves_of_the_page(opened: Opened) -> None:
    page = opened.page
    assert page.parts.currentWidget() is page.beyond
    opened.click(page.turns[0])
    assert page.search.isVisible()
    opened.click(page.turns[1])
    assert not page.search.isVisible()
