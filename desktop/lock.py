"""The window locks when nobody uses it: what it shows is covered until somebody with an account says who they are.

Without accounts there is nobody to ask, and the window never locks. Who unlocks acts: core refuses what their role may
not do, and the journal names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QVBoxLayout, QWidget

from core.kernel.clock import MINUTE
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Change
from desktop.pages.page import Mount
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label

WIDTH: Final = 380
_USED: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


@dataclass(frozen=True, slots=True)
class LockRule:
    """After how many idle minutes the window locks (0: never), and who can unlock it."""

    minutes: int
    people: tuple[str, ...]


class LockSource(Protocol):
    """May block: called off the window's thread."""

    def rule(self) -> LockRule: ...

    def unlock(self, email: str, password: str, code: str) -> None:
        """From now on the window acts as this account. Raises Forbidden."""
        ...


class LockScreen(QFrame):
    """Covers the window. ``tried`` with address, password and code."""

    tried = Signal(str, str, str)

    def __init__(self, parent: QWidget, mount: Mount) -> None:
        super().__init__(parent)
        t = mount.t
        self.setProperty("kind", "window")
        self.setAutoFillBackground(True)
        self.setAccessibleName(t("LivePay is locked"))
        column = QVBoxLayout(self)
        column.addStretch(1)
        card = QFrame()
        card.setProperty("kind", "card")
        card.setFixedWidth(WIDTH)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 22, 24, 22)
        inside.setSpacing(8)
        inside.addWidget(Label(t("LivePay is locked"), "title"))
        inside.addWidget(Label(t("The live goes on. Say who you are to see it."), "body", "muted", wrap=True))
        inside.addSpacing(8)
        self.who = QComboBox()
        inside.addWidget(Field(t("Who"), self.who, close=True))
        self.password = TextField(t("Password"), secret=True)
        self.code = TextField(t("Code of your authenticator app"), t("Only if you have set one up."))
        inside.addWidget(self.password)
        inside.addWidget(self.code)
        self.open_button = Button(t("Unlock"), "primary")
        self.open_button.clicked.connect(self._try)
        inside.addWidget(self.open_button)
        for field in (self.password, self.code):
            field.edit.returnPressed.connect(self._try)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.hide()

    def _try(self) -> None:
        self.open_button.setEnabled(False)
        self.tried.emit(self.who.currentText(), self.password.text, self.code.text)

    def cover(self, people: Sequence[str]) -> None:
        """Ask again, whatever was typed before."""
        chosen = self.who.currentText()
        self.who.clear()
        self.who.addItems(list(people))
        self.who.setCurrentText(chosen)
        self.say_wrong("")
        parent = self.parentWidget()
        if parent:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.password.edit.setFocus()

    def say_wrong(self, sentence: str) -> None:
        """Why it stays locked; nothing that was typed stays."""
        self.password.edit.clear()
        self.code.edit.clear()
        self.password.set_error(sentence)
        self.open_button.setEnabled(True)
        self.password.edit.setFocus()


class IdleLock(QObject):
    """Watches whether the window is used, by the events of its windows only: those of every widget are too many."""

    def __init__(self, window: QWidget, covered: QWidget, mount: Mount) -> None:
        super().__init__(window)
        self._mount, self._covered = mount, covered
        self._source = mount.context.lock
        self._rule = LockRule(0, ())
        self._used_at = mount.context.clock.now()
        self._asked = False
        self._hidden: list[QDialog] = []
        self._watched: list[QWindow] = []
        self.screen = LockScreen(window, mount)
        self.screen.tried.connect(self._unlock)
        window.installEventFilter(self)
        QGuiApplication.instance().focusWindowChanged.connect(self._watch)  # type: ignore[union-attr]
        self._watch(window.windowHandle())
        mount.ticker.second.connect(self._second)
        mount.bridge.changed.connect(self._changed)
        self._read()

    @property
    def locked(self) -> bool:
        return not self.screen.isHidden()

    @property
    def can_lock(self) -> bool:
        return bool(self._rule.people)

    def lock(self) -> None:
        """Cover the window now, and its dialogs with it; what is typed in them stays."""
        if self.locked or not self.can_lock:
            return
        window = self.screen.window()
        self._hidden = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        for dialog in self._hidden:
            dialog.hide()
        self._covered.setEnabled(False)
        self.screen.cover(self._rule.people)

    def _unlock(self, email: str, password: str, code: str) -> None:
        self._mount.bridge.run(
            lambda: self._source.unlock(email, password, code),
            owner=self,
            done=lambda _: self._unlocked(),
            failed=self._refused,
            name="unlock",
        )

    def _unlocked(self) -> None:
        self._used_at = self._mount.context.clock.now()
        self.screen.say_wrong("")
        self.screen.hide()
        self._covered.setEnabled(True)
        for dialog in self._hidden:
            dialog.open()
        self._hidden = []

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            self.screen.say_wrong(self._mount.t("Something went wrong in LivePay. Try again."))
            return False
        self.screen.say_wrong(explain(error, self._mount.t.language))
        return True

    def _read(self) -> None:
        self._mount.bridge.run(self._source.rule, owner=self, done=self._know, name="read lock")

    def _know(self, rule: LockRule) -> None:
        self._rule = rule
        if rule.minutes and not self._asked:  # a window that locks when idle also starts locked
            self.lock()
        self._asked = True

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area in ("settings", "accounts") for change in changes):
            self._read()

    def _second(self, now: int) -> None:
        if self._rule.minutes and now - self._used_at >= self._rule.minutes * MINUTE:
            self.lock()

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window not in self._watched:
            self._watched.append(window)
            window.destroyed.connect(lambda *_: self._watched.remove(window))
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _USED:
            self._used_at = self._mount.context.clock.now()
        elif event.type() == QEvent.Type.Resize and watched is self.screen.parent():
            self.screen.setGeometry(self.screen.window().rect())
        return False
