"""Beyond the 24 hours: WhatsApp's templates, found by how they stand, written beside the phone, handed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from core.conversations.templatedesk import Compared
from core.kernel.look import SCALE
from core.kernel.text import clock_time
from core.templates.rules import WRITABLE, Template, Words
from desktop.pages.messages.beyondform import TemplateForm
from desktop.pages.messages.beyondwords import Judged, State, TemplatesSource, TemplateWords
from desktop.pages.messages.parts import Index, Phone
from desktop.pages.page import Page
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.card import Card
from desktop.widgets.cells import colour, two_lines, write
from desktop.widgets.dialog import Confirm
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice
from desktop.widgets.pill import StatusPill, draw_pill

PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp")
_LIST: Final = 280
_PHONE: Final = 310
_HIGH: Final = 68
_EDGE: Final = 3
_ROW: Final = Qt.ItemDataRole.UserRole + 1


class _Lines(QStyledItemDelegate):
    """A name over how it stands with WhatsApp."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _HIGH)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, box = theme().palette, QRectF(option.rect)
        title, state = index.data(Qt.ItemDataRole.DisplayRole), index.data(_ROW)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(box, colour(palette.raised if selected or hovered else palette.surface))
        if selected:
            painter.fillRect(QRectF(box.left(), box.top(), _EDGE, box.height()), colour(palette.gold))
        first, second = two_lines(box.adjusted(16, 0, -12, 0))
        write(painter, first, title, "body-bold", palette.text)
        draw_pill(painter, second.left(), second.center().y() + 5, state.word, state.icon, state.role, second.width())
        painter.restore()


