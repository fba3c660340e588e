"""All stores of this computer: how each is, and what is done with a store as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.files import save_as
from desktop.pages.page import Mount, Page
from desktop.pages.stores.card import StoreCard
from desktop.pages.stores.dialogs import BringStore, DeleteStore, NewStore
from desktop.stores.desk import StoresDesk, StoreState
from desktop.stores.keeping import Facts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.notices import Notice

LOOK_MS: Final = 5_000
_SUFFIX: Final = ".livepay"
_CARD_WIDE: Final = 480


class StoresPage(Page):
    """In a window that was opened for one store alone it says so, and leads back."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.desk: StoresDesk | None = mount.stores
        self.cards: dict[str, StoreCard] = {}
        self._facts: dict[str, Facts] = {}
        self._columns = 2
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        if self.desk is None:
            t = self.t
            column.addWidget(
                EmptyState(
                    "store",
                    t("One store in this window"),
                    t("LivePay opened it alone. Start LivePay as usual to see all your stores here."),
                    t("To the live"),
                    partial(self.navigate, "live"),
                )
            )
            return
        column.addLayout(self._head())
        column.addWidget(self._sheet(), 1)
        self.desk.changed.connect(self._show)
        self.add_shortcut("N", self.make_new)
        self.add_shortcut("I", self.bring)
        self.add_shortcut("D", self.bring_moved)
        self._show()

    def _head(self) -> QHBoxLayout:
        t = self.t
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(t("Stores"), "title"))
        head.addSpacing(8)
        self.summary = ElidedLabel("", "small", "muted")
        head.addWidget(self.summary, 1)
        self.import_button = Button(t("Import…"), icon="upload", key="I")
        self.import_button.clicked.connect(self.bring)
        self.arrive_button = Button(t("I have a moving file"), icon="hard-drive", key="D")
        self.arrive_button.clicked.connect(self.bring_moved)
        self.create_button = Button(t("New store"), "primary", icon="plus", key="N")
        self.create_button.clicked.connect(self.make_new)
        head.addWidget(self.arrive_button)
        head.addWidget(self.import_button)
        head.addWidget(self.create_button)
        return head

    def _sheet(self) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SCALE.gap)
        area = QScrollArea()
        area.setAccessibleName(self.t("Stores"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        return area

    # -- showing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.desk is not None:
            self.desk.refresh()
            self.look()
            self._looking.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._looking.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = max(1, (self.width() - 40) // _CARD_WIDE)
        if self.desk is not None and columns != self._columns:
            self._columns = columns
            self._place(self.desk.states())

    def look(self) -> None:
        """Read what each store has to say of itself."""
        if self.desk is None:
            return
        reads = {state.slug: self.desk.facts(state.slug) for state in self.desk.states() if state.country}

        def read() -> dict[str, Facts]:
            return {slug: one() for slug, one in reads.items()}

        self.call(read, "read stores", self._know)

    def _know(self, facts: dict[str, Facts]) -> None:
        self._facts = facts
        self._show()

    def _show(self) -> None:
        if self.desk is None or (not self.isVisible() and self.cards):
            return
        states = self.desk.states()
        if set(self.cards) != {state.slug for state in states}:
            self._rebuild(states)
        opened = sum(state.state == "open" for state in states)
        for state in states:
            facts = self._facts.get(state.slug)
            self.cards[state.slug].show_store(state, facts, self.now, opened > 1)
        t = self.t
        said = t.plural("{n} store", "{n} stores", len(states)), t.plural("{n} is open", "{n} are open", opened)
        self.summary.say(", ".join(said))

    def _rebuild(self, states: Sequence[StoreState]) -> None:
        for slug in set(self.cards) - {state.slug for state in states}:
            card = self.cards.pop(slug)
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        for state in states:
            if state.slug not in self.cards:
                card = self.cards[state.slug] = StoreCard(self.t)
                card.asked.connect(partial(self.act, state.slug))
        self._place(states)

    def _place(self, states: Sequence[StoreState]) -> None:
        """Those in use first, the archived ones last."""
        ordered = sorted(states, key=lambda state: state.state == "archived")
        for place, state in enumerate(ordered):
            card = self.cards[state.slug]
            self._grid.addWidget(card, place // self._columns, place % self._columns)
        rows = -(-len(ordered) // self._columns)
        for column in range(max(self._grid.columnCount(), self._columns)):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 1 if row == rows else 0)

    # -- verbs

    def act(self, slug: str, verb: str) -> None:
        desk, state = self.desk, self.cards[slug].state
        if desk is None or state is None:
            return
        if verb == "open" and state.state == "refused":
            if not desk.close(slug, partial(desk.open, slug)):
                desk.open(slug)
            return
        if verb == "take_back" and state.moved is not None:
            self.take_back_moved(state)
            return
        simple = {
            "go": desk.show,
            "open": desk.open,
            "close": desk.close,
            "move": desk.removal.move_out,
            "take_back": desk.take_back,
        }
        if verb in simple:
            simple[verb](slug)  # type: ignore[operator]
        else:
            {"export": self.export, "archive": self.archive, "delete": self.delete}[verb](state)

    def archive(self, state: StoreState) -> None:
        desk, t = self.desk, self.t
        assert desk is not None
        sentence = t("It is closed and leaves the list. Its data stay, encrypted, and one press brings it back.")
        title = t("Archive {store}?", store=state.name)
        Confirm(self, t, title, sentence, t("Archive"), partial(desk.put_away, state.slug), danger=False).present()

    def take_back_moved(self, state: StoreState) -> None:
        """Where it went, and whether it may live here again."""
        from desktop.stores.comingback import TakeBack

        desk = self.desk
        assert desk is not None
        taken = partial(desk.refresh, partial(desk.show, state.slug))
        TakeBack(self, self.t, state.slug, state.name, desk.keeping, self.mount.bridge, taken).present()

    def delete(self, state: StoreState) -> None:
        assert self.desk is not None
        DeleteStore(self, self.t, state.name, partial(self.desk.delete, state.slug)).present()

    def export(self, state: StoreState) -> None:
        path = save_as(self, self.t("Export…"), f"{state.slug}{_SUFFIX}", f"LivePay (*{_SUFFIX})")
        if path:
            self.export_to(state.slug, path)

    def export_to(self, slug: str, target: Path) -> None:
        """Write the file, and say where the key is that opens it."""
        context = self.desk.context(slug) if self.desk else None
        if context is None:
            return
        t = self.t

        def done(key: Path) -> None:
            said = t(
                "Exported and read back: {path}. It opens with the key in {key} only: keep a copy of that elsewhere."
            )
            self.mount.bridge.notice.emit(Notice(said.format(path=target, key=key), "paid"))

        self.call(partial(context.export, target), "export store", done)

    def make_new(self) -> None:
        if self.desk is not None:
            NewStore(self, self.t, self.desk.keeping, self.mount.bridge, self._added).present()

    def bring(self) -> None:
        if self.desk is not None:
            BringStore(self, self.t, self.desk.keeping, self.mount.bridge, self._added).present()

    def bring_moved(self) -> None:
        """A store that comes from another computer."""
        desk = self.desk
        if desk is not None:
            from desktop.stores.arriving import ArriveStore

            ArriveStore(
                self, self.t, desk.keeping, self.mount.bridge, lambda card: desk.removal.arrived(card.slug)
            ).present()

    def _added(self, slug: str) -> None:
        """A new store is shown at once."""
        if self.desk is not None:
            self.desk.refresh(partial(self.desk.show, slug))
