"""The first step: a product to sell. Type one, paste a list, drop a file, or take three samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop.bridge import Task
from desktop.pages.page import Mount
from desktop.pages.welcome.parts import Said, Sheet, StepView
from desktop.pages.welcome.presenter import Goods, WelcomePresenter, WelcomeSource
from desktop.widgets.buttons import Button
from desktop.widgets.drops import dropped_file
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label, Rule
from desktop.widgets.picture import PictureBox

if TYPE_CHECKING:
    from desktop.pictures import Thumb

_LISTS = frozenset({".csv", ".txt", ".tsv"})
_SHOWN = 6


class ProductsStep(StepView):
    def __init__(self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter) -> None:
        super().__init__(mount, source, presenter)
        t = self.t
        self.setAcceptDrops(True)
        self.have: tuple[Goods, ...] = ()
        self._photo: Path | None = None
        self._busy = False
        self._reading: Task[tuple[Goods, ...]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        sheet = Sheet()
        line = QHBoxLayout()
        line.setSpacing(14)
        self.photo = PictureBox(QSize(96, 96), t("Photo"), t("Photo"), t("Pictures"))
        self.photo.picked.connect(self._picked)
        line.addWidget(self.photo)
        fields = QVBoxLayout()
        self.title = TextField(t("Name of the product"), placeholder=t("Blue wax dress"), close=True)
        fields.addWidget(self.title)
        pair = QHBoxLayout()
        pair.setSpacing(12)
        self.price = TextField(t("Price"), placeholder="15 000", close=True)
        self.stock = TextField(t("Pieces"), placeholder="10", close=True)
        for name, field in (("title", self.title), ("price", self.price), ("stock", self.stock)):
            field.edit.returnPressed.connect(self.add)
            field.edit.textChanged.connect(partial(self._checked, name, field))
            field.changed.connect(lambda _: self.ready.emit())
        pair.addWidget(self.price, 2)
        pair.addWidget(self.stock, 1)
        fields.addLayout(pair)
        line.addLayout(fields, 1)
        sheet.column.addLayout(line)
        self.said = Said()
        sheet.column.addWidget(self.said)
        ways = QHBoxLayout()
        ways.setSpacing(10)
        self.samples = Button(t("Take three samples"), icon="package")
        self.samples.clicked.connect(self.take_samples)
        self.paste = Button(t("Paste a list"), icon="copy")
        self.paste.clicked.connect(lambda: self.take_list(QGuiApplication.clipboard().text()))
        ways.addWidget(self.samples)
        ways.addWidget(self.paste)
        ways.addWidget(Label(t("or drop a CSV file here"), "small", "muted"))
        ways.addStretch(1)
        sheet.column.addWidget(Rule())
        sheet.column.addLayout(ways)
        column.addWidget(sheet)
        self._list = Sheet()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._list.column.addLayout(self._rows)
        self._list.hide()
        column.addWidget(self._list)
        column.addStretch(1)

    def enter(self) -> None:
        self._read()
        self.title.edit.setFocus()

    def verb(self) -> str:
        if self.title.text or not self.have:
            return self.t("Add this product")
        return ""

    def act(self) -> None:
        self.add()

    def _checked(self, name: str, field: TextField, _: str) -> None:
        field.set_error(self.presenter.flaw(name, field.text))

    # -- ways in

    def add(self) -> None:
        """Put what was typed on sale; say what is missing."""
        if self._busy:
            return
        if not self.title.text and not self.price.text and self.have:
            self.passed.emit()
            return
        title, price, stock, photo = self.title.text, self.price.text, self.stock.text or "1", self._photo
        self._work(lambda: self.source.add(title, price, stock, photo), self._added)

    def take_samples(self) -> None:
        """What is being typed stays."""
        if not self._busy:
            self._work(self.source.add_samples, self._taken)

    def take_list(self, source: Path | str) -> None:
        """A file, or lines from the clipboard as a spreadsheet copies them."""
        if self._busy:
            return
        self._busy = True
        self.mount.bridge.run(
            lambda: self.source.import_list(source), owner=self, done=self._listed, failed=self._failed, name="list"
        )

    def _listed(self, counts: tuple[int, int]) -> None:
        taken, left = counts
        said = self.t.plural("{n} product taken over.", "{n} products taken over.", taken)
        if left:
            said += " " + self.t.plural("{n} line was left out.", "{n} lines were left out.", left)
        self._busy = False
        self.said.say(said, not left)
        self._read()

    def _work(self, work: Callable[[], None], done: Callable[[object], None]) -> None:
        self._busy = True
        self.mount.bridge.run(work, owner=self, done=done, failed=self._failed, name="add product")

    def _taken(self, _: object) -> None:
        self._busy = False
        self.said.say("")
        self._read()

    def _added(self, _: object) -> None:
        self._photo = None
        self.photo.show_thumb(None)
        for field in (self.title, self.price, self.stock):
            field.edit.clear()
        self.title.edit.setFocus()
        self._taken(None)

    def _failed(self, error: Exception) -> bool:
        self._busy = False
        self.said.say(self.presenter.why(error), ok=False)
        return self.presenter.known(error)

    def _picked(self, path: Path) -> None:
        """Looked at at once: with what is no picture the product could not be added at all."""
        from desktop.pictures import prepare, thumb

        side = 192
        self.mount.bridge.run(
            lambda: (prepare(path), thumb(path, side, side))[1],
            owner=self,
            done=partial(self._seen, path),
            failed=self._unseen,
            name="read photo",
        )

    def _seen(self, path: Path, small: Thumb | None) -> None:
        self._photo = path
        self.photo.show_thumb(small)
        self.said.say("")

    def _unseen(self, error: Exception) -> bool:
        self._photo = None
        self.photo.show_thumb(None)
        self.said.say(self.presenter.why(error), ok=False)
        return self.presenter.known(error)

    # -- what there is

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()  # what was asked before may be answered after
        self._reading = self.mount.bridge.run(self.source.goods, owner=self, done=self.show_goods, name="read products")

    def show_goods(self, goods: tuple[Goods, ...]) -> None:
        """The list so far, newest last."""
        self.have = goods
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for one in goods[-_SHOWN:]:
            label = Label("✓ " + self.presenter.goods(one), "body")
            self._rows.addWidget(label)
        if len(goods) > _SHOWN:
            more = len(goods) - _SHOWN
            self._rows.addWidget(Label(self.t.plural("and {n} more", "and {n} more", more), "small", "muted"))
        self._list.setVisible(bool(goods))
        self.ready.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData(), _LISTS):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData(), _LISTS)
        if path:
            event.acceptProposedAction()
            self.take_list(path)
