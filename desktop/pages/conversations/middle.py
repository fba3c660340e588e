"""The open conversation: whom it is with, why the bot hands over, what was said, where to answer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.pages.conversations.composer import Composer
from desktop.pages.conversations.inbox import draw_avatar
from desktop.pages.conversations.presenter import Badge, BannerText, ConversationPresenter, ConversationSource, HeadText
from desktop.pages.conversations.thread import ThreadView
from desktop.widgets.buttons import ENTER, Button, IconButton
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.pill import StatusPill

HEAD: Final = 66


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


class HandOver(QFrame):
    """The bot hands over: why, in a sentence, and the one button."""

    def __init__(self, presenter: ConversationPresenter) -> None:
        super().__init__()
        self.setProperty("kind", "banner")
        self.setProperty("role", "waiting")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 14, 12)
        line.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = Label("", "body-bold", "waiting")
        self.sentence = Label("", "body", wrap=True)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        line.addLayout(words, 1)
        self.take_over = Button(presenter.t("Take over"), "primary", key=ENTER)
        line.addWidget(self.take_over, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def show_banner(self, banner: BannerText | None) -> None:
        if banner is not None:
            self.title.say(banner.title)
            self.sentence.say(banner.sentence)
            self.setAccessibleName(f"{banner.title} {banner.sentence}")
        self.setVisible(banner is not None)


class Middle(QWidget):
    """Head, banner, thread and composer, from top to bottom."""

    def __init__(self, presenter: ConversationPresenter, source: ConversationSource, bridge: Bridge) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = ConversationHead(presenter)
        self.banner = HandOver(presenter)
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

    def show_banner(self, banner: BannerText | None) -> None:
        self.banner.show_banner(banner)
        self._strip.setVisible(banner is not None)
