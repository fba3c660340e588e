"""The form of a template: its words, what its variables hold, the line below and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from core.templates import rules
from core.templates.rules import Button, Words, numbers
from desktop.pages.messages.beyondwords import Judged, TemplateWords
from desktop.pages.messages.parts import WordsEdit
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label

_BODY: Final = 120


def _combo(choices: dict[str, str], name: str) -> QComboBox:
    box = QComboBox()
    for value, word in choices.items():
        box.addItem(word, value)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


class _Variable(QWidget):
    """{{1}}: what it holds, and an example of it."""

    def __init__(self, number: int, words: TemplateWords, changed: Callable[[], object]) -> None:
        super().__init__()
        t = words.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        label = Label(f"{{{{{number}}}}}", "small-bold", "muted")
        label.setFixedWidth(34)
        self.field = _combo(words.fields(), t("What {variable} holds", variable=label.text()))
        self.sample = QLineEdit()
        self.sample.setMinimumWidth(60)
        self.sample.setPlaceholderText(t("Example"))
        self.sample.setAccessibleName(t("Example for {variable}", variable=label.text()))
        self.field.activated.connect(lambda _: changed())
        self.sample.textEdited.connect(lambda _: changed())
        line.addWidget(label)
        line.addWidget(self.field, 6)
        line.addWidget(self.sample, 5)


class TemplateForm(QWidget):
    """``changed`` when anything was typed; ``words`` is what the form holds."""

    changed = Signal()

    def __init__(self, words: TemplateWords) -> None:
        super().__init__()
        self._words = words
        self._urls: tuple[Button, ...] = ()  # made elsewhere: kept as they are
        self._showing = False
        t = words.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self.name = TextField(t("Name at WhatsApp"), placeholder="relance_devis", close=True)
        self.language = _combo(words.languages(), t("Language"))
        self.category = _combo(words.categories(), t.of("field", "Category"))
        self.use = _combo(words.uses(), t("Sent for"))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(Field(t("Language"), self.language, close=True), 0, 1)
        grid.addWidget(Field(t.of("field", "Category"), self.category, close=True), 1, 0)
        grid.addWidget(Field(t("Sent for"), self.use, close=True), 1, 1)
        column.addLayout(grid)
        self.body = WordsEdit(t("The words"))
        place = QWidget()  # the style sheet takes an edit of this kind for one line
        place.setFixedHeight(_BODY)
        inner = QVBoxLayout(place)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.body)
        column.addWidget(Label(t("The words: {one}, {two}… are its variables", one="{{1}}", two="{{2}}"), "small-bold"))
        column.addWidget(place)
        self.counter = Label("", "small", "muted")
        column.addWidget(self.counter)
        self._variables = QVBoxLayout()
        self._variables.setSpacing(6)
        self.variables: list[_Variable] = []
        column.addLayout(self._variables)
        self.footer = TextField(t("Line below, optional"), close=True)
        column.addWidget(self.footer)
        column.addWidget(Label(t("Ready answers to press, optional"), "small-bold"))
        line = QHBoxLayout()
        line.setSpacing(8)
        self.buttons = [QLineEdit() for _ in range(rules.BUTTONS)]
        for number, edit in enumerate(self.buttons, 1):
            edit.setMinimumWidth(60)
            edit.setMaxLength(rules.BUTTON)
            edit.setAccessibleName(t("Ready answer {number}", number=number))
            edit.textEdited.connect(lambda _: self._typed())
            line.addWidget(edit)
        column.addLayout(line)
        column.addStretch(1)
        self.name.changed.connect(lambda _: self._typed())
        self.footer.changed.connect(lambda _: self._typed())
        self.body.textChanged.connect(self._typed)
        for box in (self.language, self.category, self.use):
            box.activated.connect(lambda _: self._typed())

    @property
    def words(self) -> Words:
        """As typed, not judged."""
        count = len(numbers(self.body.words))
        shown = self.variables[:count]
        titles = [edit.text().strip() for edit in self.buttons]
        return Words(
            self.name.text,
            str(self.language.currentData()),
            str(self.category.currentData()),
            self.body.words.strip(),
            str(self.use.currentData()),
            tuple(str(each.field.currentData()) for each in shown),
            tuple(each.sample.text().strip() for each in shown),
            self.footer.text,
            (*(Button(title) for title in titles if title), *self._urls),
        )

    def show_words(self, words: Words) -> None:
        self._showing = True
        self.name.edit.setText(words.name)
        for box, value in ((self.language, words.language), (self.category, words.category), (self.use, words.use)):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.body.show_words(words.body)
        self._fit_variables()
        for number, each in enumerate(self.variables):
            each.field.setCurrentIndex(max(0, each.field.findData((*words.fields, *[""] * 20)[number])))
            each.sample.setText((*words.samples, *[""] * 20)[number])
        self.footer.edit.setText(words.footer)
        self._urls = tuple(button for button in words.buttons if button.url)
        quick = [button.title for button in words.buttons if not button.url]
        for number, edit in enumerate(self.buttons):
            edit.setText(quick[number] if number < len(quick) else "")
        self._showing = False

    def dress(self, judged: Judged, *, writable: bool, named: bool) -> None:
        """``writable``: WhatsApp does not know these words; ``named``: nor this name. What it is for may change."""
        self.counter.say(judged.counter)
        self.counter.set_role("danger" if judged.over else "muted")
        self.name.edit.setReadOnly(not named)
        self.language.setEnabled(named)
        self.category.setEnabled(writable)
        self.body.setReadOnly(not writable)
        for edit in (self.footer.edit, *self.buttons, *(each.sample for each in self.variables)):
            edit.setReadOnly(not writable)
        self.body.setAccessibleDescription(judged.wrong or judged.counter)

    def _typed(self) -> None:
        if not self._showing:
            self._fit_variables()
            self.changed.emit()

    def _fit_variables(self) -> None:
        """A line for each variable of the text; what was filled in stays while it is out of sight."""
        count = min(len(numbers(self.body.words)), rules.VARIABLES)
        while len(self.variables) < count:
            made = _Variable(len(self.variables) + 1, self._words, self.changed.emit)
            self.variables.append(made)
            self._variables.addWidget(made)
        for number, each in enumerate(self.variables):
            each.setVisible(number < count)
