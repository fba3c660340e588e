"""The sidebar: the sections, and the switches at its foot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.nearing import Nearing
from desktop.sections import Section, keys_of
from desktop.stores.button import StoreButton
from desktop.texts import ENDONYMS, Texts
from desktop.theme import Choice
from desktop.widgets.labels import Label
from desktop.widgets.navigation import COMPACT, WIDE, NavButton

COMPACT_UNDER: Final = 1100  # px of the window's width
LOW_UNDER: Final = 712  # px of its height


class Sidebar(QFrame):
    """Navigation. ``asked`` with a section's name, ``neared`` a moment before; the others for the switches."""

    asked = Signal(str)
    neared = Signal(str)
    theme_asked = Signal()
    sound_asked = Signal()
    language_asked = Signal()

    def __init__(self, t: Texts, sections: Sequence[Section]) -> None:
        super().__init__()
        self._t = t
        self.setProperty("kind", "sidebar")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 10)
        column.setSpacing(2)
        brand = QHBoxLayout()
        brand.setSpacing(0)
        brand.setContentsMargins(12, 0, 0, 0)
        self._first, self._second = Label("Live", "title"), Label("Pay", "title", "gold")
        brand.addWidget(self._first)
        brand.addWidget(self._second)
        brand.addStretch(1)
        column.addLayout(brand)
        self.store = StoreButton(t("Another store"))
        column.addWidget(self.store)
        column.addSpacing(10)
        self.buttons: dict[str, NavButton] = {}
        column.addWidget(self._places(sections), 1)
        self.sound = NavButton("volume-2", t("Sound on"), checkable=False)
        self.sound.clicked.connect(self.sound_asked)
        self.look = NavButton("moon", t("Dark theme"), checkable=False)
        self.look.clicked.connect(self.theme_asked)
        self.language = NavButton("languages", ENDONYMS[t.language], checkable=False)
        self.language.setAccessibleDescription(t("Language of the window"))
        self.language.clicked.connect(self.language_asked)
        column.addWidget(self.language)
        column.addWidget(self.sound)
        column.addWidget(self.look)
        self.set_compact(False)

    def _places(self, sections: Sequence[Section]) -> QScrollArea:
        """A button for each section; in a very low window they scroll."""
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        area = self._area = QScrollArea()
        for number, section in enumerate(sections, 1):
            button = self.buttons[section.name] = NavButton(section.entry.icon, self._t(section.entry.title))
            button.clicked.connect(partial(self.asked.emit, section.name))
            button.toggled.connect(partial(self._bring, button))
            Nearing(button).neared.connect(partial(self.neared.emit, section.name))
            button.setAccessibleDescription(keys_of(number))
            column.addWidget(button)
        column.addStretch(1)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _bring(self, button: NavButton, chosen: bool) -> None:
        if chosen:
            self._area.ensureWidgetVisible(button, 0, 0)

    def fit(self, width: int, height: int) -> None:
        """What there is room for in a window of this size."""
        self.set_compact(width < COMPACT_UNDER)
        self.set_low(height < LOW_UNDER)

    def set_compact(self, compact: bool) -> None:
        """Icons only, when the window is narrow."""
        self.setFixedWidth(COMPACT if compact else WIDE)
        margin = 8 if compact else 12
        layout = self.layout()
        if layout:
            layout.setContentsMargins(margin, 16, margin, 10)
        self._first.say("L" if compact else "Live")
        self._second.setVisible(not compact)
        self.store.set_compact(compact)
        for button in (*self.buttons.values(), self.language, self.sound, self.look):
            button.set_compact(compact)

    def set_low(self, low: bool) -> None:
        """Without the switches, when ten sections take all the height; their keys and the palette have them too."""
        self.language.setVisible(not low)
        self.sound.setVisible(not low)
        self.look.setVisible(not low)

    def show_switches(self, choice: Choice, sound: bool) -> None:
        t = self._t
        icon, word = {
            "dark": ("moon", t("Dark theme")),
            "light": ("sun", t("Light theme")),
            "system": ("monitor", t("System theme")),
        }[choice]
        self.look.set_look(icon, word)
        self.sound.set_look("volume-2" if sound else "volume-x", t("Sound on") if sound else t("Sound off"))
