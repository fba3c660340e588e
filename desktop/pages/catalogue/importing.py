"""Importing a product list, in one dialog: file → preview → all or the good lines → progress → result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from core.catalogue.service import ImportPlan
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Bridge, Control, Task
from desktop.pages.catalogue import import_texts
from desktop.pages.catalogue.import_parts import ChooseFile, Outcome, Preview, Work
from desktop.pages.catalogue.presenter import CataloguePresenter, CatalogueSource, Stopped
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog

Step = Literal["choose", "reading", "preview", "writing", "done"]


class ImportDialog(Dialog):
    """``imported`` once something was written. The file is read and written off the window's thread."""

    imported = Signal()

    def __init__(self, parent: QWidget, source: CatalogueSource, bridge: Bridge, presenter: CataloguePresenter) -> None:
        super().__init__(parent, presenter.t("Import a product list"), 820)
        self._source, self._bridge, self._presenter = source, bridge, presenter
        self.step: Step = "choose"
        self.path: Path | None = None
        self.plan: ImportPlan | None = None
        self._reading: Task[ImportPlan] | None = None
        self._writing: Task[Stopped | None] | None = None
        t = presenter.t
        self.choose = ChooseFile(t)
        self.choose.asked.connect(self.ask_file)
        self.choose.picked.connect(self.read)
        self.choose.sample_asked.connect(self.ask_sample)
        self.work = Work()
        self.preview = Preview(t)
        self.outcome = Outcome()
        self._parts: dict[QWidget, tuple[Step, ...]] = {
            self.choose: ("choose",),
            self.work: ("reading", "writing"),
            self.preview: ("preview",),
            self.outcome: ("done",),
        }
        holder = QVBoxLayout()
        for part in self._parts:
            holder.addWidget(part)
        self.body.addLayout(holder)
        self.out = self.add_way_out(t("Close"))
        self.again = Button(t("Read the file again"), icon="refresh-cw")
        self.again.clicked.connect(self.read_again)
        self.foot.addWidget(self.again)
        self.action = self.add_action("", self._act)
        self._show("choose")

    # -- the file

    def ask_file(self) -> None:
        """Ask which file; shown, never executed."""
        t = self._presenter.t
        endings = " ".join(f"*{suffix}" for suffix in sorted(import_texts.SUFFIXES))
        dialog = QFileDialog(
            self, t("Choose the product list"), "", f"{t('Product lists')} ({endings});;{t('All files')} (*)"
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.read(Path(path)))
        dialog.open()

    def ask_sample(self) -> None:
        save_sample(self, self._source, self._bridge, self._presenter, self.choose.sample_saved)

    def read(self, path: Path) -> None:
        """Read a list and compare it with the catalogue."""
        self.path = path
        source = self._source
        self.work.begin(self._presenter.t("Reading {file}…", file=path.name))
        self._show("reading")

        def work(control: Control) -> ImportPlan:
            return source.plan(path, control)

        self._reading = self._bridge.run_long(
            work,
            owner=self,
            done=self._read,
            failed=self._unreadable,
            progress=self.work.advance,
            name="read product list",
        )

    def read_again(self) -> None:
        """The same file, corrected meanwhile; or another one once all is done."""
        if self.step == "preview" and self.path:
            self.read(self.path)
        else:
            self._show("choose")

    def _read(self, plan: ImportPlan) -> None:
        self._reading = None
        self.plan = plan
        self.preview.show_plan(import_texts.preview(plan, self._presenter), import_texts.nothing_new(plan))
        self._show("preview")

    def _unreadable(self, error: Exception) -> bool:
        self._reading = None
        self._show("choose")
        if isinstance(error, LivePayError):
            name = self.path.name if self.path else ""
            self.choose.refuse(name, explain(error, self._presenter.t.language))
            self.fit()
            return True
        return False

    # -- writing

    def start(self) -> None:
        """Write what the preview shows, as the choice says."""
        plan, source = self.plan, self._source
        if plan is None or not plan.rows or self.step != "preview":
            return
        atomic = self.preview.choice == "all"
        t = self._presenter.t
        name = t("Importing {file}…", file=self.path.name if self.path else "")
        self.work.begin(name, t("All lines go in at once: this cannot be stopped half-way.") if atomic else "")
        self._show("writing")
        self.out.setEnabled(not atomic)

        def work(control: Control) -> Stopped | None:
            return source.carry_out(plan, atomic, control)

        self._writing = self._bridge.run_long(
            work,
            owner=self,
            done=partial(self._written, plan),
            failed=self._not_written,
            progress=self.work.advance,
            name="import products",
        )

    def stop(self) -> None:
        """End what runs: reading is dropped at once, writing after the portion under way."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
            self._show("choose")
        elif self._writing is not None and self.preview.choice != "all":
            self._writing.control.stop()
            self.work.stopping(self._presenter.t("Stopping after this portion…"))

    def _written(self, plan: ImportPlan, stopped: Stopped | None) -> None:
        self._writing = None
        self.outcome.show_result(import_texts.result(plan, stopped, self._presenter))
        self._show("done")
        self.imported.emit()

    def _not_written(self, error: Exception) -> bool:
        """Nothing of the portion under way went in: back to the preview, the reason is said by the window."""
        self._writing = None
        self._show("preview")
        return False

    # -- what shows

    def _show(self, step: Step) -> None:
        self.step = step
        t = self._presenter.t
        for part, steps in self._parts.items():
            part.setVisible(step in steps)
        running = step in ("reading", "writing")
        self.out.setEnabled(True)
        self.out.setText(t("Stop") if running else t("Close"))
        useful = bool(self.plan and self.plan.rows)
        self.again.setVisible(step in ("preview", "done"))
        self.again.setText(t("Read the file again") if step == "preview" else t("Another file"))
        self.action.setVisible(step == "done" or (step == "preview" and useful))
        self.action.setText(self.preview.verb if step == "preview" else t("See the catalogue"))
        self._give_focus(step)
        self.fit()

    def _give_focus(self, step: Step) -> None:
        if step == "choose":
            self.choose.button.setFocus()
        elif step == "preview":
            self.preview.take_focus() if self.action.isVisibleTo(self) else self.out.setFocus()
        elif step == "done":
            self.action.setFocus()
        else:
            self.out.setFocus()

    def _act(self) -> None:
        if self.step == "preview":
            self.start()
        elif self.step == "done":
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.action.isVisibleTo(self):
            self._act()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Esc and the way out stop what runs; with nothing running they close."""
        if self._reading is not None or self._writing is not None:
            self.stop()
        else:
            super().reject()


def save_sample(
    parent: QWidget,
    source: CatalogueSource,
    bridge: Bridge,
    presenter: CataloguePresenter,
    done: Callable[[Path], object],
) -> None:
    """Ask where, then write a product list to fill in there. ``done(path)`` when it is written."""
    t = presenter.t
    dialog = QFileDialog(parent, t("Save the model file"), t("products.csv"), "CSV (*.csv)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def save(chosen: str) -> None:
        path = Path(chosen)
        bridge.run(
            lambda: source.save_sample(path),
            owner=parent,
            done=lambda nothing: done(path),
            name="save model file",
        )

    dialog.fileSelected.connect(save)
    dialog.open()
