"""The window in another language, at once: no page keeps a word of the one before, and nothing typed is lost."""

from __future__ import annotations

import gc
import gettext
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.kernel.paths import resource
from desktop.app import Desktop
from desktop.pages.page import Page
from desktop.pages.registry import PAGES
from desktop.pages.settings.page import SettingsPage
from desktop.texts import ENDONYMS
from desktop.widgets.dialog import Confirm
from tests.desktop.realshop import close_windows, make_shop, stock_up, type_text, window_over


@pytest.fixture
def desktop(tmp_path: Path, qtbot: QtBot) -> Iterator[Desktop]:
    """The window over a real shop with products."""
    shop = make_shop(tmp_path)
    stock_up(shop)
    opened = window_over(shop)
    opened.shell.resize(1280, 720)
    opened.start()
    qtbot.waitUntil(lambda: opened.shell.page("live") is not None)
    yield opened
    close_windows([opened])


def words(window: QWidget) -> set[str]:
    """Every text of a window: shown, told to a screen reader, or said when one points there."""
    said: set[str] = set()
    for widget in (window, *window.findChildren(QWidget)):
        said |= {widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()}
        if isinstance(widget, QLabel | QAbstractButton):
            said.add(widget.text())
        elif isinstance(widget, QLineEdit | QPlainTextEdit):
            said.add(widget.placeholderText())
        elif isinstance(widget, QComboBox):
            said |= {widget.itemText(place) for place in range(widget.count())}
        elif isinstance(widget, QTableView) and (model := widget.model()) is not None:
            said |= {
                str(model.headerData(n, widget.horizontalHeader().orientation())) for n in range(model.columnCount())
            }
    return {text for text in said if text}


def only_in(language: str, other: str) -> set[str]:
    """The texts of the window that are said in one language and never in the other."""
    texts = gettext.translation("desktop", str(resource("locale")), languages=["fr"])._catalog  # type: ignore[attr-defined]
    ids = [key for key in texts if isinstance(key, str) and key]
    plain = [key.rpartition("\x04")[2] for key in ids]
    said = {"en": plain, "fr": [texts[key] for key in ids]}
    return {text for text in set(said[language]) - set(said[other]) if any(map(str.isalpha, text))} - set(
        ENDONYMS.values()
    )


def speak(desktop: Desktop, qtbot: QtBot, code: str) -> None:
    """Switch once nothing is being done, for which a person is not kept waiting long, and wait until the page in view
    has been read."""
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    desktop.shell.choose_language(code)
    qtbot.waitUntil(lambda: desktop.t.language == code)
    qtbot.waitUntil(lambda: not desktop.bridge.busy)


def open_all(page: Page | None) -> None:
    """What the settings build only when it is opened."""
    if isinstance(page, SettingsPage):
        for section in page.buttons:
            page.open(section)


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_no_page_keeps_a_word_of_the_language_before(desktop: Desktop, qtbot: QtBot, name: str) -> None:
    shell = desktop.shell
    shell.go(name)
    open_all(shell.page(name))
    shell.open_palette()
    french, english = only_in("fr", "en"), only_in("en", "fr")
    assert len(words(shell) & french) > 10
    for code, former in (("en", french), ("mg", english), ("fr", english), ("en", french), ("fr", english)):
        speak(desktop, qtbot, code)
        open_all(shell.page(name))
        shell.open_palette()
        assert words(shell) & former == set()
        assert shell.stack.currentWidget() is shell.page(name)
        assert shell.sidebar.language.text() == ENDONYMS[code]
        assert desktop.preferences.get("language", "") == code


def test_what_qt_says_is_said_in_the_language_too(desktop: Desktop, qtbot: QtBot) -> None:
    """The menu of a field, and an act as a screen reader tells it."""
    for code, menu, press in (("fr", "Co&ller", "Appuyer"), ("mg", "Apetaho", "Appuyer"), ("en", "&Paste", "Press")):
        speak(desktop, qtbot, code)
        field = QLineEdit()
        assert menu in [act.text().split("\t")[0] for act in field.createStandardContextMenu().actions()]
        assert QCoreApplication.translate("QAccessibleActionInterface", "Press") == press
        assert QCoreApplication.translate("QTgaFile", "Image type not supported") == "Image type not supported"


def test_what_is_made_again_leaves_nothing_behind(desktop: Desktop, qtbot: QtBot) -> None:
    """As many widgets after ten switches over every page as after the first two."""

    def counted() -> int:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(QApplication.allWidgets())

    pages: list[weakref.ref[Page]] = []

    def round_trip() -> None:
        for page in PAGES:
            desktop.shell.go(page.name)
        pages.extend(weakref.ref(page) for page in desktop.shell.pages.values())
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        for code in ("en", "fr"):
            speak(desktop, qtbot, code)

    round_trip()
    before = counted()
    for _ in range(5):
        round_trip()
    qtbot.waitUntil(lambda: counted() <= before)
    gc.unfreeze()
    gc.collect()
    alive = {id(page) for ref in pages if (page := ref()) is not None}
    assert alive <= {id(page) for page in desktop.shell.pages.values()}


def test_a_quote_that_is_being_written_goes_on_in_the_other_language(desktop: Desktop, qtbot: QtBot) -> None:
    shell = desktop.shell
    shell.go("quotes")
    page = shell.page("quotes")
    qtbot.waitUntil(lambda: page.overview.may_write)  # type: ignore[union-attr]
    page.write_new()  # type: ignore[union-attr]
    type_text(page.editor.name, "Awa Ndiaye")  # type: ignore[union-attr]
    speak(desktop, qtbot, "en")
    again = shell.page("quotes")
    assert again is not page
    qtbot.waitUntil(lambda: again.writing)  # type: ignore[union-attr]
    assert again.editor.name.text() == again.editor.form.name == "Awa Ndiaye"  # type: ignore[union-attr]
    assert again.editor.changed  # type: ignore[union-attr]


def test_a_settings_field_is_saved_before_and_its_section_comes_back(desktop: Desktop, qtbot: QtBot) -> None:
    shell = desktop.shell
    shell.go("settings", "network")
    page = shell.page("settings")
    qtbot.waitUntil(lambda: bool(page.reading.values))  # type: ignore[union-attr]
    row = page.rows["public_url"][0]  # type: ignore[union-attr]
    shell.activateWindow()
    row.edit.setFocus()
    row.edit.selectAll()
    type_text(row.edit, "https://awa.example")
    speak(desktop, qtbot, "en")
    again = shell.page("settings")
    assert again.stack.currentWidget() is again.views["network"]  # type: ignore[union-attr]
    assert again.reading.values["public_url"] == "https://awa.example"  # type: ignore[union-attr]


def test_what_cannot_be_kept_is_asked_about(desktop: Desktop, qtbot: QtBot) -> None:
    shell = desktop.shell
    shell.go("settings", "network")
    page = shell.page("settings")
    qtbot.waitUntil(lambda: bool(page.reading.values))  # type: ignore[union-attr]
    row = page.rows["public_url"][0]  # type: ignore[union-attr]
    row.edit.setText("no address")
    row.say_wrong("Faux")
    shell.choose_language("en")
    qtbot.waitUntil(lambda: shell.findChild(Confirm) is not None)
    assert (desktop.t.language, shell.page("settings")) == ("fr", page)
    shell.choose_language("mg")
    assert shell.toasts.shown()[0].notice.text == desktop.t("Finish what is open over the window first.")
    dialog = shell.findChild(Confirm)
    assert dialog is not None
    dialog.action.click()
    qtbot.waitUntil(lambda: desktop.t.language == "en")
    assert shell.page("settings") is not page
