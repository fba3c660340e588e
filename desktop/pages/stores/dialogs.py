"""What opens over the page of all stores: a new one, one brought from a backup, and one that is to go for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QWidget

from core.kernel.countries import COUNTRIES
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop import firststore
from desktop.bridge import Bridge
from desktop.firststore import StoreDraft
from desktop.stores.keeping import Keeping
from desktop.texts import ENDONYMS, Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label


class NewStore(Dialog):
    """``made`` with the slug of the store. The name is looked at when it is sent."""

    def __init__(
        self, parent: QWidget, t: Texts, keeping: Keeping, bridge: Bridge, made: Callable[[str], object]
    ) -> None:
        super().__init__(parent, t("New store"), 480)
        self._t, self._keeping, self._bridge, self._made = t, keeping, bridge, made
        self.draft = StoreDraft(
            country=firststore.guess_country(QLocale.territoryToCode(QLocale.system().territory())), language=t.language
        )
        hint = t("Buyers read it in messages, on the pay page and on invoices.")
        self.name = TextField(t("Name of the store"), hint)
        self.country = QComboBox()
        for code, country in COUNTRIES.items():
            self.country.addItem(country.name, code)
        self.country.setCurrentIndex(self.country.findData(self.draft.country))
        self.language = QComboBox()
        for code, word in ENDONYMS.items():
            self.language.addItem(word, code)
        self.language.setCurrentIndex(self.language.findData(self.draft.language))
        self.segment = QComboBox()
        for name, word, _ in firststore.kinds(t):
            self.segment.addItem(word, name)
        self.samples = QCheckBox(t("Try it with sample products"))
        self.body.addWidget(self.name)
        self.body.addWidget(Field(t("Kind of shop"), self.segment, close=True))
        self.body.addWidget(Field(t("Country"), self.country, close=True))
        self.body.addWidget(Field(t("Language"), self.language, close=True))
        self.body.addWidget(self.samples)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Create the store"), self.submit)
        self.name.edit.setFocus()

    def submit(self) -> None:
        self.draft = replace(
            self.draft,
            name=self.name.text,
            country=self.country.currentData(),
            language=self.language.currentData(),
            segment=self.segment.currentData(),
            samples=self.samples.isChecked(),
        )
        self.action.setEnabled(False)
        keeping, draft, language = self._keeping, self.draft, self._t.language

        def work() -> str:
            """→ the slug, or a problem behind a line break."""
            problem = keeping.name_problem(draft, language)
            return f"\n{problem}" if problem else keeping.create(draft).card.slug

        self._bridge.run(work, owner=self, done=self._ended, failed=self._failed, name="create store")

    def _ended(self, found: str) -> None:
        if found.startswith("\n"):
            self._say(found[1:])
            return
        self.accept()
        self._made(found)

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if isinstance(error, LivePayError):
            self._say(explain(error, self._t.language))
            return True
        return False

    def _say(self, sentence: str) -> None:
        self.action.setEnabled(True)
        self.name.set_error(sentence)
        self.name.edit.setFocus()


class BringStore(Dialog):
    """From an export or from a folder of continuous backups. ``made`` with the slug of the store."""

    def __init__(
        self, parent: QWidget, t: Texts, keeping: Keeping, bridge: Bridge, made: Callable[[str], object]
    ) -> None:
        super().__init__(parent, t("Import a store"), 520)
        self._t, self._keeping, self._bridge, self._made = t, keeping, bridge, made
        self.body.addWidget(
            Label(
                t("An export of LivePay, or the folder or disk where a store is backed up continuously."),
                "body",
                "muted",
                wrap=True,
            )
        )
        self.source = TextField(t("File or folder"), close=True)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.choose_file, self.choose_folder = Button(t("Choose a file…")), Button(t("Choose a folder…"))
        self.choose_file.clicked.connect(self._file)
        self.choose_folder.clicked.connect(self._folder)
        line.addWidget(self.choose_file)
        line.addWidget(self.choose_folder)
        line.addStretch(1)
        self.key = TextField(
            t("Recovery key"), t("Only for a backup of another computer: the 64 characters of its recovery.key.")
        )
        self.name = TextField(t("Another name"), t("Empty: the name it has. Give one when that name is taken here."))
        self.body.addWidget(self.source)
        self.body.addLayout(line)
        self.body.addWidget(self.key)
        self.body.addWidget(self.name)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Import"), self.submit)
        self.source.edit.setFocus()

    def _file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self._t("Choose a file…"))
        if path:
            self.source.edit.setText(path)

    def _folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self._t("Choose a folder…"))
        if path:
            self.source.edit.setText(path)

    def submit(self) -> None:
        text = self.source.text.strip()
        if not text:
            self.source.set_error(self._t("Choose what to import."))
            return
        self.source.set_error("")
        self.action.setEnabled(False)
        self.action.setText(self._t("Importing…"))
        keeping, name, key = self._keeping, self.name.text, self.key.text

        def work() -> str:
            return keeping.bring(Path(text), name, key).slug

        self._bridge.run(work, owner=self, done=self._ended, failed=self._failed, name="import store")

    def _ended(self, slug: str) -> None:
        self.accept()
        self._made(slug)

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        self.action.setText(self._t("Import"))
        if isinstance(error, LivePayError):
            self.source.set_error(explain(error, self._t.language))
            return True
        return False


class DeleteStore(Dialog):
    """Its name has to be typed. Nothing brings it back but a backup."""

    def __init__(self, parent: QWidget, t: Texts, name: str, act: Callable[[], object]) -> None:
        super().__init__(parent, t("Delete {store} for ever?", store=name), 480)
        self._name, self._act = name, act
        self.body.addWidget(
            Label(
                t("Its key goes first, then orders, customers, papers and pictures. Only an export brings it back."),
                "body",
                "muted",
                wrap=True,
            )
        )
        self.typed = TextField(t("Type the name of the store: {store}", store=name))
        self.typed.changed.connect(lambda text: self._look())
        self.body.addWidget(self.typed)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Delete for ever"), self._confirmed, danger=True)
        self._look()
        self.typed.edit.setFocus()

    def _look(self) -> None:
        self.action.setEnabled(self.typed.text.strip() == self._name)

    def _confirmed(self) -> None:
        if self.action.isEnabled():
            self.accept()
            self._act()
