"""Settings in a real window over a real shop: saved field by field, taken back, secrets unseen, all by keyboard."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from desktop.pages.settings.presenter import LOGO, PUBLIC_URL, VERIFY_TOKEN
from desktop.pages.settings.rows import ChoiceRow, LogoRow, NumberRow, SwitchRow
from desktop.presence import NOTIFY, TRAY
from desktop.theme import theme
from tests.desktop.realshop import picture_file
from tests.desktop.settings.conftest import OpenSettings

ENTER = Qt.Key.Key_Return


def shown_texts(widget: QWidget) -> str:
    """All that can be read on a page."""
    labels = [label.text() for label in widget.findChildren(QLabel)]
    edits = [edit.displayText() for edit in widget.findChildren(QLineEdit)]
    return "\n".join(labels + edits)


# -- fields


def test_a_field_is_saved_when_it_is_left_and_says_so(open_settings: OpenSettings) -> None:
    opened = open_settings()
    row = opened.write("store.city", "Thiès")
    assert opened.shop.settings.get("store.city") == ""
    opened.press(row.edit, Qt.Key.Key_Tab)
    opened.settled(lambda: row.thanked)
    assert opened.shop.settings.get("store.city") == "Thiès"
    assert "Ville" in opened.page.last.text.text()


def test_the_last_change_is_taken_back_by_key(open_settings: OpenSettings) -> None:
    opened = open_settings()
    opened.shop.settings.set("store.city", "Dakar")
    opened.settled(lambda: opened.text_row("store.city").edit.text() == "Dakar")
    row = opened.write("store.city", "Thiès")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: row.thanked)
    opened.page.setFocus()
    opened.press(opened.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: row.edit.text() == "Dakar")
    assert opened.shop.settings.get("store.city") == "Dakar"
    assert not opened.page.last.undo.isVisible()


def test_what_is_wrong_is_said_while_typing_and_never_saved(open_settings: OpenSettings) -> None:
    opened = open_settings("network")
    row = opened.write(PUBLIC_URL, "boutique")
    assert "https://" in row.error
    opened.press(row.edit, ENTER)
    opened.settled()
    assert opened.shop.settings.get(PUBLIC_URL) == ""
    opened.write(PUBLIC_URL, "https://teranga.exemple.sn/")
    assert row.error == ""
    opened.press(row.edit, ENTER)
    opened.settled(lambda: row.thanked)
    assert row.edit.text() == "https://teranga.exemple.sn"


def test_a_number_told_of_payments_is_kept_whole(open_settings: OpenSettings) -> None:
    opened = open_settings("orders")
    row = opened.write("seller.notify_to", "77 123 45 67")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: row.thanked)
    assert opened.shop.settings.get("seller.notify_to") == "+221771234567"
    opened.write("seller.notify_to", "12")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: row.error)
    assert opened.shop.settings.get("seller.notify_to") == "+221771234567"


def test_minutes_move_by_buttons_within_their_bounds(open_settings: OpenSettings) -> None:
    opened = open_settings("orders")
    row = opened.row("orders.hold_minutes")
    assert isinstance(row, NumberRow)
    row.more.click()
    row.more.click()
    opened.settled(lambda: row.thanked)
    assert opened.shop.settings.number("orders.hold_minutes") == 12
    opened.write("orders.hold_minutes", "45")
    assert "30" in row.error
    row.less.click()
    opened.settled(lambda: opened.shop.settings.number("orders.hold_minutes") == 30)
    assert row.error == ""


def test_a_choice_is_saved_at_once(open_settings: OpenSettings) -> None:
    opened = open_settings()
    row = opened.row("store.language")
    assert isinstance(row, ChoiceRow)
    row.box.setCurrentIndex(1)
    row.box.activated.emit(1)
    opened.settled(lambda: row.thanked)
    assert opened.shop.settings.get("store.language") == "mg"


def test_a_change_from_elsewhere_shows_but_not_over_what_is_being_typed(open_settings: OpenSettings) -> None:
    opened = open_settings()
    opened.write("store.city", "Saint-")
    opened.shop.settings.set("store.city", "Dakar")
    opened.shop.settings.set("store.address", "Rue 10")
    opened.settled(lambda: opened.text_row("store.address").edit.text() == "Rue 10")
    assert opened.text_row("store.city").edit.text() == "Saint-"


def test_a_hidden_page_reads_again_when_it_shows(open_settings: OpenSettings) -> None:
    opened = open_settings()
    opened.desktop.shell.go("live")
    opened.shop.settings.set("store.city", "Kaolack")
    opened.settled(lambda: opened.page._stale)
    opened.desktop.shell.go("settings")
    opened.settled(lambda: opened.text_row("store.city").edit.text() == "Kaolack")


def test_the_logo_is_kept_small_with_its_transparency_and_taken_away(
    open_settings: OpenSettings, tmp_path: Path
) -> None:
    opened = open_settings()
    row = opened.row(LOGO)
    assert isinstance(row, LogoRow)
    row.box.picked.emit(picture_file(tmp_path / "logo.jpg", size=(2000, 2000)))
    opened.settled(lambda: row.box.filled)
    name = opened.shop.settings.get(LOGO)
    assert (opened.shop.media / name).is_file()
    (tmp_path / "faux.png").write_text("rien")
    row.box.picked.emit(tmp_path / "faux.png")
    opened.settled(lambda: "pas une image" in row.error)
    assert opened.shop.settings.get(LOGO) == name
    row.away.click()
    opened.settled(lambda: not row.box.filled)
    assert opened.shop.settings.get(LOGO) == ""


def test_what_closing_means_and_whether_the_computer_tells_are_chosen_here(open_settings: OpenSettings) -> None:
    opened = open_settings("window")
    closing, told = opened.row("desktop.closing"), opened.row("desktop.notify")
    assert isinstance(closing, ChoiceRow)
    assert isinstance(told, SwitchRow)
    assert (closing.box.currentData(), told.box.isChecked()) == ("ask", True)
    closing.box.activated.emit(closing.box.findData("keep"))
    told.box.click()
    assert opened.desktop.preferences.get(TRAY, "") == "keep"
    assert opened.desktop.preferences.get(NOTIFY, "") == "off"
    assert closing.thanked


def test_theme_and_sound_are_this_computers_and_the_sidebar_follows(open_settings: OpenSettings) -> None:
    opened = open_settings("window")
    look, sound = opened.row("desktop.theme"), opened.row("desktop.sound")
    assert isinstance(look, ChoiceRow)
    assert isinstance(sound, SwitchRow)
    look.box.activated.emit(look.box.findData("light"))
    assert theme().choice == "light"
    assert opened.desktop.preferences.get("theme", "") == "light"
    assert opened.desktop.shell.sidebar.look.text() == "Thème clair"
    sound.box.click()
    assert opened.desktop.sounds.enabled
    assert opened.desktop.preferences.get("sound", "") == "on"
    assert opened.desktop.shell.sidebar.sound.text() == "Son activé"
    opened.desktop.shell.switch_sound()
    assert not sound.box.isChecked()
    opened.desktop.shell.next_theme()
    assert look.box.currentData() == "system"
    theme().choose("dark")


# -- secrets


def test_a_secret_is_never_on_the_screen(open_settings: OpenSettings) -> None:
    opened = open_settings("whatsapp")
    row = opened.paste("whatsapp.access_token", "EAAtopsecret")
    assert "EAAtopsecret" not in shown_texts(opened.page)
    opened.press(row.edit, ENTER)
    opened.settled(lambda: not row.typing)
    assert opened.shop.settings.secret("whatsapp.access_token") == "EAAtopsecret"
    assert "EAAtopsecret" not in shown_texts(opened.page)
    assert "EAAtopsecret" not in repr(opened.page.reading)


def test_a_secret_is_replaced_kept_taken_away_and_given_back(open_settings: OpenSettings) -> None:
    opened = open_settings("whatsapp")
    secret = opened.shop.settings.secret
    row = opened.paste("whatsapp.app_secret", "first")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: not row.typing)
    row.replace.click()
    assert row.edit.hasFocus()
    row.keep.click()
    assert not row.typing
    assert secret("whatsapp.app_secret") == "first"
    opened.paste("whatsapp.app_secret", "second")
    opened.press(row.edit, ENTER)
    opened.settled(lambda: secret("whatsapp.app_secret") == "second")
    opened.page.undo()
    opened.settled(lambda: secret("whatsapp.app_secret") == "first")
    row.replace.click()
    row.forget.click()
    opened.settled(lambda: secret("whatsapp.app_secret") == "")
    assert row.typing


def test_a_verify_token_is_made_and_on_the_clipboard(open_settings: OpenSettings) -> None:
    opened = open_settings("network")
    opened.page.make_token()
    opened.settled(lambda: opened.shop.settings.secret(VERIFY_TOKEN))
    opened.settled(lambda: QGuiApplication.clipboard().text() == opened.shop.settings.secret(VERIFY_TOKEN))
    token = opened.shop.settings.secret(VERIFY_TOKEN)
    assert len(token) >= 32
    assert token not in shown_texts(opened.desktop.shell)
    QGuiApplication.clipboard().clear()
    opened.page.whatsapp.meta.copy.click()
    opened.settled(lambda: QGuiApplication.clipboard().text() == token)


# -- by keyboard


def test_a_page_elsewhere_points_to_a_connection(open_settings: OpenSettings) -> None:
    opened = open_settings()
    opened.desktop.shell.go("settings", "psp.wave")
    assert opened.page.stack.currentWidget() is opened.page.payments
    assert opened.page.payments.cards["wave"].opened
    opened.desktop.shell.go("settings", "whatsapp")
    assert opened.page.stack.currentWidget() is opened.page.whatsapp


@pytest.mark.parametrize("section", ["store", "orders", "whatsapp", "assistant", "payments", "network", "window"])
def test_every_section_is_walked_by_tab_and_every_stop_has_a_name(open_settings: OpenSettings, section: str) -> None:
    opened = open_settings(section)
    view = opened.page.views[section]
    opened.qtbot.waitUntil(lambda: any(one.isVisible() for one in view.findChildren(QAbstractButton)))
    opened.page.buttons[section].setFocus()
    stops: list[QWidget] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        opened.press(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        if focused is None or focused in stops:
            break
        stops.append(focused)
    inside = [one for one in stops if view.isAncestorOf(one)]
    assert inside
    nameless = [one for one in inside if not (one.accessibleName() or getattr(one, "text", str)())]
    assert nameless == []
    places = [(one.mapTo(opened.page, one.rect().topLeft()).y()) for one in inside]
    assert all(later >= earlier - 60 for earlier, later in pairwise(places))
