"""Prospects on a board: a column for each stage, cards that are dragged or moved by key, one of them beside it."""

from __future__ import annotations

from functools import partial
from typing import Final, cast

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from core.pipeline.board import Card, Wanted
from core.pipeline.figures import ProspectsWanted
from core.pipeline.rules import LOST, STAGES
from desktop.pages.behind import BehindBar
from desktop.pages.listing import Chips, Kept
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.pages.pipeline.column import Column
from desktop.pages.pipeline.columns import Columns
from desktop.pages.pipeline.many import ManyProspects
from desktop.pages.pipeline.pane import KEYS, LeadPane
from desktop.pages.pipeline.presenter import CardText, PipelinePresenter
from desktop.pages.pipeline.source import Board, PipelineSource, Place, Said
from desktop.pages.pipeline.starting import NewProspect
from desktop.pages.quotes.source import QuoteFor
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice
from desktop.widgets.paged import PAGE

AREAS: Final = frozenset({"pipeline", "customers", "accounts"})


class PipelinePage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: PipelineSource = mount.context.pipeline
        self.presenter = PipelinePresenter(mount.t, store.currency, store.zone)
        self.wanted = Wanted()
        self.board = Board()
        self.chosen: int | None = None
        self._undo: tuple[int, str, str] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self._bar = QWidget()
        self._bar.setLayout(self._chips())
        column.addWidget(self._bar)
        self.only: ProspectsWanted | None = None
        self.behind = BehindBar(mount.t, store.zone)
        self.behind.removed.connect(lambda: self._limit(None))
        column.addWidget(self.behind)
        self.pane = LeadPane(self.presenter)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        self.area = Columns(self.presenter, mount.context.clock)
        self.columns = self.area.of
        line.addWidget(self._places(), 1)
        line.addWidget(self.pane)
        column.addLayout(line, 1)
        self.many = ManyProspects(self, self.source, self.presenter)
        self._kept: tuple[object, ...] = ()  # selected in the page before this one, and how many cards it had read
        self._least = 0
        self.many.bar.setProperty("alone", True)
        column.addWidget(self.many.bar)
        self._connect()
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Prospects"), "title"))
        line.addStretch(1)
        self.make_search(t("Name or phone"))
        line.addWidget(self.search, 3)
        self.new = Button(t("New prospect"), icon="plus", key="N")
        self.new.clicked.connect(self.add)
        line.addWidget(self.new)
        return line

    def _chips(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        chips = Chips(self, self.presenter.filters(), lambda only: self.refresh())
        self.chips = chips.of
        self.chips[None].setChecked(True)
        line.addLayout(chips.line(), 1)
        self._hint = Label(self.t("Drag a card, or Alt + ← →"), "small", "muted")
        line.addWidget(self._hint)
        return line

    def _places(self) -> QStackedWidget:
        """The board, and what stands in its place."""
        t = self.t
        nothing = EmptyState(
            "search",
            t("No prospect here"),
            t("No prospect fits what is looked for."),
            t("Show all prospects"),
            self.show_all,
            primary=False,
        )
        empty = EmptyState(
            "users",
            t("Your prospects come here"),
            t("Who writes to you becomes a prospect by itself, and moves on with questions, quotes and orders."),
            t("To the conversations"),
            lambda: self.navigate("conversations"),
        )
        self.places = QStackedWidget()
        for widget in (self.area, nothing, empty):
            self.places.addWidget(widget)
        return self.places

    def _connect(self) -> None:
        for stage, column in self.columns.items():
            view = column.view
            column.model.wanted.connect(partial(self._read_more, stage))
            view.selected.connect(self._selected)
            view.chosen.connect(self._opened)
            view.shifted.connect(partial(self._shift, stage))
            view.left.connect(partial(self._go_beside, stage))
            view.dropped.connect(partial(self._dropped, stage))
            view.picked.connect(partial(self._show_picked, column))
            view.menu_asked.connect(self._menu)
        self.many.settled.connect(self.refresh)
        self.many.bar.cleared.connect(self.area.clear_picks)
        self.search.down.connect(self.take_focus)
        pane = self.pane
        pane.kept.connect(self.keep)
        pane.moved.connect(self.move_to)
        pane.asked.connect(self.act)
        pane.closed.connect(self.close_pane)
        self.add_shortcut("N", self.add, self.t("New prospect"))
        self.add_shortcut("Esc", self.close_pane, self.t("Close"))
        self.add_shortcut("Ctrl+Z", self.undo, self.t("Take the last change back"))
        words = {"write": self.t("Write"), "quote": self.t.of("verb", "Quote"), "customer": self.t("Customer")}
        for verb, key in KEYS.items():
            self.add_shortcut(key, partial(self.act, verb), words[verb])

    # -- reading

    def show_all(self) -> None:
        self._go_to(Wanted(), None)

    def _go_to(self, wanted: Wanted, rows: ProspectsWanted | None) -> None:
        """Look for just this."""
        self.search.setText(wanted.text)
        self.chips[wanted.only].setChecked(True)
        self._limit(rows)

    def _limit(self, rows: ProspectsWanted | None) -> None:
        """Only those behind a figure; None: all again."""
        self.only = rows
        self.behind.show_rows(rows)
        self.refresh()

    def refresh(self) -> None:
        """Read what is shown again, as many cards as there were."""
        self.reading()
        only = next(only for only, chip in self.chips.items() if chip.isChecked())
        wanted = self.wanted = Wanted(self.search.text().strip(), only, self.only.ids if self.only else None)
        source, limit = self.source, max(PAGE, min(max(self._least, self.area.most), 10 * PAGE))
        self.read_for(lambda: (wanted, limit, source.board(wanted, limit)), "read prospects", self._show)

    def _show(self, read: tuple[Wanted, int, Board]) -> None:
        wanted, limit, board = read
        if wanted != self.wanted:
            return
        self.board = board
        focused = any(column.view.hasFocus() for column in self.columns.values())
        picked = self._kept or tuple(row.key for row in self.area.picked)
        self._kept, self._least = (), 0
        for total in board.totals:
            column = self.columns[total.stage]
            column.show_total(total)
            above = column.view.verticalScrollBar().value()
            column.model.show(board.cards[total.stage], limit)
            column.view.verticalScrollBar().setValue(above)
            if column.view.select_key(self.chosen) and focused:
                column.view.setFocus()
            if len(picked) > 1:
                column.view.pick(picked)
        some = any(total.count for total in board.totals)
        self.places.setCurrentIndex(0 if some else 1 if board.any else 2)
        self._bar.setVisible(board.any)
        self._hint.setVisible(board.may_write)
        self.new.setVisible(board.may_write)
        if (
            not self.read_once
            and some
            and self.isVisible()
            and self.window().focusWidget() in (None, self, self.search)
        ):
            self.take_focus()
        self.read_once = True
        self._read_chosen()

    def _read_more(self, stage: str, after: Place) -> None:
        wanted, source, model = self.wanted, self.source, self.columns[stage].model
        self.call(
            lambda: source.page(stage, wanted, after, PAGE),
            "read more prospects",
            lambda cards: model.append(cards, after) if wanted == self.wanted else None,
        )

    def _read_chosen(self, then: bool = False) -> None:
        """The prospect beside the board; ``then`` the keyboard goes there."""
        number, source = self.chosen, self.source
        if number is None:
            self.pane.show_card(None, self.now, self.board.may_write)
            return
        self.call(lambda: source.one(number), "read prospect", lambda card: self._show_card(card, then))

    def _show_card(self, card: Card, then: bool) -> None:
        if card.view.lead.id != self.chosen:
            return  # another one was chosen meanwhile
        self.pane.show_card(card, self.now, self.board.may_write)
        if then:
            self.pane.focus_first()

    def _selected(self, row: CardText) -> None:
        if self.chosen != row.key:
            self.chosen = row.key
            for column in self.columns.values():
                if all(each.key != row.key for each in column.model.rows):
                    column.view.select_key(None)
            self._read_chosen()

    def _opened(self, row: CardText) -> None:
        self.chosen = row.key
        self._read_chosen(then=True)

    def close_pane(self) -> None:
        """One card only; or, with one, the board has the whole width again."""
        if self.many.several:
            self.area.clear_picks()
            return
        self.chosen = None
        self.pane.show_card(None, self.now, self.board.may_write)

    # -- several

    def _show_picked(self, column: Column) -> None:
        if self.area.picks(column):
            self.many.offer(self.area.picked if self.board.may_write else ())

    def _menu(self, place: QPoint) -> None:
        """To another stage, for one or for all that are selected."""
        rows = self.area.picked
        if not rows or not self.board.may_write:
            return
        menu, stages = QMenu(self), self.presenter.stages()
        here = rows[0].card.view.lead.stage
        for stage in (each for each in STAGES if each != here):
            action = QAction(stages[stage][0], menu)
            go = partial(self.many.move, rows, stage) if len(rows) > 1 else partial(self.move_to, rows[0].key, stage)
            action.triggered.connect(lambda checked=False, go=go: go())
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    # -- moving

    def _go_beside(self, stage: str, step: int) -> None:
        row = self.area.beside(stage, step)
        if row is not None:
            self._selected(row)

    def _shift(self, stage: str, step: int) -> None:
        row, place = self.columns[stage].view.row, STAGES.index(stage) + step
        if row is None or not 0 <= place < len(STAGES):
            return
        if self.many.several:
            self.many.move(self.area.picked, STAGES[place])
        else:
            self.move_to(row.key, STAGES[place])

    def _dropped(self, stage: str, lead_id: int) -> None:
        self.move_to(lead_id, stage)

    def move_to(self, lead_id: int, stage: str) -> None:
        """Move a prospect; it can be taken back."""
        row = self.area.row(lead_id)
        if row is None or row.card.view.lead.stage == stage or not self.board.may_write:
            return
        was, source = row.card.view.lead.stage, self.source
        self.chosen = lead_id
        self.call(
            lambda: source.move(lead_id, stage), "move prospect", lambda _: self._moved(lead_id, row.who, was, stage)
        )

    def _moved(self, lead_id: int, who: str, was: str, stage: str) -> None:
        self._undo = (lead_id, was, who)
        said = self.presenter.moved(who, stage)
        self.mount.bridge.notice.emit(Notice(said, "info", self.t("Undo"), self.undo))
        self.columns[stage].view.setFocus()
        self.refresh()
        self.area.reveal(stage)
        if stage == LOST:
            self._read_chosen(then=True)

    def undo(self) -> None:
        """Take the last move back, of one or of many."""
        if self.many.undoable:
            self.many.undo()
            return
        if self._undo is None:
            return
        lead_id, was, who = self._undo
        self._undo = None
        source, said = self.source, self.presenter.moved(who, was)

        def back(_: None) -> None:
            self.mount.bridge.notice.emit(Notice(said, "info"))
            self.refresh()

        self.call(lambda: source.move(lead_id, was), "move back", back)

    # -- verbs

    def add(self) -> None:
        """A prospect that did not write: met in the shop, or on the phone."""
        if self.board.may_write:
            mount = self.mount
            country = mount.context.store.country
            form = NewProspect(self, self.source, mount.bridge, self.presenter, country, self.now)
            form.kept.connect(self._started)
            form.shown.connect(self.show_subject)
            form.present()

    def _started(self, lead_id: int) -> None:
        self.mount.bridge.notice.emit(Notice(self.t("The prospect is on the board."), "paid"))
        self.show_subject(lead_id)

    def keep(self, lead_id: int, said: Said) -> None:
        source = self.source

        def kept(_: None) -> None:
            self.mount.bridge.notice.emit(Notice(self.t("Kept."), "paid"))
            self.refresh()

        self.call(lambda: source.keep(lead_id, said), "keep prospect", kept)

    def act(self, verb: str) -> None:
        """Go on with who is chosen, on another page."""
        card = self.pane.card
        if card is None:
            return
        customer, source = card.view.lead.customer_id, self.source
        if verb == "write":
            self.call(lambda: source.thread(customer), "open thread", partial(self.navigate, "conversations"))
        elif verb == "quote":
            self.navigate("quotes", card.quote if card.quote is not None else QuoteFor(customer))
        elif verb == "customer":
            self.navigate("customers", customer)

    # -- the window

    def show_subject(self, subject: object) -> None:
        """A prospect by its id, or those behind a figure."""
        if isinstance(subject, ProspectsWanted):
            self.chosen = None
            self._go_to(Wanted(), subject)
        elif isinstance(subject, int):
            self.chosen = subject
            self.show_all()

    def kept(self) -> object:
        picked = tuple(row.key for row in self.area.picked)
        return Kept(self.wanted, self.chosen, picked, self.area.most, self.only)

    def take_back(self, kept: object) -> None:
        before = cast("Kept[Wanted]", kept)
        self.chosen, self._kept, self._least = cast("int | None", before.current), before.picked, before.rows
        self._go_to(before.question, cast("ProspectsWanted | None", before.own))

    def take_focus(self) -> None:
        for column in self.columns.values():
            if column.model.rows:
                column.view.select_key(self.chosen or column.model.rows[0].key)
                column.view.setFocus()  # after it: nobody asked to see this one beside the board yet
                return
        (self.search if self.search.text() else self).setFocus()  # an empty one would swallow the page's letters
