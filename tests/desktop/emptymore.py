"""As :mod:`tests.desktop.empty`, of the pages that look over the whole store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.analytics.rules import Period
from core.analytics.views import Funnel, Sums
from core.analytics.views import Report as AnalysesReport
from core.bootstrap.checkup import Line
from core.conversations.figures import Figures as Answers
from core.conversations.figures import Span
from core.pipeline.figures import Funnel as Prospects
from core.search.queries import Hit
from core.support.trace import Story
from desktop.bridge import Change, Control
from desktop.notifications.presenter import Happening
from desktop.pages.analyses import presenter as analyses
from desktop.pages.support.presenter import TraceWanted


class EmptySupport:
    """Nothing is wrong, and nothing happened."""

    def checks(self, language: str, control: Control) -> list[Line]:
        return []

    def find(self, text: str) -> list[Story]:
        return []

    def story(self, wanted: TraceWanted) -> Story:
        raise NotImplementedError

    def log(self, lines: int) -> list[str]:
        return []

    def take_fault(self) -> str:
        return ""

    def bundle(self, checks: Sequence[Line], personal: bool) -> dict[str, str]:
        return {}

    def save(self, texts: Mapping[str, str], target: Path) -> None:
        pass


class EmptySearch:
    """Implements SearchSource; there is nothing to find."""

    def find(self, text: str, control: Control) -> list[Hit]:
        return []


class EmptyAnalyses:
    """As much of an AnalysesSource as a page without orders asks for."""

    def read(self, question: analyses.Question) -> analyses.Reading:
        none, span = Sums(0, 0, 0, None, 0, 0, None), Span(0, None, None)
        answers = Answers(0, 1, 0, 0, 0, 0, 0, None, 0, None, 0, span, span, span, span, ())
        report = AnalysesReport(
            period=Period("days", 0, 86_400_000),
            before=None,
            now=1,
            unit="day",
            pieces=(0,),
            earned=(),
            then=(),
            sums=none,
            sums_before=None,
            funnel=Funnel(0, 0, 0, 0),
            funnel_before=None,
            hours=((0,) * 24,) * 7,
            products=(),
            tiers=(),
            months=((0, 1),),
            cohorts=((0,),),
            answers=answers,
            answers_before=None,
            prospects=Prospects((), (), (), ()),
            lives=(),
            ever_sold=False,
        )
        return analyses.Reading(report, {}, ())


class EmptyHappenings:
    """Implements HappeningSource; nothing happens."""

    def concern(self, changes: Sequence[Change]) -> list[Change]:
        return []

    def read(self, changes: Sequence[Change]) -> list[Happening]:
        return []
