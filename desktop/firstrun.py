"""The first start: a calm window that makes the first store. Comes before the main loop, so it may be executed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QLocale, QSize, Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.kernel.countries import COUNTRIES
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.storage.folder import Home, StoreCard
from desktop import firststore, pictures, qtwords
from desktop.app import room
from desktop.bridge import Bridge, Task
from desktop.firstarrival import FirstArrival
from desktop.firststore import FirstStore, StoreDraft
from desktop.pages.settings.words import choice_words
from desktop.remaking import discard
from desktop.texts import ENDONYMS, Texts
from desktop.theme import CHOICES, theme
from desktop.widgets.buttons import ENTER, Button
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import IconLabel, Label, Rule
from desktop.widgets.picture import PictureBox

log = logging.getLogger(__name__)

SIZE: Final = QSize(820, 720)
LOGO: Final = 112
_SHEET: Final = 660


class FirstRun(QDialog):
    """What buyers see of the store, where and how it sells, and how the window looks; only the name has to be typed.

    ``card`` is the store, None while there is none; ``arrived``: it came from another computer.
    """

    def __init__(self, home: Home, t: Texts) -> None:
        super().__init__()
        self._home, self._t = home, t
        self.card: StoreCard | None = None
        self.arrived = False
        self._task: Task[FirstStore] | None = None
        self._touched = self._dialled = False  # nobody is corrected in mid-word
        self.draft = StoreDraft(
            country=firststore.guess_country(QLocale.territoryToCode(QLocale.system().territory())), language=t.language
        )
        self.bridge = Bridge(t, workers=1, parent=self)
        self.setWindowTitle("LivePay")
        self.setProperty("kind", "page")
        self.resize(SIZE.boundedTo(room(self)))
        self.setMinimumSize(720, 640)
        self._whole = QWidget()
        place = QVBoxLayout(self)
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(self._whole)
        self._lay_out()
        self.name.setFocus()

    # -- the sheet

    def _lay_out(self) -> None:
        """All of it, in the language in force."""
        qtwords.speak(self._t.language)
        self.arrival = FirstArrival(self, self._home, self._t, self.bridge, self._came)
        sheet = QFrame()
        sheet.setProperty("kind", "card")
        sheet.setFixedWidth(_SHEET)
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._form())
        column.addWidget(Rule())
        column.addLayout(self._foot())
        outer = QVBoxLayout(self._whole)
        outer.addStretch(2)
        outer.addLayout(self._brand())
        outer.addSpacing(14)
        middle = QHBoxLayout()  # not an alignment, which would not ask the sheet how high it is at this width
        middle.addStretch(1)
        middle.addWidget(sheet)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        self._show()

    def _speak(self) -> None:
        """Another language: the sheet again, with all that was typed."""
        before, self._whole = self._whole, QWidget()
        self._t.choose(self.draft.language)
        self._lay_out()
        place = self.layout()
        assert place is not None
        place.replaceWidget(before, self._whole)
        discard(before)
        self.language.setFocus()
        if self.draft.logo is not None:
            self._picked(self.draft.logo)

    def _brand(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addStretch(1)
        line.addWidget(Label("Live", "title"))
        line.addWidget(Label("Pay", "title", "gold"))
        line.addStretch(1)
        return line

    def _form(self) -> QVBoxLayout:
        t = self._t
        form = QVBoxLayout()
        form.setContentsMargins(28, 24, 28, 18)
        form.setSpacing(10)
        form.addWidget(Label(t("Your first store"), "title"))
        form.addWidget(
            Label(
                t("One minute, and you can sell. All of it can be changed later, in Settings."),
                "body",
                "muted",
                wrap=True,
            )
        )
        form.addWidget(self.arrival.gone)
        form.addSpacing(10)
        form.addLayout(self._who())
        form.addLayout(self._where())
        form.addLayout(self._how())
        form.addSpacing(2)
        self.samples = QCheckBox(t("Try it with sample products"))
        self.samples.setChecked(self.draft.samples)
        self.samples.toggled.connect(self._chosen)
        about = Label(t("A dozen products to try things with; delete them whenever you like."), "small", "muted")
        about.setIndent(28)
        self.samples.setAccessibleDescription(about.text())
        form.addWidget(self.samples)
        form.addWidget(about)
        form.addWidget(self._trouble())
        return form

    def _who(self) -> QHBoxLayout:
        """What buyers see of the store: its name, its number, its picture."""
        t = self._t
        self.name = TextField(t("Name of the store"), t("Buyers read it in messages, on the pay page and on invoices."))
        self.name.edit.setMaxLength(firststore.NAME_LIMIT + 20)
        self.name.edit.setText(self.draft.name)
        self.name.changed.connect(self._named)
        self.name.edit.editingFinished.connect(self._left)
        self.phone = TextField(t("Phone (optional)"), t("Printed on invoices and shown on the pay page."))
        self.phone.edit.setText(self.draft.phone)
        self.phone.changed.connect(self._chosen)
        self.phone.edit.editingFinished.connect(self._phone_left)
        self.logo = PictureBox(QSize(LOGO, LOGO), t("Logo (optional)"), t("Logo (optional)"), t("Pictures"))
        self.logo.picked.connect(self._picked)
        typed = QVBoxLayout()
        typed.setSpacing(10)
        typed.addWidget(self.name)
        typed.addWidget(self.phone)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addLayout(typed, 1)
        side = QVBoxLayout()
        side.addSpacing(20)
        side.addWidget(self.logo)
        self.no_logo = Button(t("Remove"), "quiet")
        self.no_logo.clicked.connect(lambda: self._picked(None))
        side.addWidget(self.no_logo)
        side.addStretch(1)
        line.addLayout(side)
        return line

    def _where(self) -> QHBoxLayout:
        t = self._t
        self.country = QComboBox()
        for code, country in COUNTRIES.items():
            self.country.addItem(country.name, code)
        self.country.setCurrentIndex(self.country.findData(self.draft.country))
        self.country.currentIndexChanged.connect(self._chosen)
        self.currency = QLineEdit()
        self.currency.setReadOnly(True)
        self.currency.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.segment = QComboBox()
        for name, word, _ in firststore.kinds(t):
            self.segment.addItem(word, name)
        self.segment.setCurrentIndex(self.segment.findData(self.draft.segment))
        self.segment.currentIndexChanged.connect(self._chosen)
        self._kind = Field(t("Kind of shop"), self.segment, firststore.kinds(t)[0][2])
        pair = QHBoxLayout()
        pair.setSpacing(14)
        pair.addWidget(self._kind, 2)
        pair.addWidget(Field(t("Country"), self.country), 1)
        pair.addWidget(Field(t("Currency"), self.currency), 1)
        return pair

    def _how(self) -> QHBoxLayout:
        """Of the window: its language and its looks, seen at once."""
        t = self._t
        self.language = QComboBox()
        for code, word in ENDONYMS.items():
            self.language.addItem(word, code)
        self.language.setCurrentIndex(self.language.findData(self.draft.language))
        self.language.currentIndexChanged.connect(self._chosen)
        words = choice_words(t)
        self.looks = QComboBox()
        for choice in CHOICES:
            self.looks.addItem(words[choice], choice)
        self.looks.setCurrentIndex(self.looks.findData(theme().choice))
        self.looks.currentIndexChanged.connect(lambda _: theme().choose(self.looks.currentData()))
        pair = QHBoxLayout()
        pair.setSpacing(14)
        pair.addWidget(
            Field(t("Language"), self.language, t("What the bot speaks first, and what this window speaks.")), 2
        )
        pair.addWidget(Field(t("Theme"), self.looks), 2)
        return pair

    def _trouble(self) -> QWidget:
        """What went wrong, in a sentence; nothing while all is well."""
        self._wrong = QFrame()
        self._wrong.setProperty("kind", "banner")
        self._wrong.setProperty("role", "danger")
        line = QHBoxLayout(self._wrong)
        line.setContentsMargins(14, 10, 14, 10)
        line.setSpacing(10)
        line.addWidget(IconLabel("circle-alert", "danger"), 0, Qt.AlignmentFlag.AlignTop)
        self._why = Label("", "body", wrap=True)
        line.addWidget(self._why, 1)
        self._wrong.hide()
        return self._wrong

    def _foot(self) -> QHBoxLayout:
        t = self._t
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 14, 28, 16)
        foot.setSpacing(10)
        self.quit = Button(t("Quit"), key="Esc")
        self.quit.clicked.connect(self.reject)
        self.action = Button(t("Create the store"), "primary", key=ENTER, live=True)
        self.action.setDefault(True)
        self.action.clicked.connect(self.submit)
        foot.addWidget(self.arrival.button)
        foot.addStretch(1)
        foot.addWidget(self.quit)
        foot.addWidget(self.action)
        return foot

    # -- typing

    def _named(self, text: str) -> None:
        self.draft = replace(self.draft, name=text)
        self._show()

    def _left(self) -> None:
        # Nobody is corrected in mid-word: the name is blamed once it was left, or was right before.
        self._touched = self._touched or bool(self.draft.name.strip())
        self._show()

    def _chosen(self, *_: object) -> None:
        self.draft = replace(
            self.draft,
            country=self.country.currentData(),
            language=self.language.currentData(),
            segment=self.segment.currentData(),
            phone=self.phone.text,
            samples=self.samples.isChecked(),
        )
        if self.draft.language != self._t.language:
            QTimer.singleShot(0, self, self._speak)  # not while its own list of languages is closing
        self._show()

    def _phone_left(self) -> None:
        self._dialled = self._dialled or bool(self.phone.text)
        self._show()

    def _picked(self, path: Path | None) -> None:
        """Look at the file at once: what is no picture is said now, not after the store was made."""
        self.logo_problem("")
        if path is None:
            self.draft = replace(self.draft, logo=None)
            self.logo.show_thumb(None)
            self._show()
            return
        self.bridge.run(
            lambda: (pictures.prepare(path, pictures.LOGO_SIDE, transparent=True), pictures.thumb(path, LOGO, LOGO))[1],
            owner=self,
            done=lambda thumb: self._seen(path, thumb),
            failed=self._unseen,
            name="read logo",
        )

    def _seen(self, path: Path, thumb: pictures.Thumb | None) -> None:
        self.draft = replace(self.draft, logo=path)
        self.logo.show_thumb(thumb)
        self._show()

    def _unseen(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            return False
        self.logo_problem(explain(error, self._t.language))
        return True

    def logo_problem(self, text: str) -> None:
        """Why the file cannot be the logo; the store is made without it."""
        self._why.say(text)
        self._wrong.setAccessibleName(text)
        self._wrong.setVisible(bool(text))

    def _show(self) -> None:
        problem = firststore.name_problem(self.draft, self._home, self._t)
        self._touched = self._touched or not problem
        self.name.set_error(problem if self._touched else "")
        wrong = firststore.phone_problem(self.draft, self._t)
        self._dialled = self._dialled or bool(self.phone.text and not wrong)
        self.phone.set_error(wrong if self._dialled else "")
        self._kind.set_hint(next(told for name, _, told in firststore.kinds(self._t) if name == self.draft.segment))
        self.no_logo.setVisible(self.draft.logo is not None)
        self.currency.setText(firststore.currency_words(self.draft.country, self._t))
        waiting = self._task is not None
        for part in (*self._typed, self.quit, self.arrival.button, self.action):
            part.setEnabled(not waiting)

    @property
    def _typed(self) -> tuple[QWidget, ...]:
        """All that can be filled in."""
        chosen = (self.segment, self.country, self.language, self.looks, self.samples)
        return (self.name, self.phone, self.logo, self.no_logo, *chosen)

    # -- making

    def submit(self) -> None:
        """Enter: make the store when all is right, else say what is missing; once it is made, open it."""
        if self.card is not None:
            self.accept()
            return
        if self._task is not None:
            return
        if firststore.name_problem(self.draft, self._home, self._t):
            self._touched = True
            self._show()
            self.name.setFocus()
            return
        if firststore.phone_problem(self.draft, self._t):
            self._dialled = True
            self._show()
            self.phone.setFocus()
            return
        home, draft = self._home, self.draft
        self._wrong.hide()
        self.action.setText(self._t("Creating…"))
        self._task = self.bridge.run(
            lambda: firststore.make(home, draft), owner=self, done=self._made, failed=self._failed, name="create store"
        )
        self._show()

    def _came(self, card: StoreCard, arrived: bool) -> None:
        """A store is here that was made before."""
        self.card, self.arrived = card, arrived
        self.accept()

    def _made(self, made: FirstStore) -> None:
        self._task = None
        self.card = made.card
        if made.problem is None:
            self.accept()
            return
        why = explain(made.problem, self._t.language)
        self._say(self._t("The store is made, but not all could be put in: {why}", why=why))
        self.action.setText(self._t("Open the store"))
        self._show()
        for part in self._typed:
            part.setEnabled(False)

    def _failed(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, LivePayError):
            self._say(explain(error, self._t.language))
        else:
            log.error("the first store could not be made", exc_info=error)
            self._say(self._t("Something went wrong in LivePay. Nothing was lost; the details are in the log."))
        self.action.setText(self._t("Create the store"))
        self._show()
        self.name.setFocus()

    def _say(self, sentence: str) -> None:
        self._why.say(sentence)
        self._wrong.setAccessibleName(sentence)
        self._wrong.show()

    def reject(self) -> None:
        """Leave; not in the middle of the making."""
        if self._task is None:
            super().reject()
