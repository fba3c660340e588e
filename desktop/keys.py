"""All keys that work now, on one sheet: read off the shortcuts that are registered, so never out of date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.texts import Texts
from desktop.widgets.buttons import KeyHint
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label

_WORDS: Final = {"Return": "↵", "Enter": "↵", "Del": "Suppr"}
_ROW: Final = 34  # px
_HIGHEST: Final = 460


class Key(Struct, frozen=True):
    """``keys`` as they stand on the keyboard, ``said``: what they do."""

    keys: str
    said: str


def named(sequence: QKeySequence) -> str:
    """``Ctrl+↵``."""
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    parts = text.removesuffix("+").split("+")
    return "+".join([*(_WORDS.get(part, part) for part in parts if part), *(["+"] if text.endswith("+") else [])])


def of(owner: QObject, *, whole: bool = True) -> list[Key]:
    """The keys of an object, with those of its parts (``whole``); the same act under several keys stands once."""
    option = Qt.FindChildOption.FindChildrenRecursively if whole else Qt.FindChildOption.FindDirectChildrenOnly
    found: dict[str, list[str]] = {}
    for shortcut in owner.findChildren(QShortcut, options=option):
        if shortcut.isEnabled() and shortcut.whatsThis():
            keys = found.setdefault(shortcut.whatsThis(), [])
            if named(shortcut.key()) not in keys:
                keys.append(named(shortcut.key()))
    return [Key("  ".join(keys), said) for said, keys in found.items()]


class KeysDialog(Dialog):
    """The page's keys at the left, those that work everywhere at the right."""

    def __init__(self, parent: QWidget, t: Texts, groups: Sequence[tuple[str, Sequence[Key]]]) -> None:
        super().__init__(parent, t("Keyboard shortcuts"), 860)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(32)
        self.shown: list[Key] = []
        for title, keys in groups:
            if keys:
                line.addLayout(self._group(title, keys), 1)
        area = QScrollArea()
        area.setAccessibleName(t("Keyboard shortcuts"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        rows = max((len(keys) for _, keys in groups), default=0)
        area.setFixedHeight(min(_HIGHEST, (rows + 1) * _ROW + 8))
        self.body.addWidget(area)
        self.body.addWidget(
            Label(t("Letters work while no text is being typed; ↑ ↓ move in a list, Enter opens."), "small", "muted")
        )
        self.add_way_out(t("Close"))

    def _group(self, title: str, keys: Sequence[Key]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(Label(title, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, key in enumerate(keys):
            caps = QHBoxLayout()
            caps.setSpacing(4)
            for one in key.keys.split("  "):
                caps.addWidget(KeyHint(one))
            caps.addStretch(1)
            grid.addLayout(caps, row, 0)
            grid.addWidget(Label(key.said, "body", wrap=True), row, 1)
            self.shown.append(key)
        column.addLayout(grid)
        column.addStretch(1)
        return column
