"""A person's data in the window: a file where the seller says, a question before erasing, and a report after it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from core.storage import journal
from desktop.pages.conversations.privacy import ReportDialog
from desktop.widgets.dialog import Confirm
from tests.desktop.conversations.conftest import OpenInbox, chat, narrow
from tests.desktop.conversations.store import Store


def test_the_card_hands_out_what_is_known(open_inbox: OpenInbox, store: Store, tmp_path: Path) -> None:
    chat(store, messages=2)
    window = open_inbox("Awa Diop")
    customer = window.page._reading.card.customer_id  # type: ignore[union-attr]
    window.page.privacy.write(customer, tmp_path / "awa.zip")
    window.qtbot.waitUntil(lambda: any("awa.zip" in text for text in window.notices()))
    with zipfile.ZipFile(tmp_path / "awa.zip") as zipped:
        assert json.loads(zipped.read("customer.json"))["customer"]["name"] == "Awa Diop"


def test_erasing_asks_first_and_reports_what_stays(open_inbox: OpenInbox, store: Store) -> None:
    chat(store, messages=2)
    window = open_inbox("Awa Diop")
    card = window.page.customer
    card.personal.erase.click()
    asked = window.dialog(Confirm)
    assert store.shop.engine.read(lambda r: r.value("SELECT count(*) FROM customer WHERE name = 'Awa Diop'")) == 1
    asked.action.click()
    report = window.dialog(ReportDialog)
    said = [narrow(line) for line in report.lines]
    assert any(line.startswith("messages de la conversation") for line in said)
    assert any("romprait la chaîne" in line for line in said)
    report.accept()
    window.calm()
    assert store.shop.engine.read(lambda r: r.value("SELECT count(*) FROM customer WHERE name = 'Awa Diop'")) == 0
    assert store.shop.engine.read(lambda r: r.value("SELECT actor FROM journal ORDER BY seq DESC LIMIT 1")) == "seller"
    assert store.shop.engine.read(journal.verify).intact


def test_an_open_order_is_refused_in_a_sentence(open_inbox: OpenInbox, store: Store) -> None:
    store.write("Awa Diop", "ROBE1")
    window = open_inbox("Awa Diop")
    window.page.customer.personal.erase.click()
    window.dialog(Confirm).action.click()
    window.qtbot.waitUntil(lambda: any("encore réservée" in text for text in window.notices()))
    assert store.shop.engine.read(lambda r: r.value("SELECT count(*) FROM customer WHERE name = 'Awa Diop'")) == 1
