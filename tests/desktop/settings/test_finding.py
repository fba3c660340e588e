"""A setting is found by any of its words, and brought into sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.pages.settings.finding import Shine, found, places
from desktop.pages.settings.presenter import SettingsPresenter
from tests.desktop.realshop import type_text
from tests.desktop.settings.conftest import OpenSettings


def test_every_setting_of_the_page_can_be_found(open_settings: OpenSettings, words: SettingsPresenter) -> None:
    opened = open_settings()
    providers = opened.page.reading.providers
    known = tuple(places(words.sections(), providers, words))
    assert {place.key for place in known if place.key} >= {
        key for key in opened.page.rows if not key.endswith(".enabled") and key != "whatsapp.verify_token"
    }
    best = found(known, "duree reservation minutes") or found(known, "minutes")
    assert best[0].section == "orders"
    assert found(known, "orders.hold_minutes")[0].key == "orders.hold_minutes"
    assert found(known, "zzz") == []


def test_enter_goes_to_the_setting_and_it_shines(open_settings: OpenSettings) -> None:
    opened = open_settings()
    page = opened.page
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.finder.hasFocus()
    type_text(page.finder, "minutes de réservation")
    opened.settled(lambda: page.finder.choices)
    QTest.keyClick(page.finder, Qt.Key.Key_Return)
    row = opened.row("orders.hold_minutes")
    assert page.stack.currentWidget() is page.views["orders"]
    opened.settled(lambda: row.findChild(Shine) is not None and row.editor.hasFocus())
    assert page.finder.text() == ""


def test_a_folded_providers_key_is_unfolded(open_settings: OpenSettings) -> None:
    opened = open_settings()
    page = opened.page
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    type_text(page.finder, "psp.wave.")
    opened.settled(lambda: page.finder.choices)
    place = page.finder.choices[0].value
    before = page.payments.cards["wave"].opened
    QTest.keyClick(page.finder, Qt.Key.Key_Return)
    assert (before, page.payments.cards["wave"].opened) == (False, True)
    opened.settled(lambda: opened.row(place.key).isVisible() and not opened.row(place.key).visibleRegion().isEmpty())


def test_nothing_found_is_said(open_settings: OpenSettings) -> None:
    opened = open_settings()
    page = opened.page
    page.finder.ask_for()
    type_text(page.finder, "zzzz")
    opened.settled(lambda: page.finder.choices)
    assert page.finder.choices[0].title == "Aucun réglage de ce nom"
    QTest.keyClick(page.finder, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.views["store"]
