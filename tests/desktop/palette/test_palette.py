"""The palette in a real window over a real shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.registry import PAGES
from desktop.palette.commands import WINDOW, commands
from desktop.palette.overlay import Palette
from desktop.palette.presenter import Command, fitting
from desktop.theme import theme
from tests.desktop.openpage import go_to
from tests.desktop.papers.store import paper_shop, sell
from tests.desktop.realshop import close_windows, type_text, window_over

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = paper_shop(tmp_path / "home")
    sell(made, 0)
    sell(made, 1)
    yield made
    made.close()


@pytest.fixture
def desktop(shop: Shop, qtbot: QtBot) -> Iterator[Desktop]:
    window = window_over(shop)
    go_to(window, qtbot, "payments")
    qtbot.waitUntil(lambda: not window.bridge.busy)
    yield window
    close_windows([window])


@pytest.fixture
def ask(desktop: Desktop, qtbot: QtBot) -> Callable[[str], Palette]:
    """``ask(text)`` opens the palette by its key, types, and waits until the store has answered."""

    def open_it(text: str = "") -> Palette:
        QTest.keyClick(desktop.shell, Qt.Key.Key_K, CONTROL)
        palette = desktop.shell.findChild(Palette)
        assert palette is not None
        type_text(palette.line, text)
        qtbot.waitUntil(lambda: not palette.searching)
        return palette

    return open_it


def titles(palette: Palette) -> list[str]:
    return [item.title for item in palette.items]


def test_every_page_and_every_act_is_a_command_and_each_can_be_done(desktop: Desktop) -> None:
    made = commands(desktop.shell, desktop.t, desktop.shell.sections)
    names = [command.name for command in made]
    assert len(set(names)) == len(names)
    assert {f"page:{page.name}" for page in PAGES if not page.alone} | {f"window:{one.name}" for one in WINDOW} <= set(
        names
    )
    for page in PAGES:
        desktop.shell.go(page.name)
        built = desktop.shell.page(page.name)
        assert [act for act in page.commands if not callable(getattr(built, act.act, None))] == []


def test_empty_it_lists_all_with_their_keys_and_the_keyboard_alone_takes_one(ask: Callable[..., Palette]) -> None:
    palette = ask()
    shown = {item.title: item.keys for item in palette.items}
    assert (shown["Live"], shown["Nouvelle facture"], shown["Plein écran"]) == ("Ctrl+1", "N", "F11")
    type_text(palette.line, "cata")
    assert palette.current is not None
    assert palette.current.title == "Catalogue"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    shell = palette.window()
    assert palette.isHidden()
    assert shell.stack.currentWidget() is shell.page("catalogue")  # type: ignore[attr-defined]


def test_what_was_used_last_comes_first_next_time(ask: Callable[..., Palette], desktop: Desktop) -> None:
    palette = ask("changer de th")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert theme().choice == "light"
    palette = ask()
    assert titles(palette)[:2] == ["Récemment", "Changer de thème"]
    assert desktop.preferences.get("palette.recent", "") == "window:theme"


def test_an_act_of_a_page_is_done_from_anywhere(ask: Callable[..., Palette], desktop: Desktop, qtbot: QtBot) -> None:
    palette = ask("nouveau devis")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    page = desktop.shell.page("quotes")
    assert page is not None
    assert desktop.shell.stack.currentWidget() is page


def test_the_store_answers_by_kinds_and_enter_opens_what_was_found(
    ask: Callable[..., Palette], desktop: Desktop, qtbot: QtBot
) -> None:
    palette = ask("fatoumata")
    assert [title for title in titles(palette) if title in ("Clients", "Commandes", "Factures")] == [
        "Clients",
        "Commandes",
        "Factures",
    ]
    invoice = next(item for item in palette.items if item.title == "FA-2026-00002")
    assert (invoice.right, invoice.detail) == (
        "63\u202f000\u00a0F\u202fCFA",
        "Fatoumata Koné · +225\u00a007\u00a000\u00a000\u00a00001",
    )
    while palette.current is not invoice:
        QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("papers")


def test_products_are_found_too(ask: Callable[..., Palette], desktop: Desktop) -> None:
    palette = ask("sac à main")
    assert "Sac à main en cuir" in titles(palette)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert desktop.shell.stack.currentWidget() is desktop.shell.page("catalogue")


def test_what_is_outdated_is_never_shown(ask: Callable[..., Palette], qtbot: QtBot) -> None:
    palette = ask("fatou")
    type_text(palette.line, "qqqq")
    palette._pause.stop()
    palette._ask()
    first = palette._task
    type_text(palette.line, "z")
    assert first is not None
    assert first.control.stopped
    qtbot.waitUntil(lambda: not palette.searching)
    assert palette.items == []
    assert palette.nothing.isVisible()


def test_escape_empties_then_leaves_and_the_keyboard_goes_back(
    ask: Callable[..., Palette], desktop: Desktop, qtbot: QtBot
) -> None:
    page = desktop.shell.page("payments")
    assert page is not None
    page.search.setFocus()  # type: ignore[attr-defined]
    palette = ask("zzz")
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert (palette.line.text(), palette.isVisible()) == ("", True)
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert page.search.hasFocus()  # type: ignore[attr-defined]


def test_a_click_beside_it_closes_it(ask: Callable[..., Palette]) -> None:
    palette = ask()
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, 300))
    assert palette.isHidden()


@pytest.mark.parametrize(
    ("text", "first"),
    [("pai", "Paiements"), ("conv", "Conversations"), ("converstaions", "Conversations"), ("nf", "Nouvelle facture")],
)
def test_commands_are_found_by_beginnings_by_initials_and_with_slips(text: str, first: str) -> None:
    def nothing() -> None:
        pass

    words = ("Live", "Conversations", "Paiements", "Nouvelle facture", "Réglages")
    made = [Command(word, word, "radio", nothing) for word in words]
    assert [command.title for command in fitting(text, made)][:1] == [first]
    assert fitting("xylophone", made) == []
    assert (
        fitting("bazin", [Command(word, word, "radio", nothing) for word in ("Check the chain", "Answer again")]) == []
    )
