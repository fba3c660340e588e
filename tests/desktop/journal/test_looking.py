"""Who, when and why in the journal: its filters, its searches, and what each entry says of its reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

import core.bootstrap  # noqa: F401 - every area's events
from core.kernel.clock import DAY, ManualClock
from core.storage.journal import Entry
from desktop.pages.analyses.dialogs import BetweenDialog
from desktop.pages.journal.details import DETAILS, STAGES, WORDS
from desktop.pages.journal.page import JournalPage
from desktop.pages.journal.presenter import JournalPresenter
from desktop.texts import Texts
from tests.desktop.journal.test_page import Opened, opened  # noqa: F401 - the fixture
from tests.desktop.openpage import at_rest
from tests.desktop.sample import STORE
from tests.desktop.test_languages import speak

WORDS_OF = {code: JournalPresenter(Texts(code), STORE.currency, STORE.zone) for code in ("fr", "mg", "en")}


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (
            "Escalated",
            {"conversation_id": 1, "reason": "complaint"},
            "L’assistant a demandé une personne : se plaint de quelque chose",
        ),
        (
            "OrderCancelled",
            {"order_id": 1, "customer_id": 1, "reason": "seller"},
            "Une commande a été annulée : par le vendeur",
        ),
        (
            "LeadMoved",
            {"lead_id": 1, "customer_id": 1, "was": "new", "stage": "won"},
            "Un prospect a été déplacé : Nouveau → Gagné",
        ),
        (
            "OrderPaid",
            {"order_id": 1, "amount": 15_000, "late": True},
            "Une commande a été payée : 15 000 F CFA, après son délai",
        ),
        ("OrderPaid", {"order_id": 1, "amount": 15_000, "late": False}, "Une commande a été payée : 15 000 F CFA"),
        (
            "RiskAssessed",
            {"order_id": 1, "score": 45, "signals": "talk:30 amount:15"},
            "Le risque d’une commande a été évalué : 45, dit avoir payé, sans argent reçu, un montant inhabituel",
        ),
        (
            "TakenOver",
            {"conversation_id": 1, "where": "phone"},
            "Une personne a repris une conversation : sur le téléphone du vendeur",
        ),
        ("LeadPlanned", {"lead_id": 1, "at": None}, "La prochaine action avec un prospect a été retirée"),
        (
            "Reconciled",
            {"run_id": 1, "provider": "mvola", "found": 2},
            "Les paiements ont été comparés, 2 écarts : MVola",
        ),
    ],
)
def test_an_entry_says_its_reason(kind: str, fields: dict[str, object], said: str) -> None:
    row = WORDS_OF["fr"].row(Entry(9, 0, "seller", kind, 1, json.dumps(fields), b"hash"))
    assert row.what.replace("\u202f", " ").replace("\u00a0", " ") == said


@pytest.mark.parametrize("code", ["fr", "mg", "en"])
def test_every_reason_has_words_in_every_language(code: str) -> None:
    words = WORDS_OF[code]
    said = set()
    for (kind, name), values in WORDS.items():
        assert name in DETAILS[kind]
        for value, text in values.items():
            word = words._detail(kind, name, value)
            assert word
            assert code == "en" or word != text, (kind, name, value)
            said.add(word)
    assert not {name for names in DETAILS.values() for name in names if name in STAGES} - STAGES


def settled(opened: Opened, qtbot: QtBot) -> list[Any]:  # noqa: F811
    desktop, page, shop = opened
    qtbot.waitUntil(lambda: at_rest(desktop, shop) and not page._pause.isActive())
    return page.model.rows


def test_who_did_it_and_when_are_asked_for_and_stay_in_another_language(opened: Opened, qtbot: QtBot) -> None:  # noqa: F811
    desktop, page, shop = opened
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    today = page.presenter.periods(page.question)
    assert [word for _, word in today][:2] == ["Depuis le début", "Aujourd’hui"]
    assert {"Cette fenêtre", "L’assistant", "Tout le monde"} <= {word for _, word in page.presenter.whos()}
    page.ask(who="bot")
    assert {row.who for row in settled(opened, qtbot)} == {"L’assistant"}
    assert page.who.text() == "L’assistant"
    page.ask(who="system")
    assert {row.who for row in settled(opened, qtbot)} == {"LivePay de lui-même"}
    clock.advance(40 * DAY)
    shop.settings.set("orders.hold_minutes", "9", "seller")
    page.ask(who="", period="week")
    assert [row.entry.kind for row in settled(opened, qtbot)] == ["SettingChanged"]
    everything = shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal"))
    page._period_picked("days")
    dialog = next(each for each in page.findChildren(BetweenDialog) if each.isVisible())
    dialog.first.edit.setText("01/01/2020")
    dialog.last.edit.setText("2031-01-01")
    dialog.show_them()
    assert len(settled(opened, qtbot)) == everything
    assert page.period.text().startswith("du 01/01/2020 au ")
    page.ask(text="hold_minutes", who="seller", part="shop")
    assert len(settled(opened, qtbot)) == 2
    page.table.select_key(page.model.rows[1].key)
    key, question = page.model.rows[1].key, page.question
    qtbot.wait(0)
    speak(desktop, qtbot, "en")
    again = desktop.shell.page("journal")
    assert isinstance(again, JournalPage)
    qtbot.waitUntil(lambda: again.read_once and not desktop.bridge.busy)
    assert again.question == question
    assert again.table.row.key == key
    assert again.who.text() == "This window"
    assert again.search.text() == "hold_minutes"
    assert again.chips["shop"].isChecked()


@pytest.mark.parametrize("text", ["réservé", "minata", "assistant", "robe1", "durée de réservation"])
def test_words_that_people_remember_are_found(opened: Opened, qtbot: QtBot, text: str) -> None:  # noqa: F811
    """What is said of a kind, a customer, who acted, a product, a setting."""
    _, page, shop = opened
    everything = shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal"))
    page.ask(text=text)
    found = settled(opened, qtbot)
    assert 0 < len(found) < everything
    expected = {
        "réservé": "OrderReserved", "minata": "OrderReserved", "assistant": "OrderReserved", "robe1": "ProductSaved",
        "durée de réservation": "SettingChanged",
    }[text]  # fmt: skip
    assert expected in {row.entry.kind for row in found}


def test_nothing_found_leads_back_to_everything(opened: Opened, qtbot: QtBot) -> None:  # noqa: F811
    _, page, _ = opened
    page.ask(text="rien de tel", period="today")
    assert settled(opened, qtbot) == []
    assert page.pane._none.isVisible()
    button = page._nothing.button
    assert button is not None
    button.click()
    assert settled(opened, qtbot)
    assert (page.question.text, page.question.period) == ("", "all")
