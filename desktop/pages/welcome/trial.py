"""The test payment: opened, paid by the seller, seen to arrive, then given back or kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.bridge import Control, Task
from desktop.pages.page import Mount
from desktop.pages.welcome.parts import Said
from desktop.pages.welcome.presenter import Offer, Seen, Tryout, WelcomePresenter, WelcomeSource
from desktop.widgets.buttons import Button
from desktop.widgets.copyline import CopyLine
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label
from desktop.widgets.qrcode import draw_code

LOOK_MS: Final = 2000
_SIDE: Final = 148


class ScanCode(QWidget):
    """A code for the seller's own phone."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.text = ""
        self.setFixedSize(QSize(_SIDE, _SIDE))
        self.setAccessibleName(name)
        self.hide()

    def show_text(self, text: str) -> None:
        self.text = text
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.text:
            draw_code(QPainter(self), QRectF(self.rect()), self.text)


class TrialPanel(QWidget):
    """``typed`` tells what stands in the provider's fields when the payment is opened. ``moved``: it has news."""

    moved = Signal()

    def __init__(
        self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter, typed: Callable[[], dict[str, str]]
    ) -> None:
        super().__init__()
        t = self.t = mount.t
        self.mount, self.source, self.presenter, self._typed = mount, source, presenter, typed
        self.offer: Offer | None = None
        self.tryout: Tryout | None = None
        self.stage = "idle"  # idle, opening, waiting, paid, short, failed, cancelled, expired, returned, kept
        self._task: Task[Seen] | None = None
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(t("Pay yourself once"), "small-bold"))
        self.about = Label("", "small", "muted", wrap=True)
        column.addWidget(self.about)
        self.phone = TextField(t("Your own mobile number"), close=True)
        self.phone.edit.returnPressed.connect(self.begin)
        column.addWidget(self.phone)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        self.code = ScanCode(t("Code to scan"))
        middle.addWidget(self.code)
        side = QVBoxLayout()
        side.setSpacing(8)
        self.said = Said()
        self.link = CopyLine(t, t("Test payment"))
        side.addWidget(self.said)
        side.addWidget(self.link)
        side.addLayout(self._buttons())
        middle.addLayout(side, 1)
        column.addLayout(middle)
        self._eye = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._eye.timeout.connect(self.look)
        self._show()

    def _buttons(self) -> QHBoxLayout:
        t = self.t
        line = QHBoxLayout()
        line.setSpacing(10)
        self.start = Button("", icon="wallet")
        self.start.clicked.connect(self.begin)
        self.browser = Button(t("Open in the browser"), icon="external-link")
        self.browser.clicked.connect(self._browse)
        self.arrived = Button(t("The money has arrived"), icon="check")
        self.arrived.clicked.connect(self._saw)
        self.stop = Button(t("Call off"), "quiet")
        self.stop.clicked.connect(self.call_off)
        self.back = Button(t("Give it back to me"), icon="undo-2")
        self.back.clicked.connect(self.give_back)
        self.keep = Button(t("Keep it"), "quiet")
        self.keep.clicked.connect(self._keep)
        for button in (self.start, self.browser, self.arrived, self.back, self.keep, self.stop):
            line.addWidget(button)
        line.addStretch(1)
        return line

    # -- coming and going

    def show_offer(self, offer: Offer | None) -> None:
        """Another provider begins anew; the same one goes on where it is."""
        if offer is None or self.offer is None or offer.name != self.offer.name:
            self.leave()
            self.tryout, self.stage = None, "idle"
            self.said.say("")
        self.offer = offer
        self._show()
        if self.stage == "waiting":
            self._eye.start()
        elif offer is not None and offer.tried and self.stage == "idle":
            source, name = self.source, offer.name
            self.mount.bridge.run(
                lambda: source.trial_left(name), owner=self, done=partial(self._left, name), name="test payment left"
            )

    def _left(self, name: str, tryout: Tryout | None) -> None:
        """One was opened before LivePay was closed: it goes on, or its end is told."""
        if tryout is not None and self.stage == "idle" and self.offer is not None and self.offer.name == name:
            self._opened(tryout)
            if not tryout.by_seller:
                self._eye.stop()
                self.look()

    def leave(self) -> None:
        """Out of sight: nobody is asked any more until it is seen again. The payment itself stays open."""
        self._eye.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # -- acting

    def begin(self) -> None:
        offer = self.offer
        if offer is None or self.stage in ("opening", "waiting"):
            return
        self.leave()  # nothing is asked of the one before any more
        typed, phone = self._typed(), self.phone.text
        self.stage = "opening"
        self.said.say(self.t("{provider} is being asked…", provider=offer.label))
        self._show()
        self.mount.bridge.run_long(
            lambda control: self.source.begin_trial(offer.name, typed, phone, control),
            owner=self,
            done=partial(self._opened_at, offer.name),
            failed=self._failed,
            name="test payment",
        )

    def _opened_at(self, name: str, tryout: Tryout | None) -> None:
        """One of a provider that is no longer shown is found again when that is chosen."""
        if self.offer is not None and self.offer.name == name:
            self._opened(tryout)

    def _opened(self, tryout: Tryout | None) -> None:
        if tryout is None:  # the window goes
            return
        self.tryout, self.stage = tryout, "waiting"
        self.said.say(self.presenter.waiting(tryout))
        self._show()
        self.moved.emit()
        if not tryout.by_seller:
            self._eye.start()

    def look(self) -> None:
        if self._task is None:  # what is being asked already ends in a next look, if there is to be one
            self._ask(self.source.look_at_trial, "look at test payment")

    def call_off(self) -> None:
        self._eye.stop()
        self.said.say(self.t("One moment…"))
        self._ask(self.source.call_off_trial, "call off test payment")

    def give_back(self) -> None:
        self.back.setEnabled(False)
        self.said.say(self.t("One moment…"))
        self._ask(self.source.give_back_trial, "give back test payment")

    def _ask(self, question: Callable[[Control], Seen | None], name: str) -> None:
        self._asked += 1
        number = self._asked
        self._task = self.mount.bridge.run_long(
            lambda control: question(control) or Seen("waiting", None),
            owner=self,
            done=lambda seen: self._seen(seen) if number == self._asked else None,  # what is asked since counts alone
            failed=lambda error: number != self._asked or self._failed(error),
            name=name,
        )

    def _seen(self, seen: Seen) -> None:
        self._task = None
        tryout = self.tryout
        if tryout is None:
            return
        if seen.stage == "waiting":
            if seen.said is not None:  # the provider could not be asked just now
                self.said.say(self.presenter.finding(seen.said), ok=False)
            elif self.stage == "waiting":
                self.said.say(self.presenter.waiting(tryout))
            self._eye.start()
            return
        self.stage = seen.stage
        if seen.said is not None:
            self.said.say(self.presenter.finding(seen.said), seen.said.ok)
        self._show()
        self.moved.emit()

    def _saw(self) -> None:
        self.stage = "kept"
        self.said.say(self.t("Your code works: buyers who scan it pay you."), ok=True)
        self._show()
        self._put_away()

    def _keep(self) -> None:
        self.stage = "kept"
        self.said.say(self.t("The money stays on your account. Nothing of it stands in your books."), ok=True)
        self._show()
        self._put_away()

    def _put_away(self) -> None:
        self.mount.bridge.run_long(
            lambda control: self.source.keep_trial(control),
            owner=self,
            done=lambda nothing: None,
            name="keep test payment",
        )

    def _browse(self) -> None:
        if self.tryout is not None:
            QDesktopServices.openUrl(QUrl(self.tryout.link))

    def _failed(self, error: Exception) -> bool:
        self._task = None
        self.stage = "idle" if self.tryout is None else self.stage
        if self.stage == "opening":
            self.stage = "idle"
        self.said.say(self.presenter.why(error), ok=False)
        self._show()
        return self.presenter.known(error)

    # -- showing

    def _show(self) -> None:
        offer, tryout, stage = self.offer, self.tryout, self.stage
        if offer is None:
            return
        waiting = stage == "waiting" and tryout is not None
        self.about.say(self.presenter.trial(offer))
        self.about.setVisible(stage == "idle")
        again = stage in ("failed", "cancelled", "expired", "returned", "kept", "short")
        self.phone.setVisible(offer.asks_phone and (stage in ("idle", "opening") or again))
        self.start.setText(self.presenter.open_trial(again))
        self.start.setVisible(stage == "idle" or again)
        self.browser.setVisible(waiting and bool(tryout and tryout.link))
        self.link.setVisible(waiting and bool(tryout and tryout.link))
        self.link.say(tryout.link if tryout else "")
        self.code.show_text((tryout.code or tryout.link) if waiting and tryout else "")
        self.arrived.setVisible(waiting and bool(tryout and tryout.by_seller))
        self.stop.setVisible(waiting)
        self.back.setVisible(stage == "paid" and bool(tryout and tryout.gives_back))
        self.back.setEnabled(True)
        self.keep.setVisible(stage == "paid")
