"""Colours can be read, and the theme gives them to Qt in one place."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QPalette, QRawFont
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.kernel.look import (
    DARK,
    FIGURES,
    LIGHT,
    PALETTES,
    SANS,
    SERIF,
    STORE_COLOURS,
    Palette,
    contrast,
    mix,
    text_pairs,
)
from desktop.fonts import face
from desktop.theme import style_sheet, theme

EACH = pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@EACH
def test_every_text_pair_reaches_aa(palette: Palette) -> None:
    assert {pair: round(contrast(*pair), 2) for pair in text_pairs(palette) if contrast(*pair) < 4.5} == {}


@EACH
def test_every_role_has_its_ink_and_ground(palette: Palette) -> None:
    assert palette.ink("paid") == palette.paid.ink
    assert palette.ground("paid") == palette.paid.ground
    assert palette.ground("muted") == palette.raised
    assert palette.ink("gold") == palette.gold_text != palette.gold or palette is DARK


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert [mix("#000000", "#FFFFFF", share) for share in (0, 0.5, 1)] == ["#000000", "#808080", "#FFFFFF"]


@EACH
def test_style_sheet_has_no_token_left_and_no_colour_of_its_own(palette: Palette) -> None:
    sheet = style_sheet(palette)
    assert "$" not in sheet
    allowed = {palette.ink(role) for role in ("text", "muted", "gold", "paid", "waiting", "danger", "info")}
    assert allowed <= set(re.findall(r"#[0-9A-F]{6}", sheet))


@EACH
def test_words_that_are_marked_in_a_field_are_read_as_anywhere(palette: Palette) -> None:
    marked = re.search(
        r"selection-background-color: (#[0-9A-F]{6});\s+selection-color: (#[0-9A-F]{6})", style_sheet(palette)
    )
    assert marked is not None
    assert contrast(marked[1], marked[2]) >= 4.5


def test_switching_the_theme_changes_palette_and_style_sheet_at_once(qapp: QApplication) -> None:
    told: list[str] = []
    theme().changed.connect(lambda: told.append(theme().palette.name))
    theme().choose("light")
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.background
    assert LIGHT.surface in qapp.styleSheet()
    theme().choose("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.background
    assert told == ["light", "dark"]


class Dressed(QWidget):
    times = 0

    def changeEvent(self, event: QEvent) -> None:
        self.times += event.type() == QEvent.Type.StyleChange
        super().changeEvent(event)


def test_a_switch_dresses_a_widget_no_oftener_the_deeper_it_stands(qtbot: QtBot) -> None:
    """Qt does, once for every widget it stands in, when a sheet takes another's place: a second for a whole window."""
    top = QWidget()
    qtbot.addWidget(top)
    inner: QWidget = top
    for _ in range(12):
        inner = QWidget(inner)
    deep = Dressed(inner)
    top.show()
    theme().choose("light")
    deep.times = 0
    theme().choose("dark")
    assert 1 <= deep.times <= 2


def test_following_the_system_gives_one_of_the_two(qapp: QApplication) -> None:
    theme().choose("system")
    assert theme().palette in PALETTES
    theme().choose("dark")


def test_shipped_faces_are_used() -> None:
    assert {SANS, SERIF, FIGURES} <= set(QFontDatabase.families())


@pytest.mark.parametrize("name", ["body", "body-bold", "title", "figure"])
def test_figures_are_all_as_wide_as_each_other(name: str) -> None:
    metrics = QFontMetricsF(face(name))
    assert len({round(metrics.horizontalAdvance(digit), 3) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("name", ["body", "body-bold", "title"])
def test_faces_hold_the_letters_of_our_languages(name: str) -> None:
    font = QRawFont.fromFont(face(name))
    needed = "éèêëàâùûüîïôöçœæÉÈÀÇŒ«»’“”–—…€×−°\u202f\u00a0"
    assert [letter for letter in needed if not font.supportsCharacter(ord(letter))] == []


def test_the_narrow_space_is_narrower_than_a_space() -> None:
    metrics = QFontMetricsF(face("body"))
    assert metrics.horizontalAdvance("\u202f") < metrics.horizontalAdvance("\u00a0")


def test_the_colour_of_a_store_can_be_told_and_read_on_every_ground() -> None:
    low = [
        (name, ground)
        for name, inks in STORE_COLOURS.items()
        for ink, palette in zip(inks, (DARK, LIGHT), strict=True)
        for ground in (palette.background, palette.surface, palette.raised, palette.waiting.ground)
        if contrast(ink, ground) < (4.5 if ground == palette.surface else 3)
    ]
    assert low == []
