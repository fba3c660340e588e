"""The seller's own questions and answers (F42), kept in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.faq.views import Faq
from core.kernel.text import one_line
from desktop.bridge import Bridge
from desktop.pages.keeping import KeepingDialog, Naming
from desktop.pages.messages.presenter import MessagesSource
from desktop.texts import Texts
from desktop.widgets.fields import Field, TextField


class FaqDialog(KeepingDialog[Faq]):
    """Every question with its answer."""

    def __init__(self, parent: QWidget, t: Texts, source: MessagesSource, bridge: Bridge, language: str) -> None:
        self._source, self._spoken = source, language
        naming = Naming(
            t("Questions buyers ask"),
            t("Asked in any words, French or Malagasy: the bot answers with yours, word for word."),
            t("Questions"),
            t("New one"),
            t("The answer"),
            t("Yes, in Dakar within the day: 2 000 F CFA."),
            "questions",
            760,
            250,
        )
        super().__init__(parent, t, bridge, naming)
        self.question.setFocus()

    def form(self, column: QVBoxLayout) -> None:
        t = self._t
        self.question = TextField(t("Question"), placeholder=t("Do you deliver?"), close=True)
        column.addWidget(self.question)
        column.addWidget(Field(t("Language"), self.language, close=True))

    def read(self) -> tuple[Faq, ...]:
        return self._source.questions()

    def called(self, one: Faq) -> str:
        return f"{one.language.upper()} · {one_line(one.question, 80)}"

    def fill(self, one: Faq | None) -> None:
        self.question.edit.setText(one.question if one else "")
        self.language.setCurrentIndex(max(0, self.language.findData(one.language if one else self._spoken)))
        self.text.setPlainText(one.answer if one else "")

    def begun(self) -> bool:
        return bool(self.question.text or self.text.toPlainText())

    def keeping(self, one: Faq | None) -> Callable[[], int]:
        language = str(self.language.currentData())
        question, answer = self.question.text, self.text.toPlainText()
        return lambda: self._source.keep_question(one.id if one else None, language, question, answer)

    def removing(self, one: Faq) -> Callable[[], object]:
        return lambda: self._source.remove_question(one.id)
