"""The live board as a seller uses it: real widgets, a sample shop, the keyboard."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.kernel.clock import SECOND
from core.kernel.errors import Refused, StorageFailed
from core.live.views import Alert, Tiles
from desktop.app import Desktop
from desktop.pages.live.decide import DecisionDialog, OnScreenDialog
from desktop.pages.live.feed import read
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.over import OverDialog
from desktop.pages.live.presenter import NewLive
from desktop.pages.live.start import StartDialog
from desktop.widgets.dialog import Confirm, Dialog
from tests.desktop.conftest import Open, board
from tests.desktop.sample import NOW, SESSION, SampleContext, SampleSource, held, orders, paid


@dataclass(frozen=True)
class Changed:
    area: str
    subject: int = 0


def source_of(desktop: Desktop) -> SampleSource:
    context = desktop._context
    assert isinstance(context, SampleContext)
    return context.live


def tell(desktop: Desktop, *changes: Changed) -> None:
    """What the shop's thread does after a commit."""
    context = desktop._context
    assert isinstance(context, SampleContext)
    for callback in context.callbacks:
        callback(changes)


def the_dialog(desktop: Desktop, kind: type[Dialog]) -> Dialog:
    found = [dialog for dialog in desktop.shell.findChildren(kind) if dialog.isVisible()]
    assert len(found) == 1
    return found[0]


def test_the_board_shows_what_the_shop_says(open_window: Open) -> None:
    page = board(open_window())
    assert page.model.rowCount() == 23
    assert [chip.text() for chip in page.board.orders.chips.values()] == [
        "Toutes\u00a023",
        "En attente\u00a03",
        "Payées\u00a018",
        "Expirées\u00a01",
        "À décider\u00a01",
    ]
    assert [tile.accessibleName().split(" : ")[1].split(",")[0] for tile in page.board.tiles] == [
        "23",
        "18",
        "3",
        "1",
        "342\u202f000",
    ]
    assert page.head.elapsed.text() == "47\u00a0min\u00a012\u00a0s"
    assert [bar.accessibleName()[:5] for bar in page.board.stock.bars] == ["ROBE1", "SAC2 ", "CHAUS", "BAZIN"]
    assert len(page.board.chart.bars) == 48


def test_nothing_is_read_on_the_windows_thread(open_window: Open) -> None:
    desktop = open_window()
    assert source_of(desktop).threads
    assert all(name.startswith("window") for name in source_of(desktop).threads)


