"""A product's photo from elsewhere: dropped on its row in the list, or pasted; taken back in one press."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.catalogue.views import ProductView
from desktop.fonts import width
from desktop.icons import draw
from desktop.theme import theme
from desktop.widgets.cells import write
from desktop.widgets.drops import dropped_file
from desktop.widgets.notices import Notice
from desktop.widgets.picture import SUFFIXES

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from desktop.pages.catalogue.page import CataloguePage

_PAD: Final = 16


class RowMark(QWidget):
    """Lies over the row that would get the photo, and says so."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self.text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, box: QRectF, text: str) -> None:
        self.text = text
        self.setGeometry(box.toRect())
        self.update()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(palette.gold), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, 6, 6)
        wide = width(self.text, "small-bold") + 26 + 2 * _PAD
        chip = QRectF(box.center().x() - wide / 2, box.center().y() - 15, wide, 30)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.gold))
        painter.drawRoundedRect(chip, 15, 15)
        draw(painter, "image-plus", palette.gold_ink, chip.left() + _PAD - 2, chip.center().y() - 8, 16)
        write(painter, chip.adjusted(_PAD + 22, 0, -_PAD + 8, 0), self.text, "small-bold", palette.gold_ink)


class Photos(QObject):
    """What the page does with a photo that hangs over it, is dropped, or stands in the clipboard."""

    def __init__(self, page: CataloguePage) -> None:
        super().__init__(page)
        self._page = page
        self.mark = RowMark(page.products.table.viewport())

    @staticmethod
    def held(mime: QMimeData) -> Path | None:
        """The picture that is dragged or was copied as a file."""
        return dropped_file(mime, SUFFIXES)

    def hover(self, place: QPoint) -> bool:
        """Mark the row under a place of the page. → whether there is one."""
        product = self._product_at(place)
        row = None if product is None else self._page.model.row_of(product.id)
        if product is None or row is None:
            self.leave()
            return False
        table = self._page.products.table
        box = QRectF(0, table.rowViewportPosition(row), table.viewport().width(), table.rowHeight(row))
        self.mark.show_over(box, self._page.t("Photo of {keyword}", keyword=product.keyword))
        return True

    def leave(self) -> None:
        self.mark.hide()

    def drop(self, place: QPoint, path: Path) -> bool:
        """The photo is that of the product at this place. → whether there is one."""
        product = self._product_at(place)
        self.leave()
        if product is not None:
            self._give(product, lambda: path)
        return product is not None

    def paste(self) -> None:
        """What was copied is the photo of the selected product."""
        page = self._page
        current = page.products.table.current
        product = None if current is None else page.model.product(current)
        mime = QGuiApplication.clipboard().mimeData()
        path, image = self.held(mime), QGuiApplication.clipboard().image()
        if path is None and image.isNull():
            page.mount.bridge.notice.emit(Notice(page.t("Copy a photo first, then paste it here."), "waiting"))
        elif product is None:
            page.mount.bridge.notice.emit(Notice(page.t("Select the product that the photo shows first."), "waiting"))
        else:
            self._give(product, lambda: path or png(image))

    def _product_at(self, place: QPoint) -> ProductView | None:
        """Of the row there, or the selected one over its own pane."""
        page, table = self._page, self._page.products.table
        pane = page.products.pane
        if not table.isVisible():
            return None
        if pane.isVisible() and pane.rect().contains(pane.mapFrom(page, place)):
            return None if table.current is None else page.model.product(table.current)
        inside = table.viewport().mapFrom(page, place)
        row = table.rowAt(inside.y()) if table.viewport().rect().contains(inside) else -1
        return page.model.product(page.model.product_at(row)) if row >= 0 else None

    def _give(self, before: ProductView, picture: Callable[[], Path | bytes]) -> None:
        source = self._page.source

        def work() -> ProductView:
            source.set_photo(before.id, source.prepare(picture()))
            return source.products([before.id])[0]

        self._page.products.table.select(before.id)
        self._page.call(work, "set photo", partial(self._given, before))

    def _given(self, before: ProductView, after: ProductView) -> None:
        page = self._page
        page.feed.refresh()
        said = page.t("New photo of {keyword}", keyword=after.keyword)
        page.offer_undo(said, partial(page.source.revert, before, after))


def png(image: QImage) -> bytes:
    """A picture of the clipboard as a file's content."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
