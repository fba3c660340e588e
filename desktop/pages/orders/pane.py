"""One order at a glance, beside the list: what was ordered, by whom, what happened to it, and its verbs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.live.rows import badge_of
from desktop.pages.orders.presenter import Detail, OrdersPresenter
from desktop.pages.orders.verbs import IN_PANE, KEYS, offered, titles
from desktop.widgets.buttons import Button
from desktop.widgets.copyline import CopyLine
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pairs import Pairs
from desktop.widgets.pill import StatusPill
from desktop.widgets.qrcode import draw_code
from desktop.widgets.sidepane import SidePane

WIDE: Final = 320
NARROW: Final = 260


class OrderPane(SidePane):
    """``asked`` with the name of a verb, ``more`` for the menu of all."""

    asked = Signal(str)

    def __init__(self, words: OrdersPresenter) -> None:
        super().__init__(words.t("Choose an order to see it here."), WIDE)
        self._words = words
        self.offered: tuple[str, ...] = ()
        self._told(self.told)
        self._verbs()
        self.show_order(None)

    def _told(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        self._number = ElidedLabel("", "lead-bold")
        self.pill = StatusPill("")
        head.addWidget(self._number, 1)
        head.addWidget(self.pill)
        column.addLayout(head)
        self._who = ElidedLabel("", "body")
        self._phone = ElidedLabel("", "small", "muted")
        self._standing = ElidedLabel("", "small", "muted")
        self._total = Label("", "title")
        self._received = Label("", "small", "muted", wrap=True)
        self.risk = Label("", "small", "danger", wrap=True)
        self._live = ElidedLabel("", "small", "muted")
        for label in (
            self._who,
            self._phone,
            self._standing,
            self._total,
            self._received,
            self._live,
            self.risk,
        ):
            column.addWidget(label)
        self.lines, self.history = Pairs(), Pairs()
        for part in (self.lines, self.history):
            column.addWidget(Rule())
            column.addWidget(part)
        self.address = Label("", "small", "text", wrap=True)
        self.note = Label("", "small", "muted", wrap=True)
        column.addWidget(self.address)
        column.addWidget(self.note)

    def _verbs(self) -> None:
        t = self._words.t
        column = QVBoxLayout(self.foot)
        column.setContentsMargins(SCALE.card, 8, SCALE.card, SCALE.card)
        column.setSpacing(6)
        self.buttons: dict[str, Button] = {}
        for verb, (title, icon) in titles(t).items():
            button = self.buttons[verb] = Button(title, icon=icon, key=KEYS[verb], shrinks=True)
            button.clicked.connect(lambda checked=False, verb=verb: self.asked.emit(verb))
        self.more = Button(t("More…"), "quiet", icon="chevron-down", key="M", shrinks=True)
        self.more.clicked.connect(lambda: self.asked.emit("more"))
        for button in (*self.buttons.values(), self.more):
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setParent(self.foot)
            button.hide()
            column.addWidget(button)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(NARROW if narrow else WIDE)

    def show_order(self, detail: Detail | None) -> None:
        """Show an order, or that none is chosen."""
        self.show_something(detail is not None)
        if detail is None:
            self.offered = ()
            return
        words, row, t = self._words, detail.row, self._words.t
        text = words.row(row)
        pill = badge_of(words.shown_state(row), words)
        self.setAccessibleName(f"{row.reference}, {text.who}, {text.amount}, {pill.text}")
        self._number.say(row.reference)
        self.pill.show_state(pill.text, pill.icon or "info", pill.role)
        self._who.say(text.who)
        self._phone.say(words.phone(detail))
        self._standing.say(words.standing(detail))
        self._total.say(text.amount)
        self._say(self._received, text.below)
        self._live.say(" · ".join(part for part in (text.live, text.source) if part))
        reasons = words.reasons(detail.board)
        self._say(self.risk, t("Risk: {reasons}", reasons=reasons) if reasons else "")
        self.lines.show_pairs(words.lines(detail))
        self.history.show_pairs(words.history(detail))
        self._say(self.address, t("To deliver to: {address}", address=detail.address) if detail.address else "")
        self._say(self.note, t("Your note: {note}", note=detail.note) if detail.note else "")
        self._offer(offered(detail))

    @staticmethod
    def _say(label: Label, text: str) -> None:
        label.say(text)
        label.setVisible(bool(text))

    def _offer(self, verbs: tuple[str, ...]) -> None:
        """The likeliest verb in gold; those beyond the third in the menu."""
        self.offered = verbs
        for verb, button in self.buttons.items():
            button.setVisible(verb in verbs[:IN_PANE])
            button.set_kind("primary" if verbs[:1] == (verb,) else "secondary")
            button.setToolTip(f"{button.text()} ({KEYS[verb]})")
        self.more.setVisible(len(verbs) > IN_PANE)


class _Code(QWidget):
    def __init__(self, link: str, name: str) -> None:
        super().__init__()
        self._link = link
        self.setAccessibleName(name)
        self.setFixedHeight(260)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_code(QPainter(self), QRectF(self.rect()), self._link)


class LinkDialog(Dialog):
    """The pay link of an order as a code to scan, and to copy."""

    def __init__(self, parent: QWidget, words: OrdersPresenter, detail: Detail) -> None:
        t = words.t
        super().__init__(parent, t("Pay order {reference}", reference=detail.row.reference), 500)
        about = t("{amount}: the customer scans it with their phone and pays.", amount=words.money(detail.row.total))
        self.body.addWidget(Label(about, "body", "muted", wrap=True))
        self.body.addWidget(_Code(detail.link, t("Pay link")))
        self.body.addWidget(CopyLine(t, t("Pay link"), detail.link))
        self.add_way_out(t("Close"))
