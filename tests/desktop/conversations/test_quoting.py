"""Quotes from a conversation: the draft that the chat wrote, a new one, and one there is sent again."""

from __future__ import annotations

import pytest

from core.conversations.quoting import delivery
from core.quotes import service
from core.quotes.rules import QuoteLine
from core.quotes.service import Wording
from core.storage.engine import Tx
from desktop.pages.quotes.page import QuotesPage
from tests.desktop.conversations.conftest import Open, OpenInbox, narrow
from tests.desktop.conversations.store import Store

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it
WHO = "Awa Diop"


def quotes(window: Open) -> QuotesPage:
    """The quotes page, once it was led to and has read."""
    window.qtbot.waitUntil(lambda: isinstance(window.desktop.shell.page("quotes"), QuotesPage))
    page = window.desktop.shell.page("quotes")
    assert isinstance(page, QuotesPage)
    window.qtbot.waitUntil(lambda: page.read_once and not window.desktop.bridge.busy)
    return page


def customer(store: Store) -> int:
    found: int = store.shop.engine.read(lambda r: r.value("SELECT id FROM customer WHERE name = ?", (WHO,)))
    return found


def offered(window: Open) -> list[str]:
    window.page.middle.composer.quote.click()
    window.qtbot.waitUntil(lambda: window.page.quotes.menu is not None)
    menu = window.page.quotes.menu
    assert menu is not None
    return [narrow(action.text()) for action in menu.actions() if action.text()]


def test_without_a_quote_the_button_begins_one_for_this_customer(store: Store, open_inbox: OpenInbox) -> None:
    store.write(WHO, "bonjour")
    window = open_inbox(WHO)
    window.page.middle.composer.quote.click()
    page = quotes(window)
    window.qtbot.waitUntil(lambda: page.writing)
    assert page.editor.form.customer_id == customer(store)


@MENU
def test_who_asks_has_a_draft_that_the_banner_names(store: Store, open_inbox: OpenInbox) -> None:
    store.write(WHO, "Je voudrais un devis pour 3 ROBE1 et 2 SAC2 svp")
    window = open_inbox(WHO)
    banner = window.page.middle.banner
    assert "DV-2026-0001" in " ".join(label.text() for label in banner.findChildren(type(banner.sentence)))
    assert offered(window) == ["Nouveau devis…", "Voir DV-2026-0001 · 89 000 F CFA · Brouillon"]
    menu = window.page.quotes.menu
    assert menu is not None
    menu.actions()[-1].trigger()
    page = quotes(window)
    window.qtbot.waitUntil(lambda: page.detail is not None)
    assert page.pane.offered.shown == ("send", "edit", "open")
    assert store.shop.engine.read(lambda r: delivery(r, 1)).state is None
    menu.deleteLater()


@MENU
def test_one_that_was_sent_goes_into_the_thread_again(store: Store, open_inbox: OpenInbox) -> None:
    store.write(WHO, "bonjour")
    shop, who = store.shop, customer(store)

    def write(tx: Tx) -> int:
        terms = shop.papers.terms()
        made = service.draft(tx, Wording((QuoteLine("Pose", 1, 20_000),)), customer_id=who, terms=terms)
        service.send(tx, made, terms, 2)
        tx.run("UPDATE outbox SET state = 'read' WHERE key = ?", (f"quote:{made}",))
        return made

    number = shop.engine.call(write)
    window = open_inbox(WHO)
    assert offered(window)[-1] == "Envoyer DV-2026-0001 ici · 20 000 F CFA · Envoyé"
    menu = window.page.quotes.menu
    assert menu is not None
    menu.actions()[-1].trigger()
    window.qtbot.waitUntil(lambda: "DV-2026-0001 est en route" in window.notices())
    assert shop.engine.read(lambda r: delivery(r, number)).state == "queued"
    menu.deleteLater()
