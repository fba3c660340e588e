"""Moving a store to another computer, the other half: the file and its code, what is in it, and what needs a hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtWidgets import QWidget

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.storage.folder import StoreCard
from desktop.bridge import Bridge, Control, Stopped, Task
from desktop.stores import movewords
from desktop.stores.moveparts import Dropping, FileField, Part, SaidLines, Work, local_zone
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label

if TYPE_CHECKING:
    from core.bootstrap.checkup import Line
    from core.bootstrap.moving import Sight
    from desktop.context import Context
    from desktop.stores.keeping import Keeping

Step = Literal["file", "seen", "work"]
_WIDE: Final = 560


class ArriveStore(Dropping, Dialog):
    """``made`` with the store's card once it is here."""

    def __init__(
        self, parent: QWidget, t: Texts, keeping: Keeping, bridge: Bridge, made: Callable[[StoreCard], object]
    ) -> None:
        super().__init__(parent, t("A store comes from another computer"), _WIDE)
        self._t, self._keeping, self._bridge, self._made = t, keeping, bridge, made
        self._task: Task[StoreCard] | None = None
        self.sight: Sight | None = None
        self.parts: dict[Step, Part] = {"file": self._file(), "seen": self._seen(), "work": self._work()}
        for part in self.parts.values():
            self.body.addWidget(part)
        self.before = Button(t("Back"))
        self.before.clicked.connect(lambda: self.show_step("file"))
        self.foot.addWidget(self.before)
        self.out = self.add_way_out(t("Not now"))
        self.action = self.add_action("", self.go_on)
        self.take_drops(self, self.file.take)
        self.step: Step = "file"
        self.show_step("file")

    def _file(self) -> Part:
        t, part = self._t, Part()
        said = t("Choose the moving file, or drop it here. The other computer wrote it, and showed its code once.")
        part.column.addWidget(Label(said, "body", "muted", wrap=True))
        self.file = FileField(t, t("Moving file"), "")
        self.file.chosen.connect(self._show_action)
        self.code = TextField(t("Code"), t("As you noted it; gaps and small letters do not matter."))
        self.code.changed.connect(lambda _: self._show_action())
        part.column.addWidget(self.file)
        part.column.addWidget(self.code)
        return part

    def _seen(self) -> Part:
        t, part = self._t, Part()
        self.name, self.about = Label("", "heading", wrap=True), Label("", "body", "muted", wrap=True)
        self.follows = SaidLines()
        hint = t("Empty: the name it has. Give one when that name is taken here.")
        self.other = TextField(t("Another name"), hint)
        for widget in (self.name, self.about, self.follows, self.other):
            part.column.addWidget(widget)
        return part

    def _work(self) -> Part:
        self.work = Work(self._t("How far the move is"))
        return self.work

    def show_step(self, step: Step) -> None:
        t, self.step = self._t, step
        for name, part in self.parts.items():
            part.setVisible(name == step)
        self.before.setVisible(step == "seen")
        self.out.setText(t("Stop") if step == "work" else t("Not now"))
        self.out.setEnabled(True)
        self.action.setVisible(step != "work")
        self.action.setText(t("Look into it") if step == "file" else t("Bring it here"))
        self._show_action()
        (self.file if step == "file" else self.action).setFocus()
        self.fit()

    def _show_action(self) -> None:
        self.action.setEnabled(self.step != "file" or self.file.path is not None)

    def go_on(self) -> None:
        if not self.action.isEnabled():
            return
        if self.step == "file":
            self.look()
        elif self.step == "seen":
            self.bring()

    # -- what is in it

    def look(self) -> None:
        path, code, keeping = self.file.path, self.code.text, self._keeping
        if path is None:
            return
        self.action.setEnabled(False)
        self._blame(None)
        self._bridge.run(
            lambda: keeping.look(path, code),
            owner=self,
            done=self._looked,
            failed=self._not_looked,
            name="look",
        )

    def _looked(self, found: Sight) -> None:
        t, self.sight = self._t, found
        self.name.say(found.name)
        self.about.say(movewords.sight(found, local_zone(), t))
        self.follows.say(movewords.follows(t))
        self.other.edit.clear()
        self.other.hide()
        self.show_step("seen")

    def _not_looked(self, error: Exception) -> bool:
        self._show_action()
        return self._blame(error)

    def _blame(self, error: Exception | None) -> bool:
        """Say what is wrong with the file or with the code."""
        said = explain(error, self._t.language) if isinstance(error, LivePayError) else ""
        of_code = isinstance(error, LivePayError) and "path" not in error.params
        self.code.set_error(said if of_code else "")
        self.file.field.set_error("" if of_code else said)
        self.fit()
        return bool(said)

    # -- bringing

    def bring(self) -> None:
        path, code, name, keeping = self.file.path, self.code.text, self.other.text, self._keeping
        assert path is not None
        self.show_step("work")
        self.work.begin(self._t("The store is being brought and checked…"))

        def work(control: Control) -> StoreCard:
            return keeping.move_in(path, code, name, control)

        self._task = self._bridge.run_long(
            work,
            owner=self,
            done=self._brought,
            failed=self._failed,
            progress=self.work.advance,
            name="bring store",
        )

    def _brought(self, card: StoreCard) -> None:
        self._task = None
        self.accept()
        self._made(card)

    def _failed(self, error: Exception) -> bool:
        """Nothing of it is here; the file is as it was."""
        self._task = None
        self.show_step("seen")
        if isinstance(error, Stopped):
            return True
        if not isinstance(error, LivePayError):
            return False
        self.other.show()
        self.other.set_error(explain(error, self._t.language))
        self.other.edit.setFocus()
        self.fit()
        return True

    def reject(self) -> None:
        if self._task is not None:
            self.out.setEnabled(False)
            self._task.control.stop()
            return
        super().reject()


class Arrived(Dialog):
    """What still needs a hand where a store has just arrived: asked again as often as wanted."""

    def __init__(
        self, parent: QWidget, t: Texts, name: str, context: Context, bridge: Bridge, finished: Callable[[], object]
    ) -> None:
        super().__init__(parent, t("{store} is on this computer", store=name), _WIDE)
        self._t, self._context, self._bridge, self._finished = t, context, bridge, finished
        self._task: Task[tuple[Line, ...]] | None = None
        self.body.addWidget(Label(t("These connections were tried from here, just now."), "body", "muted", wrap=True))
        self.lines, self.hand = SaidLines(), SaidLines()
        self.hand.say(movewords.by_hand(t))
        self.body.addWidget(self.lines)
        self.body.addWidget(self.hand)
        self.again = Button(t("Try again"), icon="refresh-cw")
        self.again.clicked.connect(self.look)
        self.foot.insertWidget(0, self.again)
        self.action = self.add_action(t("Finish"), self.accept)
        self.look()
        self.action.setFocus()

    def look(self) -> None:
        context, language = self._context, self._t.language
        self.again.setEnabled(False)
        self.lines.say(movewords.asking(self._t))

        def work(control: Control) -> tuple[Line, ...]:
            return tuple(context.arrival(language, control))

        self._task = self._bridge.run_long(work, owner=self, done=self._know, failed=self._unknown, name="try arrival")

    def _know(self, lines: tuple[Line, ...]) -> None:
        self._task = None
        self.again.setEnabled(True)
        self.lines.say(movewords.arrival(lines))
        self.fit()

    def _unknown(self, error: Exception) -> bool:
        self._task = None
        self.again.setEnabled(True)
        self.lines.say(())
        return False

    def done(self, answer: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(answer)
        self._finished()
