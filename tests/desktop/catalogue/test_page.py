"""The catalogue in a real window over a real shop: reading, searching, stock, adding, changing, by mouse and by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from core.catalogue.stock import hold, release
from core.kernel.paths import resource
from desktop.pages.catalogue import presenter as columns
from desktop.pages.catalogue.delegate import step_boxes
from desktop.pages.catalogue.edit import ProductDialog
from desktop.pages.catalogue.importing import ImportDialog
from desktop.pages.catalogue.presenter import Question
from desktop.widgets.dialog import Confirm
from tests.desktop.catalogue.conftest import OpenCatalogue, Opened
from tests.desktop.realshop import GOODS, picture_file

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it


def forms(opened: Opened) -> list[ProductDialog]:
    return [one for one in opened.desktop.shell.findChildren(ProductDialog) if one.isVisible()]


def dialog(opened: Opened) -> ProductDialog:
    (found,) = forms(opened)
    return found


def fill(form: ProductDialog, **values: str) -> None:
    """Type into fields as a person does: letter by letter, then on to the next."""
    for name, text in values.items():
        edit = form.fields[name].editor
        edit.setFocus()
        for letter in text:
            edit.insert(letter)  # type: ignore[attr-defined]
        edit.textEdited.emit(edit.text())  # type: ignore[attr-defined]
        edit.editingFinished.emit()  # type: ignore[attr-defined]


def drop(widget: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)


def test_an_empty_catalogue_says_what_it_is_for_and_how_to_begin(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    empty = opened.page.empty
    assert empty.isVisible()
    assert not opened.page.products.isVisible()
    assert (empty.take_in.kind, empty.add.kind) == ("primary", "secondary")
    opened.press(opened.page, Qt.Key.Key_N)
    form = dialog(opened)
    fill(form, title="Robe wax", sku="ROBE1", price="15 000", stock="4")
    form.save()
    opened.settled(opened.page.products.isVisible)
    assert opened.keywords() == ["ROBE1"]


def test_the_model_file_is_saved_where_the_seller_says(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue(filled=False)
    opened.page.empty.sample.click()
    chooser = opened.page.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit(str(tmp_path / "produits.csv"))
    chooser.close()
    opened.settled((tmp_path / "produits.csv").exists)
    assert (tmp_path / "produits.csv").read_bytes() == resource("samples", "boutique-dakar.csv").read_bytes()
    opened.settled(opened.desktop.shell.toasts.shown)


def test_rows_stand_newest_first_with_their_stock(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.settled(lambda: "…" not in opened.keywords())
    assert opened.keywords() == [goods[0] for goods in reversed(GOODS)]
    row = opened.page.model.text_at(len(GOODS) - 1)
    assert row is not None
    assert (row.keyword, row.stock, row.held_text) == ("ROBE1", "7", "3 réservés")
    assert [chip.text() for chip in opened.page.products.chips.values() if chip.isVisible()] == [
        "Tous\u00a012",
        "En vente\u00a012",
        "Stock bas\u00a01",
        "Épuisés\u00a02",
    ]


def test_typing_finds_through_typos_and_esc_brings_all_back(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    search = opened.page.head.search
    opened.press(opened.page, Qt.Key.Key_Slash)
    assert search.hasFocus()
    opened.type(search, "sandles cuir")
    opened.settled(lambda: opened.page.feed.question.query == "sandles cuir" and "…" not in opened.keywords())
    assert opened.keywords()[0] == "SANDALE7"
    opened.press(search, Qt.Key.Key_Escape)
    opened.settled(lambda: opened.page.feed.question == Question() and opened.page.model.rowCount() == len(GOODS))


def test_a_search_without_an_answer_says_so(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.type(opened.page.head.search, "zzzzzz")
    opened.settled(lambda: opened.page.model.rowCount() == 0)
    assert not opened.page.products.table.isVisible()
    assert opened.page.products.pane.product is None


def test_products_off_sale_are_found_too(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.source.set_active(opened.product("COLLIER8").id, False)
    opened.type(opened.page.head.search, "collier")
    opened.settled(lambda: opened.keywords() == ["COLLIER8"])


def test_filters_and_headers_sort_out_the_rows(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    page = opened.page
    page.products.chips["sold_out"].click()
    opened.settled(lambda: sorted(opened.keywords()) == ["FOULARD11", "SAC3"])
    page.products.chips["all"].click()
    page.products.table.header.sectionClicked.emit(columns.PRICE)
    opened.settled(lambda: opened.keywords()[:2] == ["CREME10", "COLLIER8"])
    page.products.table.header.sectionClicked.emit(columns.PRICE)
    opened.settled(lambda: opened.keywords()[0] == "PAGNE6")
    page.products.table.header.sectionClicked.emit(columns.PRICE)
    opened.settled(lambda: opened.keywords()[0] == "FOULARD11")
    page.ask(sort="product")
    opened.settled(lambda: opened.keywords()[:3] == ["BOUBOU4", "BOUBOU5", "COLLIER8"])


def test_keywords_sort_as_people_count(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    for sku in ("ROBE10", "ROBE100"):
        values = {"sku": sku, "title": "Robe", "price": "1000", "stock": "1"}
        opened.page.source.add(values, None)
    opened.page.ask(sort="product")
    opened.settled(
        lambda: [k for k in opened.keywords() if k.startswith("ROBE")] == ["ROBE1", "ROBE2", "ROBE10", "ROBE100"]
    )


def test_stock_moves_by_key_by_button_and_in_the_row(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    table, pane = opened.page.products.table, opened.page.products.pane
    product_id = opened.product("BOUBOU4").id
    assert table.select(product_id)
    opened.settled(lambda: pane.product is not None and pane.product.id == product_id)
    opened.press(table, Qt.Key.Key_Plus)
    opened.settled(lambda: pane.product and pane.product.on_hand == 5)
    opened.press(table, Qt.Key.Key_Minus)
    opened.settled(lambda: pane.product and pane.product.on_hand == 4)
    pane.more.click()
    opened.settled(lambda: pane.product and pane.product.on_hand == 5)
    row = opened.page.model.row_of(product_id)
    assert row is not None
    cell = table.visualRect(opened.page.model.index(row, columns.STOCK))
    less = step_boxes(cell.toRectF())[0].center().toPoint()
    opened.click(table.viewport(), less)
    opened.settled(lambda: opened.product("BOUBOU4").on_hand == 4)
    assert opened.product("BOUBOU4").total == 4


def test_stock_below_what_is_reserved_is_refused_and_said(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.step(opened.product("SAC3").id, -1)
    opened.settled(opened.desktop.shell.toasts.shown)
    assert "réservées" in opened.desktop.shell.toasts.shown()[0].notice.text
    assert opened.product("SAC3").on_hand == 5


def test_what_sells_meanwhile_shows_in_its_row_without_a_new_list(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    product_id = opened.product("ROBE2").id
    resets: list[int] = []
    opened.page.model.modelReset.connect(lambda: resets.append(1))
    opened.shop.engine.call(lambda tx: hold(tx, product_id, 2))

    def shown() -> str:
        row = opened.page.model.row_of(product_id)
        text = None if row is None else opened.page.model.text_at(row)
        return f"{text.stock} {text.held_text}" if text else ""

    opened.settled(lambda: shown() == "4 2 réservés")
    opened.shop.engine.call(lambda tx: release(tx, product_id, 2))
    opened.settled(lambda: shown() == "6 ")
    assert resets == []


def test_a_hidden_page_reads_nothing_until_it_shows_again(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.desktop.shell.go("live")
    opened.page.source.add({"sku": "NEUF1", "title": "Neuf", "price": "1000", "stock": "1"}, None)
    opened.qtbot.waitUntil(lambda: opened.page.feed._stale)
    assert "NEUF1" not in opened.keywords()
    opened.desktop.shell.go("catalogue")
    opened.settled(lambda: "NEUF1" in opened.keywords())


def test_adding_validates_as_one_types(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.add()
    form = dialog(opened)
    fill(form, title="Robe", sku="ROBE1", price="pas cher", stock="2,5")
    opened.settled(lambda: form.fields["keyword"].error)
    assert "ROBE1" in form.fields["sku"].error
    assert form.fields["price"].error
    assert "nombre entier" in form.fields["stock"].error
    form.save()
    assert form.isVisible()
    assert form.fields["sku"].editor.hasFocus()
    form.fields["sku"].editor.clear()  # type: ignore[attr-defined]
    fill(form, sku="ROBE99")
    opened.settled(lambda: not form.fields["sku"].error and not form.fields["keyword"].error)
    assert form.fields["keyword"].editor.placeholderText() == "ROBE99"  # type: ignore[attr-defined]
    form.draft = type(form.draft)()
    form.close()


def test_a_new_product_is_selected_and_another_can_follow(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.add()
    form = dialog(opened)
    fill(form, title="Robe rouge", sku="ROBE77", price="12 500", stock="3", category="Robes")
    form.save(go_on=True)
    opened.settled(lambda: opened.page.products.table.current == opened.product("ROBE77").id)
    assert form.isVisible()
    assert (form.draft.get("title"), form.draft.get("category")) == ("", "Robes")
    made = opened.product("ROBE77")
    assert (made.price, made.on_hand, made.keyword, made.category) == (12_500, 3, "ROBE77", "Robes")
    fill(form, title="Robe verte", sku="ROBE78", price="12 500", stock="3")
    opened.press(form, Qt.Key.Key_Return)
    opened.settled(lambda: not forms(opened))
    assert opened.keywords()[:2] == ["ROBE78", "ROBE77"]


def test_somebody_quicker_takes_the_sku_and_what_was_typed_stays(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.add()
    form = dialog(opened)
    fill(form, title="Robe rouge", sku="ROBE77", price="12 500", stock="3")
    opened.settled(lambda: not form._pause.isActive())
    opened.page.source.add({"sku": "ROBE77", "title": "Autre", "price": "1", "stock": "1"}, None)
    form.save()
    opened.settled(lambda: form._saving is None)
    assert form.isVisible()
    assert "ROBE77" in form.fields["sku"].error + form.fields["keyword"].error
    assert form.draft.get("title") == "Robe rouge"
    form.draft = type(form.draft)()
    form.close()


def test_changing_a_title_keeps_what_sold_meanwhile(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    product = opened.product("ROBE2")
    opened.page.products.table.select(product.id)
    opened.settled(lambda: opened.page.model.product(product.id))
    opened.press(opened.page.products.table, Qt.Key.Key_Return)
    form = dialog(opened)
    opened.shop.engine.call(lambda tx: hold(tx, product.id, 2))
    form.fields["title"].editor.clear()  # type: ignore[attr-defined]
    fill(form, title="Robe dorée longue")
    form.save()
    opened.settled(lambda: opened.product("ROBE2").title == "Robe dorée longue")
    after = opened.product("ROBE2")
    assert (after.on_hand, after.held, after.total) == (6, 2, product.total)


def test_leaving_with_changes_asks_first(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.add()
    form = dialog(opened)
    fill(form, title="Robe")
    opened.press(form, Qt.Key.Key_Escape)
    question = form.findChildren(Confirm)[0]
    assert form.isVisible()
    question.action.click()
    opened.qtbot.waitUntil(lambda: not forms(opened))


def test_a_dropped_photo_is_kept_with_the_product_and_shown(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue()
    product = opened.product("ROBE1")
    opened.page.products.table.select(product.id)
    opened.settled(lambda: opened.page.model.product(product.id))
    opened.page.edit(product.id)
    form = dialog(opened)
    drop(form.photo, picture_file(tmp_path / "ma robe.jpg", size=(2400, 1800)))
    opened.settled(lambda: form.photo.filled)
    form.save()
    opened.settled(lambda: opened.product("ROBE1").photo)
    name = opened.product("ROBE1").photo
    assert name is not None
    assert "robe" not in name
    kept = opened.shop.media / name
    assert kept.is_file()
    opened.settled(lambda: any(key[0] == name for key in opened.page.thumbs._made))
    opened.page.edit(product.id)
    form = dialog(opened)
    opened.settled(lambda: form.photo.filled)
    form.drop_photo()
    form.save()
    opened.settled(lambda: opened.product("ROBE1").photo is None)


def test_a_file_that_is_no_photo_is_said_beneath_it(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue()
    opened.page.add()
    form = dialog(opened)
    (tmp_path / "faux.jpg").write_text("pas une photo")
    form.take_photo(tmp_path / "faux.jpg")
    opened.settled(lambda: not form._reading)
    assert "n’est pas une image" in form._photo_line.text()
    assert opened.desktop.shell.toasts.shown() == []
    form.close()


def test_a_product_leaves_the_sale_after_a_question_and_comes_back_by_undo(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    product = opened.product("SAC2")
    table = opened.page.products.table
    table.select(product.id)
    opened.settled(lambda: opened.page.products.pane.product)
    opened.press(table, Qt.Key.Key_Delete)
    question = next(one for one in opened.page.findChildren(Confirm) if one.isVisible())
    assert "réservée" in question.findChildren(type(question.heading))[1].text()
    question.action.click()
    opened.settled(lambda: not opened.product("SAC2").active)
    opened.settled(opened.desktop.shell.toasts.shown)
    toast = opened.desktop.shell.toasts.shown()[0]
    assert toast.notice.act is not None
    toast.notice.act()
    opened.settled(lambda: opened.product("SAC2").active)


@MENU
def test_the_menu_holds_every_verb(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.settled(lambda: "…" not in opened.keywords())
    menu = opened.page.open_menu(opened.product("ROBE2").id, QPoint(0, 0))
    assert menu is not None
    assert [action.text() for action in menu.actions()] == [
        "Modifier…",
        "Créneaux…",
        "Un de plus en stock",
        "Un de moins en stock",
        "Retirer de la vente…",
    ]
    menu.actions()[2].trigger()
    opened.settled(lambda: opened.product("ROBE2").on_hand == 7)
    menu.close()


def test_another_page_points_to_a_product(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.page.products.chips["sold_out"].click()
    opened.settled(lambda: opened.page.feed.question.filter == "sold_out")
    product_id = opened.product("ROBE1").id
    opened.desktop.shell.go("catalogue", product_id)
    opened.settled(lambda: opened.page.products.table.current == product_id)
    assert opened.page.feed.question == Question()


def test_a_list_dropped_on_the_page_opens_its_preview(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    drop(opened.page, resource("samples", "boutique-dakar.csv"))
    opened.qtbot.waitUntil(lambda: bool(opened.page.findChildren(ImportDialog)))
    shown = opened.page.findChildren(ImportDialog)[0]
    opened.settled(lambda: shown.step == "preview")
    shown.reject()


def test_everything_is_reached_by_tab_and_has_a_name(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    opened.settled(lambda: opened.page.products.pane.product)
    page = opened.page
    page.head.search.setFocus()
    seen: list[QWidget] = []
    widget: QWidget | None = page.head.search
    for _ in range(40):
        if widget is None or widget in seen:
            break
        seen.append(widget)
        opened.press(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
    wanted = [page.head.search, page.head.take_in, page.head.add, page.products.table, page.products.pane.edit]
    assert [one for one in seen if one in wanted] == wanted
    unnamed = [w for w in seen if not (w.accessibleName() or getattr(w, "text", str)())]
    assert unnamed == []
    assert QGuiApplication.focusWindow() is not None
