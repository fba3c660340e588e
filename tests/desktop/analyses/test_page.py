"""The analyses as their seller uses them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from core.orders.behind import OrdersWanted
from desktop.pages.analyses.dialogs import BetweenDialog, PaperDialog
from desktop.pages.analyses.presenter import Question
from desktop.theme import theme
from desktop.widgets.empty import EmptyState
from tests.core.analytics.store import Step, claim
from tests.desktop.analyses.conftest import OpenAnalyses


def test_figures_and_every_chart_are_shown_with_their_change(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    page = opened.page
    opened.settled(lambda: page._canvas is not None and opened.canvas("revenue").marks)
    names = [tile.accessibleName() for tile in page.tiles]
    assert names[0].startswith("Chiffre d’affaires : ")
    assert "F\u202fCFA" in names[0]
    assert "rien avant" in names[0]
    assert list(page.charts) == [
        "revenue", "funnel", "hours", "products", "customers", "cohorts", "answers", "prospects", "lives",
    ]  # fmt: skip
    for name, chart in page.charts.items():
        card = page.cards[name]
        assert card.isVisible() or card.parentWidget() is not None
        assert chart.nothing or opened.canvas(name).marks, name
        assert chart.nothing or all(mark.point.tip for mark in opened.canvas(name).marks)


def test_another_time_and_another_live_are_asked_for(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    page = opened.page
    page.head.chips["year"].click()
    opened.settled(lambda: page.reading_ is not None and page.reading_.report.unit == "month")
    page.show_subject(1)
    opened.settled(lambda: page.reading_ is not None and page.reading_.report.period.session_id == 1)
    assert page.head.chips["live"].isChecked()
    assert "Rien à quoi comparer" in page.head.caption.text()
    page.ask(Question("days", against=1))
    opened.settled(lambda: page.reading_ is not None and page.reading_.report.before is not None)
    assert page.reading_ is not None
    assert page.reading_.report.before is not None
    assert page.reading_.report.before.session_id == 1


def test_two_days_are_typed_and_a_wrong_one_says_so(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    page = opened.page
    page.head.chips["between"].click()
    dialog = opened.dialog(BetweenDialog)
    assert page.head.chips["days"].isChecked()
    dialog.first.edit.setText("31/02/2026")
    dialog.show_them()
    assert "n’est pas un jour" in dialog.first.error
    dialog.first.edit.setText("01/09/2026")
    dialog.last.edit.setText("30.09.26")
    dialog.show_them()
    opened.settled(lambda: page.reading_ is not None and page.reading_.report.period.name == "between")
    assert page.head.caption.text().startswith("Du 1\u00a0sept.\u00a02026 au 30\u00a0sept.\u00a02026")


def test_a_chart_is_kept_as_a_picture_and_as_a_table(open_analyses: OpenAnalyses, tmp_path: Path) -> None:
    opened = open_analyses()
    picture, table = tmp_path / "ca.png", tmp_path / "ca.csv"
    opened.page.write("revenue", picture)
    opened.page.write("revenue", table)
    opened.settled(lambda: picture.exists() and table.exists())
    with Image.open(picture) as image:
        assert image.width == 1800
        assert image.getpixel((4, 4)) == (255, 255, 255)
        assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 20
    lines = table.read_text("utf-8-sig").splitlines()
    assert lines[0].split(";")[0] == "Période"
    assert lines[0].split(";")[-2:] == ["Total", "Période d’avant"]
    assert opened.page.reading_ is not None
    total = sum(int(line.split(";")[-2]) for line in lines[1:])
    assert total == opened.page.reading_.report.sums.revenue
    opened.qtbot.waitUntil(lambda: "ca." in opened.said())


def test_the_report_is_drawn_and_a_place_that_cannot_be_written_says_so(
    open_analyses: OpenAnalyses, tmp_path: Path
) -> None:
    opened = open_analyses()
    path = tmp_path / "rapport.pdf"
    opened.page.write_paper(path)
    opened.settled(path.exists)
    assert path.read_bytes().startswith(b"%PDF")
    opened.qtbot.waitUntil(lambda: "rapport.pdf" in opened.said())
    opened.page.write_paper(tmp_path / "nowhere" / "rapport.pdf")
    opened.qtbot.waitUntil(lambda: "Impossible d’écrire" in opened.said())
    opened.qtbot.waitUntil(lambda: not any(d.isVisible() for d in opened.page.findChildren(PaperDialog)))


def test_a_report_that_is_stopped_leaves_no_file(open_analyses: OpenAnalyses, tmp_path: Path) -> None:
    opened = open_analyses()
    path = tmp_path / "rapport.pdf"
    dialog = opened.page.write_paper(path)
    assert dialog.task is not None
    dialog.reject()
    opened.settled()
    assert dialog.task.control.stopped
    assert list(tmp_path.glob("rapport*")) == []


def test_an_empty_shop_says_what_will_be_here_and_how_to_begin(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses([])
    page = opened.page
    assert page._stack.currentIndex() == 1
    assert not page.head.paper.isEnabled()
    assert page._canvas is None  # nothing was loaded for nothing
    wanted: list[str] = []
    page.wants.connect(lambda name, _: wanted.append(name))
    empty = page._stack.currentWidget()
    assert isinstance(empty, EmptyState)
    assert empty.button is not None
    empty.button.click()
    assert wanted == ["live"]


def test_another_theme_is_taken_at_once(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    opened.settled(lambda: opened.page._canvas is not None and opened.canvas("revenue").marks)
    canvas = opened.canvas("revenue")
    before = canvas.grab().toImage().pixelColor(3, 120).name()
    theme().choose("light")
    assert canvas.grab().toImage().pixelColor(3, 120).name() == "#ffffff" != before


def test_what_is_written_again_is_read_again(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    page = opened.page
    page._pause.setInterval(1)
    assert page.reading_ is not None
    before = page.reading_.report.funnel.reserved
    product = opened.shop.engine.read(lambda r: r.value("SELECT min(id) FROM product WHERE on_hand > held"))
    claim(opened.shop, opened.shop.clock, Step("seen", 1, 9, 1, 0), 99, product)  # type: ignore[arg-type]
    opened.settled(lambda: page.reading_ is not None and page.reading_.report.funnel.reserved == before + 1)


def test_the_subject_of_a_live_is_what_the_orders_page_is_asked_for(open_analyses: OpenAnalyses) -> None:
    opened = open_analyses()
    opened.settled(lambda: opened.page._canvas is not None and opened.canvas("lives").marks)
    assert opened.canvas("lives").marks[0].point.rows == OrdersWanted(session_id=1, called="Live du soir")
