"""The form of a template: its words, what its variables hold, the line below and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from core.templates import rules
from core.templates.rules import UNCHOSEN, Words
from core.templates.rules import Button as Said
from desktop.fonts import width
from desktop.pages.messages.beyondwords import Judged, TemplateWords
from desktop.pages.messages.parts import WordsEdit
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label

_BODY: Final = 120
_NAME: Final = 110  # px at most of a variable's name
LINKS: Final = 2  # that open an address: WhatsApp takes no more (reference whatsapp §5.5)


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

    def __init__(self, words: TemplateWords, changed: Callable[[], object]) -> None:
        super().__init__()
        t = words.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._t = t
        self._label = Label("", "small-bold", "muted")
        self.field = _combo(words.fields(), "")
        self.sample = QLineEdit()
        self.sample.setMinimumWidth(60)
        self.sample.setPlaceholderText(t("Example"))
        self.field.activated.connect(lambda _: changed())
        self.sample.textEdited.connect(lambda _: changed())
        line.addWidget(self._label)
        line.addWidget(self.field, 6)
        line.addWidget(self.sample, 5)

    @property
    def wanted(self) -> int:
        """How wide its name is, in px."""
        return max(34, ceil(width(self._label.text(), "small-bold")) + 4)

    def align(self, wide: int) -> None:
        """As the others, whose names may be longer."""
        self._label.setFixedWidth(min(wide, _NAME))

    def call(self, variable: str) -> None:
        """Which one it is: its number or its name."""
        shown = f"{{{{{variable}}}}}"
        self._label.say(shown)
        self.field.setAccessibleName(self._t("What {variable} holds", variable=shown))
        self.sample.setAccessibleName(self._t("Example for {variable}", variable=shown))


class _Link(QWidget):
    """A button that opens a web address: its title, and the address."""

    def __init__(self, number: int, words: TemplateWords, changed: Callable[[], object]) -> None:
        super().__init__()
        t = words.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self.title, self.url = QLineEdit(), QLineEdit()
        self.title.setMaxLength(rules.BUTTON)
        self.title.setPlaceholderText(t("See the shop"))
        self.url.setPlaceholderText("https://")
        self.title.setAccessibleName(t("Title of button {number}", number=number))
        self.url.setAccessibleName(t("Address of button {number}", number=number))
        for edit, share in ((self.title, 2), (self.url, 3)):
            edit.setMinimumWidth(60)
            edit.textEdited.connect(lambda _: changed())
            line.addWidget(edit, share)

    @property
    def filled(self) -> bool:
        return bool(self.title.text().strip() or self.url.text().strip())

    @property
    def button(self) -> Said:
        """One without its address is no web address yet: judged, not sent as a ready answer."""
        return Said(self.title.text().strip(), self.url.text().strip() or "https://")

    def show_button(self, button: Said | None) -> None:
        self.title.setText(button.title if button else "")
        self.url.setText(button.url if button else "")


class TemplateForm(QWidget):
    """``changed`` when anything was typed; ``words`` is what the form holds; ``picture_wanted``: a file is to be
    chosen."""

    changed = Signal()
    picture_wanted = Signal()

    def __init__(self, words: TemplateWords) -> None:
        super().__init__()
        self._words = words
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
        self.heading = TextField(t("Heading, optional"), placeholder=t("Your order {{reference}}"), close=True)
        column.addWidget(self.heading)
        column.addLayout(self._above())
        self.body = WordsEdit(t("The words"))
        place = QWidget()  # the style sheet takes an edit of this kind for one line
        place.setFixedHeight(_BODY)
        inner = QVBoxLayout(place)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.body)
        column.addWidget(
            Label(
                t("The words: {one}, {two} or names like {named}", one="{{1}}", two="{{2}}", named="{{total}}"),
                "small-bold",
            )
        )
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
        column.addWidget(Label(t("Buttons that open a page, optional"), "small-bold"))
        self.links = [_Link(number, words, self._typed) for number in range(1, LINKS + 1)]
        for link in self.links:
            column.addWidget(link)
        column.addStretch(1)
        self.name.changed.connect(lambda _: self._typed())
        self.footer.changed.connect(lambda _: self._typed())
        self.heading.changed.connect(lambda _: self._typed())
        self.body.textChanged.connect(self._typed)
        for box in (self.language, self.category, self.use):
            box.activated.connect(lambda _: self._typed())

    def _above(self) -> QHBoxLayout:
        """A picture in place of the heading."""
        t, line = self._words.t, QHBoxLayout()
        line.setSpacing(8)
        self.picture = ""
        self.choose = Button("", icon="image", shrinks=True)
        self.choose.clicked.connect(self.picture_wanted)
        self.without = IconButton("x", t("Without a picture"))
        self.without.clicked.connect(lambda: self.put_picture(""))
        line.addWidget(self.choose)
        line.addWidget(self.without)
        line.addStretch(1)
        return line

    def put_picture(self, name: str) -> None:
        """A file of the media folder above the words, in place of a heading; empty: none."""
        self.picture = name
        if name:
            self.heading.edit.clear()
        self._show_above(writable=True)
        self._typed()

    def _show_above(self, *, writable: bool) -> None:
        """Which picture it is may change at any time; whether there is one, only where WhatsApp does not know it."""
        t, there = self._words.t, bool(self.picture)
        self.choose.setText(t("Another picture…") if there and self.picture != UNCHOSEN else t("Picture above…"))
        self.choose.setEnabled(writable or there)
        self.without.setVisible(there and writable)
        self.heading.setVisible(not there)

    @property
    def words(self) -> Words:
        """As typed, not judged."""
        shown = self.variables[: len(self._names())]
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
            (*(Said(title) for title in titles if title), *(link.button for link in self.links if link.filled)),
            self.heading.text,
            self.picture,
        )

    def _names(self) -> list[str]:
        return [*rules.variables(self.heading.text), *rules.variables(self.body.words)]

    def show_words(self, words: Words) -> None:
        self._showing = True
        self.name.edit.setText(words.name)
        for box, value in ((self.language, words.language), (self.category, words.category), (self.use, words.use)):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.heading.edit.setText(words.heading)
        self.picture = words.picture
        self.body.show_words(words.body)
        self._fit_variables()
        for number, each in enumerate(self.variables):
            each.field.setCurrentIndex(max(0, each.field.findData((*words.fields, *[""] * 20)[number])))
            each.sample.setText((*words.samples, *[""] * 20)[number])
            each.sample.setCursorPosition(0)
        self.footer.edit.setText(words.footer)
        urls = [button for button in words.buttons if button.url]
        for place, link in enumerate(self.links):
            link.show_button(urls[place] if place < len(urls) else None)
        quick = [button.title for button in words.buttons if not button.url]
        for number, edit in enumerate(self.buttons):
            edit.setText(quick[number] if number < len(quick) else "")
            edit.setCursorPosition(0)
        self._showing = False

    def dress(self, judged: Judged, *, writable: bool, named: bool) -> None:
        """``writable``: WhatsApp does not know these words; ``named``: nor this name. What it is for may change."""
        self._show_above(writable=writable)
        self.counter.say(judged.counter)
        self.counter.set_role("danger" if judged.over else "muted")
        self.name.edit.setReadOnly(not named)
        self.language.setEnabled(named)
        self.category.setEnabled(writable)
        self.body.setReadOnly(not writable)
        links = [edit for link in self.links for edit in (link.title, link.url)]
        for edit in (
            self.heading.edit,
            self.footer.edit,
            *self.buttons,
            *links,
            *(each.sample for each in self.variables),
        ):
            edit.setReadOnly(not writable)
        self.body.setAccessibleDescription(judged.wrong or judged.counter)

    def _typed(self) -> None:
        if not self._showing:
            self._fit_variables()
            self.changed.emit()

    def _fit_variables(self) -> None:
        """A line for each variable of the text; what was filled in stays while it is out of sight."""
        names = self._names()[: rules.VARIABLES + 1]
        count = len(names)
        while len(self.variables) < count:
            made = _Variable(self._words, self.changed.emit)
            self.variables.append(made)
            self._variables.addWidget(made)
        for number, each in enumerate(self.variables):
            each.setVisible(number < count)
            if number < count:
                each.call(names[number])
        widest = max((each.wanted for each in self.variables[:count]), default=0)
        for each in self.variables[:count]:
            each.align(widest)
