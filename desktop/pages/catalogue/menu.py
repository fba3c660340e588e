"""What can be done with a product, or with all that are selected, as a menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu

from core.catalogue.views import ProductView

if TYPE_CHECKING:
    from desktop.pages.catalogue.page import CataloguePage


def product_menu(page: CataloguePage, product: ProductView, place: QPoint | None) -> QMenu:
    """Opened at a place of the screen, None: where the mouse is."""
    t, number, menu = page.t, product.id, QMenu(page)
    if page.many.several:
        page.many.fill(menu)
    else:
        for text, act in (
            (t("Edit…"), partial(page.edit, number)),
            (t("Times…"), partial(page.open_times, number)),
            (t("One more in stock"), partial(page.step, number, 1)),
            (t("One less in stock"), partial(page.step, number, -1)),
            (t("Take off sale…") if product.active else t("Put back on sale"), partial(page.switch, number)),
        ):
            action = QAction(text, menu)
            action.triggered.connect(lambda checked=False, act=act: act())
            menu.addAction(action)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place or QCursor.pos())
    menu.setActiveAction(menu.actions()[0])
    return menu
