"""More than 24 hours have passed: an approved template for this person, its values filled and open, its cost, sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QScrollArea, QVBoxLayout, QWidget

from core.kernel.i18n import sentence
from core.kernel.text import clock_time, short_name
from desktop.bridge import Bridge
from desktop.pages.conversations.composer import Composer
from desktop.pages.conversations.presenter import Thread
from desktop.pages.messages.beyondwords import Choice, TemplatesSource, TemplateWords
from desktop.pages.messages.parts import Phone
from desktop.pages.page import Page
from desktop.texts import Texts
from desktop.thumbs import Thumbs
from desktop.widgets.dialog import Dialog
from desktop.widgets.empty import EmptyState
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

_LIST: Final = 250
_PHONE: Final = 300
_FIELDS: Final = 270
_ROW: Final = 34


class TemplateActs(QObject):
    """Answers the composer's button. ``opened()``: the conversation in view."""

    def __init__(self, page: Page, composer: Composer, opened: Callable[[], Thread | None]) -> None:
        super().__init__(page)
        self._page, self._opened = page, opened
        self.dialog: TemplateDialog | None = None
        composer.template_wanted.connect(self.ask)

    def ask(self) -> None:
        """Read what WhatsApp has approved, filled for this person, and show it."""
        thread, source = self._opened(), self._page.mount.context.templates
        if thread is not None:
            conversation_id = thread.row.conversation_id
            self._page.mount.bridge.run(
                lambda: source.choices(conversation_id),
                owner=self._page,
                done=partial(self._show, conversation_id, thread.row.name),
                name="read templates",
            )

    def _show(self, conversation_id: int, name: str, choices: tuple[Choice, ...]) -> None:
        mount = self._page.mount
        store = mount.context.store
        at = clock_time(self._page.now, store.zone)
        dialog = TemplateDialog(self._page, mount.t, store.name, name, at, choices)
        dialog.source, dialog.bridge, dialog.conversation_id = mount.context.templates, mount.bridge, conversation_id
        if choices:
            dialog.phone.show_pictures(Thumbs(dialog.source, dialog.bridge, dialog))
        dialog.write = lambda: self._page.navigate("messages", "beyond")
        dialog.destroyed.connect(self._gone)
        self.dialog = dialog
        dialog.present()

    def _gone(self) -> None:
        self.dialog = None


class TemplateDialog(Dialog):
    """The approved ones, the values of the chosen one, and the phone."""

    source: TemplatesSource
    bridge: Bridge
    conversation_id = 0
    write: Callable[[], object]

    def __init__(self, parent: QWidget, t: Texts, store: str, name: str, at: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(parent, t("Write to {name} by a template", name=short_name(name) or t("this person")), 900)
        self._t, self._at, self._choices = t, at, choices
        self.words = TemplateWords(t)
        self.fields: list[TextField] = []
        if choices:
            self._build(store)
        else:
            self._empty()

    def _empty(self) -> None:
        t = self._t
        said = t("WhatsApp only lets an approved template through now. Propose one: it takes some minutes.")
        title, verb = t("No template is approved yet"), t("Go to the templates")
        place = EmptyState("message-circle", title, said, verb, self._write)
        place.setMinimumHeight(260)
        self.body.addWidget(place)
        self.add_way_out(t("Close"))

    def _write(self) -> None:
        self.reject()
        self.write()

    def _build(self, store: str) -> None:
        t = self._t
        about = t("More than 24 hours without a word: WhatsApp lets only these through. An answer opens it again.")
        self.body.addWidget(Label(about, "small", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(16)
        self.list = QListWidget()
        self.list.setProperty("kind", "answers")
        self.list.setFixedWidth(_LIST)
        self.list.setAccessibleName(t("Approved templates"))
        for choice in self._choices:
            words = choice.offer.template.words
            use = self.words.uses()[words.use] if words.use else words.name
            item = QListWidgetItem(f"{words.language.upper()} · {use}")
            item.setSizeHint(QSize(100, _ROW))
            item.setToolTip(words.name)
            self.list.addItem(item)
        line.addWidget(self.list)
        line.addLayout(self._middle(), 1)
        self.phone = Phone(store, t("On the buyer’s phone"))
        self.phone.setProperty("kind", "scrolled")
        area = self._scrolled(self.phone)
        area.setFixedWidth(_PHONE)
        line.addWidget(area)
        self.body.addLayout(line)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Send"), self._send)
        self.list.currentRowChanged.connect(self._picked)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @staticmethod
    def _scrolled(inner: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setMinimumHeight(350)
        area.setWidget(inner)
        return area

    def _middle(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        place = QWidget()
        place.setProperty("kind", "scrolled")
        self._places = QVBoxLayout(place)
        self._places.setContentsMargins(0, 0, 8, 0)
        self._places.setSpacing(8)
        column.addWidget(self._scrolled(place), 1)
        self.cost = Label("", "small", "muted", wrap=True)
        self.refusal = Label("", "small-bold", "danger", wrap=True)
        column.addWidget(self.cost)
        column.addWidget(self.refusal)
        return column

    @property
    def choice(self) -> Choice:
        return self._choices[max(0, self.list.currentRow())]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(field.text for field in self.fields)

    def _picked(self, _row: int) -> None:
        while (item := self._places.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        words, names = self.choice.offer.template.words, self.words.fields()
        self.fields = []
        for number, value in enumerate(self.choice.offer.values):
            named = words.fields[number] if number < len(words.fields) else ""
            example = words.samples[number] if number < len(words.samples) else ""
            variable = words.variables[number] if number < len(words.variables) else ""
            numbered = self._t("Value {number}", number=number + 1)
            label = names[named] if named else numbered if variable.isdigit() else variable
            field = TextField(label, placeholder=example, close=True)
            field.edit.setText(value)
            field.changed.connect(lambda _: self._typed())
            self.fields.append(field)
            self._places.addWidget(field)
        self._places.addStretch(1)
        self.cost.say(self.words.cost(self.choice.cost))
        self._typed()

    def _typed(self) -> None:
        offer = self.choice.offer
        refusal = sentence(offer.refusal, {}, self._t.language) if offer.refusal else ""
        self.refusal.say(refusal)
        self.refusal.setVisible(bool(refusal))
        self.action.setEnabled(not refusal and all(self.values))
        self.phone.show_message(self.words.bubble(offer.template.words, self.values, self._at))

    def _send(self) -> None:
        if not self.action.isEnabled():
            return
        template_id, values = self.choice.offer.template.id, self.values
        self.action.setEnabled(False)
        self.bridge.run(
            lambda: self.source.send(self.conversation_id, template_id, values),
            owner=self,
            done=lambda _: self._sent(),
            failed=self._refused,
            name="send template",
        )

    def _sent(self) -> None:
        self.bridge.notice.emit(Notice(self._t("The template is on its way"), "paid"))
        self.accept()

    def _refused(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        return False
