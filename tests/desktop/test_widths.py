"""Columns make room: the state's word, and an amount are never cut, whatever the window and the sums."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from core.live.views import BoardRow
from desktop.app import Desktop
from desktop.fonts import width
from desktop.pages.live import rows
from desktop.pages.live.painter import AFTER_AMOUNT, FIRST_PAD, PAD
from desktop.pages.live.rows import RowText
from desktop.widgets.pill import pill_width
from tests.desktop.conftest import Open, board
from tests.desktop.sample import SampleSource, held, orders, paid, row
from tests.desktop.test_page import Changed, source_of, tell

SIZES = [(1440, 900), (1280, 720), (1024, 640)]
LATE = replace(paid(119, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"), exception="paid_late", undecided=True)
DEAR = row(130, "Gros Client", 4, "reserved", "AAAA", total=999_999_999_999)
SHORT = held(131, "Sous Payée", 4, 300, 10, "BBBB", exception="underpaid", undecided=True, received=123_456_789)


def cut(desktop: Desktop, shown: BoardRow) -> list[str]:
    """The words of an order that its row has no room for."""
    page = board(desktop)
    table, text = page.board.table, RowText(shown, page.presenter)
    state = table.columnWidth(rows.STATE) - FIRST_PAD - PAD
    amount = table.columnWidth(rows.AMOUNT) - PAD - AFTER_AMOUNT
    number = width(text.amount.head, "body-bold") + 4 + width(text.amount.tail, "body")
    found = [text.state.text] if pill_width(text.state.text, text.state.icon) > state else []
    found += [text.amount.head] if number > amount else []
    return found + ([text.amount.below] if width(text.amount.below, "small") > amount else [])


@pytest.mark.parametrize("size", SIZES)
def test_state_and_amount_are_whole_at_every_size(open_window: Open, size: tuple[int, int]) -> None:
    desktop = open_window(SampleSource(stored={one.order_id: one for one in (LATE, DEAR, SHORT, *orders()[5:])}))
    desktop.shell.resize(*size)
    assert [cut(desktop, shown) for shown in (LATE, DEAR, SHORT)] == [[], [], []]


def test_a_state_and_an_amount_that_come_later_make_room_for_themselves(open_window: Open, qtbot: QtBot) -> None:
    plain = [order for order in orders() if not order.undecided]
    desktop = open_window(SampleSource(stored={order.order_id: order for order in plain}))
    desktop.shell.resize(*SIZES[-1])
    assert cut(desktop, LATE) != []
    source = source_of(desktop)
    for order in (LATE, DEAR, SHORT):
        source.stored[order.order_id] = order
        tell(desktop, Changed("orders", order.order_id))
    qtbot.waitUntil(lambda: board(desktop).model.order(SHORT.order_id) is not None)
    assert [cut(desktop, shown) for shown in (LATE, DEAR, SHORT)] == [[], [], []]


def test_another_session_gives_the_room_back(open_window: Open) -> None:
    page = board(open_window())
    wide = page.board.table.columnWidth(rows.AMOUNT)
    few = [rows.entry(order) for order in orders()[:3]]
    page.model.load([*few, rows.entry(DEAR)])
    assert page.board.table.columnWidth(rows.AMOUNT) > wide
    page.model.load(few)
    assert page.model.widest()[1].head == "30\u202f000"
