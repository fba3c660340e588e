"""The analyses: a time in a few figures, then in charts; every figure leads to its rows, every chart can be kept."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.analytics.charts import Chart, Point
from core.kernel.clock import to_datetime
from core.kernel.look import SCALE
from desktop.bridge import Control
from desktop.files import save_as
from desktop.pages.analyses.dialogs import BetweenDialog, PaperDialog
from desktop.pages.analyses.head import Head
from desktop.pages.analyses.parts import ChartCard, FigureTile
from desktop.pages.analyses.presenter import AnalysesPresenter, AnalysesSource, Question, Reading
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.subjects import PAGE_OF
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Notice

if TYPE_CHECKING:
    from desktop.charts.canvas import Canvas

_TILES: Final = 6
_SIX_FROM: Final = 1_000  # px: narrower, the tiles stand in two lines
_TWO_FROM: Final = 760
_AGAIN_MS: Final = 4_000  # a year's figures are not counted anew at every order
_WIDE: Final = frozenset({"revenue", "products", "lives"})


class AnalysesPage(LivingPage):
    """Places the widgets, gives them what was read, and writes out what is asked for."""

    areas: ClassVar[frozenset[str]] = frozenset({"orders", "payments", "live", "quotes", "conversations", "catalogue"})

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self._pause.setInterval(_AGAIN_MS)
        self.source: AnalysesSource = mount.context.analyses
        self.presenter = AnalysesPresenter(mount.t, store.currency, store.zone)
        self.reading_: Reading | None = None
        self.charts: dict[str, Chart] = {}
        self._canvas: type[Canvas] | None = None
        self._loading = False
        self._height = 0  # px that were scrolled in the page before this one
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 0)
        column.setSpacing(SCALE.gap)
        self.head = Head(mount.t, self.presenter)
        self.head.asked.connect(self.ask)
        self.head.between_asked.connect(self.choose_days)
        self.head.paper_asked.connect(self.choose_paper)
        column.addWidget(self.head)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._scroll())
        self._stack.addWidget(self._empty())
        column.addWidget(self._stack, 1)
        self.add_shortcut("E", self.choose_paper, self.t("Export as PDF"))
        self.head.show_question(self.head.question)
        self.refresh()

    # -- parts

    def _scroll(self) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 16)
        self._grid.setSpacing(SCALE.gap)
        self.tiles = [FigureTile() for _ in range(_TILES)]
        for place, tile in enumerate(self.tiles):
            tile.asked.connect(partial(self._open_tile, place))
            self._grid.addWidget(tile, 0, place)
            tile.hide()  # until it says something
        self.cards: dict[str, ChartCard] = {}
        self._shape: tuple[bool, bool] | None = None
        area = self._area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _empty(self) -> EmptyState:
        t = self.t
        return EmptyState(
            "chart-column",
            t("Your figures come here"),
            t("Revenue, best hours, best products and who comes back. They begin with the first order of a live."),
            t("Start a live"),
            lambda: self.navigate("live"),
        )

    def _place(self) -> None:
        """Six tiles and two charts to a line; three and one where the window is narrow."""
        shape = (self.width() >= _SIX_FROM, self.width() >= _TWO_FROM)
        if not self.cards or shape == self._shape:
            return
        self._shape = shape
        six, two = shape
        for column in range(_TILES):
            self._grid.setColumnStretch(column, 1)
        wide = 1 if six else 2
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place * wide // _TILES, place * wide % _TILES, 1, wide)
        row, column = wide, 0
        for name, card in self.cards.items():
            wide = 3 if two and name not in _WIDE else _TILES
            if column + wide > _TILES:
                row, column = row + 1, 0
            self._grid.addWidget(card, row, column, 1, wide)
            column += wide

    # -- reading

    def ask(self, question: Question) -> None:
        """Another time, or another to compare with."""
        self.head.show_question(question)
        self._area.verticalScrollBar().setValue(0)
        self.refresh()

    def refresh(self) -> None:
        self.reading()
        question, source, presenter = self.head.question, self.source, self.presenter

        def read() -> tuple[Question, Reading, dict[str, Chart]]:
            reading = source.read(question, presenter.t.language)
            return question, reading, presenter.charts(reading)

        self.read_for(read, "read analyses", self._show)

    def _show(self, read: tuple[Question, Reading, dict[str, Chart]]) -> None:
        question, reading, charts = read
        if question != self.head.question:
            return
        self.reading_ = reading
        self.head.show_lives(reading.lives)
        self.charts = charts
        figures = reading.report
        caption = self.presenter.against(figures.period, figures.before, figures.now)
        time = self.presenter.subject(reading)
        self.head.caption.say(f"{time[:1].upper()}{time[1:]} · {caption}")
        for button in (self.head.paper, self.head.against):
            button.setEnabled(not figures.is_empty)
        self._stack.setCurrentIndex(1 if figures.is_empty else 0)
        for tile, said in zip(self.tiles, self.presenter.tiles(figures), strict=True):
            tile.show_tile(said)
            tile.show()
        if not figures.is_empty:
            self._show_charts()
        self.read_once = True

    def _show_charts(self) -> None:
        for name, chart in self.charts.items():
            card = self.cards.get(name)
            if card is None:
                card = self.cards[name] = self._card(name, chart)
            card.show_chart(chart, self._canvas)
        self._place()
        if self._canvas is None and not self._loading:
            self._loading = True
            self.call(_load_canvas, "load charts", self._loaded)

    def _loaded(self, canvas: type[Canvas]) -> None:
        self._canvas = canvas
        self._show_charts()

    def _card(self, name: str, chart: Chart) -> ChartCard:
        card = ChartCard(self.t, chart.title)
        card.chosen.connect(self.open_rows)
        card.picture_asked.connect(partial(self.choose_file, name, "png"))
        card.table_asked.connect(partial(self.choose_file, name, "csv"))
        return card

    # -- rows

    def _open_tile(self, place: int) -> None:
        if self.reading_ is not None:
            tile = self.presenter.tiles(self.reading_.report)[place]
            self.open_rows(Point(0, tile.spoken, tile.rows))

    def open_rows(self, point: Point) -> None:
        """The page of what a figure is made of, with nothing else listed there."""
        page = PAGE_OF.get(type(point.rows))
        if page is not None:
            self.navigate(page, point.rows)

    # -- choosing

    def choose_days(self) -> None:
        report = self.reading_.report if self.reading_ else None
        zone = self.mount.context.store.zone
        since, until = (report.period.since, report.period.until - 1) if report else (self.now, self.now)
        words = [f"{to_datetime(at, zone):%d/%m/%Y}" for at in (since, until)]
        dialog = BetweenDialog(self, self.t, *words)
        dialog.chosen.connect(self._between)
        dialog.present()

    def _between(self, first: date, last: date) -> None:
        self.ask(Question("between", first, last))

    # -- writing out

    def file_name(self, name: str, ending: str) -> str:
        """``chiffre-d-affaires-2026-11-01-2026-11-26.png``"""
        assert self.reading_ is not None
        period, zone = self.reading_.report.period, self.mount.context.store.zone
        days = "-".join(f"{to_datetime(at, zone):%Y-%m-%d}" for at in (period.since, period.until - 1))
        return f"{re.sub(r'[^0-9a-zà-ÿ]+', '-', name.lower()).strip('-')}-{days}.{ending}"

    def choose_file(self, name: str, ending: str) -> None:
        t, chart = self.t, self.charts[name]
        kinds = {"png": t("Pictures (*.png)"), "csv": t("Tables (*.xlsx *.csv)")}[ending]
        path = save_as(self, t("Write out"), self.file_name(chart.title, ending), kinds)
        if path:
            self.write(name, path)

    def write(self, name: str, path: Path) -> None:
        """A chart as a picture (.png) or a table (.csv, .xlsx)."""
        chart, source = self.charts[name], self.source
        foot = self._foot()

        def work() -> None:
            if path.suffix.lower() == ".png":
                from desktop.charts.painter import write_picture

                write_picture(path, chart, foot)
            else:
                source.table(path, chart)

        self.call(work, "write chart", lambda _: self._written(path))

    def _foot(self) -> str:
        assert self.reading_ is not None
        return f"{self.mount.context.store.name} · {self.presenter.subject(self.reading_)}"

    def _written(self, path: Path) -> None:
        self.mount.bridge.notice.emit(Notice(self.t("Written to {file}", file=path.name), "paid"))

    def choose_paper(self) -> None:
        if self.reading_ is None or self.reading_.report.is_empty:
            return
        t = self.t
        name = self.file_name(t("Analyses"), "pdf")
        path = save_as(self, t("PDF report…"), name, "PDF (*.pdf)")
        if path:
            self.write_paper(path)

    def write_paper(self, path: Path) -> PaperDialog:
        """Draw the report off the window's thread, with its progress and a way to stop it."""
        assert self.reading_ is not None
        path = path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")
        presenter, source, charts = self.presenter, self.source, tuple(self.charts.values())
        reading, store = self.reading_, self.mount.context.store
        dialog = PaperDialog(self, self.t, len(charts))

        def work(control: Control) -> int | None:
            return source.paper(path, presenter.cover(reading, store.name), charts, control)

        def done(pages: int | None) -> None:
            dialog.accept()
            if pages is not None:
                self._written(path)

        def failed(_: Exception) -> bool:
            dialog.accept()
            return False  # the window says it

        dialog.task = self.mount.bridge.run_long(
            work, owner=dialog, done=done, failed=failed, progress=dialog.advance, name="write report"
        )
        dialog.present()
        return dialog

    # -- the window

    def show_subject(self, subject: object) -> None:
        """A live by its id, or a :class:`Question`."""
        if isinstance(subject, Question):
            self.ask(subject)
        elif isinstance(subject, int):
            self.ask(Question("live", live=subject))

    def kept(self) -> object:
        return self.head.question, self._area.verticalScrollBar().value()

    def take_back(self, kept: object) -> None:
        question, self._height = cast("tuple[Question, int]", kept)
        self.head.show_question(question)
        self._area.verticalScrollBar().rangeChanged.connect(self._scroll_back)
        self.refresh()

    def _scroll_back(self, _: int, most: int) -> None:
        """To where it stood, once the charts are there again."""
        if self._height and most >= self._height:
            self._area.verticalScrollBar().setValue(self._height)
            self._height = 0

    def take_focus(self) -> None:
        self.head.chips[self.head.question.name].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


def _load_canvas() -> type[Canvas]:
    from desktop.charts.canvas import Canvas

    return Canvas
