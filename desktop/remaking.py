"""Another language or another size while the window is open: everything with words in it is made again.

Nothing typed is lost: what is being saved is waited for, pages hand on what they can, and for the rest the person is
asked. A dialog is finished first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from core.kernel.i18n import LANGUAGES
from desktop import qtwords
from desktop.widgets.dialog import Confirm
from desktop.widgets.notices import Notice

if TYPE_CHECKING:
    from desktop.pages.page import Page
    from desktop.shell import Shell

_LOOK_MS: Final = 30
_LOOKS: Final = 100  # 3 s


def discard(widget: QWidget) -> None:
    """Out of the window at once, and gone after this event."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def _stands_over(widget: QWidget) -> bool:
    """Whether this is a dialog or a window that a page has opened: it would go with its page."""
    own = widget.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog, Qt.WindowType.Sheet)
    return own and widget.isVisible() and widget.parentWidget() is not None


class Remaking:
    """``ask`` for a change; pages that are built afterwards are given back what those before them handed on."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._kept: dict[str, object] = {}

    def choose_language(self, code: str) -> None:
        if code in LANGUAGES and code != self._shell.t.language:
            self.ask(partial(self._speak, code))

    def next_language(self) -> None:
        self.choose_language(LANGUAGES[(LANGUAGES.index(self._shell.t.language) + 1) % len(LANGUAGES)])

    def _speak(self, code: str) -> None:
        self._shell.t.choose(code)
        qtwords.speak(code)
        self._shell.chosen.emit("language", code)

    def ask(self, change: Callable[[], object]) -> None:
        """Change what everything is made with, and make everything again, as soon as that loses nothing."""
        shell, t = self._shell, self._shell.t
        if not shell.attached:
            return
        if shell.locked or any(map(_stands_over, QApplication.topLevelWidgets())):
            shell.say(Notice(t("Finish what is open over the window first.")))
            return
        focused = QApplication.focusWidget()
        if focused is not None and shell.stack.isAncestorOf(focused):
            focused.clearFocus()  # fields save what is in them when they are left
        QTimer.singleShot(0, shell, partial(self._when_quiet, change, _LOOKS))

    def _when_quiet(self, change: Callable[[], object], looks: int) -> None:
        """What pages asked for may still be refused, and the page has to be there to say so."""
        shell = self._shell
        if not shell.busy:
            self._confirm(change)
        elif looks:
            QTimer.singleShot(_LOOK_MS, shell, partial(self._when_quiet, change, looks - 1))
        else:
            shell.say(Notice(shell.t("Something is still being done. Try again in a moment.")))

    def _confirm(self, change: Callable[[], object]) -> None:
        shell, t = self._shell, self._shell.t
        losing = [shell.title(name) for name, page in shell.pages.items() if page.loses()]
        if not losing:
            self._remake(change)
            return
        sentence = t("What you typed is not saved yet: {pages}. Changing now loses it.", pages=", ".join(losing))
        act = partial(QTimer.singleShot, 0, shell, partial(self._remake, change))
        Confirm(shell, t, t("Lose what you typed?"), sentence, t("Change all the same"), act).present()

    def _remake(self, change: Callable[[], object]) -> None:
        """The page in view is built again at once, the others when they are shown next."""
        shell = self._shell
        current = next((name for name, page in shell.pages.items() if page is shell.stack.currentWidget()), None)
        for name, page in shell.pages.items():
            kept = page.kept()
            if kept is not None:
                self._kept[name] = kept
        change()
        before = list(shell.pages.values())
        shell.pages.clear()
        for page in before:
            discard(page)
        shell.renew()
        if current is not None:
            shell.go(current)

    def give_back(self, name: str, page: Page) -> None:
        if name in self._kept:
            page.take_back(self._kept.pop(name))
