"""Adding a product or changing one: every field says by itself what is wrong, and nothing typed is lost by accident."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from core.catalogue import rules
from core.catalogue.views import ProductView
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.slots.timesfile import EXAMPLE
from core.storage.pictures import MediaFile
from desktop.bridge import Bridge, Task
from desktop.pages.catalogue import draft as drafts
from desktop.pages.catalogue.draft import ProductDraft
from desktop.pages.catalogue.presenter import CataloguePresenter, CatalogueSource, NewPhoto
from desktop.pictures import Thumb
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label
from desktop.widgets.picture import PictureBox

PHOTO: Final = QSize(188, 188)
_PAUSE_MS: Final = 250


class ProductDialog(Dialog):
    """``saved`` with the product's id (None after a change) each time something was saved."""

    saved = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        source: CatalogueSource,
        bridge: Bridge,
        presenter: CataloguePresenter,
        product: ProductView | None = None,
    ) -> None:
        t = presenter.t
        title = t("Edit {keyword}", keyword=product.keyword) if product else t("Add a product")
        super().__init__(parent, title, 720)
        self._source, self._bridge, self._presenter = source, bridge, presenter
        self.draft = drafts.draft_of(product, presenter)
        self._taken: frozenset[str] = frozenset()
        self._touched: set[str] = set()
        self._saving: Task[int | None] | None = None
        self._reading = False
        self._asked = 0
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask_taken)
        self._lay_out()
        self.add_way_out(t("Cancel"))
        self.another = Button(t("Add and go on"))
        self.another.clicked.connect(lambda: self.save(go_on=True))
        self.another.setVisible(product is None)
        self.foot.addWidget(self.another)
        self.action = self.add_action(t("Save") if product else t("Add"), self.save)
        self._fill()
        self.fields["title"].setFocus()
        bridge.run(source.categories, owner=self, done=self._suggest, name="read categories")
        if product and product.photo:
            self._show_kept(product.photo)

    # -- the form

    def _lay_out(self) -> None:
        t = self._presenter.t
        self.fields: dict[str, Field] = {
            "title": TextField(t("Title"), placeholder=t("Ankara wax dress"), close=True),
            "sku": TextField(t("SKU or reference"), t("Yours: unique in the catalogue."), "ROBE1"),
            "keyword": TextField(t.of("field", "Keyword"), t("What buyers write on WhatsApp.")),
            "price": TextField(t("Price ({sign})", sign=self._presenter.sign), placeholder="15\u202f000", close=True),
            "stock": TextField(t("Pieces on hand"), placeholder="10", close=True),
            "category": TextField(t.of("field", "Category"), placeholder=t("optional"), close=True),
            "vat": TextField(t("VAT in percent"), t("Empty: the store’s rate."), placeholder=t("optional")),
            "day": TextField(t("Day and time of the event"), t("Nothing of it is sold after that."), EXAMPLE),
            "place": TextField(t("Place of the event"), t("Told to who asks where it is."), t("optional")),
        }
        self.description = QPlainTextEdit()
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(92)
        self.fields["description"] = Field(t.of("field", "Description"), self.description, close=True)
        for name, field in self.fields.items():
            if isinstance(field, TextField):
                field.changed.connect(partial(self._typed, name))
                field.edit.editingFinished.connect(partial(self._left, name))
        self.description.textChanged.connect(lambda: self._typed("description", self.description.toPlainText()))
        line = QHBoxLayout()
        line.setSpacing(22)
        line.addLayout(self._photo_part())
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(self.fields["title"])
        for pair in (("sku", "keyword"), ("price", "stock"), ("category", "vat"), ("day", "place")):
            row = QHBoxLayout()
            row.setSpacing(14)
            for name in pair:
                row.addWidget(self.fields[name], 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        self.one_day = Button(t("It takes place on one day…"), "link")
        self.one_day.clicked.connect(self._ask_day)
        column.addWidget(self.one_day, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.fields["description"])
        line.addLayout(column, 1)
        self.body.addLayout(line)

    def _photo_part(self) -> QVBoxLayout:
        t = self._presenter.t
        column = QVBoxLayout()
        column.setSpacing(8)
        self.photo = PictureBox(PHOTO, t("Photo"), t("Drop a photo here, or click to choose one"), t("Pictures"))
        self.photo.picked.connect(self.take_photo)
        self.no_photo = Button(t("Take the photo away"), "link")
        self.no_photo.clicked.connect(self.drop_photo)
        self.no_photo.hide()
        self._photo_line = Label("", "small", "muted", wrap=True)
        self._photo_line.setFixedWidth(PHOTO.width())
        column.addWidget(Label(t("Photo"), "small-bold"))
        column.addWidget(self.photo)
        column.addWidget(self.no_photo, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._photo_line)
        column.addStretch(1)
        return column

    def _fill(self) -> None:
        """Put the draft's texts into the fields."""
        for name, field in self.fields.items():
            if isinstance(field, TextField):
                field.edit.setText(self.draft.get(name))
        self.description.blockSignals(True)
        self.description.setPlainText(self.draft.get("description"))
        self.description.blockSignals(False)
        self._show_day(bool(self.draft.get("day")))
        before = self.draft.before
        if before and before.held:
            text = self._presenter.t.plural(
                "{n} reserved piece included.", "{n} reserved pieces included.", before.held
            )
            self.fields["stock"].set_hint(text)
        self._show()

    def _show_day(self, shown: bool) -> None:
        for name in ("day", "place"):
            self.fields[name].setVisible(shown)
        self.one_day.setVisible(not shown)

    def _ask_day(self) -> None:
        self._show_day(True)
        self.fit()
        self.fields["day"].editor.setFocus()

    def _suggest(self, categories: tuple[str, ...]) -> None:
        field = self.fields["category"]
        assert isinstance(field, TextField)
        completer = QCompleter(list(categories), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(partial(self._typed, "category"))
        field.edit.setCompleter(completer)

    def _typed(self, name: str, text: str) -> None:
        self.draft = self.draft.typed(name, text)
        if name in ("sku", "keyword"):
            self._taken = frozenset()
            self._pause.start()
        self._show()

    def _left(self, name: str) -> None:
        if not isValid(self):  # a field loses the keyboard while its dialog is being taken down
            return
        # A field is blamed once it has been left, or was right before: nobody is corrected in mid-word.
        if self.draft.get(name).strip():
            self._touched.add(name)
        self._show()

    def _ask_taken(self) -> None:
        self._asked += 1
        number, draft = self._asked, self.draft
        sku, keyword = " ".join(draft.get("sku").split()), draft.keyword_shown
        other_than = draft.before.id if draft.before else None

        def done(taken: frozenset[str]) -> None:
            if number == self._asked:
                self._taken = taken
                self._touched |= taken
                self._show()

        self._bridge.run(lambda: self._source.taken(sku, keyword, other_than), owner=self, done=done, name="check SKU")

    def problems(self) -> dict[str, str]:
        """Field → what is wrong with it now."""
        return drafts.problems(self.draft, self._presenter, self._taken)

    def _show(self) -> None:
        found = self.problems()
        for name, field in self.fields.items():
            field.set_error(found.get(name, "") if name in self._touched else "")
            if name not in found and self.draft.get(name).strip():
                self._touched.add(name)
        keyword = self.fields["keyword"]
        made = rules.keyword_form(self.draft.get("sku"))
        if isinstance(keyword, TextField):
            keyword.edit.setPlaceholderText(made)
        self.action.setEnabled(self._saving is None and not self._reading)
        self.another.setEnabled(self.action.isEnabled())
        self.fit()

    # -- the photo

    def take_photo(self, path: Path) -> None:
        """Read a chosen photo; what is wrong with it is said beneath it."""
        self._reading = True
        self._say_photo(self._presenter.t("Reading the photo…"))
        width, height = PHOTO.width() * 2, PHOTO.height() * 2

        def read() -> tuple[MediaFile, Thumb | None]:
            prepared = self._source.prepare(path)
            return prepared, self._source.thumb_of(prepared, width, height)

        self._bridge.run(read, owner=self, done=self._photo_read, failed=self._photo_failed, name="read photo")
        self._show()

    def _photo_read(self, read: tuple[MediaFile, Thumb | None]) -> None:
        self._reading = False
        self.draft = ProductDraft(self.draft.before, self.draft.values, NewPhoto(read[0]))
        self.photo.show_thumb(read[1])
        self.no_photo.show()
        self._say_photo("")
        self._show()

    def _photo_failed(self, error: Exception) -> bool:
        self._reading = False
        known = isinstance(error, LivePayError)
        self._say_photo(explain(error, self._presenter.t.language) if isinstance(error, LivePayError) else "", known)
        self._show()
        return known

    def drop_photo(self) -> None:
        """Go without a photo."""
        before = self.draft.before
        photo = NewPhoto(None) if before and before.photo else None
        self.draft = ProductDraft(before, self.draft.values, photo)
        self.photo.show_thumb(None)
        self.no_photo.hide()
        self.photo.setFocus()
        self._show()

    def _show_kept(self, photo: str) -> None:
        width, height = PHOTO.width() * 2, PHOTO.height() * 2

        def done(thumb: Thumb | None) -> None:
            if self.draft.photo is None:
                self.photo.show_thumb(thumb)
                self.no_photo.show()
                self._say_photo("" if thumb else self._presenter.t("The photo’s file is not on this computer."))
                self.fit()

        self._bridge.run(lambda: self._source.thumb(photo, width, height), owner=self, done=done, name="read photo")

    def _say_photo(self, text: str, wrong: bool = False) -> None:
        self._photo_line.say(text)
        self._photo_line.set_role("danger" if wrong else "muted")

    # -- saving

    def save(self, *, go_on: bool = False) -> None:
        """Save when all is right, else show what is missing and go there."""
        if self._saving is not None or self._reading:
            return
        found = self.problems()
        if found:
            self._touched |= found.keys()
            self._show()
            next(field for name, field in self.fields.items() if name in found).editor.setFocus()
            return
        draft, source = self.draft, self._source

        def work() -> int | None:
            if draft.before is None:
                return source.add(dict(draft.values), draft.photo)
            source.change(draft.before, dict(draft.values), draft.photo)
            return None

        self._saving = self._bridge.run(
            work, owner=self, done=partial(self._done, go_on), failed=self._failed, name="save product"
        )
        self._show()

    def _done(self, go_on: bool, product_id: int | None) -> None:
        self._saving = None
        self.saved.emit(product_id)
        if not go_on:
            self.accept()
            return
        category = self.draft.get("category")
        self.draft = ProductDraft(None, {"category": category})
        self._touched, self._taken = set(), frozenset()
        self.photo.show_thumb(None)
        self.no_photo.hide()
        self._say_photo("")
        self._fill()
        self.fields["title"].editor.setFocus()

    def _failed(self, error: Exception) -> bool:
        """Somebody was quicker: the field concerned says so; what was typed stays."""
        self._saving = None
        name = drafts.blamed(error)
        if name in self.fields and isinstance(error, LivePayError):
            self._taken |= {name} if name in ("sku", "keyword") else frozenset()
            self._touched.add(name)
            self._show()
            self.fields[name].set_error(explain(error, self._presenter.t.language))
            self.fields[name].editor.setFocus()
            return True
        self._show()
        return False

    def reject(self) -> None:
        """Ask before something typed is lost."""
        if not self.draft.changed(self._presenter):
            super().reject()
            return
        t = self._presenter.t
        Confirm(
            self,
            t,
            t("Leave without saving?"),
            t("What you typed here would be lost."),
            t("Leave"),
            super().reject,
        ).present()
