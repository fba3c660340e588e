"""The second step: a first sale on the real board, with a buyer's phone beside it."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.bridge import Branch
from desktop.context import Context
from desktop.pages.conversations.writing import formatted
from desktop.pages.page import Mount, Page
from desktop.pages.welcome.parts import Said, Sheet, StepView
from desktop.pages.welcome.presenter import Bubble, WelcomePresenter, WelcomeSource
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label

_PHONE = 320


class PracticeStep(StepView):
    """``act`` goes from writing to paying to the next step."""

    def __init__(self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter) -> None:
        super().__init__(mount, source, presenter)
        t = self.t
        self.board: Page | None = None
        self._branch: Branch | None = None
        self.stage = "idle"  # idle, opening, write, pay, paid, failed
        self._began = 0.0
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        self._place = QVBoxLayout()
        self._waiting = Label(t("A shop for practice is being opened…"), "body", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place.addWidget(self._waiting, 1)
        line.addLayout(self._place, 1)
        phone = Sheet()
        phone.setFixedWidth(_PHONE)
        phone.column.addWidget(Label(t("Awa’s phone"), "heading"))
        self._thread = QVBoxLayout()
        self._thread.setSpacing(8)
        self._thread.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._thread)
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(t("Messages"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _, highest: bar.setValue(highest))
        phone.column.addWidget(self._scroll, 1)
        self.write = TextField(t("Awa writes"), close=True)
        self.write.edit.returnPressed.connect(self.act)
        phone.column.addWidget(self.write)
        self.said = Said()
        phone.column.addWidget(self.said)
        line.addWidget(phone)

    def enter(self) -> None:
        self._set("opening")
        self.said.say("")
        self.mount.bridge.run(
            lambda: (self.source.begin_practice(), self.source.claimed()),
            owner=self,
            done=lambda made: self._opened(*made),
            failed=self._failed,
            name="open practice",
        )

    def leave(self) -> None:
        if self.board is not None:
            self._place.removeWidget(self.board)
            self.board.deleteLater()
            self.board = None
        if self._branch is not None:
            self._branch.leave()
            self._branch = None
        self._waiting.show()
        self._show_thread(())
        if self.stage != "idle":
            self.stage = "idle"
            self.mount.bridge.run(self.source.end_practice, name="end practice")

    def verb(self) -> str:
        t = self.t
        return {
            "opening": t("One moment…"),
            "write": t("Send the message"),
            "busy": t("One moment…"),
            "pay": t("Pay as Awa"),
            "failed": t("Begin again"),
        }.get(self.stage, "")

    def act(self) -> None:
        if self.stage == "failed":
            self.leave()
            self.enter()
        elif self.stage == "write" and self.write.text:
            text = self.write.text
            self._began = time.monotonic()
            self._ask(lambda: self.source.say(text))
        elif self.stage == "pay":
            self._ask(self.source.pay, paid=True)

    def _set(self, stage: str) -> None:
        self.stage = stage
        self.write.setEnabled(stage == "write")
        self.ready.emit()

    def _opened(self, context: Context, code: str) -> None:
        from desktop.pages.live.page import LivePage

        mount = self.mount
        if self.stage != "opening":  # left meanwhile
            mount.bridge.run(self.source.end_practice, name="end practice")
            return
        # Not among the changes of the real shop: nobody is told of money that nobody has paid.
        bridge = self._branch = Branch(mount.bridge)
        context.subscribe(bridge.post)
        board = LivePage(Mount(context, bridge, mount.t, mount.ticker, mount.sounds, mount.preferences))
        board.head.hide()
        self.board = board
        self._waiting.hide()
        self._place.addWidget(board, 1)
        self.write.edit.setText(self.t("I take {code}", code=code))
        self._set("write")
        self.write.edit.setFocus()

    def _ask(self, work: object, *, paid: bool = False) -> None:
        assert callable(work)
        self._set("busy")
        self.mount.bridge.run(
            work,
            owner=self,
            done=lambda bubbles: self._answered(bubbles, paid),
            failed=self._failed,
            name="practice",
        )

    def _answered(self, bubbles: tuple[Bubble, ...], paid: bool) -> None:
        t = self.t
        self._show_thread(bubbles)
        if paid:
            seconds = round(time.monotonic() - self._began)
            self.said.say(t("Sold and paid in {n} s. On the board it stands as paid.", n=max(1, seconds)), ok=True)
            self._set("paid")
        elif bubbles and bubbles[-1].buttons:
            self.said.say(t("The piece is held for Awa: see the board. Now she pays."), ok=True)
            self._set("pay")
        else:
            self._set("write")
            self.write.edit.setFocus()

    def _failed(self, error: Exception) -> bool:
        self.said.say(self.presenter.why(error), ok=False)
        self._set("failed")
        return self.presenter.known(error)

    def _show_thread(self, bubbles: tuple[Bubble, ...]) -> None:
        while self._thread.count() > 1:
            item = self._thread.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for place, bubble in enumerate(
            bubble for bubble in bubbles if bubble.text
        ):  # a button that was pressed has none
            self._thread.insertWidget(place, _bubble(bubble))


def _bubble(bubble: Bubble) -> QWidget:
    box = QFrame()
    box.setProperty("kind", "banner")
    box.setProperty("role", "paid" if bubble.mine else "info")
    column = QVBoxLayout(box)
    column.setContentsMargins(10, 8, 10, 8)
    column.setSpacing(6)
    column.addWidget(Label(formatted(bubble.text).text, "small", wrap=True))
    if bubble.buttons:
        column.addWidget(Label("  ·  ".join(bubble.buttons), "small-bold", "info", wrap=True))
    return box
