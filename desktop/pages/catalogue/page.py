"""The catalogue: find a product, correct its stock in one press, take a whole list in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHideEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.clock import to_datetime
from desktop.pages import exporting
from desktop.pages.catalogue.edit import ProductDialog
from desktop.pages.catalogue.feed import CatalogueFeed, Listing
from desktop.pages.catalogue.head import CatalogueHead, NoProducts, Products, Veil, under_each_other
from desktop.pages.catalogue.import_texts import SUFFIXES
from desktop.pages.catalogue.importing import ImportDialog, save_sample
from desktop.pages.catalogue.many import many_products
from desktop.pages.catalogue.menu import product_menu
from desktop.pages.catalogue.model import ProductsModel
from desktop.pages.catalogue.pairs import PairsDialog
from desktop.pages.catalogue.photos import Photos
from desktop.pages.catalogue.presenter import CataloguePresenter, CatalogueSource, Question, Sort
from desktop.pages.catalogue.times import TimesDialog
from desktop.pages.exporting import Writing
from desktop.pages.listing import MOST
from desktop.pages.page import Mount, Page
from desktop.thumbs import Thumbs
from desktop.widgets.dialog import Confirm
from desktop.widgets.drops import dropped_file
from desktop.widgets.notices import Notice

_PANE_FROM: Final = 1000  # px of page width from which on the pane has room


class CataloguePage(Page):
    """Places the catalogue's widgets, gives them what the feed read, and calls the verbs."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        context = mount.context
        self.source: CatalogueSource = context.catalogue
        self.presenter = CataloguePresenter(mount.t, context.store.currency, context.store.zone)
        self.model = ProductsModel(self.presenter, self)
        self.thumbs = Thumbs(self.source, mount.bridge, self)
        self.feed = CatalogueFeed(self.source, mount.bridge, self)
        self._subject: int | None = None
        self._undo: Callable[[], None] | None = None
        self.head = CatalogueHead(self.presenter)
        self.products = Products(self.presenter, self.model, self.thumbs)
        self.empty = NoProducts(self.presenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())  # nothing to say before the first reading
        self._stack.addWidget(self.empty)
        self._stack.addWidget(under_each_other(self.head, self.products))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 12)
        outer.addWidget(self._stack, 1)
        self.many = many_products(self, self.source)
        self.products.card.body.addWidget(self.many.bar)
        self._picked: tuple[int, ...] = ()
        self.veil = Veil(self, self.t("Drop the product list to import it"))
        self.photos = Photos(self)
        self.setAcceptDrops(True)
        self.products.table.remember(self.t, mount.preferences)
        self._connect()
        self.feed.refresh()

    def _connect(self) -> None:
        table, pane = self.products.table, self.products.pane
        self.feed.listed.connect(self.show_listing)
        self.feed.loaded.connect(self._show_rows)
        self.feed.lost.connect(self._not_read)
        self.model.wanted.connect(self.feed.read_rows)
        self.head.add.clicked.connect(lambda: self.add())
        self.head.take_in.clicked.connect(lambda: self.import_list())
        self.head.write.clicked.connect(self.export)
        self.head.pairs.clicked.connect(lambda: self.pair())
        self.add_shortcut("G", self.pair, self.t("Go together…"))
        self.head.searched.connect(self._search)
        self.head.search.down.connect(self._to_table)
        self.head.search.returnPressed.connect(self._to_table)
        self.empty.add.clicked.connect(lambda: self.add())
        self.empty.take_in.clicked.connect(lambda: self.import_list())
        self.empty.sample.clicked.connect(self.save_model_file)
        self.products.filtered.connect(lambda name: self.ask(filter=name))
        self.products.sort_chosen.connect(self._sort)
        table.sort_asked.connect(self._sort)
        table.chosen.connect(self.edit)
        table.asked.connect(self.open_menu)
        table.stepped.connect(self.step)
        table.moved.connect(self._show_current)
        table.picked.connect(self._show_picked)
        self.many.bar.cleared.connect(table.clear_picks)
        self.many.bar.cleared.connect(table.setFocus)
        pane.edit_asked.connect(lambda: self.edit(table.current))
        pane.times_asked.connect(lambda: self.open_times(table.current))
        pane.switch_asked.connect(lambda: self.switch(table.current))
        pane.stepped.connect(lambda step: self.step(table.current, step))
        t = self.t
        for keys, act, said in (
            ("N", self.add, t("New product")),
            ("I", self.import_list, t("Import a list…")),
            ("E", self.export, t("Export…")),
            ("/", self._to_search, t("Search")),
            ("Ctrl+F", self._to_search, t("Search")),
            ("Ctrl+V", self.photos.paste, t("Paste the product’s photo")),
            ("Ctrl+Z", self.undo, t("Take the last change back")),
            ("Del", self._switch, t("Take off sale, or put back")),
        ):
            self.add_shortcut(keys, act, said)

    # -- showing

    def kept(self) -> object:
        table = self.products.table
        return self.feed.question, table.current, tuple(table.picked_ids[:MOST])

    def take_back(self, kept: object) -> None:
        question, self._subject, self._picked = cast("tuple[Question, int | None, tuple[int, ...]]", kept)
        self.head.search.setText(question.query)
        self.feed.ask(question)

    def take_focus(self) -> None:
        (self.empty.take_in if self._stack.currentWidget() is self.empty else self.products.table).setFocus()

    def show_subject(self, subject: object) -> None:
        """Bring a product into sight, whatever was searched or filtered."""
        if not isinstance(subject, int):
            return
        self._subject = subject
        if self.feed.question != Question():
            self.head.search.clear()
            self.feed.ask(Question())
        elif self.products.table.select(subject):
            self._subject = None

    def ask(self, **changes: object) -> None:
        """Another filter, search or order; what is not named stays."""
        self.feed.ask(replace(self.feed.question, **changes))

    def _search(self, text: str) -> None:
        self.ask(query=text.strip())

    def _sort(self, sort: Sort) -> None:
        """The same order again turns it round, a third time goes back to the newest first."""
        question = self.feed.question
        if sort != question.sort:
            self.ask(sort=sort, descending=False)
        elif not question.descending and sort != "recent":
            self.ask(descending=True)
        else:
            self.ask(sort="recent", descending=False)

    def show_listing(self, listing: Listing) -> None:
        """Put what was read on the page."""
        everything, changed = self.feed.changed_rows()
        picked = self._picked or tuple(self.products.table.picked_ids[:MOST])
        self._picked = ()
        if everything:
            self.model.forget()
        current = self.products.table.current
        anew = self.model.show_ids(listing.ids, listing.places)
        self.head.show_count(listing)
        self.products.show_listing(listing)
        self._stack.setCurrentIndex(2 if listing.counts.all else 1)
        wanted = self._subject if self._subject is not None else current
        if anew or self._subject is not None:
            found = wanted is not None and self.products.table.select(wanted)
            if not found and anew:
                self.products.table.select_first()
        if anew and len(picked) > 1:
            self.products.table.pick(picked)
        self._subject = None
        again = self.products.table.in_sight() if everything else self.model.known(changed)
        if again:
            self.feed.read_rows(again)
        if not listing.ids:
            self._show_current(None)

    def _show_rows(self, products: list[ProductView]) -> None:
        self.model.load(products)
        current = self.products.table.current
        if any(product.id == current for product in products):
            self._show_current(current)

    def _show_current(self, product_id: int | None) -> None:
        self.products.pane.show_product(None if product_id is None else self.model.product(product_id))

    def _show_picked(self) -> None:
        picked = self.products.table.picked_ids
        self.many.offer(picked[:MOST], len(picked) > MOST)

    def _not_read(self, ids: tuple[int, ...], error: Exception) -> None:
        self.model.failed(ids)
        self.mount.bridge.explain(error, "read catalogue")

    def _to_search(self) -> None:
        self.head.search.setFocus()
        self.head.search.selectAll()

    def _to_table(self) -> None:
        if self.model.rowCount():
            self.products.table.setFocus()

    # -- verbs

    def add(self) -> None:
        """A new product; it is selected once it is there."""
        self._open(None)

    def edit(self, product_id: int | None) -> None:
        product = None if product_id is None else self.model.product(product_id)
        if product:
            self._open(product)

    def _open(self, product: ProductView | None) -> None:
        dialog = ProductDialog(self, self.source, self.mount.bridge, self.presenter, product)
        dialog.saved.connect(partial(self._saved, product))
        dialog.present()

    def open_times(self, product_id: int | None) -> None:
        """The times at which a service can be had."""
        product = None if product_id is None else self.model.product(product_id)
        if product:
            dialog = TimesDialog(self, self.source, self.mount.bridge, self.presenter, product)
            dialog.changed.connect(self.feed.refresh)
            dialog.present()

    def _saved(self, before: ProductView | None, product_id: int | None) -> None:
        self._subject = product_id if product_id is not None else self._subject
        self.feed.refresh()
        if before is not None:
            self.call(lambda: self.source.products([before.id]), "read product", partial(self._changed, before))

    def _changed(self, before: ProductView, found: Sequence[ProductView]) -> None:
        """Offer the way back from what was saved."""
        if found and found[0] != before:
            back = partial(self.source.revert, before, found[0])
            self.offer_undo(self.t("{keyword} saved", keyword=found[0].keyword), back)

    def offer_undo(self, text: str, back: Callable[[], None]) -> None:
        """Say what was done, with the way back from it."""
        self._undo = back
        self.mount.bridge.notice.emit(Notice(text, "info", self.t("Undo"), partial(self._take_back, back)))

    def _take_back(self, back: Callable[[], None]) -> None:
        if self._undo is back:
            self._undo = None
        self.call(back, "take back", lambda _: self.feed.refresh())

    def undo(self) -> None:
        """Take the last change of one product, or of many, back; nothing happens without one."""
        if self.many.undoable:
            self.many.undo()
        elif self._undo is not None:
            self._take_back(self._undo)

    def step(self, product_id: int | None, step: int) -> None:
        """One more or one less in stock."""
        if product_id is not None:
            self._undo = partial(self.source.move_stock, product_id, -step)
            self.call(lambda: self.source.move_stock(product_id, step), "move stock")

    def export(self) -> None:
        """Ask where to, then write the products shown."""
        exporting.ask_where(self, self.writing())

    def writing(self) -> Writing:
        """The products shown, as a list that the import reads again."""
        t, question, source = self.t, self.feed.question, self.source
        titles = self.presenter.titles()
        return Writing(
            f"catalogue-{to_datetime(self.now, self.mount.context.store.zone):%Y-%m-%d}",
            lambda path, control: source.export(path, titles, question, control),
            lambda n, file: t.plural("{n} product written to {file}", "{n} products written to {file}", n, file=file),
        )

    def switch(self, product_id: int | None) -> None:
        """Take a product off sale (asked first) or put it back."""
        product = None if product_id is None else self.model.product(product_id)
        if product is None:
            return
        work = partial(self.source.set_active, product.id, not product.active)
        act = partial(self.call, work, "switch product", partial(self._switched, product))
        if product.active:
            title, sentence = self.presenter.deactivation(product)
            Confirm(self, self.t, title, sentence, self.t("Take off sale"), act).present()
        else:
            act()

    def _switch(self) -> None:
        if not self.many.begin("hide"):
            self.switch(self.products.table.current)

    def _switched(self, product: ProductView, _: object) -> None:
        t = self.t
        text = t("{keyword} is off sale", keyword=product.keyword) if product.active else ""
        text = text or t("{keyword} is on sale again", keyword=product.keyword)
        self.offer_undo(text, partial(self.source.set_active, product.id, product.active))

    def open_menu(self, product_id: int, place: QPoint | None = None) -> QMenu | None:
        """What can be done with a product, as a menu."""
        product = self.model.product(product_id)
        return None if product is None else product_menu(self, product, place)

    def pair(self) -> PairsDialog:
        """What is proposed with what."""
        dialog = PairsDialog(self, self.t, self.source.pairs, self.mount.bridge)
        dialog.present()
        return dialog

    # -- import

    def import_list(self, path: Path | None = None) -> ImportDialog:
        """Open the import, at its preview when the file is known already."""
        dialog = ImportDialog(self, self.source, self.mount.bridge, self.presenter)
        dialog.imported.connect(self._imported)
        dialog.present()
        if path:
            dialog.read(path)
        return dialog

    def _imported(self) -> None:
        """What came in stands at the top."""
        self.products.table.scrollToTop()
        self.products.table.clear_current()
        self.head.search.clear()
        self.feed.ask(Question())

    def save_model_file(self) -> None:
        save_sample(self, self.source, self.mount.bridge, self.presenter, self._model_file_saved)

    def _model_file_saved(self, path: Path) -> None:
        text = self.t("Saved: {file}. Fill it in, then drop it here.", file=path.name)
        self.mount.bridge.notice.emit(Notice(text, "paid"))

    # -- the window

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData(), SUFFIXES):
            event.acceptProposedAction()
            self.veil.show_over()
        elif self.photos.held(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """A photo belongs on a row; a list belongs anywhere."""
        photo = self.photos.held(event.mimeData())
        if self.veil.isVisible() or (photo and self.photos.hover(event.position().toPoint())):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.veil.hide()
        self.photos.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self.veil.hide()
        path, photo = dropped_file(event.mimeData(), SUFFIXES), self.photos.held(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.import_list(path)
        elif photo and self.photos.drop(event.position().toPoint(), photo):
            event.acceptProposedAction()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.feed.wake()
        self.mount.bridge.run(
            self.source.sells_times, owner=self, done=self.products.pane.times.setVisible, name="read kind of shop"
        )

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.feed.sleeping = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.products.pane.setVisible(self.width() >= _PANE_FROM)
        self.veil.setGeometry(self.rect())
