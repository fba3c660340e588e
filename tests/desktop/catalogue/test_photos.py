"""A photo on a product's row: dropped or pasted, seen at once, taken back in one press; anything else does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage

from core.storage.pictures import find
from desktop.pages.catalogue.page import CataloguePage
from desktop.widgets.notices import Toast
from tests.desktop.catalogue.conftest import OpenCatalogue, Opened
from tests.desktop.realshop import picture_file

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def place_of(page: CataloguePage, product_id: int) -> QPoint:
    row = page.model.row_of(product_id)
    assert row is not None
    table = page.products.table
    return table.viewport().mapTo(page, QPoint(120, table.rowViewportPosition(row) + 8))


def carry(page: CataloguePage, place: QPoint, path: Path) -> tuple[bool, bool]:
    """A file dragged over the page to a place and let go. → whether it may be let go there, and was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    page.dragEnterEvent(QDragEnterEvent(place, copy, mime, LEFT, PLAIN))
    move = QDragMoveEvent(place, copy, mime, LEFT, PLAIN)
    page.dragMoveEvent(move)
    dropped = QDropEvent(QPointF(place), copy, mime, LEFT, PLAIN)
    dropped.ignore()
    page.dropEvent(dropped)
    return move.isAccepted(), dropped.isAccepted()


def said(opened: Opened) -> list[str]:
    return [toast.notice.text for toast in opened.desktop.shell.findChildren(Toast) if toast.isVisible()]


def test_a_photo_dropped_on_a_row_is_that_products(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue()
    page, before = opened.page, opened.product("SAC2")
    large = picture_file(tmp_path / "sac.png", size=(3000, 2000))
    assert carry(page, place_of(page, before.id), large) == (True, True)
    opened.settled(lambda: opened.product("SAC2").photo)
    assert page.photos.mark.isHidden()
    kept = find(opened.shop.media, opened.product("SAC2").photo or "")
    assert kept is not None
    assert QImage(str(kept)).width() == 1600
    assert page.products.table.current == before.id
    assert "Nouvelle photo de SAC2" in said(opened)
    page.undo()
    opened.settled(lambda: opened.product("SAC2") == before)


def test_a_copied_picture_is_pasted_as_the_photo_of_the_selected_product(
    open_catalogue: OpenCatalogue, tmp_path: Path
) -> None:
    opened = open_catalogue()
    page, before = opened.page, opened.product("ROBE1")
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("no picture")
    page.products.table.select(before.id)
    page.photos.paste()
    assert "Copiez d’abord une photo, puis collez-la ici." in said(opened)
    clipboard.setImage(QImage(str(picture_file(tmp_path / "robe.png"))))
    page.photos.paste()
    opened.settled(lambda: opened.product("ROBE1").photo)
    page.undo()
    opened.settled(lambda: opened.product("ROBE1") == before)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture_file(tmp_path / "file.jpg")))])
    clipboard.setMimeData(mime)
    page.photos.paste()
    opened.settled(lambda: opened.product("ROBE1").photo)
    clipboard.clear()


@pytest.mark.parametrize("name", ["photo.png", "notes.pdf"])
def test_what_is_no_photo_or_not_over_a_row_changes_nothing(
    open_catalogue: OpenCatalogue, tmp_path: Path, name: str
) -> None:
    opened = open_catalogue()
    page, before = opened.page, opened.product("SAC2")
    wrong = tmp_path / name
    wrong.write_bytes(b"not a picture")
    assert carry(page, QPoint(4, 4), wrong) == (False, False)
    taken = carry(page, place_of(page, before.id), wrong)
    assert taken == ((True, True) if name == "photo.png" else (False, False))
    opened.settled()
    assert opened.product("SAC2") == before
    if name == "photo.png":
        assert any("image" in text for text in said(opened))
