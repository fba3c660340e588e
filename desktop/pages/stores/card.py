"""One store on the page of all stores."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.stores import presenter
from desktop.stores.button import draw_tile
from desktop.stores.desk import StoreState
from desktop.stores.keeping import Facts
from desktop.texts import Texts
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.picture import draw_picture, pixmap_of
from desktop.widgets.pill import StatusPill

_MARK = 44


class Mark(QWidget):
    """The store's logo, else its letter on its colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_MARK, _MARK)
        self._name, self._colour = "", "gold"
        self._logo: QPixmap | None = None

    def show_store(self, state: StoreState, facts: Facts | None) -> None:
        self._name, self._colour = state.name, state.colour
        self._logo = pixmap_of(facts.logo, 2) if facts and facts.logo else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._logo is None:
            draw_tile(painter, 0, 0, _MARK, self._name, self._colour)
        else:
            draw_picture(painter, QRectF(self.rect()), self._logo, 8, "image", 20)


class StoreCard(QFrame):
    """``asked`` with a verb (``go``, ``open``, ``close``, ``move``, ``export``, ``archive``, ``take_back``,
    ``delete``)."""

    asked = Signal(str)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self.state: StoreState | None = None
        self.setProperty("kind", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(SCALE.card, 14, SCALE.card, 10)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(12)
        self.mark = Mark()
        self.name, self.where = ElidedLabel("", "lead-bold"), ElidedLabel("", "small", "muted")
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.name)
        names.addWidget(self.where)
        self.pill = StatusPill("")
        head.addWidget(self.mark)
        head.addLayout(names, 1)
        head.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(18)
        self._figures.setVerticalSpacing(0)
        self.figures: list[tuple[Label, Label]] = []
        for place in range(3):
            pair = Label("", "lead-bold"), ElidedLabel("", "small", "muted")
            self._figures.addWidget(pair[0], 0, place)
            self._figures.addWidget(pair[1], 1, place)
            self._figures.setColumnStretch(place, 1)
            self.figures.append(pair)
        column.addLayout(self._figures)
        self.sentence = Label("", "body", wrap=True)
        column.addWidget(self.sentence)
        column.addStretch(1)
        self.kept = ElidedLabel("", "small", "muted")
        column.addWidget(self.kept)
        column.addLayout(self._verbs())

    def _verbs(self) -> QHBoxLayout:
        t = self._t
        line = QHBoxLayout()
        line.setSpacing(8)
        self.buttons: dict[str, Button] = {
            "go": Button(t("Go there"), "secondary"),
            "open": Button(t.of("store", "Open it"), "secondary"),
            "take_back": Button(t("Take it back"), "secondary"),
            "close": Button(t("Close"), "secondary"),
            "move": Button(t("Move…"), "secondary"),
            "export": IconButton("download", t("Export…")),
            "archive": IconButton("archive", t("Archive")),
            "delete": IconButton("trash-2", t("Delete for ever…")),
        }
        for verb, button in self.buttons.items():
            button.clicked.connect(partial(self.asked.emit, verb))
            if verb == "export":
                line.addStretch(1)
            line.addWidget(button)
        return line

    def show_store(self, state: StoreState, facts: Facts | None, now: int, others_open: bool) -> None:
        t = self._t
        self.state = state
        self.setAccessibleName(state.name)
        self.mark.show_store(state, facts)
        self.name.say(state.name)
        self.where.say(presenter.where(state))
        self.pill.show_state(*presenter.pill(state, t))
        shown = presenter.figures(facts.day if facts else None, state, t)
        for (value, what), pair in zip((*shown, *((("", ""),) * (3 - len(shown)))), self.figures, strict=True):
            pair[0].say(value)
            pair[1].say(what)
            for label in pair:
                label.setVisible(bool(shown))
        said, role = presenter.sentence(state, facts, t)
        self.sentence.say(said)
        self.sentence.set_role(role)
        self.kept.say(presenter.kept(facts, now, t))
        can = presenter.verbs(state, facts, others_open)
        for verb, button in self.buttons.items():
            button.setVisible(getattr(can, verb))
            if isinstance(button, IconButton):
                button.setAccessibleName(f"{button.toolTip()} – {state.name}")
            else:
                button.setAccessibleName(f"{button.text()} – {state.name}")
