"""The open conversation: whom it is with, why the bot hands over, what was said, where to answer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.pages.conversations.canned import CannedPicker
from desktop.pages.conversations.composer import Composer
from desktop.pages.conversations.inbox import draw_avatar
from desktop.pages.conversations.presenter import Badge, BannerText, ConversationPresenter, ConversationSource, HeadText
from desktop.pages.conversations.thread import ThreadView
from desktop.widgets.buttons import ENTER, Button, IconButton
from desktop.widgets.labels import ElidedLabel, Label, restyle
from desktop.widgets.pill import StatusPill

HEAD: Final = 66
_WIDE: Final = 600  # px from which the banner has its buttons beside its words


class Avatar(QWidget):
    """A person's first letter. Decorative: the name stands beside it."""

    def __init__(self, size: int = 40) -> None:
        super().__init__()
        self._initial = ""
        self.setFixedSize(size, size)

    def show_initial(self, initial: str) -> None:
        if initial != self._initial:
            self._initial = initial
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_avatar(painter, QRectF(self.rect()), self._initial)


class ConversationHead(QFrame):
    """Name, number, language, and how long WhatsApp still lets the shop answer."""

    card_wanted = Signal()

    def __init__(self, presenter: ConversationPresenter) -> None:
        super().__init__()
        self.setProperty("kind", "pane")
        self.setProperty("side", "top")
        self.setFixedHeight(HEAD)
        line = QHBoxLayout(self)
        line.setContentsMargins(22, 0, 16, 0)
        line.setSpacing(12)
        self._avatar = Avatar()
        line.addWidget(self._avatar)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.name = ElidedLabel("", "heading")
        self.about = ElidedLabel("", "small", "muted")
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.about)
        words.addStretch(1)
        line.addLayout(words, 1)
        self.window_left = StatusPill("")
        line.addWidget(self.window_left)
        self.card = IconButton("user", presenter.t("Customer"))
        self.card.setCheckable(True)
        self.card.clicked.connect(self.card_wanted)
        line.addWidget(self.card)

    def show_head(self, head: HeadText, window: Badge) -> None:
        self._avatar.show_initial(head.initial)
        self.name.say(head.name)
        self.about.say(head.about)
        self.show_window(window)

    def show_window(self, window: Badge) -> None:
        self.window_left.show_state(window.text, window.icon, window.role)


class WhoSpeaks(QFrame):
    """The bot hands over: why, what about, the gold button; or a person answers: until when, and the way back."""

    def __init__(self, presenter: ConversationPresenter) -> None:
        super().__init__()
        t = presenter.t
        self.setProperty("kind", "banner")
        self.setProperty("role", "waiting")
        self._paused = False
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(16, 12, 14, 12)
        self._line.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = ElidedLabel("", "body-bold", "waiting")
        self.sentence = Label("", "body", wrap=True)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        pills = QHBoxLayout()
        pills.setContentsMargins(0, 4, 0, 0)
        pills.setSpacing(6)
        self._chips = [StatusPill("") for _ in range(5)]
        for chip in self._chips:
            pills.addWidget(chip)
        pills.addStretch(1)
        words.addLayout(pills)
        self._line.addLayout(words, 1)
        self._resolved = t("Resolved")
        self.resolve = Button(self._resolved, "quiet", icon="check")
        self.resolve.setAccessibleName(self._resolved)
        self.resolve.setToolTip(t("Nothing is left to do here, until the customer writes"))
        self.give_back = Button(t("Give back to the bot"))
        self.take_over = Button(t("Take over"), "primary", key=ENTER)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.resolve, self.give_back, self.take_over):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._line.addLayout(buttons)
        self.hide()

    def show_banner(self, banner: BannerText | None) -> None:
        if banner is not None:
            self.title.say(banner.title)
            self.title.set_role(banner.role)
            self.sentence.say(banner.sentence)
            self.sentence.setVisible(bool(banner.sentence))
            said = [banner.title, banner.sentence, *(chip.text for chip in banner.chips)]
            self.setAccessibleName(" ".join(part for part in said if part))
            self._paused = banner.paused
            self.take_over.setVisible(not banner.paused)
            self.give_back.setVisible(banner.paused)
            if self.property("role") != banner.role:
                self.setProperty("role", banner.role)
                restyle(self)
            self.show_chips(banner.chips)
            self._fold()
        self.setVisible(banner is not None)

    def _fold(self) -> None:
        """Where there is little room, the buttons stand beneath a sentence, or shorten beside a short one."""
        narrow = self.width() < _WIDE
        beneath = narrow and not self._paused
        way = QBoxLayout.Direction.TopToBottom if beneath else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != way:
            self._line.setDirection(way)
        self.resolve.setText("" if narrow and self._paused else self._resolved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def show_chips(self, chips: tuple[Badge, ...]) -> None:
        for number, pill in enumerate(self._chips):
            pill.setVisible(number < len(chips))
            if number < len(chips):
                pill.show_state(chips[number].text, chips[number].icon, chips[number].role)


class Middle(QWidget):
    """Head, banner, thread and composer, from top to bottom."""

    def __init__(self, presenter: ConversationPresenter, source: ConversationSource, bridge: Bridge) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = ConversationHead(presenter)
        self.banner = WhoSpeaks(presenter)
        self.messages = ThreadView(presenter.t, source, bridge)
        self.composer = Composer(presenter)
        column.addWidget(self.head)
        strip = QVBoxLayout()
        strip.setContentsMargins(22, 14, 22, 0)
        strip.addWidget(self.banner)
        self._strip = QWidget()
        self._strip.setLayout(strip)
        self._strip.hide()
        column.addWidget(self._strip)
        column.addWidget(self.messages, 1)
        column.addWidget(self.composer)
        self.picker = CannedPicker(presenter.t, self.composer, self)
        self.composer.edit.picker = self.picker
        self.composer.slashed.connect(self._slashed)
        self.picker.chosen.connect(self.composer.take_canned)

    def _slashed(self, typed: str | None) -> None:
        if typed is None:
            self.picker.hide()
        else:
            self.picker.look_for(typed)

    def show_banner(self, banner: BannerText | None) -> None:
        self.banner.show_banner(banner)
        self._strip.setVisible(banner is not None)
