"""What acts on many rows are asked and told with: the bar under the table, the value for all, what was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.pages.bulk import Offer, Outcome
from desktop.texts import Texts
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.flow import Flow
from desktop.widgets.labels import Label

_NAMED: Final = 8  # rows with the same reason that are named


class ManyBar(QFrame):
    """How many are selected, and what can be done with them. ``cleared``: with none of them any more."""

    cleared = Signal()

    def __init__(self, t: Texts, offers: Sequence[Offer], stacked: bool) -> None:
        super().__init__()
        self.setProperty("kind", "many")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(8)
        column.addLayout(line)
        self.said = Label("", "body-bold")
        line.addWidget(self.said)
        held = QWidget()
        flow = Flow(held)
        self.buttons: dict[str, Button] = {}
        for offer in offers:
            button = self.buttons[offer.verb] = Button(offer.text, icon=offer.icon)
            button.setToolTip(f"{offer.text} ({offer.key})" if offer.key else offer.text)
            flow.addWidget(button)
        if stacked:
            column.addWidget(held)
            line.addStretch(1)
        else:
            line.addWidget(held, 1)
        self.stop = Button(t("Stop"), icon="ban")
        self.stop.hide()
        line.addWidget(self.stop)
        self.close_button = IconButton("x", t("Select one only"))
        self.close_button.clicked.connect(self.cleared)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, text: str, *, busy: bool) -> None:
        self.said.say(text)
        self.setAccessibleName(text)
        for button in self.buttons.values():
            button.setEnabled(not busy)
        self.stop.setVisible(busy)
        self.close_button.setVisible(not busy)


class OutcomeDialog(Dialog):
    """What was done and, reason by reason, which rows were left as they are. ``left``: each reason with its rows."""

    def __init__(self, parent: QWidget, t: Texts, title: str, outcome: Outcome, name: Callable[[Any], str]) -> None:
        super().__init__(parent, title, 520)
        if isinstance(outcome.failure, LivePayError):
            self.body.addWidget(Label(explain(outcome.failure, t.language), "body", "danger", wrap=True))
        self.left: dict[str, list[str]] = {}
        for row, reason in outcome.refused:
            self.left.setdefault(reason, []).append(name(row))
        for reason, names in self.left.items():
            self.body.addWidget(Label(reason, "body-bold", wrap=True))
            more = len(names) - _NAMED
            rest = [t.plural("and {n} more", "and {n} more", more)] if more > 0 else []
            self.body.addWidget(Label("\n".join([*names[:_NAMED], *rest]), "small", "muted", wrap=True))
        self.undo: Button | None = None
        self._t = t

    def offer(self, undo: Callable[[], object] | None) -> None:
        """The ways out of it; ``undo``: what was done can be taken back."""
        if undo is not None:
            self.undo = Button(self._t("Undo"), icon="undo-2")
            self.undo.clicked.connect(self.accept)
            self.undo.clicked.connect(lambda: undo())
            self.foot.addWidget(self.undo)
        self.add_action(self._t("Understood"), self.accept).setFocus()


class ValueDialog(Dialog):
    """One value for many rows: looked at while it is typed. ``read`` makes of the text what is meant, raises
    LivePayError; ``sentence`` says of a value what will be done."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        title: str,
        label: str,
        read: Callable[[str], Any],
        sentence: Callable[[Any], str],
        verb: str,
        act: Callable[[Any], object],
        hint: str = "",
    ) -> None:
        super().__init__(parent, title, 460)
        self._t, self._read, self._sentence, self._act = t, read, sentence, act
        self.field = TextField(label, hint)
        self.field.changed.connect(lambda text: self._look())
        self.said = Label(" ", "body", "muted", wrap=True)
        self.body.addWidget(self.field)
        self.body.addWidget(self.said)
        self.add_way_out(t("Back"))
        self.action = self.add_action(verb, self._done)
        self.field.setFocus()

    def _look(self) -> Any:
        try:
            value = self._read(self.field.text)
        except LivePayError as error:
            self.field.set_error(explain(error, self._t.language))
            self.said.say(" ")
            return None
        self.field.set_error("")
        self.said.say(self._sentence(value))
        return value

    def _done(self) -> None:
        value = self._look()
        if value is not None:
            self.accept()
            self._act(value)
