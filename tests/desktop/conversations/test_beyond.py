"""The window is closed: a template is chosen, filled, seen and sent; who said STOP gets no advertising."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.customers import consent
from core.kernel.clock import HOUR
from core.templates import service
from core.templates.rules import MARKETING, Words
from desktop.pages.conversations.beyond import TemplateDialog
from desktop.pages.messages.page import MessagesPage
from tests.desktop.conversations.conftest import Open, OpenInbox, narrow
from tests.desktop.conversations.store import Store

ADVERT = Words("arrivage", "fr", MARKETING, "Bonjour {{1}}, un arrivage de wax t’attend.", "", ("name",), ("Awa",))


def approved(store: Store, *names: str) -> None:
    """As WhatsApp's webhook says it."""
    store.shop.engine.call(service.take_ready_made, actor="seller")
    store.shop.engine.call(lambda tx: service.save(tx, None, ADVERT), actor="seller")
    for number, name in enumerate(names, 1):
        told = {"event": "APPROVED", "message_template_id": number, "message_template_name": name}
        told |= {"message_template_language": "fr"}
        store.shop.engine.call(
            lambda tx, told=told: service.reported(tx, "message_template_status_update", told),  # type: ignore[misc]
            actor="whatsapp",
        )


def closed(store: Store, open_inbox: OpenInbox) -> Open:
    store.write("Awa Diop", "bonjour", "21:30:00")
    store.clock.advance(25 * HOUR)
    window = open_inbox("Awa Diop")
    window.calm()
    assert window.page.middle.composer.mode == "closed"
    return window


def ask(window: Open) -> TemplateDialog:
    QTest.mouseClick(window.page.middle.composer.template, Qt.MouseButton.LeftButton)
    return window.dialog(TemplateDialog)


def test_a_template_is_filled_changed_and_sent(store: Store, open_inbox: OpenInbox) -> None:
    approved(store, "je_reviens_vers_toi")
    window = closed(store, open_inbox)
    dialog = ask(window)
    assert dialog.values[0] == "Awa"
    assert narrow(dialog.cost.text()) == "WhatsApp le facture environ 0,004 US$."
    dialog.fields[0].edit.clear()
    dialog._typed()
    assert not dialog.action.isEnabled()
    QTest.keyClicks(dialog.fields[0].edit, "Mme Awa")
    assert dialog.phone.bubble is not None
    assert dialog.phone.bubble.text.startswith("Bonjour Mme Awa, ici")
    QTest.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text.startswith("Bonjour Mme Awa"))
    body = store.shop.engine.read(lambda r: r.value("SELECT body FROM outbox WHERE key LIKE 'template:%'"))
    assert '"je_reviens_vers_toi"' in body


def test_who_said_stop_is_spared_advertising(store: Store, open_inbox: OpenInbox) -> None:
    approved(store, "arrivage")
    window = closed(store, open_inbox)
    customer = store.shop.engine.read(lambda r: r.value("SELECT id FROM customer WHERE name = 'Awa Diop'"))
    store.shop.engine.call(lambda tx: consent.offers(tx, customer, False), actor="bot")
    dialog = ask(window)
    assert narrow(dialog.refusal.text()) == "Cette personne a dit STOP : on ne lui envoie pas de publicité."
    assert not dialog.action.isEnabled()


def test_without_an_approved_one_the_way_leads_to_the_templates(store: Store, open_inbox: OpenInbox) -> None:
    window = closed(store, open_inbox)
    dialog = ask(window)
    dialog._write()
    window.qtbot.waitUntil(lambda: isinstance(window.desktop.shell.page("messages"), MessagesPage))
    page = window.desktop.shell.page("messages")
    assert isinstance(page, MessagesPage)
    window.qtbot.waitUntil(lambda: page.beyond.read_once and not window.desktop.bridge.busy)
    assert page.parts.currentWidget() is page.beyond
