"""The widget kit: what each part shows, says and does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.kernel.look import DARK, LIGHT
from core.kernel.paths import resource
from desktop.icons import pixmap
from desktop.theme import theme
from desktop.widgets.buttons import ENTER, Button, Chip, IconButton, KeyHint
from desktop.widgets.empty import EmptyState
from desktop.widgets.fields import Field, SearchField, Stepper, TextField
from desktop.widgets.labels import ElidedLabel, IconLabel, Label
from desktop.widgets.notices import Banner
from desktop.widgets.pill import StatusPill
from desktop.widgets.stockbar import StockTrack


def shown(qtbot: QtBot, widget: QWidget) -> QWidget:
    qtbot.addWidget(widget)
    widget.show()
    return widget


def colours(widget: QWidget) -> set[str]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def test_every_icon_can_be_drawn() -> None:
    empty = [
        path.stem for path in resource("icons").glob("*.svg") if not _inked(pixmap(path.stem, "#FF0000", 18).toImage())
    ]
    assert empty == []


def _inked(image: QImage) -> bool:
    return any(image.pixelColor(x, y).alpha() > 100 for x in range(18) for y in range(18))


def test_an_icon_takes_the_colour_of_the_theme_in_force(qtbot: QtBot) -> None:
    icon = shown(qtbot, IconLabel("dot", "paid"))
    assert DARK.paid.ink in colours(icon)
    theme().choose("light")
    assert LIGHT.paid.ink in colours(icon)
    theme().choose("dark")


def test_a_label_never_reads_markup(qtbot: QtBot) -> None:
    label = Label("<b>Awa</b>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_an_elided_label_tells_the_rest_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("Robe Wax Ankara à manches longues")
    shown(qtbot, label)
    label.resize(60, 20)
    assert label.toolTip() == "Robe Wax Ankara à manches longues"
    label.resize(600, 20)
    assert label.toolTip() == ""
    label.say(60 * "Robe ")
    assert label.toolTip() == label.text(), "before it is drawn for the first time"


@pytest.mark.parametrize("kind", ["primary", "secondary", "danger", "quiet", "link"])
def test_a_button_is_pressed_by_click_enter_and_space(qtbot: QtBot, kind: str) -> None:
    button = Button("Envoyer", kind, icon="send", key=ENTER)  # type: ignore[arg-type]
    shown(qtbot, button)
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert len(pressed) == 3
    button.setEnabled(False)
    button.grab()


def test_targets_are_high_enough(qtbot: QtBot) -> None:
    for button, least in (
        (Button("Retour"), 40),
        (Button("Facture", "primary", live=True), 44),
        (IconButton("x", "X"), 40),
    ):
        shown(qtbot, button)
        assert button.height() >= least
        assert button.sizeHint().height() >= least


def test_a_primary_button_is_gold_with_dark_ink(qtbot: QtBot) -> None:
    button = Button("Nouvelle facture", "primary", key="N")
    shown(qtbot, button)
    assert DARK.gold in colours(button)
    button.set_kind("secondary")
    assert DARK.gold not in colours(button)


def test_an_icon_button_has_a_name(qtbot: QtBot) -> None:
    button = IconButton("x", "Fermer")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Fermer", "Fermer")


def test_a_chip_counts(qtbot: QtBot) -> None:
    chip = Chip("Payées")
    qtbot.addWidget(chip)
    chip.count(18)
    assert chip.text() == "Payées\u00a018"
    chip.count(None)
    assert chip.text() == "Payées"


def test_a_key_hint_is_as_wide_as_its_key(qtbot: QtBot) -> None:
    widths = [KeyHint(key).width() for key in ("N", "Ctrl+K")]
    assert widths[0] < widths[1]


def test_a_pill_says_its_state(qtbot: QtBot) -> None:
    pill = StatusPill("Payée", "check", "paid")
    shown(qtbot, pill)
    assert {DARK.paid.ground, DARK.paid.ink} <= colours(pill)
    pill.show_state("Expirée", "x", "danger")
    assert pill.accessibleName() == "Expirée"
    assert DARK.danger.ground in colours(pill)


def test_a_stock_bar_fills_the_free_part_and_hatches_the_held_one(qtbot: QtBot) -> None:
    track = StockTrack()
    shown(qtbot, track)
    track.resize(200, 8)
    track.show_shares(0.25, 0.25, False)
    image = track.grab().toImage()
    row = [image.pixelColor(x, 4).name().upper() for x in range(200)]
    assert set(row[6:48]) == {DARK.structure}
    assert DARK.structure not in row[52:98]
    assert len(set(row[52:98])) > 1
    assert set(row[104:190]) == {DARK.raised}
    track.show_shares(0.25, 0.0, True)
    assert track.grab().toImage().pixelColor(20, 4) == QColor(DARK.danger.ink)


def test_a_field_shows_its_error_in_place_of_its_hint(qtbot: QtBot) -> None:
    field = TextField("Nom", "Comme sur la carte")
    shown(qtbot, field)
    field.set_error("Tapez un nom.")
    assert (field.error, field.edit.property("wrong"), field.edit.accessibleDescription()) == (
        "Tapez un nom.",
        True,
        "Tapez un nom.",
    )
    assert DARK.danger.ink in colours(field)
    field.set_error("")
    assert (field.error, field._line.text()) == ("", "Comme sur la carte")
    field.set_hint("Autrement dit")
    assert field._line.text() == "Autrement dit"


def test_a_closed_field_gives_up_its_empty_line(qtbot: QtBot) -> None:
    field = Field("Choix", QLineEdit(), close=True)
    shown(qtbot, field)
    assert field._line.isHidden()
    field.set_error("Choisissez.")
    assert not field._line.isHidden()


def test_a_secret_is_hidden_while_typed(qtbot: QtBot) -> None:
    field = TextField("Clé", secret=True)
    qtbot.addWidget(field)
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password


def test_a_stepper_stays_within_its_bounds(qtbot: QtBot) -> None:
    stepper = Stepper("moins", "plus", 1, 12)
    shown(qtbot, stepper)
    values: list[int] = []
    stepper.changed.connect(values.append)
    stepper.edit.selectAll()
    QTest.keyClicks(stepper.edit, "99")
    QTest.keyClick(stepper.edit, Qt.Key.Key_Up)
    QTest.mouseClick(stepper._less, Qt.MouseButton.LeftButton)
    stepper.edit.selectAll()
    QTest.keyClicks(stepper.edit, "x")
    stepper.set_highest(3)
    assert (stepper.value, stepper.edit.text(), values) == (3, "3", [9, 12, 11, 3])


def test_a_search_box_folds_to_its_icon(qtbot: QtBot) -> None:
    search = SearchField("Rechercher", "/")
    shown(qtbot, search)
    search.resize(170, 30)
    assert search.placeholderText() == "Rechercher"
    search.resize(38, 30)
    assert (search.placeholderText(), search.accessibleName()) == ("", "Rechercher")


def test_a_banner_says_what_happened_and_offers_one_verb(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    acted: list[int] = []
    banner.warn("Disque plein", "Rien n’est perdu.", "danger", "Réessayer", lambda: acted.append(1))
    assert banner.isVisible()
    QTest.mouseClick(banner._verb, Qt.MouseButton.LeftButton)
    banner.warn("Hors ligne", "", "waiting")
    assert (acted, banner._verb.isHidden(), banner.property("role")) == ([1], True, "waiting")


def test_an_empty_state_holds_the_first_action(qtbot: QtBot) -> None:
    acted: list[int] = []
    empty = EmptyState("package", "Aucun article", "Importez votre liste.", "Importer", lambda: acted.append(1))
    shown(qtbot, empty)
    assert empty.button is not None
    QTest.mouseClick(empty.button, Qt.MouseButton.LeftButton)
    assert acted == [1]
    bare = EmptyState("package", "Rien", "Rien du tout.")
    qtbot.addWidget(bare)
    assert bare.button is None
