"""What the steps are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.connecting.rules import pasted
from core.kernel.look import Role
from core.payments.provider import Finding
from desktop.pages.page import Mount
from desktop.pages.welcome.presenter import WelcomePresenter, WelcomeSource
from desktop.widgets.fields import TextField
from desktop.widgets.labels import IconLabel, Label

PAUSE_MS: Final = 600
"""Of quiet after the last key before a value is asked about."""


class Said(QWidget):
    """One line with its icon: what was found, what is wrong, or that it is being asked. Hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._icon = IconLabel("hourglass", "muted", 16)
        self._label = Label("", "small", "muted", wrap=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, text: str, ok: bool | None = None) -> None:
        """``ok`` None: neither right nor wrong yet. An empty text hides the line."""
        role: Role = "muted" if ok is None else "paid" if ok else "danger"
        icon = "hourglass" if ok is None else "circle-check" if ok else "circle-alert"
        self._icon.show_icon(icon, role)
        self._label.set_role(role)
        self._label.say(text)
        self.setVisible(bool(text))


class CheckedField(QWidget):
    """A value and, under it, what the service said of it."""

    changed = Signal(str)

    def __init__(self, label: str, hint: str, *, secret: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.field = TextField(label, hint, secret=secret)
        self.said = Said()
        column.addWidget(self.field)
        column.addWidget(self.said)
        self.field.changed.connect(self.changed)
        tidy_when_left(self.field.edit)
        self.setFocusProxy(self.field.edit)

    @property
    def text(self) -> str:
        return self.field.text


def tidy_when_left(edit: QLineEdit) -> None:
    """A pasted key is shown as it is meant, once its field is left."""

    def tidy() -> None:
        meant = pasted(edit.text())
        if meant != edit.text():
            edit.setText(meant)

    edit.editingFinished.connect(tidy)


class Sheet(QFrame):
    """The card a step is written on."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 20, 24, 20)
        self.column.setSpacing(10)


class StepView(QWidget):
    """One step. ``ready`` when what its gold button says may change; ``act`` is that button's press."""

    ready = Signal()
    passed = Signal()
    """The person has done what the step is for: on to the next."""
    reveal = Signal(object)
    """A part below the edge that is to be seen now."""
    foot: Said | None = None
    """What the step says as a whole; beside the gold button, where it is seen wherever the step is scrolled to."""

    def __init__(self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter) -> None:
        super().__init__()
        self.mount, self.source, self.presenter, self.t = mount, source, presenter, mount.t

    def enter(self) -> None:
        """It comes into sight: read what there is."""

    def leave(self) -> None:
        """It goes out of sight."""

    def verb(self) -> str:
        """What the gold button says now; empty: on to the next step."""
        return ""

    def act(self) -> None:
        """Press the gold button while it has a verb of this step."""


def verdict(presenter: WelcomePresenter, findings: Sequence[Finding]) -> tuple[str, bool]:
    """Findings in one text, what is wrong first; whether all is well."""
    wrong = [finding for finding in findings if not finding.ok]
    return "\n".join(presenter.finding(finding) for finding in wrong or findings), not wrong
