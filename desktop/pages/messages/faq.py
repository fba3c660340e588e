"""The seller's own questions and answers (F42), kept in a dialog."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from core.faq.views import Faq
from core.kernel.errors import LivePayError
from core.kernel.i18n import LANGUAGES, explain
from core.kernel.text import one_line
from desktop.bridge import Bridge
from desktop.pages.messages.presenter import MessagesSource
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label

_ROW: Final = 30
_LIST: Final = 250


class FaqDialog(Dialog):
    """Every question with its answer: added, changed, removed."""

    def __init__(self, parent: QWidget, t: Texts, source: MessagesSource, bridge: Bridge, language: str) -> None:
        super().__init__(parent, t("Questions buyers ask"), 760)
        self._t, self._source, self._bridge, self._language = t, source, bridge, language
        self._known: tuple[Faq, ...] = ()
        about = t("Asked in any words, French or Malagasy: the bot answers with yours, word for word.")
        self.body.addWidget(Label(about, "small", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(16)
        self.list = QListWidget()
        self.list.setProperty("kind", "answers")
        self.list.setFixedWidth(_LIST)
        self.list.setAccessibleName(t("Questions"))
        self.list.currentRowChanged.connect(self._picked)
        line.addWidget(self.list)
        line.addLayout(self._form(), 1)
        self.body.addLayout(line)
        self.remove = Button(t("Remove"), "danger", icon="trash-2")
        self.remove.clicked.connect(self._remove)
        self.foot.insertWidget(0, self.remove)
        self.add_way_out(t("Close"))
        self.save = self.add_action(t("Keep"), self._save)
        self.save.setDefault(False)
        self._read()
        self.question.setFocus()

    def _form(self) -> QVBoxLayout:
        t = self._t
        column = QVBoxLayout()
        column.setSpacing(6)
        self.question = TextField(t("Question"), placeholder=t("Do you deliver?"), close=True)
        column.addWidget(self.question)
        self.language = QComboBox()
        for code, name in {"fr": t("French"), "mg": t("Malagasy"), "en": t("English")}.items():
            if code in LANGUAGES:
                self.language.addItem(name, code)
        column.addWidget(Field(t("Language"), self.language, close=True))
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(150)
        self.text.setPlaceholderText(t("Yes, in Dakar within the day: 2 000 F CFA."))
        self.answer = Field(t("The answer"), self.text, close=True)
        column.addWidget(self.answer)
        return column

    def _read(self, pick: int | None = None) -> None:
        self._bridge.run(self._source.questions, owner=self, done=partial(self._show, pick), name="read questions")

    def _show(self, pick: int | None, known: tuple[Faq, ...]) -> None:
        self._known = known
        self.list.blockSignals(True)
        self.list.clear()
        for text in (*(f"{one.language.upper()} · {one_line(one.question, 80)}" for one in known), self._t("New one")):
            item = QListWidgetItem(text)
            item.setSizeHint(QSize(100, _ROW))
            item.setToolTip(text)
            self.list.addItem(item)
        numbers = [one.id for one in known]
        self.list.setCurrentRow(numbers.index(pick) if pick in numbers else len(known))
        self.list.blockSignals(False)
        if pick is not None or not (self.question.text or self.text.toPlainText()):  # what is typed is left alone
            self._picked(self.list.currentRow())
        else:
            self.remove.setEnabled(False)

    def _chosen(self) -> Faq | None:
        row = self.list.currentRow()
        return self._known[row] if 0 <= row < len(self._known) else None

    def _picked(self, _row: int) -> None:
        one = self._chosen()
        self.question.edit.setText(one.question if one else "")
        self.language.setCurrentIndex(max(0, self.language.findData(one.language if one else self._language)))
        self.text.setPlainText(one.answer if one else "")
        self.remove.setEnabled(one is not None)
        self.answer.set_error("")

    def _save(self) -> None:
        one, language = self._chosen(), str(self.language.currentData())
        question, answer = self.question.text, self.text.toPlainText()
        self._bridge.run(
            lambda: self._source.keep_question(one.id if one else None, language, question, answer),
            owner=self,
            done=self._read,
            failed=self._refused,
            name="keep question",
        )

    def _remove(self) -> None:
        one = self._chosen()
        if one is not None:
            self._bridge.run(
                lambda: self._source.remove_question(one.id),
                owner=self,
                done=lambda _: self._removed(),
                failed=self._refused,
                name="remove question",
            )

    def _removed(self) -> None:
        self.question.edit.setText("")
        self.text.setPlainText("")
        self._read()

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            return False
        self.answer.set_error(explain(error, self._t.language))
        return True
