"""The board's head: on air, since when, what is on screen, and the two acts of a live."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from core.live.views import SessionView
from desktop.pages.live.presenter import LivePresenter
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import Label
from desktop.widgets.pill import StatusPill

_GAP: Final = 14  # px


class LiveHead(QWidget):
    """``new_invoice``, ``end``, ``on_screen``, ``code``, ``big`` and ``obs`` are its buttons."""

    def __init__(self, presenter: LivePresenter) -> None:
        super().__init__()
        self._presenter = presenter
        t = presenter.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(_GAP)
        self.pill = StatusPill(t("ON AIR"), "dot", "danger")
        self.elapsed = Label("", "title")
        self.on_screen = Button("", "quiet", icon="package", key="E", shrinks=True)
        self.on_screen.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.code = IconButton("qr-code", t("QR code of the product on screen"))
        self.code.setToolTip(f"{self.code.accessibleName()} (Q)")
        self.obs = IconButton("monitor", t("Show in OBS"))
        self.obs.setToolTip(f"{self.obs.accessibleName()} (O)")
        self.big = IconButton("tv", t("Big screen, readable at two metres"))
        self.big.setToolTip(f"{self.big.accessibleName()} (G)")
        self.end = Button(t("End the live"), icon="circle-stop", live=True, shrinks=True)
        self.new_invoice = Button(t("New invoice"), "primary", key="N", live=True)
        for widget in (self.pill, self.elapsed, self.on_screen, self.code, self.big, self.obs):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.end)
        line.addWidget(self.new_invoice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """What is on screen gives up its words before the button that ends the live does."""
        others = (self.pill, self.elapsed, self.code, self.big, self.obs, self.end, self.new_invoice)
        room = self.width() - sum(each.sizeHint().width() + _GAP for each in others)
        self.on_screen.setMaximumWidth(max(self.on_screen.minimumSizeHint().width(), room))

    def show_session(self, session: SessionView, now: int) -> None:
        t = self._presenter.t
        if session.on_screen:
            _, sku, title = session.on_screen
            text = t("On screen: {sku} · {title}", sku=sku, title=title)
        else:
            text = t("Put a product on screen")
        if text != self.on_screen.text():
            self.on_screen.setText(text)
            self.on_screen.updateGeometry()
        self.tick(session, now)

    def tick(self, session: SessionView, now: int) -> None:
        """The time on air, every second."""
        if self.elapsed.text() != (text := self._presenter.elapsed(session, now)):
            self.elapsed.say(text)
            self._make_room()
