"""The bot's texts: found by family, language and segment, written anew beside the message a buyer would get."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.i18n import LANGUAGES
from core.kernel.look import SCALE
from core.kernel.text import clock_time
from core.voice import wording
from core.voice.service import StoreText
from desktop.pages.living import LivingPage
from desktop.pages.messages.beyond import BeyondPart
from desktop.pages.messages.faq import FaqDialog
from desktop.pages.messages.parts import Phone, TextsList, Variables, WordsEdit
from desktop.pages.messages.presenter import Listing, MessagesPresenter, MessagesSource
from desktop.pages.page import Mount
from desktop.pages.settings.parts import LastChange
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.labels import Label, Rule

_NAMES: Final = {"fr": "Français", "mg": "Malagasy", "en": "English"}
_LIST: Final = 300
_PHONE: Final = 320


class MessagesPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = frozenset({"voice", "templates"})

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.source: MessagesSource = mount.context.messages
        self.presenter = MessagesPresenter(mount.t, mount.context.store.currency)
        self.listing = Listing(self.source.segment, mount.context.store.language)
        self.text: StoreText | None = None
        self._before: tuple[StoreText, str | None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self.parts = QStackedWidget()
        self.parts.addWidget(self._texts())
        self._beyond: BeyondPart | None = None
        column.addWidget(self.parts, 1)
        self.add_shortcut("Ctrl+S", self.save, self.t("Save"))
        self.add_shortcut("Ctrl+Z", self.undo, self.t("Take the last change back"))
        self.refresh()

    def ask(self) -> FaqDialog:
        """The seller's own questions and answers."""
        dialog = FaqDialog(self, self.t, self.source, self.mount.bridge, self.listing.language)
        dialog.present()
        return dialog

    # -- parts

    @property
    def beyond(self) -> BeyondPart:
        """The templates, built when they are first turned to."""
        if self._beyond is None:
            self._beyond = BeyondPart(self, self.mount.context.templates)
            self.parts.addWidget(self._beyond)
            self._beyond.refresh()
        return self._beyond

    def _texts(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._choices())
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._list())
        line.addWidget(self._editor(), 1)
        line.addWidget(self._preview())
        column.addLayout(line, 1)
        return part

    def turn_to(self, part: int) -> None:
        """0: what is said in a conversation; 1: what may be said when it is more than 24 hours old."""
        if part:
            self.parts.setCurrentWidget(self.beyond)
        else:
            self.parts.setCurrentIndex(0)
        self.turns[part].setChecked(True)
        self.search.setVisible(part == 0)
        self.last.setVisible(part == 0 and self._before is not None)

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        title = Label(self.t("Message texts"), "title")
        title.setMinimumHeight(SCALE.target_live)
        line.addWidget(title)
        group = QButtonGroup(self)
        self.turns = [Chip(self.t("In the conversation")), Chip(self.t("Beyond the 24 hours"))]
        for number, chip in enumerate(self.turns):
            group.addButton(chip, number)
            line.addWidget(chip)
        self.turns[0].setChecked(True)
        group.idClicked.connect(self.turn_to)
        line.addStretch(1)
        self.last = LastChange(self.t)
        self.last.undone.connect(self.undo)
        line.addWidget(self.last)
        self.make_search(self.t("A word of the text"))
        self.search.down.connect(lambda: self.list.setFocus())
        line.addWidget(self.search, 2)
        return line

    def _choices(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(7)
        self._languages = QButtonGroup(self)
        self.languages: dict[str, Chip] = {}
        for number, language in enumerate(LANGUAGES):
            chip = self.languages[language] = Chip(_NAMES[language])
            self._languages.addButton(chip, number)
            line.addWidget(chip)
        self.languages[self.listing.language].setChecked(True)
        self._languages.idClicked.connect(lambda number: self.look(language=LANGUAGES[number]))
        line.addStretch(1)
        self.asked = Button(self.t("Questions buyers ask…"), icon="message-circle")
        self.asked.clicked.connect(self.ask)
        line.addWidget(self.asked)
        label = Label(self.t("Kind of shop"), "small", "muted")
        self.segment = QComboBox()
        for name, word in self.presenter.segments().items():
            self.segment.addItem(word, name)
        self.segment.setCurrentIndex(self.segment.findData(self.listing.segment))
        self.segment.setAccessibleName(label.text())
        self.segment.activated.connect(lambda _: self.look(segment=self.segment.currentData()))
        line.addWidget(label)
        line.addWidget(self.segment)
        return line

    def _list(self) -> Card:
        card = Card(self.t("Texts"))
        card.title.hide()
        card.set_band(0)
        card.setFixedWidth(_LIST)
        self.list = TextsList(self.t("Texts"))
        self.list.chosen.connect(self.open)
        card.body.addWidget(self.list)
        return card

    def _editor(self) -> Card:
        t = self.t
        self.card = Card(t("The words"))
        inner = QVBoxLayout()
        inner.setContentsMargins(SCALE.card, 12, SCALE.card, 12)
        inner.setSpacing(8)
        self.about = Label("", "small", "muted", wrap=True)
        self.edit = WordsEdit(t("The words"))
        self.edit.textChanged.connect(self._typed)
        self.counter = Label("", "small", "muted")
        self.wrong = Label("", "small-bold", "danger", wrap=True)
        self.variables = Variables()
        self.variables.taken.connect(self._insert)
        for part in (self.about, self.edit, self.counter, self.wrong, self.variables):
            inner.addWidget(part, 1 if part is self.edit else 0)
        self.saving = Button(t("Save"), "primary", key="Ctrl+S")
        self.saving.clicked.connect(lambda: self.save())
        self.ours = Button(t("As it came"), icon="undo-2")
        self.ours.clicked.connect(lambda: self.reset())
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.saving)
        line.addWidget(self.ours)
        line.addStretch(1)
        inner.addLayout(line)
        inner.addWidget(Rule())
        inner.addLayout(self._comparison())
        self.card.body.addLayout(inner)
        return self.card

    def _comparison(self) -> QVBoxLayout:
        t, column = self.t, QVBoxLayout()
        column.setSpacing(8)
        self.trial = Label("", "small", "muted", wrap=True)
        column.addWidget(self.trial)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.compare_button = Button(t("Compare with the text of now"))
        self.compare_button.clicked.connect(lambda: self.compare())
        self.keep_a, self.keep_b = Button(t("Keep the text of now")), Button(t("Take the text that is tried"))
        self.keep_a.clicked.connect(partial(self.end_trial, ""))
        self.keep_b.clicked.connect(partial(self.end_trial, "b"))
        for button in (self.compare_button, self.keep_a, self.keep_b):
            line.addWidget(button)
        line.addStretch(1)
        column.addLayout(line)
        return column

    def _preview(self) -> Card:
        card = Card(self.t("On the buyer’s phone"))
        card.setFixedWidth(_PHONE)
        self.phone = Phone(self.mount.context.store.name, self.t("On the buyer’s phone"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.phone.setProperty("kind", "scrolled")
        area.setWidget(self.phone)
        card.body.addWidget(area)
        return card

    # -- showing

    def look(self, *, segment: str | None = None, language: str | None = None) -> None:
        """The texts of another segment or language; the same one stays open."""
        self.listing = Listing(segment or self.listing.segment, language or self.listing.language)
        self.refresh()

    def refresh(self) -> None:
        self.reading()
        if self._beyond is not None:
            self._beyond.refresh()
        segment, language, source = self.listing.segment, self.listing.language, self.source
        self.read_for(lambda: source.read(segment, language), "read texts", self._show)

    def _show(self, listing: Listing) -> None:
        if (listing.segment, listing.language) != (self.listing.segment, self.listing.language):
            return
        self.listing = listing
        open_now, typed = self.text, self.edit.words
        unsaved = self.read_once and open_now is not None and typed != open_now.words
        same_place = open_now is not None and (open_now.segment, open_now.language) == (
            listing.segment,
            listing.language,
        )
        self.list.texts.show(self.presenter.rows(listing, self.search.text()))
        self.read_once = True
        if open_now is not None:
            now = next((x for x in listing.texts if (x.key, x.variant) == (open_now.key, open_now.variant)), None)
            self.list.choose(open_now.key, open_now.variant)
            if now is not None:
                self.open(now)
                if unsaved and same_place:  # what is being written is not lost to somebody else's change
                    self.edit.show_words(typed)
        else:
            first = next((row.text for row in self.list.texts.rows if row.text is not None), None)
            if first is not None:
                self.list.choose(first.key, first.variant)

    def show_subject(self, subject: object) -> None:
        """Open the text with this key; ``beyond``: the templates for when 24 hours have passed."""
        self.turn_to(1 if subject == "beyond" else 0)
        text = next((one for one in self.listing.texts if one.key == subject), None)
        if text is not None:
            self.list.choose(text.key, text.variant)

    def take_focus(self) -> None:
        self.list.setFocus()

    def open(self, text: StoreText) -> None:
        """Bring a text into the editor."""
        self.text = text
        self.card.title.say(self.presenter.name(text) if len(self.presenter.name(text)) < 34 else self.t("The words"))
        about = self.presenter.when(text)
        above = self.t("In your words.") if text.own is not None else self.t("As it came with the program.")
        self.about.say(f"{about[:1].upper()}{about[1:]}. {above}" if about else above)
        self.variables.offer(wording.variables(text.key), self.presenter.variables())
        self.edit.show_words(text.words)
        self._typed()

    def _typed(self) -> None:
        if self.text is None:
            return
        words = self.edit.words
        judged = self.presenter.judge(self.text, words)
        self.counter.say(judged.counter)
        self.counter.set_role("danger" if judged.over else "muted")
        self.wrong.say(judged.wrong)
        self.wrong.setVisible(bool(judged.wrong))
        self.edit.setAccessibleDescription(judged.wrong or judged.counter)
        changed = words.strip() != self.text.words
        self.saving.setEnabled(changed and not judged.wrong)
        self.ours.setEnabled(self.text.own is not None or changed)
        at = clock_time(self.now, self.mount.context.store.zone)
        self.phone.show_message(self.presenter.message(self.listing, self.text, words, at))
        self._show_trial(self.text, changed and not judged.wrong)

    def _show_trial(self, text: StoreText, ready: bool) -> None:
        found = self.listing.trials.get((text.key, text.variant))
        for button in (self.keep_a, self.keep_b):
            button.setVisible(found is not None)
        self.compare_button.setVisible(found is None and not text.key.startswith(("button_", "seller_", "live_")))
        self.compare_button.setEnabled(ready)
        if found is not None:
            self.trial.say(self.presenter.trial(*found))
        else:
            self.trial.say(self.t("Not sure? Write other words and let half of the buyers read them."))
        self.trial.setVisible(found is not None or self.compare_button.isVisibleTo(self))

    # -- verbs

    def _insert(self, variable: str) -> None:
        self.edit.insertPlainText(variable)
        self.edit.setFocus()

    def save(self) -> None:
        if self.parts.currentIndex():
            self.beyond.save()
        elif self.text is not None and self.saving.isEnabled():
            self._put(self.text, self.edit.words.strip())

    def reset(self) -> None:
        """Back to our words: at once, with the way back."""
        if self.text is None:
            return
        if self.text.own is None:
            self.edit.show_words(self.text.ours)
        else:
            self._put(self.text, None)

    def _put(self, text: StoreText, words: str | None) -> None:
        source = self.source
        self.call(lambda: source.save(text, words), "save text", partial(self._saved, text))

    def _saved(self, before: StoreText, now: StoreText) -> None:
        self._before = (before, before.own)
        self.last.saved(self.presenter.name(before))
        self._take(now)

    def undo(self) -> None:
        """Take the last change back."""
        if self._before is None:
            return
        (text, words), self._before = self._before, None
        source = self.source
        self.call(lambda: source.save(text, words), "undo text", self._undone)

    def _undone(self, now: StoreText) -> None:
        self.last.restored(self.presenter.name(now))
        self._take(now)

    def _take(self, now: StoreText) -> None:
        text = self.text
        if text is not None and (text.key, text.variant, text.segment, text.language) == (
            *(now.key, now.variant, now.segment, now.language),
        ):
            self.open(now)
        self.refresh()

    def compare(self) -> None:
        """From now on half of the buyers read what is written here."""
        text, words, source = self.text, self.edit.words.strip(), self.source
        if text is not None:
            self.call(lambda: source.compare(text, words), "compare texts", lambda _: self._compared(text))

    def _compared(self, text: StoreText) -> None:
        self.edit.show_words(text.words)
        self.refresh()

    def end_trial(self, apply: str, *_: object) -> None:
        found = self.listing.trials.get((self.text.key, self.text.variant)) if self.text is not None else None
        if found is not None:
            trial, source = found[0], self.source
            self.call(lambda: source.end(trial, apply), "end comparison", lambda _: self.refresh())
