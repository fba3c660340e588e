"""The customer's card at the right: a score that explains itself, the order, the history, the seller's notes."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.customers.service import NOTES
from desktop.pages.conversations.cards import CardText, OrderText
from desktop.pages.conversations.identity import IdentityPart
from desktop.pages.conversations.presenter import Badge
from desktop.pages.conversations.privacy import PersonalData
from desktop.texts import Texts
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import ElidedLabel, IconLabel, Label, Rule
from desktop.widgets.late import LateArea
from desktop.widgets.pill import StatusPill
from desktop.widgets.stars import Stars

WIDTH: Final = 286
BROAD: Final = 340  # px, where the page has room for it
SAVE_MS: Final = 1200
TAGS: Final = 7


class NotesEdit(QPlainTextEdit):
    """Notes that keep themselves: ``changed`` a moment after the last key, and when the field is left."""

    changed = Signal(str)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._kept = ""
        self.setProperty("kind", "notes")
        self.setTabChangesFocus(True)
        self.setPlaceholderText(t("Address, size, what was agreed… Only you see this."))
        self.setAccessibleName(t("Notes"))
        self._pause = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._pause.timeout.connect(self.save)
        self.textChanged.connect(self._typed)

    @property
    def unsaved(self) -> bool:
        return self.toPlainText().strip() != self._kept.strip()

    def show_notes(self, text: str, *, other: bool) -> None:
        """What is kept now. What is being typed stays, unless it is ``other``: somebody else's card."""
        if other or not (self.hasFocus() or self.unsaved):
            self._pause.stop()
            self._kept = text
            if text != self.toPlainText():
                self.setPlainText(text)
            self._pause.stop()
        elif text.strip() == self.toPlainText().strip():
            self._kept = text

    def save(self) -> None:
        """Hand over what was typed, if it is not kept yet."""
        self._pause.stop()
        if self.unsaved:
            self._kept = self.toPlainText()
            self.changed.emit(self._kept)

    def lost(self) -> None:
        """Keeping failed: it counts as not kept."""
        self._kept = "\0"

    def _typed(self) -> None:
        if len(self.toPlainText()) > NOTES:
            cursor = self.textCursor()
            place = min(cursor.position(), NOTES)
            self.setPlainText(self.toPlainText()[:NOTES])
            cursor.setPosition(place)
            self.setTextCursor(cursor)
        if self.unsaved:
            self._pause.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if shiboken6.isValid(self):  # Qt takes the focus away while it destroys the window
            self.save()


class _Sums(QWidget):
    """Labels with their figures, one pair a line."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._lines: list[tuple[QWidget, ElidedLabel, Label]] = []

    def show_sums(self, sums: tuple[tuple[str, str], ...]) -> None:
        while len(self._lines) < len(sums):
            self._lines.append(self._line())
        for number, (row, label, figure) in enumerate(self._lines):
            row.setVisible(number < len(sums))
            if number < len(sums):
                label.say(sums[number][0])
                figure.say(sums[number][1])
                row.setAccessibleName(f"{sums[number][0]} {sums[number][1]}")

    def _line(self) -> tuple[QWidget, ElidedLabel, Label]:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        label, figure = ElidedLabel("", "small", "muted"), Label("", "small-bold")
        line.addWidget(label, 1)
        line.addWidget(figure)
        self._column.addWidget(row)
        return row, label, figure


class _Order(QWidget):
    """One order: what and how much, its reference, its state."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        upper = QHBoxLayout()
        upper.setSpacing(8)
        self._what = ElidedLabel("", "body-bold")
        self._amount = Label("", "body-bold")
        upper.addWidget(self._what, 1)
        upper.addWidget(self._amount)
        column.addLayout(upper)
        self._reference = ElidedLabel("", "small", "muted")
        column.addWidget(self._reference)
        self._pill = StatusPill("")
        column.addSpacing(3)
        column.addWidget(self._pill)

    def show_order(self, order: OrderText) -> None:
        self._what.say(order.what)
        self._amount.say(order.amount)
        self._reference.say(order.reference)
        self.show_badge(order.badge)
        self.setAccessibleName(f"{order.what}, {order.amount}, {order.badge.text}, {order.reference}")

    def show_badge(self, badge: Badge) -> None:
        self._pill.show_state(badge.text, badge.icon, badge.role)


