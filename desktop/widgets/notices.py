"""What the window says on its own: a toast that goes away, a banner that stays while something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import Role
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import IconLabel, Label, restyle
from desktop.widgets.speaking import say_aloud

ICONS: Final[dict[Role, str]] = {
    "danger": "circle-alert",
    "waiting": "triangle-alert",
    "paid": "circle-check",
    "info": "info",
}
STAY_MS: Final = 6000
MAX_TOASTS: Final = 4


class Notice(Struct, frozen=True):
    """A sentence for the seller, with at most one verb. Errors stay until closed; the rest leaves by itself."""

    text: str
    role: Role = "info"
    verb: str = ""
    act: Callable[[], object] | None = None


class Toast(QFrame):
    """One notice."""

    def __init__(self, notice: Notice, close_word: str) -> None:
        super().__init__()
        self.notice = notice
        self.setProperty("kind", "toast")
        self.setAccessibleName(notice.text)
        self.setFixedWidth(380)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 8, 6, 8)
        line.setSpacing(10)
        line.addWidget(IconLabel(ICONS.get(notice.role, "info"), notice.role))
        line.addWidget(Label(notice.text, "body", wrap=True), 1)
        if notice.verb:
            verb = Button(notice.verb, "link")
            verb.clicked.connect(self._act)
            line.addWidget(verb)
        close = IconButton("x", close_word)
        close.clicked.connect(self.leave)
        line.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        if notice.role != "danger":
            timer = QTimer(self, singleShot=True, interval=STAY_MS)
            timer.timeout.connect(self.leave)
            timer.start()

    def _act(self) -> None:
        if self.notice.act:
            self.notice.act()
        self.leave()

    def leave(self) -> None:
        self.hide()
        self.deleteLater()


class Toasts(QWidget):
    """The stack of toasts in the lower right corner of ``parent``."""

    def __init__(self, parent: QWidget, close_word: str) -> None:
        super().__init__(parent)
        self.close_word = close_word
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()
        parent.installEventFilter(self)

    def say(self, notice: Notice) -> None:
        """Show a notice; one that says the same as a visible one is not shown twice."""
        shown = self.shown()
        if notice.role == "danger" and (dialog := self._dialog()) is not None:
            dialog.tell_failure(notice.text)
        if any(toast.notice.text == notice.text for toast in shown):
            return
        if len(shown) >= MAX_TOASTS:
            shown[0].leave()
        toast = Toast(notice, self.close_word)
        toast.destroyed.connect(self._place)
        self._column.addWidget(toast)
        toast.show()
        self._place()
        say_aloud(toast, f"{notice.text} {notice.verb}".strip(), urgent=notice.role == "danger")

    def _dialog(self) -> Dialog | None:
        """The one that stands over this window and may hide what is said here."""
        over = QApplication.activeModalWidget()
        above = over
        while above is not None and above is not self.window():
            above = above.parentWidget()
        return over if isinstance(over, Dialog) and above is not None else None

    def shown(self) -> list[Toast]:
        items = (self._column.itemAt(i) for i in range(self._column.count()))
        found = (item.widget() for item in items if item is not None)
        return [toast for toast in found if isinstance(toast, Toast) and not toast.isHidden()]

    def clear(self) -> None:
        for toast in self.shown():
            toast.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        parent = self.parentWidget()
        toasts = self.shown()
        self.setVisible(bool(toasts))
        if parent is None or not toasts:
            return
        self.raise_()
        height = sum(
            toast.heightForWidth(380) if toast.hasHeightForWidth() else toast.sizeHint().height() for toast in toasts
        )
        self.resize(380, height + 8 * (len(toasts) - 1))
        self.move(parent.width() - self.width() - 20, parent.height() - self.height() - 46)


class Banner(QFrame):
    """A strip at the top of a page: what happened, what was kept, what to do. Hidden while all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "banner")
        self._act: Callable[[], object] | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 10, 12, 10)
        line.setSpacing(12)
        self._icon = IconLabel("info", "info", 20)
        line.addWidget(self._icon)
        words = QVBoxLayout()
        words.setSpacing(1)
        self._title = Label("", "body-bold")
        self._detail = Label("", "small", wrap=True)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        line.addLayout(words, 1)
        self._verb = Button("")
        self._verb.clicked.connect(self._pressed)
        line.addWidget(self._verb)
        self.hide()

    def warn(
        self, title: str, detail: str, role: Role, verb: str = "", act: Callable[[], object] | None = None
    ) -> None:
        self._icon.show_icon(ICONS.get(role, "info"), role)
        self._title.say(title)
        self._title.set_role(role)
        self._detail.say(detail)
        self._act = act
        self._verb.setText(verb)
        self._verb.setVisible(bool(verb))
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)
        said = f"{title} {detail}"
        new = self.isHidden() or said != self.accessibleName()
        self.setAccessibleName(said)
        self.show()
        if new:
            say_aloud(self, said, urgent=role == "danger")

    def _pressed(self) -> None:
        if self._act:
            self._act()