class BeyondPart(QWidget):
    """Places the widgets, gives them what was read, and calls the verbs."""

    def __init__(self, page: Page, source: TemplatesSource) -> None:
        super().__init__()
        self._page, self._source = page, source
        self.words = TemplateWords(page.t)
        self.known: tuple[Template, ...] = ()
        self.template: Template | None = None
        self.read_once = False
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SCALE.gap)
        line.addLayout(self._left())
        line.addWidget(self._middle(), 1)
        line.addWidget(self._right())

    def _left(self) -> QVBoxLayout:
        t, column = self._page.t, QVBoxLayout()
        column.setSpacing(8)
        card = Card(t("WhatsApp’s templates"))
        card.title.hide()
        card.set_band(0)
        card.setFixedWidth(_LIST)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(t("WhatsApp’s templates"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._picked)
        self._none = Label(t("No template yet. The ready-made ones are a good beginning."), "body", "muted", wrap=True)
        self._none.setContentsMargins(16, 14, 16, 0)
        card.body.addWidget(self._none)
        card.body.addWidget(self.list, 1)
        column.addWidget(card, 1)
        self.ready = Button(t("Add the ready-made ones"), icon="plus")
        self.ready.clicked.connect(lambda: self._call(self._source.take_ready_made, "add templates", self._taken))
        self.new = Button(t("New template"), icon="plus")
        self.new.clicked.connect(self.write_new)
        self.sync = Button(t("Compare with WhatsApp"), icon="refresh-cw")
        self.sync.clicked.connect(lambda: self._call(self._source.compare, "compare templates", self._compared))
        for button in (self.ready, self.new, self.sync):
            column.addWidget(button)
        return column

    def _middle(self) -> Card:
        t = self._page.t
        self.card = Card(t("New template"))
        inner = QVBoxLayout()
        inner.setContentsMargins(SCALE.card, 10, SCALE.card, 12)
        inner.setSpacing(8)
        self.state = StatusPill("")
        self.reason = Label("", "small-bold", "danger", wrap=True)
        inner.addWidget(self.state)
        inner.addWidget(self.reason)
        self.form = TemplateForm(self.words)
        self.form.changed.connect(self._typed)
        self.form.picture_wanted.connect(self.choose_picture)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form.setProperty("kind", "scrolled")
        area.setWidget(self.form)
        inner.addWidget(area, 1)
        self.wrong = Label("", "small-bold", "danger", wrap=True)
        inner.addWidget(self.wrong)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.hand_in = Button(t("Propose to WhatsApp"), "primary")
        self.hand_in.clicked.connect(self.propose)
        self.saving = Button(t("Save"))
        self.saving.clicked.connect(self.save)
        self.copy = IconButton("copy", t("Copy"))
        self.copy.clicked.connect(self.write_copy)
        self.remove = IconButton("trash-2", t("Remove"), "danger")
        self.remove.clicked.connect(self._ask_remove)
        for button in (self.hand_in, self.saving, self.copy):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.remove)
        inner.addLayout(line)
        self.card.body.addLayout(inner)
        return self.card

    def _right(self) -> Card:
        t = self._page.t
        card = Card(t("On the buyer’s phone"))
        card.setFixedWidth(_PHONE)
        self.phone = Phone(self._page.mount.context.store.name, t("On the buyer’s phone"))
        self.phone.show_pictures(Thumbs(self._source, self._page.mount.bridge, self))
        card.body.addWidget(self.phone, 1)
        self.note = Label("", "small", "muted", wrap=True)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 8, 16, 12)
        inner.addWidget(self.note)
        card.body.addLayout(inner)
        return card

    # -- showing

    def _call(self, work: object, name: str, done: object = None) -> None:
        self._page.call(work, name, done)  # type: ignore[arg-type]

    def refresh(self) -> None:
        self._call(self._source.every, "read templates", self._show)

    def _show(self, known: tuple[Template, ...]) -> None:
        open_now, typed = self.template, self.form.words
        unsaved = self.read_once and typed != self._kept()
        self.known, self.read_once = known, True
        self._none.setVisible(not known)
        self.list.blockSignals(True)
        self.list.clear()
        for one in known:
            state: State = self.words.state(one)
            item = QListWidgetItem(one.words.name)
            item.setData(_ROW, state)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.words.name}, {state.word}")
            item.setToolTip(self.words.detail(one))
            self.list.addItem(item)
        numbers = [one.id for one in known]
        row = numbers.index(open_now.id) if open_now is not None and open_now.id in numbers else -1
        if row < 0 and open_now is None and not unsaved and known:
            row = 0
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self.template = known[row] if row >= 0 else None
        if not unsaved:  # what is being written is not lost to somebody else's change
            self.form.show_words(self._kept())
        self._dress()

    def _kept(self) -> Words:
        return self.template.words if self.template is not None else Words("", "fr", "utility", "")

    def _picked(self, row: int) -> None:
        self.template = self.known[row] if 0 <= row < len(self.known) else None
        self.form.show_words(self._kept())
        self._dress()

    def choose(self, name: str) -> bool:
        """Open the template of this name; False where there is none."""
        row = next((n for n, one in enumerate(self.known) if one.words.name == name), -1)
        if row >= 0:
            self.list.setCurrentRow(row)
        return row >= 0

    def _typed(self) -> None:
        self._dress()

    def _dress(self) -> None:
        t, template, words = self._page.t, self.template, self.form.words
        writable = template is None or template.state in WRITABLE
        judged: Judged = self.words.judge(words)
        state = self.words.state(template)
        self.card.title.say(template.words.name if template is not None else t("New template"))
        self.state.show_state(state.word, state.icon, state.role)
        reason = self.words.reason(template)
        self.reason.say(reason)
        self.reason.setVisible(bool(reason))
        self.form.dress(judged, writable=writable, named=template is None or not template.wa_id)
        begun = bool(words.body.strip() or words.name)
        self.wrong.say(judged.wrong if begun else "")
        self.wrong.setVisible(bool(judged.wrong) and begun)
        changed = words != self._kept()
        self.saving.setEnabled(changed and not judged.wrong)
        self.hand_in.setVisible(writable)
        self.hand_in.setEnabled(not judged.wrong)
        self.copy.setEnabled(template is not None)
        self.remove.setEnabled(template is not None)
        at = clock_time(self._page.now, self._page.mount.context.store.zone)
        self.phone.show_message(self.words.bubble(words, words.samples, at))
        self.note.say(self.words.note(words))

    # -- verbs

    def write_new(self) -> None:
        """An empty form."""
        self._begin(Words("", "fr", "utility", ""))

    def write_copy(self) -> None:
        """The words of this one under another name."""
        if self.template is not None:
            words = self.template.words
            self._begin(replace(words, name=f"{words.name}_2"[:60]))

    def _begin(self, words: Words) -> None:
        self.list.blockSignals(True)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(False)
        self.template = None
        self.form.show_words(words)
        self._dress()
        self.form.name.setFocus()

    def choose_picture(self) -> None:
        """Which picture of the disk stands above."""
        t = self._page.t
        kinds = " ".join(f"*{suffix}" for suffix in PICTURES)
        path, _ = QFileDialog.getOpenFileName(self, t("Picture above…"), "", f"{t('Pictures')} ({kinds})")
        if path:
            self.take_picture(Path(path))

    def take_picture(self, path: Path) -> None:
        self._call(partial(self._source.keep_picture, path), "keep picture", self.form.put_picture)

    def save(self) -> None:
        if self.saving.isEnabled():
            number, words = self._number, self.form.words
            self._call(partial(self._source.save, number, words), "save template", self._saved)

    def propose(self) -> None:
        """Keep it, then hand it to WhatsApp: what was kept stays, whatever WhatsApp says."""
        if self.hand_in.isEnabled():
            number, words = self._number, self.form.words
            self.hand_in.setEnabled(False)
            said = self._page.t("{name} is with WhatsApp: the answer shows here.", name=words.name)
            self._run(partial(self._source.save, number, words), partial(self._hand_in, said), "save template")

    def _hand_in(self, said: str, number: int) -> None:
        self._saved(number)
        self._run(partial(self._source.hand_in, number), partial(self._proposed, said), "hand in template")

    def _run(self, work: Callable[[], int], done: Callable[[int], object], name: str) -> None:
        self._page.mount.bridge.run(work, owner=self, done=done, failed=self._not_proposed, name=name)

    def _proposed(self, said: str, number: int) -> None:
        self._page.mount.bridge.notice.emit(Notice(said, "paid"))
        self._saved(number)

    def _not_proposed(self, error: Exception) -> bool:
        self.refresh()
        self._dress()
        return False

    @property
    def _number(self) -> int | None:
        return self.template.id if self.template is not None else None

    def _saved(self, number: int) -> None:
        def show(known: tuple[Template, ...]) -> None:
            self.template = next((one for one in known if one.id == number), None)
            self.form.show_words(self._kept())
            self._show(known)

        self._call(self._source.every, "read templates", show)

    def _taken(self, _: int) -> None:
        self.refresh()

    def _compared(self, found: Compared) -> None:
        self._page.mount.bridge.notice.emit(Notice(self.words.compared(found), "paid"))
        self.refresh()

    def _ask_remove(self) -> None:
        template, t = self.template, self._page.t
        if template is None:
            return
        what = t("It is withdrawn from WhatsApp too; its name rests there for 30 days.") if template.wa_id else ""
        Confirm(
            self,
            t,
            t("Remove {name}?", name=template.words.name),
            what or t("It was never handed to WhatsApp."),
            t("Remove"),
            partial(self._remove, template.id),
        ).present()

    def _remove(self, number: int) -> None:
        self._call(partial(self._source.remove, number), "remove template", lambda _: self._removed())

    def _removed(self) -> None:
        self.template = None
        self.form.show_words(self._kept())
        self.refresh()
