"""Fifty thousand products: numbers in memory, rows read when they come into sight, the list moved on gently."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.bridge import Bridge
from desktop.pages.catalogue.model import KEPT, PAGE, ProductsModel
from desktop.pages.catalogue.presenter import CataloguePresenter
from desktop.pages.catalogue.table import ProductsTable
from desktop.thumbs import Thumbs
from tests.desktop.catalogue.test_presenter import ROBE
from tests.desktop.empty import EmptyCatalogue

MANY = 50_000


def listed(model: ProductsModel, ids: Iterable[int]) -> bool:
    ids = tuple(ids)
    return model.show_ids(ids, {product_id: row for row, product_id in enumerate(ids)})


@pytest.fixture
def model(words: CataloguePresenter) -> ProductsModel:
    return ProductsModel(words)


def answer(model: ProductsModel) -> list[tuple[int, ...]]:
    """Answers what the model wants; → what it asked for."""
    asked: list[tuple[int, ...]] = []

    def read(ids: tuple[int, ...]) -> None:
        asked.append(ids)
        model.load([replace(ROBE, id=product_id, keyword=f"K{product_id}") for product_id in ids])

    model.wanted.connect(read)
    return asked


def test_only_the_pages_in_sight_are_read(qtbot: QtBot, model: ProductsModel, words: CataloguePresenter) -> None:
    asked = answer(model)
    bridge = Bridge(words.t)
    table = ProductsTable(model, Thumbs(EmptyCatalogue(), bridge), "Produits")
    qtbot.addWidget(table)
    table.resize(900, 600)
    table.show()
    listed(model, range(1, MANY + 1))
    qtbot.waitUntil(lambda: bool(asked))
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() // 2)
    qtbot.waitUntil(lambda: len(asked) > 1 and model.text_at(MANY // 2) is not None)
    assert model.rowCount() == MANY
    assert sum(map(len, asked)) <= 4 * PAGE
    bridge.close()


def test_a_long_scroll_forgets_what_is_far_behind(qtbot: QtBot, model: ProductsModel) -> None:
    answer(model)
    listed(model, range(1, MANY + 1))
    for row in range(0, 3 * KEPT, PAGE):
        model.text_at(row)
        qtbot.waitUntil(lambda row=row: model.text_at(row) is not None)  # type: ignore[misc]
    assert len(model._rows) <= KEPT


def test_a_row_is_asked_for_once(qtbot: QtBot, model: ProductsModel) -> None:
    asked: list[tuple[int, ...]] = []
    model.wanted.connect(asked.append)
    listed(model, range(1, 200))
    for _ in range(3):
        assert model.text_at(0) is None
    qtbot.waitUntil(lambda: bool(asked))
    model.text_at(5)
    assert asked == [tuple(range(1, PAGE + 1))]
    model.failed(asked[0])
    model.text_at(0)
    qtbot.waitUntil(lambda: len(asked) == 2)


def test_one_product_more_or_less_moves_the_list_on(model: ProductsModel) -> None:
    moves: list[str] = []
    model.rowsInserted.connect(lambda parent, first, last: moves.append(f"+{first}"))
    model.rowsRemoved.connect(lambda parent, first, last: moves.append(f"-{first}"))
    assert listed(model, [1, 2, 3])
    assert not listed(model, [4, 1, 2, 3])
    assert not listed(model, [4, 1, 2, 3, 5])
    assert not listed(model, [4, 2, 3, 5])
    assert not listed(model, [4, 2, 3, 5])
    assert moves == ["+0", "+4", "-1"]
    assert listed(model, [5, 3, 2, 4])
    assert (model.row_of(3), model.row_of(1), model.product_at(3)) == (1, None, 4)


def test_the_model_keeps_qts_promises(model: ProductsModel, qtmodeltester: ModelTester) -> None:
    listed(model, [1, 2, 3])
    model.load([replace(ROBE, id=i) for i in (1, 2)])
    qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]


def test_a_row_being_read_is_empty_for_screen_readers(model: ProductsModel) -> None:
    listed(model, [1, 2])
    model.load([ROBE])
    texts = [model.data(model.index(row, 1)) for row in range(2)]
    assert texts == ["ROBE1", ""]
    assert model.data(model.index(0, 4), 3) == "7 disponibles, 3 réservés, 10 en stock"