def test_a_paid_order_changes_its_row_pulses_and_sounds(
    open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.pages.live.table.PULSE_SECONDS", 600.0)  # it is seen whenever it is looked for
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    played: list[str] = []
    desktop.sounds.enabled = True
    desktop.sounds._play = played.append
    source.stored[122] = replace(source.stored[122], state="paid", paid_at=NOW, provider="wave")
    source.told = replace(source.told, paid=19, pending=2)
    tell(desktop, Changed("orders", 122))
    qtbot.waitUntil(lambda: page.model.counts["paid"] == 19)
    assert page.board.table._pulses
    assert page.board.table.pulse(122) >= 0
    assert [path.rpartition("/")[2] for path in (one.replace("\\", "/") for one in played)] == ["paid.wav"]
    qtbot.waitUntil(lambda: "19" in page.board.tiles[1].accessibleName())


def test_a_pulse_dies_away_and_its_timer_stops(open_window: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    table = board(open_window()).board.table
    now = [50.0]
    monkeypatch.setattr("desktop.pages.live.table.time.monotonic", lambda: now[0])
    table.start_pulse(122)
    now[0] += 0.4
    assert table.pulse(122) > 0.5
    now[0] += 5
    table._frame()
    assert (table.pulse(122), table._frames.isActive()) == (0, False)


def test_an_order_new_to_the_board_appears_on_top(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    source.stored[300] = held(300, "Rokia Ba", 2, 601, 10, "BEEF")
    tell(desktop, Changed("orders", 300))
    qtbot.waitUntil(lambda: page.model.rowCount() == 24)
    assert page.model.row_of(300) == 0


def test_changes_elsewhere_read_the_panels_again_but_no_order(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    source.bars = [replace(source.bars[0], available=0, critical=True), *source.bars[1:]]
    tell(desktop, Changed("catalogue", 1))
    qtbot.waitUntil(lambda: "0 disponibles" in page.board.stock.bars[0].accessibleName())


def test_changes_of_areas_the_board_does_not_show_read_nothing(open_window: Open) -> None:
    desktop = open_window()
    feed = board(desktop).feed
    feed.take([Changed("settings"), Changed("accounts", 1)])
    assert not feed._stale


def test_many_changes_at_once_read_the_whole_board_once() -> None:
    source = SampleSource()
    some = read(source, SESSION.session_id, (122, 999), panels=False)
    assert (some.full, [one.row.order_id for one in some.entries], some.gone, some.panels) == (
        False,
        [122],
        (999,),
        None,
    )
    many = read(source, SESSION.session_id, tuple(range(1000)), panels=False)
    assert (many.full, len(many.entries), many.panels is not None) == (True, 23, True)
    assert read(source, 77, (122,), panels=False).full
    assert read(SampleSource(running=None), 1, (122,), panels=True).session is None


def test_clocks_turn_with_the_second(open_window: Open) -> None:
    desktop = open_window()
    page = board(desktop)
    context = desktop._context
    assert isinstance(context, SampleContext)
    place = page.model.row_of(122)
    assert place is not None
    assert page.model.index(place, 4).data().startswith("8:32")
    context.clock.advance(SECOND)
    assert desktop._ticker is not None
    desktop._ticker.beat()
    assert page.model.index(place, 4).data().startswith("8:31")
    assert page.head.elapsed.text() == "47\u00a0min\u00a013\u00a0s"


# -- without a live, without orders, without a disk


def test_without_a_live_the_page_says_what_it_is_for_and_starts_one(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window(SampleSource(running=None, stored={}))
    page, source = board(desktop), source_of(desktop)
    assert page._stack.currentWidget() is page.empty
    QTest.keyClick(page, Qt.Key.Key_L)
    dialog = the_dialog(desktop, StartDialog)
    assert isinstance(dialog, StartDialog)
    QTest.keyClicks(dialog.title.edit, "Vendredi")
    QTest.keyClick(dialog.title.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.running)
    assert source.calls == [("start_live", NewLive("Vendredi", "tiktok"))]
    assert page._stack.currentIndex() == 2


def test_keys_of_a_live_do_nothing_without_one(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window(SampleSource(running=None))
    QTest.keyClick(board(desktop), Qt.Key.Key_N)
    QTest.keyClick(board(desktop), Qt.Key.Key_E)
    assert [one for one in desktop.shell.findChildren(Dialog) if one.isVisible()] == []


def test_a_live_without_orders_says_how_the_first_comes(open_window: Open) -> None:
    page = board(open_window(SampleSource(stored={}, told=Tiles(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), waiting=[])))
    orders_card = page.board.orders
    assert orders_card._stack.currentIndex() == 1
    assert orders_card._nothing._title.text() == "En attente de la première commande"
    assert page.board.alerts._calm.isVisible()


def test_a_disk_that_fails_is_a_banner_that_goes_once_it_works_again(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page = board(desktop)
    page.feed.failed.emit(StorageFailed("The disk is full."))
    assert page.banner.isVisible()
    assert "plein" in page.banner.accessibleName()
    QTest.mouseClick(page.banner._verb, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.banner.isVisible())


def test_a_reading_that_fails_is_tried_again(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page = board(desktop)
    page.feed._failed(StorageFailed("The disk is full."))
    assert page.feed._retry.isActive()
    page.feed._retry.timeout.emit()
    qtbot.waitUntil(lambda: not page.banner.isVisible())


# -- finding


def test_chips_filter_and_keep_the_selected_order(open_window: Open, qtbot: QtBot) -> None:
    page = board(open_window())
    page.board.table.select(120)
    QTest.mouseClick(page.board.orders.chips["pending"], Qt.MouseButton.LeftButton)
    assert (page.model.rowCount(), page.board.table.current) == (3, 120)
    QTest.mouseClick(page.board.orders.chips["decide"], Qt.MouseButton.LeftButton)
    assert page.model.rowCount() == 1
    QTest.mouseClick(page.board.orders.chips["all"], Qt.MouseButton.LeftButton)
    assert page.model.rowCount() == 23


# -- verbs


@pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it
def test_enter_on_an_order_opens_what_can_be_done(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    page.board.table.select(122)
    QTest.keyClick(page.board.table, Qt.Key.Key_Return)
    menu = page.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == [
        "Prolonger la réservation de 5\u00a0min\tP",
        "Annuler la commande…\tA",
        "Renvoyer le lien de paiement\tF",
        "Ouvrir la conversation\tM",
        "Restreindre\u202f: paiement d’abord\tR",
        "Copier la référence",
        "Que s’est-il passé\u202f?\tT",
    ]
    menu.actions()[0].trigger()
    menu.close()
    qtbot.waitUntil(lambda: source.calls == [("extend_order", 122, 5)])


def test_cancelling_asks_first(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    page.acts.do("cancel", source.stored[122])
    dialog = the_dialog(desktop, Confirm)
    assert source.calls == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    page.acts.do("cancel", source.stored[122])
    dialog = the_dialog(desktop, Confirm)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: source.calls == [("cancel_order", 122)])


def test_a_refused_verb_is_said_in_a_toast_and_changes_nothing(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    source.refuse = Refused("This order is no longer reserved, so it cannot be cancelled.")
    page.acts.do("extend", source.stored[122])
    qtbot.waitUntil(lambda: len(desktop.shell.toasts.shown()) == 1)
    assert desktop.shell.toasts.shown()[0].notice.role == "danger"
    assert page.model.rowCount() == 23


def test_the_reference_can_be_copied_and_the_conversation_opened(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    page.acts.do("copy", source.stored[122])
    assert QGuiApplication.clipboard().text() == "LP-2026-1120-7C10"
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda name, subject: asked.append((name, subject)))
    page.acts.do("conversation", source.stored[122])
    assert asked == [("conversations", 122)]


def test_ending_the_live_says_what_goes_on_and_does_it(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    QTest.mouseClick(page.head.end, Qt.MouseButton.LeftButton)
    dialog = the_dialog(desktop, Confirm)
    assert dialog.findChildren(type(dialog.heading))[1].text().startswith("3 commandes sont encore en attente")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.running)
    assert source.calls[0] == ("end_live",)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in desktop.shell.findChildren(OverDialog)))
    assert ("over", None) in source.calls
    the_dialog(desktop, OverDialog).reject()
    assert page._stack.currentWidget() is page.empty


def test_what_is_on_screen_is_chosen_by_keyboard(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    page, source = board(desktop), source_of(desktop)
    QTest.keyClick(page, Qt.Key.Key_E)
    dialog = the_dialog(desktop, OnScreenDialog)
    assert isinstance(dialog, OnScreenDialog)
    qtbot.waitUntil(lambda: len(dialog.picker.products) == 4)
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Down)
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: source.calls == [("set_on_screen", 2)])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_alert_leads_where_its_verb_says(open_window: Open, qtbot: QtBot, place: int) -> None:
    desktop = open_window()
    page = board(desktop)
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda name, subject: asked.append((name, subject)))
    QTest.mouseClick(page.board.alerts.alerts[place]._verb, Qt.MouseButton.LeftButton)
    if place == 0:
        assert isinstance(the_dialog(desktop, DecisionDialog), DecisionDialog)
    else:
        assert asked == [("catalogue", 3) if place == 1 else ("conversations", 7)]


def test_a_refund_is_ticked_off_after_a_question(open_window: Open, qtbot: QtBot) -> None:
    told: dict[str, str | int] = {"customer": "Awa Ndiaye", "amount": 15000, "reference": "LP-1"}
    desktop = open_window(SampleSource(waiting=[Alert("refund", 4, told)]))
    QTest.mouseClick(board(desktop).board.alerts.alerts[0]._verb, Qt.MouseButton.LeftButton)
    QTest.keyClick(the_dialog(desktop, Confirm), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: source_of(desktop).calls == [("refund_done", 4)])


def test_fewer_alerts_hide_the_rows_that_are_left_over(open_window: Open) -> None:
    page = board(open_window())
    page.board.alerts.show_alerts([page.presenter.alert(Alert("answer", 1, {"count": 1}))])
    assert [row.isHidden() for row in page.board.alerts.alerts] == [False, True, True]


def test_n_opens_the_new_invoice(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    QTest.keyClick(board(desktop), Qt.Key.Key_N)
    assert isinstance(the_dialog(desktop, InvoiceDialog), InvoiceDialog)


def test_two_thousand_orders_are_shown_without_a_reset(open_window: Open, qtbot: QtBot) -> None:
    many = {one: paid(one, "Aminata Diop", 1, "21:47:09", 60, "wave", 90, f"{one:04X}") for one in range(1, 2001)}
    desktop = open_window(SampleSource(stored=many))
    page, source = board(desktop), source_of(desktop)
    resets: list[None] = []
    page.model.modelReset.connect(lambda: resets.append(None))
    source.stored[2001] = held(2001, "Rokia Ba", 2, 601, 10, "BEEF")
    tell(desktop, Changed("orders", 2001))
    qtbot.waitUntil(lambda: page.model.rowCount() == 2001)
    assert resets == []


def test_the_sample_agrees_with_itself() -> None:
    """Ruling R5 holds for what the tests and pictures show."""
    states = [one.state for one in orders()]
    assert (len(states), states.count("paid"), states.count("reserved")) == (23, 18, 3)
