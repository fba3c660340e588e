"""A page that is one long list: found in, filtered and sorted over a table, and one row of it stands beside.

Here is what all of them do alike: reading by the page, keeping what is selected while rows change, saying why the table
is empty, menus, acts on many rows, showing only the rows behind a figure, and going on in the page that is built in
this one's place. A page says what it reads, what its filters are and what its verbs do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.behind import BehindBar
from desktop.pages.living import LivingPage
from desktop.pages.many import Many
from desktop.pages.page import Mount
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.flow import Flow
from desktop.widgets.labels import Label
from desktop.widgets.paged import PAGE, PagedTable
from desktop.widgets.sidepane import SidePane

if TYPE_CHECKING:
    from desktop.subjects import RowsWanted

Q = TypeVar("Q")
O = TypeVar("O")  # noqa: E741 - an overview
MOST: Final = 10 * PAGE
"""Rows that are read again at once, and that can be selected together."""


class Read(Protocol):
    """What a list reads its rows from. It may block: called off the window's thread."""

    def page(self, wanted: Any, after: Any, limit: int) -> Sequence[Any]: ...


class Verb(Struct, frozen=True):
    """What can be done with the row that is chosen; ``why`` it cannot be now, empty while it can."""

    name: str
    text: str
    able: bool = True
    why: str = ""


class Kept(Struct, Generic[Q], frozen=True):
    """What another page of the same kind goes on with. ``own``: what only this kind of page knows."""

    question: Q
    current: object
    picked: tuple[object, ...]
    rows: int
    own: object = None


class Chips(Generic[Q]):
    """One of a few, as chips in a line, or in two where there is less room."""

    def __init__(self, parent: QWidget, entries: Sequence[tuple[Q, str]], chosen: Callable[[Q], object]) -> None:
        self.group = QButtonGroup(parent)
        self.of: dict[Q, Chip] = {}
        for value, word in entries:
            chip = self.of[value] = Chip(word)
            chip.clicked.connect(lambda checked=False, value=value: chosen(value))
            self.group.addButton(chip)

    def line(self) -> Flow:
        line = Flow()
        for chip in self.of.values():
            line.addWidget(chip)
        return line


