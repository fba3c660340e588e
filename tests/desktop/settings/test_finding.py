"""A setting is found by any of its words, and brought into sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.pages.settings.finding import Shine, found, places
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.presenter import VERIFY_TOKEN, SettingsPresenter
from tests.desktop.realshop import type_text
from tests.desktop.settings.conftest import OpenSettings


def test_a_setting_is_found_by_its_words_and_its_key(words: SettingsPresenter) -> None:
    known = tuple(places(words.sections(), (), words))
    best = found(known, "duree reservation minutes") or found(known, "minutes")
    assert best[0].section == "orders"
    assert found(known, "orders.hold_minutes")[0].key == "orders.hold_minutes"
    assert found(known, "jeton vérification")[0].key == VERIFY_TOKEN
    assert found(known, "zzz") == []


def test_a_section_is_built_when_it_is_opened_and_everything_is_found_before(open_settings: OpenSettings) -> None:
    opened = open_settings()
    page = opened.page
    assert list(page.views) == ["store"]
    known = page.finder.known
    assert list(page.views) == ["store"]
    for place in known:
        row = page.reveal(place.section, place.key)
        assert page.stack.current == place.section
        assert (row is not None) == bool(place.key), place
    assert {place.section for place in known} == set(page.views) == set(page.buttons)
    assert {place.key for place in known if place.key} == set(page.rows)


def test_a_provider_is_opened_as_soon_as_it_is_known_which_there_are(open_settings: OpenSettings) -> None:
    opened = open_settings()
    opened.desktop.shell.close_page("settings")
    opened.desktop.shell.go("settings", "psp.wave")
    page = opened.desktop.shell.page("settings")
    assert isinstance(page, SettingsPage)
    opened.settled(lambda: page.payments.cards)
    assert (page.stack.current, page.payments.cards["wave"].opened) == ("payments", True)
    assert not page.payments.cards["sandbox"].opened


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
