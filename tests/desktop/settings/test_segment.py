"""The kind of shop is one choice, and what follows from it shows at once."""

from __future__ import annotations

from desktop.pages.settings.presenter import SettingsPresenter
from desktop.pages.settings.rows import ChoiceRow
from tests.desktop.settings.conftest import OpenSettings


def test_every_segment_has_a_word(words: SettingsPresenter) -> None:
    choices = words.choices("store.segment")
    assert [value for value, _ in choices] == ["live_seller", "shop", "events", "services", "b2b"]
    assert all(word != value for value, word in choices)
    assert words.shown("segment.require_deposit", "true") == "activé"


def test_what_follows_from_it_shows_at_once(open_settings: OpenSettings) -> None:
    opened = open_settings("orders")
    row = opened.row("store.segment")
    assert isinstance(row, ChoiceRow)
    row.box.setCurrentIndex(1)
    row.box.activated.emit(1)
    opened.settled(lambda: opened.shop.settings.get("store.segment") == "shop")
    opened.settled(lambda: opened.page.reading.values["orders.hold_minutes"] == "30")
    assert opened.page.reading.values["segment.allow_quantity_selection"] == "true"
