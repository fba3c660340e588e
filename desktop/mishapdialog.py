"""The report of a fault, for the person to read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.files import save_as
from desktop.pages.support.bundle import reading_field
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label


class MishapDialog(Dialog):
    """The report, to read; to copy or save if the person wants to."""

    def __init__(self, parent: QWidget, t: Texts, text: str) -> None:
        super().__init__(parent, t("What went wrong"), 720)
        self._t, self._text = t, text
        about = t("Sales go on. This is what a helper would need; it is saved only if you save it.")
        self.body.addWidget(Label(about, "body", "muted", wrap=True))
        field = reading_field(t("Report"))
        field.setPlainText(text)
        self.body.addWidget(field)
        self.add_way_out(t("Close"))
        self.copy = Button(t("Copy"), icon="copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        self.foot.addWidget(self.copy)
        self.save = self.add_action(t("Save…"), self._ask)

    def _ask(self) -> None:
        path = save_as(self, self._t("Save as…"), "livepay-erreur.txt", "TXT (*.txt)")
        if path:
            self.save_to(path)

    def save_to(self, target: Path) -> None:
        """Says in its title when the disk does not take it."""
        try:
            target.write_text(self._text, "utf-8")
        except OSError:
            self.heading.say(self._t("It could not be saved there: choose another folder."))
        else:
            self.accept()