class ListPage(LivingPage, Generic[Q, O]):
    """``question`` is what is looked for (a frozen value with ``text`` and ``sort``, and ``behind`` where there is a
    :meth:`behind_bar`), ``overview`` what was read beside the rows. Built in this order: ``head``, own parts,
    ``listed``, then :meth:`begin`."""

    pane: SidePane
    """What stands beside a table of which several rows can be selected."""

    name: ClassVar[str]
    """Its columns are kept under it, and what it reads is called by it."""

    def __init__(self, mount: Mount, source: Read, table: PagedTable, question: Q, overview: O) -> None:
        super().__init__(mount)
        self._rows, self.table, self.model = source, table, table.paged
        self.question, self.overview = question, overview
        self._everything = question
        self.model.setParent(self)
        self._subject: object = None
        self._picked: tuple[object, ...] = ()
        self._least = 0
        self._showing = False
        self.places = QStackedWidget()
        self.many: Many | None = None
        self.behind: BehindBar | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 12)
        self.column.setSpacing(SCALE.gap)

    # -- parts

    def head(self, title: str, placeholder: str, *buttons: QWidget, beside: QWidget | None = None) -> QHBoxLayout:
        """The line at the top: title, search, buttons."""
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(title, "title"))
        if beside is not None:
            line.addWidget(beside)
        line.addStretch(1)
        self.make_search(placeholder)
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        for button in buttons:
            line.addWidget(button)
        return line

    def export_verb(self, act: Callable[[], object]) -> Button:
        """The button that writes the list out, and its key."""
        self.export_button = Button(self.t("Export…"), icon="download", key="E", live=True)
        self.export_button.clicked.connect(lambda: act())
        self.add_shortcut("E", act, self.t("Export…"))
        return self.export_button

    def behind_bar(self) -> BehindBar:
        """Says which figure's rows are shown alone, and takes that limit off."""
        self.behind = BehindBar(self.t, self.mount.context.store.zone)
        self.behind.removed.connect(lambda: self.ask(behind=None))
        return self.behind

    def listed(
        self, title: str, nothing: EmptyState, empty: EmptyState | None = None, *, filtered: bool = False
    ) -> Card:
        """The card of the table, and what stands in its place: ``nothing`` found, or ``empty`` from the beginning.

        ``filtered``: filters stand in its head.
        """
        card = Card(title, ruled=filtered)
        card.title.hide()
        if not filtered:
            card.set_band(0)
        self.nothing, self.empty = nothing, empty or nothing
        for widget in dict.fromkeys((self.table, self.nothing, self.empty)):
            self.places.addWidget(widget)
        card.body.addWidget(self.places, 1)
        return card

    def beside(self, *parts: QWidget, wide: QWidget) -> QHBoxLayout:
        """Parts in a row, of which one takes all the room that is left."""
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        for part in parts:
            line.addWidget(part, 1 if part is wide else 0)
        return line

    def begin(self) -> None:
        """All parts are in their places: read for the first time."""
        table = self.table
        self.model.wanted.connect(self._read_more)
        table.resorted.connect(lambda sort: self.ask(sort=sort))
        table.remember(self.t, self.mount.preferences, self.name)
        table.selected.connect(lambda row: self._selected())
        table.menu_asked.connect(self.open_menu)
        table.all_wanted.connect(self.pick_all)
        self.refresh()

    def act_on_many(self, many: Many, card: Card, undo: Callable[[], object] | None = None) -> None:
        """Several rows can be selected, what can be done with them stands below. ``undo``: of a page that has more."""
        self.many = many
        card.body.addWidget(many.bar)
        self.table.picked.connect(self._show_picked)
        many.settled.connect(self.refresh)
        many.bar.cleared.connect(self.table.clear_picks)
        many.bar.cleared.connect(self.table.setFocus)
        self.add_shortcut("Ctrl+Z", undo or many.undo, self.t("Take the last change back"))

    # -- what a page says of itself

    def sought(self) -> Any:
        """The question as the source is asked it."""
        return self.question

    def look(self, sought: Any) -> O:
        """What stands around the rows. It may block: called off the window's thread."""
        raise NotImplementedError

    @property
    def anything(self) -> bool:
        """Whether there is anything at all, whatever is looked for."""
        raise NotImplementedError

    def show_overview(self, overview: O) -> None:
        """Around the rows."""

    def typed(self) -> dict[str, object]:
        """What is looked for in words, as it stands in the fields."""
        return {"text": self.search.text().strip()}

    def show_question(self) -> None:
        """The filters, as what is looked for now."""

    def show_found(self, some: bool) -> None:
        """What depends on the rows that were just put into the table; ``some``: whether there are any."""

    def show_current(self) -> None:
        """The row that is chosen, beside the list."""

    def offers(self) -> Sequence[Verb]:
        """What can be done with the row that is chosen."""
        return ()

    def act(self, verb: str) -> None:
        """Do one of them; what cannot be done now does nothing."""

    # -- reading

    def ask(self, **changes: object) -> None:
        """Others, or in another order; what is not named stays."""
        self.go_to(replace(self.question, **{**self.typed(), **changes}))  # type: ignore[type-var]

    def show_all(self, **only: object) -> None:
        """Nothing is looked for but what is named; the order stays."""
        self.go_to(replace(self._everything, sort=self.model.order, **only))  # type: ignore[type-var]

    def show_behind(self, rows: RowsWanted) -> None:
        """Only the rows behind a figure."""
        self._subject = None
        self.show_all(behind=rows)

    def go_to(self, question: Q) -> None:
        """Look for just this."""
        self._put(question)
        self.table.scrollToTop()
        self.refresh()

    def _put(self, question: Q) -> None:
        """Into the fields and filters."""
        self.question = question
        text = cast("Any", question).text
        if self.search.text().strip() != text:
            self.search.setText(text)
        self.show_question()
        if self.behind is not None:
            self.behind.show_rows(cast("Any", question).behind)

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        self.question = replace(self.question, **self.typed())  # type: ignore[type-var]
        asked, sought, source = self.question, self.sought(), self._rows
        limit = max(PAGE, self._least, min(len(self.model.rows), MOST))
        self.read_for(
            lambda: (asked, limit, self.look(sought), source.page(sought, None, limit)), f"read {self.name}", self._show
        )

    def _show(self, read: tuple[Q, int, O, Sequence[Any]]) -> None:
        asked, limit, overview, rows = read
        self.overview = overview
        self.show_overview(overview)
        if asked != self.question or limit < self._least:
            return  # something else is looked for by now
        table = self.table
        picked = self._picked or tuple(row.key for row in table.picked_rows)
        current = self._subject if self._subject is not None else table.row and table.row.key
        self._picked, self._least = (), 0
        self._showing = True
        self.model.show(rows, limit)
        table.select_keys(picked if len(picked) > 1 else (), current)
        self._showing = False
        if table.row is not None and table.row.key == self._subject:
            self._subject = None
        self.places.setCurrentWidget(table if rows else self.nothing if self.anything else self.empty)
        self.show_found(bool(rows))
        self.show_current()
        self._show_picked()
        if not self.read_once and rows and self.isVisible() and self._unfocused():
            table.setFocus()
        self.read_once = True

    def _selected(self) -> None:
        if not self._showing:  # the person's own choice
            self._subject = None
            self.show_current()

    def _unfocused(self) -> bool:
        """Whether the person has gone to no part of the page yet."""
        focused = self.window().focusWidget()
        return focused in (None, self) or (isinstance(focused, Button) and self.isAncestorOf(focused))

    def _read_more(self, after: object) -> None:
        asked, sought, source = self.question, self.sought(), self._rows
        self.call(
            lambda: source.page(sought, after, PAGE),
            f"read more {self.name}",
            lambda rows: self.model.append(rows, after) if asked == self.question else None,
        )

    # -- many rows

    def pick_all(self) -> None:
        """Select all that is looked for, as far as can be done together; rows not read yet are read first."""
        if not self.model.more or len(self.model.rows) >= MOST:
            self.table.selectAll()
            return
        asked, sought, source = self.question, self.sought(), self._rows

        def show(rows: Sequence[Any]) -> None:
            if asked == self.question:
                current = self.table.row
                self.model.show(rows, MOST)
                self.table.select_keys((), None if current is None else current.key)
                self.table.selectAll()

        self.call(lambda: source.page(sought, None, MOST), f"read all {self.name}", show)

    def _show_picked(self) -> None:
        if self.many is not None:
            self.many.offer(self.table.picked_rows, len(self.model.rows) >= MOST and self.model.more)
            self.pane.set_aside(self.many.several)

    def both(self, verb: str) -> None:
        """A key's verb: on all rows that are selected, or on the one that is chosen."""
        if self.many is None or not self.many.begin(verb):
            self.act(verb)

    def open_menu(self, place: QPoint) -> QMenu:
        """What can be done with the row that is chosen, or with all that are selected."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        several = self.many is not None and self.many.several
        if self.many is not None and several:
            self.many.fill(menu)
        else:
            for verb in self.offers():
                action = QAction(verb.text, menu)
                action.setEnabled(verb.able)
                action.setToolTip(verb.why)
                action.triggered.connect(partial(self._acted, verb.name))
                menu.addAction(action)
        if self.many is not None:
            menu.addSeparator()
            every = QAction(self.t("Select all"), menu)
            every.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
            every.setShortcutVisibleInContextMenu(True)
            every.triggered.connect(lambda checked=False: self.pick_all())
            menu.addAction(every)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])
        return menu

    def _acted(self, verb: str, checked: bool = False) -> None:
        self.act(verb)

    # -- the window

    def bring(self, key: object) -> None:
        """Read again with this row chosen, once it is listed."""
        self._subject = key
        self.refresh()

    def kept_own(self) -> object:
        """What else is handed on."""
        return None

    def take_own(self, own: object) -> None:
        """Go on with it."""

    def kept(self) -> object:
        row = self.table.row
        current = self._subject if self._subject is not None else row and row.key
        picked = tuple(each.key for each in self.table.picked_rows)
        rows = min(len(self.model.rows), MOST)
        return Kept(self.question, current, picked, rows, self.kept_own())

    def take_back(self, kept: object) -> None:
        before = cast("Kept[Q]", kept)
        self._subject, self._picked, self._least = before.current, before.picked, before.rows
        self.model.order = cast("Any", before.question).sort
        self._put(before.question)
        self.take_own(before.own)
        self.refresh()

    def take_focus(self) -> None:
        # Not to an empty search box: it would swallow the letters that are the page's verbs.
        empty = self.read_once and not self.model.rows
        (self.table if not empty else self.search if self.search.text() else self).setFocus()
