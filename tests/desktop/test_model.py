"""The table's model changes row by row: whatever happens, it shows what a rebuilt one would, without a reset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.kernel.clock import ManualClock
from core.live.views import BoardRow
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.presenter import FILTERS, Filter, LivePresenter
from desktop.pages.live.rows import COLUMNS, entry, sort_key
from desktop.texts import Texts
from tests.desktop.sample import NOW, STORE, orders, row

NAMES = ("Aminata Diop", "Élodie Sow", "Moussa Kane")
STATES = ("reserved", "paid", "expired", "cancelled", "refunded")


def model_of(*rows: BoardRow) -> OrdersModel:
    model = OrdersModel(LivePresenter(Texts("fr"), "XOF", STORE.zone), ManualClock(NOW))
    model.load([entry(one) for one in rows])
    return model


def shown(model: OrdersModel) -> list[int]:
    return [model.order_at(place) for place in range(model.rowCount())]


class Signals:
    """Counts what the model tells its views."""

    def __init__(self, model: OrdersModel) -> None:
        self.resets = self.inserted = self.removed = 0
        self.changed: list[tuple[int, int]] = []
        model.modelReset.connect(self._reset)
        model.layoutChanged.connect(self._reset)
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._change)

    def _reset(self) -> None:
        self.resets += 1

    def _insert(self, parent: QModelIndex, first: int, last: int) -> None:
        self.inserted += last - first + 1

    def _remove(self, parent: QModelIndex, first: int, last: int) -> None:
        self.removed += last - first + 1

    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changed.append((first.row(), last.row()))


order_rows = st.builds(
    lambda number, name, product, state, at, open_question: row(
        number,
        name,
        product,
        state,
        f"{number:04X}",
        reserved_at=NOW - at * 1000,
        exception="paid_late" if open_question else None,
        undecided=open_question,
    ),
    st.integers(1, 12),
    st.sampled_from(NAMES),
    st.integers(1, 4),
    st.sampled_from(STATES),
    st.integers(0, 4),
    st.booleans(),
)
steps = st.one_of(
    st.tuples(st.just("put"), st.lists(order_rows, max_size=4)),
    st.tuples(st.just("gone"), st.lists(st.integers(1, 12), max_size=3)),
    st.tuples(st.just("filter"), st.sampled_from(FILTERS)),
    st.tuples(st.just("search"), st.sampled_from(["", "elodie", "ROBE1", "kane sac", "0003", "zzz"])),
)


@given(st.lists(order_rows, max_size=6), st.lists(steps, max_size=12))
def test_any_changes_lead_to_what_a_rebuilt_table_shows(
    first: list[BoardRow], happened: list[tuple[str, object]]
) -> None:
    model = model_of(*{one.order_id: one for one in first}.values())
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    signals = Signals(model)
    truth = {one.order_id: one for one in first}
    wanted: Filter = "all"
    words = ""
    for act, value in happened:
        if act == "put":
            truth.update({one.order_id: one for one in value})  # type: ignore[attr-defined]
            model.apply([entry(one) for one in value])  # type: ignore[attr-defined]
        elif act == "gone":
            for order_id in value:  # type: ignore[attr-defined]
                truth.pop(order_id, None)
            model.apply([], value)  # type: ignore[arg-type]
        elif act == "filter":
            wanted = value  # type: ignore[assignment]
            model.show_filter(wanted)
        else:
            words = str(value)
            model.search(words)
    rebuilt = model_of(*truth.values())
    rebuilt.show_filter(wanted)
    rebuilt.search(words)
    assert shown(model) == shown(rebuilt)
    assert [model.order(one) for one in shown(model)] == [truth[one] for one in shown(model)]
    assert model.counts == rebuilt.counts
    assert signals.resets == 0
    del tester


def test_newest_orders_come_first() -> None:
    model = model_of(*orders())
    newest = sorted(orders(), key=sort_key, reverse=True)
    assert shown(model) == [one.order_id for one in newest]


def test_a_changed_order_tells_its_row_alone() -> None:
    model = model_of(*orders())
    signals = Signals(model)
    pending = model.order(122)
    assert pending is not None
    model.apply([entry(replace(pending, link_opened_at=NOW))])
    place = model.row_of(122)
    assert (signals.changed, signals.inserted, signals.removed) == ([(place, place)], 0, 0)


def test_an_unchanged_order_tells_nothing() -> None:
    model = model_of(*orders())
    signals = Signals(model)
    model.apply([entry(one) for one in orders()])
    assert (signals.changed, signals.inserted, signals.removed) == ([], 0, 0)


def test_a_paid_order_leaves_the_pending_ones_and_is_reported_once() -> None:
    model = model_of(*orders())
    model.show_filter("pending")
    pending = model.order(122)
    assert pending is not None
    done = entry(replace(pending, state="paid", paid_at=NOW))
    assert model.apply([done]).paid == (122,)
    assert model.apply([done]).paid == ()
    assert 122 not in shown(model)
    assert (model.counts["pending"], model.counts["paid"]) == (2, 19)


def test_loading_reports_no_order_as_newly_paid() -> None:
    model = model_of(*orders())
    model.load([entry(one) for one in orders()])
    assert model.apply([entry(one) for one in orders()]).paid == ()


def test_an_order_that_moves_keeps_one_place() -> None:
    model = model_of(*orders())
    oldest = model.order(shown(model)[-1])
    assert oldest is not None
    model.apply([entry(replace(oldest, reserved_at=NOW + 1))])
    assert shown(model)[0] == oldest.order_id
    assert model.rowCount() == 23


def test_counts_are_told_when_they_change() -> None:
    model = model_of(*orders())
    told: list[dict[str, int]] = []
    model.counted.connect(told.append)
    pending = model.order(122)
    assert pending is not None
    model.apply([entry(replace(pending, link_opened_at=NOW))])
    model.apply([entry(replace(pending, state="expired"))])
    assert [(one["all"], one["pending"], one["expired"]) for one in told[-1:]] == [(23, 2, 2)]


def test_cells_can_be_read_as_text() -> None:
    model = model_of(*orders())
    place = model.row_of(120)
    assert place is not None
    said = [model.index(place, column).data() for column in range(len(COLUMNS))]
    assert said[0] == "En attente"
    assert said[4].startswith("1:12")
    assert model.index(place, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("LP-2026-1120-09DD · En attente")
    assert model.headerData(0, Qt.Orientation.Horizontal) == "État"
    assert model.index(place, 0).data(Qt.ItemDataRole.DecorationRole) is None


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_shows_what_its_chip_counts(name: Filter) -> None:
    model = model_of(*orders())
    model.show_filter(name)
    assert model.rowCount() == model.counts[name]
