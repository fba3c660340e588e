"""The acts of one page on many rows: begun from the bar, by key or from the menu, done, told and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.kernel.errors import LivePayError
from desktop.bridge import Bridge, Control, Task
from desktop.pages.bulk import Act, Offer, Outcome, Rows, do_each
from desktop.pages.manyparts import ManyBar, OutcomeDialog
from desktop.texts import Texts
from desktop.widgets.dialog import Confirm
from desktop.widgets.notices import Notice


class Many(QObject):
    """The acts of one page on many rows; ``name`` says which row is meant; ``stacked``: the bar is a narrow one.

    ``settled`` when one of them came to its end, or was taken back."""

    settled = Signal()

    def __init__(
        self,
        page: QWidget,
        bridge: Bridge,
        t: Texts,
        offers: Sequence[Offer],
        name: Callable[[Any], str],
        *,
        stacked: bool = False,
    ) -> None:
        super().__init__(page)
        self._page, self._bridge, self.t, self._name = page, bridge, t, name
        self._offers = {offer.verb: offer for offer in offers}
        self._rows: Rows = ()
        self._capped = False
        self._forbidden = frozenset[str]()
        self._task: Task[Outcome] | None = None
        self._undo: tuple[Act, Outcome] | None = None
        self.bar = ManyBar(t, offers, stacked)
        for verb, button in self.bar.buttons.items():
            button.clicked.connect(partial(self._pressed, verb))
        self.bar.stop.clicked.connect(self.stop)

    def _pressed(self, verb: str, checked: bool = False) -> None:
        self.begin(verb)

    # -- what is selected

    @property
    def several(self) -> bool:
        return len(self._rows) > 1

    def offer(self, rows: Sequence[Any], capped: bool = False) -> None:
        """These are selected; ``capped``: there are more, which are done another time."""
        self._rows, self._capped = tuple(rows), capped
        if self._task is None:
            self._say()

    def _say(self) -> None:
        count = len(self._rows)
        said = self.t.plural("{n} selected", "{n} selected", count)
        if self._capped and self.several:
            said = self.t("{said}, as many as at once", said=said)
        self.bar.say(said, busy=False)
        self.bar.setVisible(self.several)

    def forbid(self, *verbs: str) -> None:
        """These are not for who is at the window, the others are."""
        self._forbidden = frozenset(verbs)
        for verb, button in self.bar.buttons.items():
            button.setVisible(verb not in self._forbidden)

    def fill(self, menu: QMenu) -> None:
        """The same acts in a menu."""
        for offer in (each for verb, each in self._offers.items() if verb not in self._forbidden):
            action = QAction(f"{offer.text}\t{offer.key}" if offer.key else offer.text, menu)
            action.setEnabled(self._task is None)
            action.triggered.connect(partial(self._pressed, offer.verb))
            menu.addAction(action)

    def begin(self, verb: str) -> bool:
        """Begin an act on all that are selected. → False where one or none is, or there is no such act."""
        offer = self._offers.get(verb)
        if offer is None or not self.several:
            return False
        if self._task is None and verb not in self._forbidden:
            offer.begin(self._rows)
        return True

    # -- asking

    def confirm(self, title: str, sentence: str, verb: str, act: Act, rows: Rows, *, danger: bool = False) -> Confirm:
        """Ask once for all of them."""
        run = partial(self.run, act, rows)
        dialog = Confirm(self._page, self.t, title, sentence, verb, run, danger=danger)
        dialog.present()
        return dialog

    def choose(self, entries: Sequence[tuple[str, Callable[[], object]]], verb: str) -> QMenu:
        """One of a few first, from a menu over the act's button."""
        menu, button = QMenu(self._page), self.bar.buttons[verb]
        for text, begin in entries:
            action = QAction(text, menu)
            action.triggered.connect(lambda checked=False, begin=begin: begin())
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        menu.setActiveAction(menu.actions()[0])
        return menu

    # -- doing

    def run(self, act: Act, rows: Rows) -> None:
        """Do it with each of them."""
        self._undo = None
        self._begin(act.name, rows, act.work, partial(self._done, act))

    def _begin(self, name: str, rows: Rows, work: Callable[[Any], object], done: Callable[[Outcome], object]) -> None:
        if self._task is not None:
            return
        language = self.t.language

        def each(control: Control) -> Outcome:
            return do_each(rows, work, control, language)

        self._task = self._bridge.run_long(
            each, owner=self._page, done=done, failed=self._broken, progress=self._advance, name=name
        )
        self._advance(0, len(rows))
        self.bar.show()

    def stop(self) -> None:
        """Leave the rest as it is; what is done stays done."""
        if self._task is not None:
            self._task.control.stop()

    def _advance(self, done: int, total: int) -> None:
        if self._task is not None:
            self.bar.say(self.t("{n} of {all}", n=done, all=total), busy=True)

    def _ended(self) -> None:
        self._task = None
        self._say()
        self.settled.emit()

    def _broken(self, error: Exception) -> bool:
        self._ended()
        return False

    def _done(self, act: Act, outcome: Outcome) -> None:
        self._undo = (act, outcome) if act.back is not None and outcome.done else None
        self._ended()
        self._tell(act.told, outcome, self.undo if self._undo is not None else None)

    @property
    def undoable(self) -> bool:
        """Whether the last act can still be taken back."""
        return self._undo is not None

    def undo(self) -> None:
        """Take back what was done last to all of them; nothing happens without it."""
        if self._undo is None or self._task is not None:
            return
        (act, outcome), self._undo = self._undo, None
        back = act.back
        if back is None:
            return
        t = self.t

        def told(n: int) -> str:
            return t.plural("{n} taken back", "{n} taken back", n)

        def done(found: Outcome) -> None:
            self._ended()
            rows = tuple((pair[0], reason) for pair, reason in found.refused)
            self._tell(told, Outcome(found.done, 0, rows, found.left, found.failure), None)

        self._begin(f"take back {act.name}", outcome.done, lambda pair: back(*pair), done)

    # -- telling

    def _tell(self, told: Callable[[int], str], outcome: Outcome, undo: Callable[[], object] | None) -> None:
        said = self.sentence(told, outcome)
        if outcome.failure is not None and not isinstance(outcome.failure, LivePayError):
            self._bridge.explain(outcome.failure, "many rows")
        if outcome.refused or outcome.failure is not None:
            dialog = OutcomeDialog(self._page, self.t, said, outcome, self._name)
            dialog.offer(undo)
            dialog.present()
            return
        role = "paid" if outcome.done else "info"
        verb = self.t("Undo") if undo is not None else ""
        self._bridge.notice.emit(Notice(said, role, verb, undo))  # type: ignore[arg-type]

    def sentence(self, told: Callable[[int], str], outcome: Outcome) -> str:
        """« 12 annulées, 2 refusées ». Every row is in it."""
        t = self.t
        parts = [told(len(outcome.done))] if outcome.done else [t("Nothing was changed")]
        if outcome.unchanged:
            parts.append(t.plural("{n} was so already", "{n} were so already", outcome.unchanged))
        if outcome.refused:
            parts.append(t.plural("{n} refused", "{n} refused", len(outcome.refused)))
        if outcome.left:
            parts.append(t.plural("{n} not tried", "{n} not tried", outcome.left))
        return ", ".join(parts)