class _Older(QWidget):
    """An earlier order on one line."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._icon = IconLabel("check", "muted", 13)
        self._what = ElidedLabel("", "small", "muted")
        self._when = Label("", "small", "muted")
        line.addWidget(self._icon)
        line.addWidget(self._what, 1)
        line.addWidget(self._when)

    def show_order(self, order: OrderText) -> None:
        self._icon.show_icon(order.badge.icon or "minus", order.badge.role)
        self._what.say(f"{order.what} · {order.amount}")
        self._when.say(order.day)
        self.setAccessibleName(f"{order.what}, {order.amount}, {order.badge.text}, {order.reference}")
        self.setToolTip(order.reference)


class CustomerPane(QFrame):
    """``noted`` with the customer's id and the new notes; ``closed`` when a folded card is to go away."""

    noted = Signal(int, str)
    closed = Signal()

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self._customer: int | None = None
        self.setProperty("kind", "pane")
        self.setProperty("side", "right")
        self.setFixedWidth(WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = LateArea()
        self._column = QVBoxLayout(scroll.inside)
        self._column.setContentsMargins(18, 16, 18, 18)
        self._column.setSpacing(6)
        outer.addWidget(scroll)
        self._fill()
        self.set_folded(False)

    def _fill(self) -> None:
        t, column = self._t, self._column
        head = QHBoxLayout()
        self._name = ElidedLabel("", "heading")
        self._close = IconButton("x", t("Close"))
        self._close.clicked.connect(self.closed)
        head.addWidget(self._name, 1)
        head.addWidget(self._close)
        column.addLayout(head)
        self._about = ElidedLabel("", "small", "muted")
        column.addWidget(self._about)
        column.addSpacing(4)
        score = QHBoxLayout()
        score.setSpacing(12)
        self._score = Label("", "figure")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Label(t("Trust score"), "small-bold"))
        self._tier = ElidedLabel("", "small", "muted")
        words.addWidget(self._tier)
        self._stars = Stars()
        words.addWidget(self._stars)
        words.addStretch(1)
        score.addWidget(self._score)
        score.addLayout(words, 1)
        column.addLayout(score)
        self._sum = _Sums()
        column.addWidget(self._sum)
        self._advice = Label("", "small", "muted", wrap=True)
        column.addWidget(self._advice)
        self._tags = [StatusPill("") for _ in range(TAGS)]
        for tag in self._tags:
            column.addWidget(tag)
        self.identity = IdentityPart(t)
        column.addSpacing(4)
        column.addWidget(self.identity)
        self._order = _Order()
        self._older = [_Older() for _ in range(4)]
        self._order_part = self._section(t("Order"), self._order, *self._older)
        self._risk = _Sums()
        self._risk_part = self._section(t("Risk of the order"), self._risk)
        self._history = _Sums()
        self._history_part = self._section(t("History"), self._history)
        self.notes = NotesEdit(t)
        self.notes.setFixedHeight(96)
        self.notes.changed.connect(self._noted)
        self._section(t("Notes"), self.notes)
        self.personal = PersonalData(t)
        self._section(t("Personal data"), self.personal)
        column.addStretch(1)

    def _section(self, title: str, *parts: QWidget) -> QWidget:
        """A part of the card under a hairline."""
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(6)
        column.addWidget(Rule())
        column.addSpacing(6)
        column.addWidget(Label(title, "small-bold"))
        for part in parts:
            column.addWidget(part)
        self._column.addWidget(section)
        return section

    def show_card(self, card: CardText | None) -> None:
        self.setVisible(self.isVisible() and card is not None)
        if card is None:
            self.notes.save()
            self._customer = None
            return
        other = card.customer_id != self._customer
        if other:
            self.notes.save()
        self._customer = card.customer_id
        self._name.say(card.name)
        self.personal.show_customer(card.customer_id, card.name, scored=card.scored)
        self.identity.show_customer(
            card.customer_id, card.name, card.limited, pays_first=card.pays_first, merged=card.merged
        )
        self._about.say(card.about)
        self._score.say(card.score)
        self._score.set_role(card.score_role)
        self._tier.say(card.tier)
        self._stars.show_stars(card.stars, self._t("{n} of 5 stars", n=card.stars))
        self._sum.show_sums(card.lines)
        self._advice.setVisible(bool(card.advice))
        self._advice.say(" ".join(card.advice))
        for number, tag in enumerate(self._tags):
            tag.setVisible(number < len(card.tags))
            if number < len(card.tags):
                shown = card.tags[number]
                tag.show_state(shown.text, shown.icon, shown.role)
        self._order_part.setVisible(card.order is not None)
        if card.order is not None:
            self._order.show_order(card.order)
        for number, older in enumerate(self._older):
            older.setVisible(number < len(card.older))
            if number < len(card.older):
                older.show_order(card.older[number])
        self._risk_part.setVisible(bool(card.risk))
        self._risk.show_sums(card.risk)
        self._history_part.setVisible(bool(card.history))
        self._history.show_sums(card.history)
        self.notes.show_notes(card.notes, other=other)

    def show_badge(self, badge: Badge) -> None:
        """The order's state again: a running hold counts down."""
        self._order.show_badge(badge)

    def set_folded(self, folded: bool) -> None:
        """Over the thread instead of beside it, with a way to close it."""
        self._close.setVisible(folded)

    def _noted(self, text: str) -> None:
        if self._customer is not None:
            self.noted.emit(self._customer, text)
