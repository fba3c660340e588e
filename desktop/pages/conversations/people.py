"""The left pane: chips by need, the search, the list, and what an empty list says."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QVBoxLayout

from core.conversations.figures import ThreadsWanted
from core.conversations.views import ThreadRow
from desktop.pages.behind import BehindBar
from desktop.pages.conversations.feed import Question
from desktop.pages.conversations.inbox import InboxModel, InboxView
from desktop.pages.conversations.presenter import ConversationPresenter, Inbox, Need
from desktop.pages.many import Many
from desktop.widgets.buttons import Chip
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import Label, Rule

PAUSE_MS: Final = 140
WIDEST: Final = 342
NARROWEST: Final = 304


class People(QFrame):
    """``asked`` with a need, a search and the figure to stand behind (or None) when the seller wants to see others."""

    asked = Signal(str, str, object)

    def __init__(self, presenter: ConversationPresenter) -> None:
        super().__init__()
        t = presenter.t
        self._presenter = presenter
        self.more = False
        self._many: Many | None = None
        self.setProperty("kind", "pane")
        self.setProperty("side", "left")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(16, 15, 16, 12)
        head.setSpacing(10)
        head.addWidget(Label(t("Conversations"), "title"))
        head.addLayout(self._chips())
        self.search = SearchField(t("Name, number, order"), "Ctrl+F", boxed=True)
        head.addWidget(self.search)
        self.behind: ThreadsWanted | None = None
        self.bar = BehindBar(t, presenter.zone)
        self.bar.removed.connect(lambda: self.ask(Question(self.need, self.search.text().strip())))
        head.addWidget(self.bar)
        column.addLayout(head)
        column.addWidget(Rule())
        self.model = InboxModel(presenter, self)
        self.list = InboxView(self.model)
        self.list.setAccessibleName(t("Conversations"))
        column.addWidget(self.list, 1)
        self._nothing = Label("", "body", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(24, 40, 24, 0)
        self._nothing.hide()
        column.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignTop)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textEdited.connect(lambda text: self._pause.start())
        self.search.returnPressed.connect(self._found)
        self.search.down.connect(self._found)
        self.search.left.connect(self.list.setFocus)

    def add_many(self, many: Many) -> None:
        """Several conversations can be selected, and what can be done with them stands under the list."""
        self._many = many
        layout = self.layout()
        if layout is not None:
            layout.addWidget(many.bar)
        self.list.picked.connect(self._picked)
        self.list.menu_asked.connect(self._menu)
        many.bar.cleared.connect(self.list.clear_picks)
        many.bar.cleared.connect(self.list.setFocus)

    def _picked(self) -> None:
        if self._many is not None:
            self._many.offer(self.list.picked_rows)

    def _menu(self, place: QPoint) -> None:
        if self._many is None or not self._many.several:
            return
        menu = QMenu(self)
        self._many.fill(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    def _chips(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(7)
        self._group = QButtonGroup(self)
        self.chips: dict[Need, Chip] = {}
        for number, (need, word) in enumerate(self._presenter.needs()):
            chip = self.chips[need] = Chip(word)
            self._group.addButton(chip, number)
            line.addWidget(chip)
        line.addStretch(1)
        self.chips["all"].setChecked(True)
        self._group.idClicked.connect(lambda number: self._ask())
        return line

    @property
    def need(self) -> Need:
        return self._presenter.needs()[self._group.checkedId()][0]

    def show_inbox(
        self, inbox: Inbox, question: Question, now: int, opened: int | None, keep: ThreadRow | None
    ) -> None:
        """Fill the list; ``opened`` is marked, ``keep`` stays listed though it no longer fits the chip."""
        self.more = inbox.more
        if inbox.behind is not None:
            self.bar.show_rows(question.behind, self._presenter.behind(*inbox.behind))
        self.list.show_rows(inbox.rows, now, opened, keep)
        self._picked()
        self.chips["escalated"].count(inbox.counts.escalated)
        self.chips["open"].count(inbox.counts.open)
        empty = self.model.rowCount() == 0
        self.list.setVisible(not empty)
        self._nothing.setVisible(empty)
        self._nothing.say(self._why_empty(question))

    def _why_empty(self, question: Question) -> str:
        t = self._presenter.t
        if question.search or question.behind is not None:
            return t("Nobody matches this search.")
        if question.need == "escalated":
            return t("Nobody waits for you: the bot copes.")
        return t("No conversation is going on at the moment.")

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _ask(self) -> None:
        self._pause.stop()
        self.asked.emit(self.need, self.search.text().strip(), self.behind)

    def ask(self, question: Question) -> None:
        """List just this."""
        self.chips[question.need].setChecked(True)
        self.search.setText(question.search)
        self.behind = question.behind
        self.bar.show_rows(self.behind)
        self._ask()

    def _found(self) -> None:
        """On to the results; fast fingers may be ahead of the search."""
        if self._pause.isActive():
            self._ask()
        self.list.setFocus()

    def fit(self, wide: int) -> None:
        """The share of the page's width that the list takes."""
        self.setFixedWidth(max(NARROWEST, min(WIDEST, round(wide * 0.28))))
