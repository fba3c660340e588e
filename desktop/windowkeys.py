"""The keys of the window itself, whatever page shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from desktop.sections import keys_of

if TYPE_CHECKING:
    from desktop.shell import Shell


def bind(shell: Shell) -> None:
    """Every key that works on all pages."""
    t = shell.t
    bound: list[tuple[str, Callable[[], object], str]] = [
        ("Ctrl+K", shell.open_palette, t("Find or do anything")),
        ("Ctrl+P", shell.open_palette, t("Find or do anything")),
        ("F1", partial(show, shell), t("Keyboard shortcuts")),
        ("?", partial(show, shell), t("Keyboard shortcuts")),
        ("F11", shell.switch_full_screen, t("Full screen")),
        ("Ctrl+T", shell.next_theme, t("Another theme")),
        ("Ctrl+L", shell.lock_now, t("Lock the window")),
        ("Ctrl+B", shell.open_notifications, t("Notifications")),
        ("Ctrl+Q", shell.leave, t("Leave LivePay")),
        ("Ctrl+Tab", partial(shell.next_tab, 1), t("The next tab")),
        ("Ctrl+Shift+Tab", partial(shell.next_tab, -1), t("The tab before")),
    ]
    larger, smaller, usual = shell.zooming.larger, shell.zooming.smaller, shell.zooming.usual
    bound += [("Ctrl++", larger, t("Larger")), ("Ctrl+=", larger, t("Larger"))]
    bound += [("Ctrl+-", smaller, t("Smaller")), ("Ctrl+0", usual, t("Usual size"))]
    for n, section in enumerate(shell.sections, 1):
        if keys := keys_of(n):
            bound.append((keys, partial(shell.go_section, section.name), t(section.entry.title)))
    for keys, act, said in bound:
        shortcut = QShortcut(QKeySequence(keys), shell)
        shortcut.setWhatsThis(said)
        shortcut.activated.connect(act)


def show(shell: Shell) -> None:
    """All keys that work now."""
    from desktop.keys import KeysDialog, of

    page = shell.stack.currentWidget()
    if page is not None and shell._mount is not None and shell._centre.isEnabled():
        title = next((shell.t(e.title) for name, e in shell._entries.items() if shell.pages.get(name) is page), "")
        KeysDialog(shell, shell.t, ((title, of(page)), (shell.t("Everywhere"), of(shell, whole=False)))).present()
