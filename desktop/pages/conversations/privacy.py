"""A person's data in the window: handed out as a file, or erased after one question, with a report of what stays."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from core.kernel.text import fold
from core.privacy.views import Line, Report
from desktop.bridge import Bridge
from desktop.files import suggested
from desktop.pages.conversations.presenter import ConversationSource
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

REPORT_WIDTH: Final = 560


class PersonalData(QWidget):
    """The verbs at the foot of a customer's card. ``export_wanted`` and ``erase_wanted`` with their id and name;
    ``scoring_said`` with their id and whether they accept to be scored."""

    export_wanted = Signal(int, str)
    erase_wanted = Signal(int, str)
    scoring_said = Signal(int, bool)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._customer = (0, "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._t, self._scored = t, True
        self.scoring = Button("", icon="star", shrinks=True)
        self.scoring.clicked.connect(lambda: self.scoring_said.emit(self._customer[0], not self._scored))
        column.addWidget(self.scoring)
        self.export = Button(t("Export this person's data…"), icon="download", shrinks=True)
        self.erase = Button(t("Erase this person…"), "danger", icon="trash-2", shrinks=True)
        self.export.clicked.connect(lambda: self.export_wanted.emit(*self._customer))
        self.erase.clicked.connect(lambda: self.erase_wanted.emit(*self._customer))
        column.addWidget(self.export)
        column.addWidget(self.erase)

    def show_customer(self, customer_id: int, name: str, *, scored: bool) -> None:
        self._customer, self._scored = (customer_id, name), scored
        self.scoring.setText(self._t("They refuse to be scored") if scored else self._t("They accept to be scored"))


class PrivacyActs:
    """Carries the verbs out for a page."""

    def __init__(self, page: QWidget, part: PersonalData, source: ConversationSource, bridge: Bridge, t: Texts) -> None:
        self._page, self._source, self._bridge, self._t = page, source, bridge, t
        part.export_wanted.connect(self.export)
        part.erase_wanted.connect(self.erase)
        part.scoring_said.connect(self.scoring)

    def export(self, customer_id: int, name: str) -> None:
        """Ask where, then write the zip there."""
        t = self._t
        slug = "-".join(fold(name).split()) or str(customer_id)
        dialog = QFileDialog(
            self._page.window(), t("Export this person's data…"), suggested(f"{slug}.zip"), "ZIP (*.zip)"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.write(customer_id, Path(path)))
        dialog.open()

    def scoring(self, customer_id: int, given: bool) -> None:
        """What the customer said to the seller."""
        self._bridge.run(partial(self._source.set_consent, customer_id, given), owner=self._page, name="note consent")

    def write(self, customer_id: int, path: Path) -> None:
        self._bridge.run(
            partial(self._source.export_customer, customer_id, path),
            owner=self._page,
            done=lambda nothing: self._bridge.notice.emit(
                Notice(self._t("Written to {file}.", file=path.name), "paid")
            ),
            name="export customer",
        )

    def erase(self, customer_id: int, name: str) -> None:
        """One question; what is still going on is refused in a sentence."""
        t = self._t
        sentence = t(
            "Name, numbers, messages, photos and notes of {name} go for ever. Orders, payments and invoices stay with"
            " their amounts and dates, as the law asks.",
            name=name,
        )
        Confirm(
            self._page,
            t,
            t("Erase {name}?", name=name),
            sentence,
            t("Erase for ever"),
            partial(self._erase, customer_id),
        ).present()

    def _erase(self, customer_id: int) -> None:
        self._bridge.run(
            partial(self._source.erase_customer, customer_id),
            owner=self._page,
            done=lambda report: ReportDialog(self._page, self._t, report).present(),
            name="erase customer",
        )


class ReportDialog(Dialog):
    """What was erased, what stays, and why."""

    def __init__(self, parent: QWidget, t: Texts, report: Report) -> None:
        super().__init__(parent, t("Erased: {alias}", alias=report.alias), REPORT_WIDTH)
        self.report = report
        self.lines = [self._line(t, line) for line in (*report.erased, *report.kept)]
        for title, group in ((t("Erased"), report.erased), (t("Kept"), report.kept)):
            if group:
                self.body.addWidget(Label(title, "small-bold"))
            for line in group:
                self.body.addWidget(Label(self._line(t, line), "body", "muted", wrap=True))
        self.add_action(t("Close"), self.accept)

    @staticmethod
    def _line(t: Texts, line: Line) -> str:
        what, why = line.said(t.language)
        return t("{what}: {n}. {why}", what=what, n=line.count, why=why).strip()
