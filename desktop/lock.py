"""The window locks when nobody uses it: what it shows is covered until somebody with an account says who they are.

Without accounts there is nobody to ask, and the window never locks. Who unlocks acts: core refuses what their role may
not do, and the journal names them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import shiboken6
from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QFrame, QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from core.kernel.clock import MINUTE
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Change, Task
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


class LockRule(Struct, frozen=True):
    """After how many idle minutes the window locks (0: never), and who can unlock it.

    ``over``: the account that unlocked it has another password or role since, or was switched off.
    """

    minutes: int
    people: tuple[str, ...]
    over: bool = False


class LockSource(Protocol):
    """May block: called off the window's thread."""

    def rule(self) -> LockRule: ...

    def unlock(self, email: str, password: str, code: str) -> bool:
        """From now on the window acts as this account. → whether it did so before. Raises Forbidden."""
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
        hint = t("Only if you have set one up. A recovery code works too.")
        self.code = TextField(t("Code of your authenticator app"), hint)
        inside.addWidget(self.password)
        inside.addWidget(self.code)
        self.open_button = Button(t("Unlock"), "primary")
        self.open_button.clicked.connect(self._try)
        inside.addWidget(self.open_button)
        for field in (self.password, self.code):
            field.edit.returnPressed.connect(self._try)
        middle = QHBoxLayout()  # not an alignment, which would not ask the card how high it is at this width
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        column.addLayout(middle)
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
    """Watches whether the window is used, by the events of its windows only: those of every widget are too many.

    ``turned`` when it has locked or was unlocked."""

    turned = Signal()

    def __init__(self, window: QWidget, covered: QWidget, mount: Mount) -> None:
        super().__init__(window)
        self._mount, self._covered, self._window = mount, covered, window
        self._source = mount.context.lock
        self._rule = LockRule(0, ())
        self._used_at = mount.context.clock.now()
        self._asked = False
        self._reading: Task[LockRule] | None = None
        self._hidden: list[QWidget] = []
        self._watched: list[QWindow] = []
        self.screen = self._make_screen(window)
        window.installEventFilter(self)
        QGuiApplication.instance().focusWindowChanged.connect(self._watch)  # type: ignore[union-attr]
        self._watch(window.window().windowHandle())
        mount.ticker.second.connect(self._second)
        mount.bridge.changed.connect(self._changed)
        self._read()

    def _make_screen(self, window: QWidget) -> LockScreen:
        screen = LockScreen(window, self._mount)
        screen.tried.connect(self._unlock)
        return screen

    def remake(self) -> None:
        """The window, which is not locked, speaks another language."""
        before = self.screen
        self.screen = self._make_screen(before.window())
        before.deleteLater()

    @property
    def locked(self) -> bool:
        return not self.screen.isHidden()

    @property
    def can_lock(self) -> bool:
        return bool(self._rule.people)

    def lock(self) -> None:
        """Hide the window's pages now, and all that is open over them; what is typed in dialogs stays.

        Hidden, not only covered: a screen reader or a preview of the window must not tell what a look at it does not.
        """
        if self.locked or not self.can_lock:
            return
        QToolTip.hideText()
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and self._is_over(widget):
                self._put_away(widget)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr] # what opens meanwhile
        self._covered.setEnabled(False)
        self._covered.hide()
        self.screen.cover(self._rule.people)
        self.turned.emit()

    def _is_over(self, widget: QWidget) -> bool:
        """Whether this is a window of its own that belongs to ours: a dialog, a menu, a list of choices. What is marked
        ``public`` is made for buyers' eyes, and stays."""
        if not widget.isWindow() or widget.property("public"):
            return False
        parents, parent = [], widget.parentWidget()
        while parent is not None:
            parents.append(parent)
            parent = parent.parentWidget()
        return self._window in parents and self.screen not in parents

    def _put_away(self, widget: QWidget) -> None:
        """A dialog waits for its person; a menu closes."""
        if isinstance(widget, QDialog):
            if widget not in self._hidden:
                self._hidden.append(widget)
            widget.hide()
        else:
            widget.close()

    def _unlock(self, email: str, password: str, code: str) -> None:
        self._mount.bridge.run(
            lambda: self._source.unlock(email, password, code),
            owner=self,
            done=self._unlocked,
            failed=self._refused,
            name="unlock",
        )

    def _unlocked(self, same: bool) -> None:
        """What the ``same`` person had open comes back; of what somebody else had open, nothing."""
        self._used_at = self._mount.context.clock.now()
        self._read()  # a rule read while this was checked was still about who used the window before
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self.screen.say_wrong("")
        self.screen.hide()
        self._covered.setEnabled(True)
        self._covered.show()
        hidden, self._hidden = self._hidden, []
        for dialog in hidden:
            if shiboken6.isValid(dialog) and isinstance(dialog, QDialog):
                if same:
                    dialog.open()
                else:
                    dialog.close()
        self.turned.emit()

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            self.screen.say_wrong(self._mount.t("Something went wrong in LivePay. Try again."))
            return False
        self.screen.say_wrong(explain(error, self._mount.t.language))
        return True

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()  # what was asked before may be answered after
        self._reading = self._mount.bridge.run(self._source.rule, owner=self, done=self._know, name="read lock")

    def _know(self, rule: LockRule) -> None:
        self._rule = rule
        # A window that locks when idle also starts locked; and what a login rests on may have changed.
        if (rule.minutes and not self._asked) or rule.over:
            self.lock()
        self._asked = True

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area in ("settings", "accounts") for change in changes):
            self._read()

    def _second(self, now: int) -> None:
        if self._rule.minutes and now - self._used_at >= self._rule.minutes * MINUTE:
            self.lock()

    def _put_away_late(self, widget: QWidget) -> None:
        if self.locked:
            self._put_away(widget)
        widget.setWindowOpacity(1.0)

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window not in self._watched:
            self._watched.append(window)
            window.destroyed.connect(self._unwatch)  # a method, which keeps nothing alive: the window may outlive us
            window.installEventFilter(self)

    def _unwatch(self, gone: QObject) -> None:
        self._watched = [window for window in self._watched if shiboken6.isValid(window) and window is not gone]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and self.locked
        if shown and isinstance(watched, QWidget) and self._is_over(watched):
            watched.setWindowOpacity(0.0)  # Qt shows it all the same once this event is over
            QTimer.singleShot(0, watched, lambda: self._put_away_late(watched))
        elif event.type() in _USED and self._window.isVisible():  # not by who looks at another store
            self._used_at = self._mount.context.clock.now()
        elif event.type() == QEvent.Type.Resize and watched is self.screen.parent():
            self.screen.setGeometry(self._window.rect())
        return False
