"""What a window in another language than the store's says and shows: whole words, and no id in a word's place."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from core.adapters.psp import REGISTRY
from core.kernel.i18n import LANGUAGES
from core.payments.onsite import CASH
from desktop.fonts import width
from desktop.pages.live.obs import ObsDialog
from desktop.pages.live.rows import PROVIDERS
from desktop.sections import SECTIONS
from desktop.texts import Texts
from desktop.widgets.navigation import WIDE
from tests.desktop.conftest import Open, board
from tests.desktop.test_page import the_dialog

EACH = pytest.mark.parametrize("language", LANGUAGES)
ROOM = WIDE - 24 - 42 - 36  # between a section's icon and its badge


@EACH
def test_the_name_of_every_section_fits_beside_its_badge(language: str) -> None:
    t = Texts(language)
    assert {
        t(one.title): width(t(one.title), "body-bold") for one in SECTIONS if width(t(one.title), "body-bold") > ROOM
    } == {}


def test_every_means_of_payment_has_a_name() -> None:
    """A table that lacks one would show the id."""
    used = {CASH} | {each.name for each in REGISTRY}
    used |= {method.name for each in REGISTRY for method in each.caps.methods}
    assert used - set(PROVIDERS) == set()


@EACH
def test_nothing_of_the_choices_for_obs_lies_out_of_sight(open_window: Open, qtbot: QtBot, language: str) -> None:
    desktop = open_window(language=language)
    desktop.shell.resize(1280, 720)
    board(desktop).show_in_obs()
    dialog = the_dialog(desktop, ObsDialog)
    assert isinstance(dialog, ObsDialog)
    qtbot.waitUntil(lambda: bool(dialog.here.edit.text()))
    (area,) = dialog.findChildren(QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    for chip in dialog.chips.values():
        assert chip.width() >= chip.sizeHint().width(), chip.text()


@EACH
def test_what_is_on_screen_gives_way_before_the_button_that_ends_the_live(
    open_window: Open, qtbot: QtBot, language: str
) -> None:
    desktop = open_window(language=language)
    head = board(desktop).head
    head.on_screen.setText("ROBE1 · Robe en pagne wax à manches longues, taille unique")
    desktop.shell.resize(1280, 720)
    qtbot.waitUntil(lambda: head.end.width() >= head.end.sizeHint().width())
    assert head.on_screen.width() < head.on_screen.sizeHint().width()
