"""The dialog of one declaration: how far it is, what the platform answered, what to do next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Bridge
from desktop.pages.papers.declared import declared_text
from desktop.pages.papers.presenter import Declared, Overview, PapersPresenter, PapersSource
from desktop.widgets.buttons import Button
from desktop.widgets.copyline import CopyLine
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.grid import ROW, Grid
from desktop.widgets.labels import Label
from desktop.widgets.pill import StatusPill


class CertificationDialog(Dialog):
    """``retried`` once the platform is to be told again; ``payloads_asked`` for the folder of declarations."""

    retried = Signal()
    payloads_asked = Signal()

    def __init__(
        self,
        parent: QWidget,
        source: PapersSource,
        bridge: Bridge,
        words: PapersPresenter,
        declared: Declared,
        overview: Overview,
    ) -> None:
        t = words.t
        super().__init__(parent, t("Certification of {number}", number=declared.paper.number), 560)
        self._source, self._bridge, self._words, self._declared = source, bridge, words, declared
        text = self.text = declared_text(declared, words)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(StatusPill(text.state.word, text.state.icon, text.state.role))
        line.addWidget(Label(text.regime, "body-bold"))
        line.addStretch(1)
        line.addWidget(Label(text.since, "small", "muted"))
        self.body.addLayout(line)
        self.body.addWidget(Label(text.meaning, "body", wrap=True))
        self.said = Label("", "body", "danger", wrap=True)
        self.said.setVisible(bool(text.said))
        self.said.say(text.said)
        self.body.addWidget(self.said)
        if text.reference:
            self.body.addWidget(CopyLine(t, t("Code of the platform"), text.reference))
        if text.next_step:
            self.body.addWidget(Label(t("What to do"), "small-bold"))
            self.body.addWidget(Label(text.next_step, "body", "muted", wrap=True))
        if text.answer:
            self.body.addWidget(Label(t("What the platform answered"), "small-bold"))
            grid = Grid(t("What the platform answered"), (1, 2))
            grid.show_rows((t.of("column", "Entry"), t.of("column", "Value")), text.answer)
            grid.setFixedHeight(ROW * (min(4, len(text.answer)) + 1))
            self.body.addWidget(grid)
        self._foot(overview)

    def _foot(self, overview: Overview) -> None:
        t, text = self._words.t, self.text
        self.add_way_out(t("Close"))
        self.action: Button | None = None
        if not text.verb and not overview.sends and self._declared.entry.state == "prepared":
            self.action = self.add_action(t("Write the declarations…"), self._payloads)
        if text.verb:
            self.action = self.add_action(text.verb, self.retry)
            if not overview.may_certify:
                self.action.setEnabled(False)
                self.action.setToolTip(t("Your role declares nothing: ask a manager or the owner."))

    def _payloads(self) -> None:
        self.accept()
        self.payloads_asked.emit()

    def retry(self) -> None:
        """Tell the platform again; of what may stand there already only after a question."""
        if not self.text.warning:
            self._retry()
            return
        t = self._words.t
        Confirm(self, t, t("Send it again?"), self.text.warning, t("It is not there: send"), self._retry).present()

    def _retry(self) -> None:
        paper = self._declared.paper
        assert self.action is not None
        self.action.setEnabled(False)
        self._bridge.run(
            partial(self._source.retry, paper.kind, paper.id),
            owner=self,
            done=lambda _: self._retried(),
            failed=self._refused,
            name="retry certification",
        )

    def _retried(self) -> None:
        self.retried.emit()
        self.accept()

    def _refused(self, error: Exception) -> bool:
        assert self.action is not None
        self.action.setEnabled(True)
        if not isinstance(error, LivePayError):
            return False
        self.said.say(explain(error, self._words.t.language))
        self.said.show()
        return True
