"""A live without anything to sell, and a screen too low for a dialog: each says the next step, none hides it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.pages.live.decide import OnScreenDialog
from desktop.widgets.dialog import Dialog
from desktop.widgets.notices import Notice
from tests.desktop.conftest import Open, board
from tests.desktop.sample import SampleSource
from tests.desktop.test_page import the_dialog


def test_without_stock_the_card_leads_to_the_catalogue(open_window: Open) -> None:
    desktop = open_window(SampleSource(bars=[]))
    stock = board(desktop).board.stock
    assert stock.nothing.isVisible()
    stock.open_catalogue.click()
    assert desktop.shell.page("catalogue") is not None
    full = board(open_window()).board.stock
    assert not full.nothing.isVisible()


def test_an_empty_catalogue_is_not_told_as_a_search_that_found_nothing(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window(SampleSource(bars=[]))
    board(desktop).choose_on_screen()
    dialog = the_dialog(desktop, OnScreenDialog)
    assert isinstance(dialog, OnScreenDialog)
    picker = dialog.picker
    qtbot.waitUntil(picker.nothing.isVisible)
    assert picker.nothing.text().startswith("Aucun article en vente")
    picker.search.setText("robe")
    picker.ask()
    qtbot.waitUntil(lambda: picker.nothing.text().startswith("Aucun article ne correspond"))


def test_the_live_after_a_full_one_waits_for_its_first_order_too(open_window: Open) -> None:
    """Not for another filter or search: none is set."""
    page = board(open_window())
    before = list(page.model._entries.values())
    assert len(before) == 23
    page.model.load(())
    assert page.board.orders._nothing._title.text() == "En attente de la première commande"
    page.board.orders.choose("paid")
    page.model.load(before)
    assert page.board.orders._stack.currentIndex() == 0


def test_what_fails_under_a_dialog_is_said_in_it(open_window: Open, qtbot: QtBot) -> None:
    """The window says it in its corner, which a dialog may cover on a small screen."""
    desktop = open_window()
    dialog = Dialog(board(desktop), "Article")
    dialog.add_action("Ajouter", dialog.accept)
    dialog.present()
    low = dialog.height()
    desktop.shell.say(Notice("C’est fait.", "paid"))
    assert dialog.failure == ""
    for _ in range(2):  # the second time too, though the corner says it once
        desktop.shell.say(Notice("Le disque est plein.", "danger"))
        assert dialog.failure == "Le disque est plein."
    qtbot.waitUntil(lambda: dialog.height() > low)
    assert desktop.shell.toasts.shown()[-1].notice.text == "Le disque est plein."
    dialog.reject()
    desktop.shell.say(Notice("Autre chose.", "danger"))


class _Tall(QWidget):
    def sizeHint(self) -> QSize:
        return QSize(100, 5000)


def test_a_dialog_is_never_higher_than_the_screen(qtbot: QtBot) -> None:
    dialog = Dialog(None, "Import")  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.body.addWidget(_Tall())
    action = dialog.add_action("OK", dialog.accept)
    dialog.present()
    foot = action.mapTo(dialog, QPoint(0, action.height())).y()
    assert foot <= dialog.height() < dialog.screen().availableGeometry().height()
