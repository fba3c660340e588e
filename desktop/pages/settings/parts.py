"""What the sections are put together from: groups of rows, things to copy, and the test of a connection."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.settings.presenter import FindingText, Group, SettingsPresenter, Verdict
from desktop.pages.settings.rows import NAME_WIDTH, SettingRow, row_for
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.copyline import CopyLine
from desktop.widgets.labels import IconLabel, Label, Rule

Made = Callable[[SettingRow], object]


def add_rows(column: QVBoxLayout, group: Group, presenter: SettingsPresenter, made: Made, *, first: bool) -> None:
    """Rows under hairlines; the advanced ones behind a link. ``made`` is told of each row."""
    for number, key in enumerate(group.keys):
        if number or not first:
            column.addWidget(Rule())
        row = row_for(presenter.declared[key], presenter)
        made(row)
        column.addWidget(row)
    if group.advanced:
        column.addWidget(Rule())
        column.addWidget(Advanced(group, presenter, made))


class Folded(QWidget):
    """Settings that are not always in sight."""

    def open(self, shown: bool = True) -> None:
        """Show them or fold them away."""
        raise NotImplementedError


class Advanced(Folded):
    """Settings that few need, behind a link."""

    def __init__(self, group: Group, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self._button = Button(presenter.t("Advanced"), "link", icon="chevron-right")
        self._button.clicked.connect(self._turn)
        line = QHBoxLayout()
        line.setContentsMargins(10, 0, 10, 0)
        line.addWidget(self._button)
        line.addStretch(1)
        column.addLayout(line)
        self._rows = QWidget()
        inner = QVBoxLayout(self._rows)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        add_rows(inner, Group("", "", group.advanced), presenter, made, first=True)
        self._rows.hide()
        column.addWidget(self._rows)

    def _turn(self) -> None:
        self.open(self._rows.isHidden())

    def open(self, shown: bool = True) -> None:
        self._rows.setVisible(shown)
        self._button.set_icon_name("chevron-down" if shown else "chevron-right")


class GroupCard(Card):
    """Settings that belong together."""

    def __init__(self, group: Group, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__(group.title)
        if group.intro:
            self.head.addWidget(Label(group.intro, "small", "muted"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.head.addStretch(1)
        add_rows(self.body, group, presenter, made, first=True)


class CopyRow(QWidget):
    """Something to paste elsewhere, laid out as a setting. ``missing_asked`` when what it needs is not there yet."""

    missing_asked = Signal()

    def __init__(self, t: Texts, name: str, hint: str, missing: str = "", verb: str = "") -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 16, 12)
        line.setSpacing(18)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(name, "body-bold", wrap=True))
        if hint:
            words.addWidget(Label(hint, "small", "muted", wrap=True))
        words.addStretch(1)
        holder = QWidget()
        holder.setLayout(words)
        words.setContentsMargins(0, 2, 0, 0)
        holder.setFixedWidth(NAME_WIDTH)
        line.addWidget(holder)
        self.copy = CopyLine(t, name)
        line.addWidget(self.copy, 1, Qt.AlignmentFlag.AlignTop)
        self._missing = QWidget()
        instead = QHBoxLayout(self._missing)
        instead.setContentsMargins(0, 6, 0, 6)
        instead.setSpacing(8)
        instead.addWidget(IconLabel("info", "info", 16), 0, Qt.AlignmentFlag.AlignTop)
        instead.addWidget(Label(missing, "small", "muted", wrap=True), 1)
        if verb:
            button = Button(verb, "link")
            button.clicked.connect(self.missing_asked)
            instead.addWidget(button)
        line.addWidget(self._missing, 1, Qt.AlignmentFlag.AlignTop)
        self.show_text("")

    def show_text(self, text: str) -> None:
        self.copy.say(text)
        self.copy.setVisible(bool(text))
        self._missing.setVisible(not text)


class TestPanel(QWidget):
    """« Tester », and line by line what was found. ``asked`` to start, ``given_up`` to stop."""

    __test__ = False  # a widget, whatever its name looks like to pytest

    asked = Signal()
    given_up = Signal()

    def __init__(self, t: Texts, about: str, *, verb: str = "", primary: bool = False) -> None:
        super().__init__()
        self._t = t
        self._verb = verb or t("Test the connection")
        self.running = False
        column = QVBoxLayout(self)
        column.setContentsMargins(SCALE.card, 12, SCALE.card, 14)
        column.setSpacing(8)
        self._line = QHBoxLayout()
        self._line.setSpacing(10)
        self.button = Button(self._verb, "primary" if primary else "secondary", icon="plug")
        self.button.setAccessibleName(t("{what}: {value}", what=self._verb, value=about))
        self.button.clicked.connect(self._pressed)
        self._line.addWidget(self.button)
        self._icon = IconLabel("hourglass", "muted")
        self.summary = Label("", "body-bold")
        self._line.addWidget(self._icon)
        self._line.addWidget(self.summary)
        self._line.addStretch(1)
        column.addLayout(self._line)
        self._found = QVBoxLayout()
        self._found.setSpacing(6)
        column.addLayout(self._found)
        self._more = QHBoxLayout()
        self._more.setContentsMargins(0, 4, 0, 0)
        self._more.addStretch(1)
        column.addLayout(self._more)
        self.lines: list[FindingText] = []
        self._rows: list[QWidget] = []
        self.forget()

    def add_button(self, button: Button) -> None:
        """Another verb, beneath what was found."""
        self._more.insertWidget(0, button)

    def _pressed(self) -> None:
        (self.given_up if self.running else self.asked).emit()

    def begin(self) -> None:
        """The test is under way; the button stops it."""
        self._clear()
        self.running = True
        self.button.setText(self._t("Stop"))
        self._say("hourglass", "muted", self._t("Testing…"))

    def forget(self) -> None:
        """Nothing was tested, or what was tested has changed since."""
        self._clear()
        self.running = False
        self.button.setText(self._verb)
        self._say("", "muted", "")

    def show_verdict(self, verdict: Verdict) -> None:
        """What was found."""
        self.forget()
        self.lines = list(verdict.lines)
        self._say("circle-check" if verdict.role == "paid" else "circle-alert", verdict.role, verdict.summary)
        for line in verdict.lines:
            row = QWidget()
            inner = QHBoxLayout(row)
            inner.setContentsMargins(2, 0, 0, 0)
            inner.setSpacing(10)
            inner.addWidget(IconLabel(line.icon, line.role, 16), 0, Qt.AlignmentFlag.AlignTop)
            inner.addWidget(Label(line.text, "body", wrap=True), 1)
            row.setAccessibleName(line.text)
            self._rows.append(row)
            self._found.addWidget(row)

    def _say(self, icon: str, role: str, text: str) -> None:
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.show_icon(icon, role)  # type: ignore[arg-type]
        self.summary.say(text)
        self.summary.set_role(role)  # type: ignore[arg-type]

    def _clear(self) -> None:
        self.lines = []
        for row in self._rows:
            self._found.removeWidget(row)
            row.deleteLater()
        self._rows = []


class LastChange(QWidget):
    """What was saved last, and the way back. ``undone`` when it is taken."""

    undone = Signal()

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(IconLabel("circle-check", "paid"))
        self.text = Label("", "body", "muted")
        line.addWidget(self.text)
        self.undo = Button(t("Undo"), "link", icon="undo-2", key="Ctrl+Z")
        self.undo.clicked.connect(self.undone)
        line.addWidget(self.undo)
        self.hide()

    def saved(self, label: str) -> None:
        self.text.say(self._t("{setting}: saved", setting=label))
        self.undo.show()
        self.show()

    def restored(self, label: str) -> None:
        self.text.say(self._t("{setting}: as before", setting=label))
        self.undo.hide()
        self.show()
