"""The analyses page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.adapters import sheets
from core.adapters.psp import REGISTRY
from core.analytics import queries, rules
from core.analytics.charts import Chart
from core.analytics.rules import Period
from core.bootstrap import Shop
from core.kernel.errors import NotFound
from core.kernel.i18n import catalogue
from core.payments import onsite
from core.storage.connection import Reader
from desktop.bridge import Control
from desktop.pages.analyses.presenter import Question, Reading

if TYPE_CHECKING:
    from core.adapters.pdf_report import Cover


class ShopAnalyses:
    """Implements :class:`desktop.pages.analyses.presenter.AnalysesSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def read(self, question: Question, language: str) -> Reading:
        zone, now = self._shop.country.zone, self._shop.clock.now()
        cash = catalogue("errors", language).gettext(onsite.LABEL)
        labels = {adapter.name: adapter.label for adapter in REGISTRY} | {onsite.CASH: cash}

        def read(reader: Reader) -> Reading:
            period = self._period(reader, question, now)
            other = queries.compared(reader, period, question.against, now, zone)
            report = queries.report(reader, period, other, now, zone)
            return Reading(report, labels, tuple(queries.known_lives(reader)))

        with self._engine.reader() as reader:
            reader.connection.execute("BEGIN")  # every figure is of the same moment
            try:
                return read(reader)
            finally:
                reader.connection.execute("END")

    def _period(self, reader: Reader, question: Question, now: int) -> Period:
        zone = self._shop.country.zone
        if question.live is not None:
            found = queries.live_period(reader, question.live, now)
            if found is None:
                raise NotFound("There is no live number {session_id}.", session_id=question.live)
            return found
        if question.first is not None and question.last is not None:
            return rules.between(question.first, question.last, zone)
        return rules.period(question.name, now, zone)

    def table(self, path: Path, chart: Chart) -> None:
        sheets.write(path, chart.titles, chart.records)

    def paper(self, path: Path, cover: Cover, charts: tuple[Chart, ...], control: Control) -> int | None:
        from msgspec.structs import replace

        from core.adapters import pdf_report
        from core.storage.pictures import find

        get = self._shop.settings.get
        logo = get("store.logo")
        place = ", ".join(filter(None, (get("store.address"), get("store.city"))))
        lines = tuple(filter(None, (place, get("store.phone"))))
        cover = replace(cover, logo=find(self._shop.media, logo) if logo else None, lines=lines)

        def progress(done: int, of: int) -> bool:
            control.report(done, of)
            return not control.stopped

        return pdf_report.write(path, cover, charts, progress)
