"""Moving a store to another computer, this computer's half: what happens, the file, the code, the work, what comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.storage.filekeys import new_code, plain_code
from desktop.bridge import Bridge, Control, Stopped, Task
from desktop.opening import open_file
from desktop.stores import movewords
from desktop.stores.moveparts import CodeCard, FileField, Part, SaidLines, Work
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label, Rule
from desktop.widgets.notices import Notice

if TYPE_CHECKING:
    from core.bootstrap.moving import Moved, Standing
    from desktop.context import Context
    from desktop.stores.keeping import Keeping

Step = Literal["what", "file", "code", "again", "work", "done"]
STEPS: Final[tuple[Step, ...]] = ("what", "file", "code", "again", "work", "done")
LOOK_MS: Final = 2_000
_WIDE: Final = 600


class LeaveStore(Dialog):
    """``close`` shuts the store down and then calls back; ``back`` opens it again where nothing came of it; ``left`` is
    called when the dialog goes and the store lives elsewhere."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        slug: str,
        name: str,
        context: Context,
        keeping: Keeping,
        bridge: Bridge,
        close: Callable[[Callable[[], object]], object],
        back: Callable[[], object],
        left: Callable[[], object],
    ) -> None:
        super().__init__(parent, t("Move {store} to another computer", store=name), _WIDE)
        self._t, self._slug, self._context = t, slug, context
        self._keeping, self._bridge = keeping, bridge
        self._close_store, self._back, self._left = close, back, left
        self._task: Task[Moved] | None = None
        self.standing: Standing | None = None
        self.moved: Moved | None = None
        self.code = new_code()
        self.where = Label("", "small", "muted")
        self.body.addWidget(self.where)
        self.parts: dict[Step, Part] = {
            "what": self._what(),
            "file": self._file(),
            "code": self._code(),
            "again": self._again(),
            "work": self._work(),
            "done": self._done_part(),
        }
        for part in self.parts.values():
            self.body.addWidget(part)
        self.before = Button(t("Back"))
        self.before.clicked.connect(self.go_back)
        self.foot.addWidget(self.before)
        self.out = self.add_way_out(t("Not now"))
        self.action = self.add_action("", self.go_on)
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)
        self.step: Step = "what"
        self.show_step("what")
        self.look()

    # -- the steps

    def _what(self) -> Part:
        part = Part(14)
        self.happens, self.moment = SaidLines(), SaidLines()
        part.column.addWidget(self.happens)
        part.column.addWidget(Rule())
        part.column.addWidget(Label(self._t("Is it the moment?"), "body-bold"))
        part.column.addWidget(self.moment)
        return part

    def _file(self) -> Part:
        t, part = self._t, Part()
        part.column.addWidget(
            Label(t("Choose a folder that you can carry over: a USB stick is simplest."), "body", "muted", wrap=True)
        )
        self.file = FileField(t, t("File to write"), "", save_as=f"{self._slug}{movewords.SUFFIX}")
        self.file.chosen.connect(self._show_action)
        part.column.addWidget(self.file)
        return part

    def _code(self) -> Part:
        t, part = self._t, Part(12)
        part.column.addWidget(
            Label(t("Note this code on paper. It opens the file, and nothing else does."), "body", wrap=True)
        )
        self.card = CodeCard(self.code, t("The code"))
        part.column.addWidget(self.card)
        part.column.addWidget(
            Label(
                t("Keep it apart from the file. Who has both has your store; without it nobody can open the file."),
                "body",
                "muted",
                wrap=True,
            )
        )
        return part

    def _again(self) -> Part:
        t, part = self._t, Part()
        hint = t("24 letters and digits; gaps and small letters do not matter.")
        self.typed = TextField(t("Type the code from your paper"), hint)
        self.typed.changed.connect(lambda _: self._compare())
        part.column.addWidget(self.typed)
        return part

    def _work(self) -> Part:
        self.work = Work(self._t("How far the move is"))
        return self.work

    def _done_part(self) -> Part:
        part = Part(12)
        self.told = SaidLines(12)
        part.column.addWidget(self.told)
        return part

    def show_step(self, step: Step) -> None:
        t, self.step = self._t, step
        for name, part in self.parts.items():
            part.setVisible(name == step)
        place = STEPS.index(step)
        self.where.say(t("Step {n} of {all}: {what}", n=place + 1, all=len(STEPS), what=movewords.steps(t)[place]))
        self.before.setVisible(step in ("file", "code", "again"))
        self.out.setVisible(step != "done")
        self.out.setText(t("Stop") if step == "work" else t("Not now"))
        self.action.setVisible(step != "work")
        self.action.setText(
            {
                "what": t("Go on"),
                "file": t("Go on"),
                "code": t("I have noted it"),
                "again": t("Move now"),
                "work": "",
                "done": t("Finish"),
            }[step]
        )
        if step == "what":
            self._looking.start()
        else:
            self._looking.stop()
        self._show_action()
        focus = {"file": self.file.field.edit, "again": self.typed.edit}.get(step, self.action)
        focus.setFocus()
        self.fit()

    def _show_action(self) -> None:
        found = self.standing
        stops = found is None or any(line.stops for line in self.moment.lines)
        ready = {"what": not stops, "file": self.file.path is not None, "again": self._same()}
        self.action.setEnabled(ready.get(self.step, True))

    def go_back(self) -> None:
        self.show_step(STEPS[max(0, STEPS.index(self.step) - 1)])

    def go_on(self) -> None:
        if not self.action.isEnabled():
            return
        match self.step:
            case "what":
                self.show_step("file")
            case "file":
                self._check_file()
            case "code":
                self.show_step("again")
            case "again":
                self.begin()
            case "done":
                self.accept()
            case "work":
                return

    # -- what it is now

    def look(self) -> None:
        """Read again how the store stands."""
        self._bridge.run(self._context.move_standing, owner=self, done=self._know, failed=self._refused, name="look")

    def _know(self, found: Standing) -> None:
        first, self.standing = self.standing is None, found
        self.happens.say(movewords.what_happens(found.relay, self._t))
        self.moment.say(movewords.moment(found, self._t))
        self.file.field.set_hint(self._t("About {size}.", size=movewords.size(found.size, self._t)))
        self._show_action()
        if first:
            self.fit()
        if first and self.action.isEnabled():
            self.action.setFocus()

    def _refused(self, error: Exception) -> bool:
        self.reject()
        return False

    # -- the file

    def _check_file(self) -> None:
        path, found = self.file.path, self.standing
        if path is None or found is None:
            return
        if path.is_dir():
            path /= f"{self._slug}{movewords.SUFFIX}"
        elif not path.suffix:
            path = path.with_name(path.name + movewords.SUFFIX)
        self.file.field.edit.setText(str(path))
        self.action.setEnabled(False)
        self._bridge.run(
            lambda: self._keeping.fitting(self._slug, path, found),
            owner=self,
            done=lambda _: self._fits(),
            failed=self._unfit,
            name="look at the place",
        )

    def _fits(self) -> None:
        self.file.field.set_error("")
        self.show_step("code")

    def _unfit(self, error: Exception) -> bool:
        self._show_action()
        if isinstance(error, LivePayError):
            self.file.field.set_error(explain(error, self._t.language))
            self.fit()
            return True
        return False

    # -- the code

    def _same(self) -> bool:
        return plain_code(self.typed.text) == plain_code(self.code)

    def _compare(self) -> None:
        typed, code = plain_code(self.typed.text), plain_code(self.code)
        wrong = bool(typed) and not code.startswith(typed)
        self.typed.set_error(self._t("This differs from the code. “Back” shows it once more.") if wrong else "")
        self._show_action()

    # -- the work

    def begin(self) -> None:
        """Close the store, then write. From here on the dialog stays until it is known what became of it."""
        self.show_step("work")
        self.out.setEnabled(False)
        self.work.begin(self._t("The store is being closed…"))
        self._close_store(self._write)

    def _write(self) -> None:
        path = self.file.path
        assert path is not None
        slug, code, keeping = self._slug, self.code, self._keeping
        self.out.setEnabled(True)
        self.work.begin(self._t("The file is being written and read back…"))

        def work(control: Control) -> Moved:
            return keeping.move_out(slug, path, code, control)

        self._task = self._bridge.run_long(
            work,
            owner=self,
            done=self._wrote,
            failed=self._failed,
            progress=self.work.advance,
            name="move store",
        )

    def _wrote(self, moved: Moved) -> None:
        self._task = None
        self.moved = moved
        relay = self.standing.relay if self.standing else ""
        self.told.say(movewords.moved(moved, relay, self._t))
        self.folder = Button(self._t("Open the folder"), icon="external-link")
        self.folder.clicked.connect(lambda: open_file(moved.path.parent))
        self.foot.insertWidget(1, self.folder)
        self.show_step("done")

    def _failed(self, error: Exception) -> bool:
        """Nothing was changed: the store is opened again."""
        self._task = None
        self._back()
        super().reject()
        if isinstance(error, Stopped):
            said = self._t("The move was stopped. Nothing was changed, and the store is open here again.")
            self._bridge.notice.emit(Notice(said, "info"))
            return True
        return False

    def reject(self) -> None:
        """Leave; in the middle of the work it is asked to stop, and the store opens again."""
        if self.step == "work":
            if self._task is not None:
                self.out.setEnabled(False)
                self._task.control.stop()
            return
        if self.step == "done":
            self.accept()
            return
        super().reject()

    def done(self, answer: int) -> None:
        self._looking.stop()
        super().done(answer)
        if self.moved is not None:
            self._left()
