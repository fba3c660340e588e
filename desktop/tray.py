"""The icon beside the clock: how the shop is, the few things one does without the window, and its return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from core.kernel.look import DARK, Role
from desktop.context import Badges, Status
from desktop.fonts import face
from desktop.icons import draw
from desktop.notifications.centre import Entry
from desktop.texts import Texts

State = Literal["well", "waiting", "trouble"]
SIZE: Final = 64
# A state is its mark's form as much as its colour.
_MARKS: Final[dict[State, tuple[str, Role]]] = {
    "well": ("check", "paid"),
    "waiting": ("hourglass", "waiting"),
    "trouble": ("triangle-alert", "danger"),
}


def state_of(status: Status, badges: Badges) -> State:
    """Trouble is what stops sales or safety; waiting is what waits for a person."""
    if status.storage_failed or status.backup_harmed or any(link.state == "down" for link in status.links):
        return "trouble"
    return "waiting" if status.backup_late or any(number for _, number in badges.counts) else "well"


def picture(state: State) -> QIcon:
    """An L on its ground, and the state's mark in the corner: readable on light and dark bars."""
    image = QPixmap(SIZE, SIZE)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.gold))
    painter.drawRoundedRect(QRectF(0, 0, SIZE, SIZE), 14, 14)
    font = face("title")
    font = type(font)(font)
    font.setPixelSize(44)
    painter.setFont(font)
    painter.setPen(QColor(DARK.gold_ink))
    painter.drawText(QRectF(8, 0, 30, SIZE), int(Qt.AlignmentFlag.AlignCenter), "L")
    mark, role = _MARKS[state]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.background))
    painter.drawEllipse(QRectF(28, 28, 36, 36))
    draw(painter, mark, DARK.ink(role), 34, 34, 24, 3)
    painter.end()
    return QIcon(image)


class Tray(QObject):
    """``opened`` when the window is wanted; ``told`` with the entry whose message was pressed."""

    opened = Signal()
    told = Signal(object)

    def __init__(self, t: Texts, store: str, acts: Sequence[tuple[str, Callable[[], object]]], parent: QWidget) -> None:
        super().__init__(parent)
        self._t, self._store = t, store
        self._last: Entry | None = None
        self._shown = True
        self.state: State | None = None
        self.menu = QMenu(parent)
        for title, act in acts:
            action = QAction(title, self.menu)
            action.triggered.connect(lambda *_, act=act: act())
            self.menu.addAction(action)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._pressed)
        self.icon.messageClicked.connect(lambda: self.told.emit(self._last))
        self.show_state("well")

    @staticmethod
    def available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_state(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        words = {
            "well": self._t("All is well"),
            "waiting": self._t("Something waits for you"),
            "trouble": self._t("Something is wrong"),
        }
        self.icon.setIcon(picture(state))
        self.icon.setToolTip(f"LivePay – {self._store}\n{words[state]}")
        if self.available() and self._shown and not self.icon.isVisible():
            self.icon.show()

    def show_icon(self, shown: bool) -> None:
        self._shown = shown
        self.icon.setVisible(shown and self.available())

    def tell(self, entries: Sequence[Entry]) -> None:
        """One message of the system for what arrived together."""
        self._last = entries[0]
        first = entries[0].told
        more = len(entries) - 1
        detail = first.detail if not more else self._t.plural("and {n} more", "and {n} more", more)
        self.icon.showMessage(first.title, detail, picture(self.state or "well"))

    def close(self) -> None:
        self.icon.hide()

    def _pressed(self, how: QSystemTrayIcon.ActivationReason) -> None:
        reasons = QSystemTrayIcon.ActivationReason
        if how in (reasons.Trigger, reasons.DoubleClick):
            self.opened.emit()
