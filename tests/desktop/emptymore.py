"""As :mod:`tests.desktop.empty`, of the pages that look over the whole store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from core.analytics.rules import Period
from core.analytics.views import Funnel, Sums
from core.analytics.views import Report as AnalysesReport
from core.bootstrap.checkup import Line
from core.conversations.figures import Figures as Answers
from core.conversations.figures import Span
from core.orders import listing as order_listing
from core.orders.listing import OrderRow
from core.orders.lives import LiveRow, Wanted
from core.pipeline.figures import Funnel as Prospects
from core.search.queries import Hit
from core.storage.entries import Sought
from core.storage.journal import GENESIS, Entry, Verdict
from core.support.trace import Story
from core.tunnels.rules import TunnelState
from desktop.bridge import Change, Control
from desktop.notifications.presenter import Happening, HappeningSource
from desktop.pages.analyses import presenter as analyses
from desktop.pages.analyses.presenter import AnalysesSource
from desktop.pages.journal.presenter import JournalSource
from desktop.pages.lives.presenter import LivesSource
from desktop.pages.lives.presenter import Overview as LivesOverview
from desktop.pages.orders import presenter as orders
from desktop.pages.orders.presenter import OrdersSource
from desktop.pages.settings.tunnelparts import TunnelReading, TunnelSource
from desktop.pages.support.presenter import SupportSource, TraceWanted
from desktop.pages.welcome.presenter import WelcomeSource
from desktop.palette.presenter import SearchSource


class EmptySupport:
    """Nothing is wrong, and nothing happened."""

    def checks(self, language: str, control: Control) -> list[Line]:
        return []

    def ask_again(self, control: Control) -> tuple[int, int]:
        return 0, 0

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

    def read(self, question: analyses.Question, language: str) -> analyses.Reading:
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


class EmptyOrders:
    """Implements OrdersSource; nothing was ordered."""

    def overview(self) -> orders.Overview:
        return orders.Overview()

    def page(self, wanted: order_listing.Filter, after: orders.Cursor | None, limit: int) -> list[OrderRow]:
        return []

    def totals(self, wanted: order_listing.Filter) -> order_listing.Totals:
        return order_listing.Totals()

    def detail(self, order_id: int) -> orders.Detail:
        raise AssertionError("there is no order")

    def send_link(self, order_id: int) -> None:
        raise AssertionError("there is no order")

    def export(self, path: Path, wanted: order_listing.Filter, control: Control) -> int:
        return 0


class EmptyWelcome:
    """Nobody is led, and nothing is missing."""

    def trial_left(self, name: str | None = None) -> None:
        return None

    def tasks(self) -> tuple[()]:
        return ()

    def later(self) -> bool:
        return True


class EmptyJournal:
    """Implements JournalSource; nothing was written."""

    def actors(self) -> frozenset[str]:
        return frozenset()

    def page(self, sought: Sought, text: str, before: int | None, limit: int) -> list[Entry]:
        return []

    def people(self) -> dict[str, str]:
        return {}

    def verify(self, language: str, control: Control) -> tuple[Verdict, list[str]]:
        return Verdict(0, GENESIS, None), ["—"]

    def export(self, path: Path, control: Control) -> int | None:
        return 0


class EmptyTunnel:
    """A store without a tunnel."""

    def read(self) -> TunnelReading:
        return TunnelReading(TunnelState())

    def retry(self) -> None: ...

    def trust(self, fingerprint: str) -> None: ...

    def pasted(self, provider: str) -> None: ...

    def new_key(self) -> str:
        return ""


class EmptyLives:
    """No live has ended yet."""

    def overview(self, wanted: Wanted) -> LivesOverview:
        return LivesOverview()

    def page(self, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[LiveRow]:
        return []

    def export(
        self, path: Path, wanted: Wanted, titles: Sequence[str], sources: Mapping[str, str], control: Control
    ) -> int | None:
        return 0


@dataclass(kw_only=True)
class Nothing:
    """The parts of a Context that look over the whole shop."""

    analyses: AnalysesSource = field(default_factory=lambda: cast(AnalysesSource, EmptyAnalyses()))
    support: SupportSource = field(default_factory=EmptySupport)
    search: SearchSource = field(default_factory=EmptySearch)
    happenings: HappeningSource = field(default_factory=EmptyHappenings)
    orders: OrdersSource = field(default_factory=lambda: cast(OrdersSource, EmptyOrders()))
    welcome: WelcomeSource = field(default_factory=lambda: cast(WelcomeSource, EmptyWelcome()))
    lives: LivesSource = field(default_factory=EmptyLives)
    journal: JournalSource = field(default_factory=EmptyJournal)
    tunnel: TunnelSource = field(default_factory=EmptyTunnel)
