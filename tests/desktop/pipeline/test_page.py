"""The board of prospects on real widgets: dragged by mouse, moved by key, taken back, planned, and quick when full."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from core.accounts import service as accounts
from core.pipeline import service
from core.pipeline.figures import ProspectsWanted
from core.pipeline.rules import STAGES
from desktop.pages.pipeline.column import CardsView
from desktop.pages.pipeline.page import PipelinePage
from desktop.widgets.empty import EmptyState
from tests.desktop.pipeline.conftest import OpenBoard
from tests.desktop.pipeline.store import ASKER, crowd, lead_of, stage_of
from tests.desktop.realshop import make_shop, type_text
from tests.desktop.test_languages import speak

MANY = 3000


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_cards_stand_in_their_stage_with_what_comes_next(open_board: OpenBoard) -> None:
    opened = open_board()
    assert set(opened.names("new")) == {"Moussa Kaba", ASKER}
    assert "Aminata Diallo" in opened.names("quote")
    rows = {row.who: row for row in opened.page.columns["new"].model.rows}
    late = rows[ASKER]
    assert (late.due_icon, late.due_role, late.due) == ("triangle-alert", "danger", "En retard, 18/11")
    assert late.what == "Rappeler avec le prix de gros"
    assert plain(late.amount) == "≈ 504 000 F CFA"
    assert late.call.startswith("À appeler")
    assert (rows["Moussa Kaba"].due, rows["Moussa Kaba"].due_role) == ("23/11/2026", "muted")
    column = opened.page.columns["new"]
    assert (column.count.text(), plain(column.worth.text())) == ("2", "504 000 F CFA")
    assert [opened.page.columns[stage].title.text() for stage in STAGES] == [
        "Nouveau",
        "Intéressé",
        "Devis",
        "Commande",
        "Gagné",
        "Perdu",
    ]


def test_alt_and_an_arrow_move_a_card_and_undo_takes_it_back(open_board: OpenBoard) -> None:
    opened = open_board()
    lead = lead_of(opened.shop, ASKER)
    view = opened.choose("new", lead)
    opened.key(view, Qt.Key.Key_Right, alt=True)
    opened.settled(lambda: opened.names("interested") == [ASKER])
    assert stage_of(opened.shop, lead) == "interested"
    assert plain(opened.page.columns["interested"].worth.text()) == "504 000 F CFA"
    beside = opened.page.columns["interested"].view
    assert beside.row is not None
    assert beside.row.key == lead  # the card is still the one in hand
    opened.key(beside, Qt.Key.Key_Right, alt=True)
    opened.settled(lambda: stage_of(opened.shop, lead) == "quote")
    notice = opened.desktop.shell.toasts.shown()[-1].notice
    assert (plain(notice.text), notice.verb) == ("Koffi Mensah : Devis", "Annuler")
    opened.page.undo()
    opened.settled(lambda: opened.names("interested") == [ASKER])
    opened.page.undo()  # only the last one
    opened.settled()
    assert stage_of(opened.shop, lead) == "interested"


def drop(source: CardsView, target: CardsView) -> None:
    """What the system sends when the card in hand is let go over another column."""
    data = source.mime()
    assert data is not None
    place, action = QPoint(20, 20), Qt.DropAction.MoveAction
    left, no = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, action, data, left, no)
    QApplication.sendEvent(target.viewport(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(target.viewport(), QDropEvent(QPointF(place), action, data, left, no))


def test_a_card_is_dropped_on_another_stage(open_board: OpenBoard) -> None:
    opened = open_board()
    lead = lead_of(opened.shop, ASKER)
    view = opened.choose("new", lead)
    drop(view, opened.page.columns["order"].view)
    opened.settled(lambda: ASKER in opened.names("order"))
    assert stage_of(opened.shop, lead) == "order"
    drop(opened.page.columns["order"].view, opened.page.columns["order"].view)
    opened.settled()
    assert stage_of(opened.shop, lead) == "order"


def test_lost_asks_why(open_board: OpenBoard) -> None:
    opened = open_board()
    lead = lead_of(opened.shop, ASKER)
    opened.choose("new", lead)
    pane = opened.page.pane
    assert pane.why.isHidden()
    pane.stage.setCurrentIndex(STAGES.index("lost"))
    pane.stage.activated.emit(STAGES.index("lost"))
    opened.settled(lambda: ASKER in opened.names("lost") and not pane.why.isHidden())
    type_text(pane.why.edit, "Trop cher")
    pane.keep()
    opened.settled(lambda: opened.shop.engine.read(lambda r: service.load(r, lead)).lost_why == "Trop cher")
    row = next(row for row in opened.page.columns["lost"].model.rows if row.key == lead)
    assert (row.due, row.what) == ("Perdu", "Trop cher")


def test_what_comes_next_is_checked_while_typed_and_kept(open_board: OpenBoard) -> None:
    opened = open_board()
    lead = lead_of(opened.shop, "Moussa Kaba")
    opened.choose("new", lead)
    opened.page.close_pane()
    lead = lead_of(opened.shop, ASKER)
    opened.choose("new", lead)
    pane = opened.page.pane
    for field in (pane.when, pane.estimate):
        field.edit.clear()
    type_text(pane.when.edit, "demain")
    assert pane.when.error == "Écrivez le jour comme 25/11/2026."
    type_text(pane.estimate.edit, "beaucoup")
    assert pane.estimate.error
    pane.keep()
    opened.settled()
    assert opened.shop.engine.read(lambda r: service.load(r, lead)).estimate == 504_000
    pane.when.edit.clear()
    pane.estimate.edit.clear()
    type_text(pane.when.edit, "25/11/2026 14:30")
    type_text(pane.estimate.edit, "450 000")
    pane.note.setPlainText("Mariage le 12")
    assert pane.unsaved
    opened.page.refresh()  # something else changed meanwhile: what is typed stays
    opened.settled(lambda: pane.unsaved)
    pane.keep_button.click()
    opened.settled(lambda: opened.shop.engine.read(lambda r: service.load(r, lead)).estimate == 450_000)
    kept = opened.shop.engine.read(lambda r: service.load(r, lead))
    assert (kept.note, opened.page.presenter.typed_day(kept.next_at)) == ("Mariage le 12", "25/11/2026 14:30")
    opened.settled(lambda: not pane.unsaved)
    pane.days[1].click()
    assert pane.when.text == "21/11/2026"


def test_filters_search_keys_and_ways_on(open_board: OpenBoard) -> None:
    opened = open_board()
    page = opened.page
    page.chips["due"].click()
    opened.settled(lambda: sum(len(opened.names(stage)) for stage in STAGES) == 1)
    page.chips["qualified"].click()
    opened.settled(lambda: opened.names("new") == [ASKER])
    page.show_all()
    opened.settled(lambda: len(opened.names("quote")) > 1)
    page.search.setFocus()
    type_text(page.search, "zzz")
    opened.settled(lambda: page.places.currentIndex() == 1)
    page.show_all()
    opened.settled(lambda: page.places.currentIndex() == 0)
    view = opened.choose("new", lead_of(opened.shop, ASKER))
    opened.key(view, Qt.Key.Key_Right)  # over the empty column
    opened.settled(page.columns["quote"].view.hasFocus)
    assert page.chosen == page.columns["quote"].model.rows[0].key
    wanted: list[tuple[str, object]] = []
    page.wants.connect(lambda name, subject: wanted.append((name, subject)))
    opened.settled(lambda: page.pane.card is not None and page.pane.card.view.lead.id == page.chosen)
    assert page.pane.card is not None
    page.act("customer")
    opened.desktop.shell.go("pipeline")
    page.act("quote")
    assert [name for name, _ in wanted] == ["customers", "quotes"]
    opened.desktop.shell.go("pipeline")
    page.act("write")
    opened.settled(lambda: len(wanted) == 3)
    assert wanted[-1][0] == "conversations"


def test_a_full_column_stays_quick(open_board: OpenBoard, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "large")
    crowd(shop, "new", MANY)
    opened = open_board(shop)
    column = opened.page.columns["new"]
    assert plain(column.count.text()) == "3 000"
    while len(column.model.rows) < 1000:
        before = len(column.model.rows)
        column.view.scrollToBottom()
        opened.settled(lambda before=before: len(column.model.rows) == before + 100)  # type: ignore[misc]
    assert len({row.key for row in column.model.rows}) == 1000
    column.view.scrollToTop()
    began = time.thread_time()
    for _ in range(20):
        column.view.viewport().grab()
    assert (time.thread_time() - began) / 20 < 0.05
    lead = column.model.rows[500].key
    opened.choose("new", lead)
    opened.page.move_to(lead, "won")
    opened.settled(lambda: len(opened.names("won")) == 1)


def test_who_may_not_write_looks_on(open_board: OpenBoard) -> None:
    opened = open_board()
    engine = opened.shop.engine
    for role in ("owner", "support"):
        who = accounts.save(engine, f"{role}@teranga.sn", "correct horse battery", role, "console")
    engine.acting["seller"] = f"account:{who}"
    opened.page.refresh()
    opened.settled(lambda: not opened.page.board.may_write)
    lead = lead_of(opened.shop, ASKER)
    opened.page.move_to(lead, "won")
    opened.settled()
    assert stage_of(opened.shop, lead) == "new"


def test_an_empty_board_leads_to_the_conversations(open_board: OpenBoard, tmp_path: Path) -> None:
    opened = open_board(make_shop(tmp_path / "bare"))
    assert opened.page.places.currentIndex() == 2
    wanted: list[str] = []
    opened.page.wants.connect(lambda name, subject: wanted.append(name))
    empty = opened.page.places.currentWidget()
    assert isinstance(empty, EmptyState)
    assert empty.button is not None
    empty.button.click()
    assert wanted == ["conversations"]


def test_the_prospects_behind_a_figure_are_shown_alone_and_in_another_language_too(open_board: OpenBoard) -> None:
    opened = open_board()
    page = opened.page
    leads = [row.key for column in page.columns.values() for row in column.model.rows]
    wanted = ProspectsWanted("won", tuple(leads[:2]), 0, opened.shop.clock.now() + 1)
    page.show_subject(wanted)
    opened.settled(lambda: sum(len(column.model.rows) for column in page.columns.values()) == 2)
    assert page.behind.chip.text().startswith("Analyses\u202f: prospects qui ont acheté")
    speak(opened.desktop, opened.qtbot, "en")
    again = opened.desktop.shell.page("pipeline")
    assert isinstance(again, PipelinePage)
    opened.page = again
    opened.settled(lambda: again.read_once)
    assert {row.key for column in again.columns.values() for row in column.model.rows} == set(leads[:2])
    again.behind.chip.click()
    opened.settled(lambda: sum(len(column.model.rows) for column in again.columns.values()) == len(leads))
