"""What the window needs from the shop: small protocols, so that the window knows neither bootstrap nor database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:  # the window shows before what pages show is loaded
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from core.bootstrap.checkup import Line
    from core.bootstrap.moving import Standing as MoveStanding
    from core.kernel.clock import Clock
    from core.tunnels.rules import Hand, TunnelState
    from desktop.bridge import Change, Control
    from desktop.lock import LockSource
    from desktop.notifications.presenter import HappeningSource
    from desktop.pages.analyses.presenter import AnalysesSource
    from desktop.pages.catalogue.presenter import CatalogueSource
    from desktop.pages.conversations.presenter import ConversationSource
    from desktop.pages.customers.source import CustomersSource
    from desktop.pages.journal.presenter import JournalSource
    from desktop.pages.live.presenter import LiveSource
    from desktop.pages.lives.presenter import LivesSource
    from desktop.pages.messages.beyondwords import TemplatesSource
    from desktop.pages.messages.presenter import MessagesSource
    from desktop.pages.orders.presenter import OrdersSource
    from desktop.pages.papers.presenter import PapersSource
    from desktop.pages.payments.presenter import PaymentsSource
    from desktop.pages.pipeline.source import PipelineSource
    from desktop.pages.quotes.source import QuotesSource
    from desktop.pages.settings.accesswords import AccessSource
    from desktop.pages.settings.presenter import SettingsSource
    from desktop.pages.settings.tunnelparts import TunnelSource
    from desktop.pages.support.presenter import SupportSource
    from desktop.pages.welcome.presenter import WelcomeSource
    from desktop.palette.presenter import SearchSource
    from desktop.stores.keeping import Day


class StoreInfo(Struct, frozen=True):
    """The open store. ``country`` is the two-letter code that national phone numbers are read in."""

    slug: str
    name: str
    country: str
    currency: str
    zone: ZoneInfo
    language: str = "fr"
    welcome: bool = False
    """Whether somebody is still being led through the first steps."""


class Link(Struct, frozen=True):
    """One connection in the status line. ``state``: ok, waiting, down or off; ``name`` is a proper name, empty for what
    the ``kind`` (whatsapp, tunnel, psp) names; ``settings``: what of the settings it is set up in."""

    name: str
    state: str
    kind: str = "psp"
    settings: str = "payments"


class Status(Struct, frozen=True):
    """The line at the window’s foot: connections, messages waiting to leave, until when all work is kept (ms UTC).

    ``backup_harmed``: what is kept did not come back on trial. ``comparing``: brought back from a backup, the store is
    still asking its providers what happened since.
    ``hands``: dashboards that still have the address of before.
    ``second_due``: from when on who uses the window needs a second factor. ``lent_until``: support looks on.
    ``paused``: the bot speaks to nobody.
    """

    links: tuple[Link, ...] = ()
    queued: int = 0
    backup_at: int | None = None
    storage_failed: bool = False
    backup_late: bool = False
    backup_harmed: bool = False
    comparing: bool = False
    second_due: int | None = None
    lent_until: int | None = None
    tunnel: TunnelState | None = None
    hands: tuple[Hand, ...] = ()
    paused: bool = False


class Badges(Struct, frozen=True):
    """Numbers in the sidebar: what waits for the seller, by page name."""

    counts: tuple[tuple[str, int], ...] = ()


class Preferences(Protocol):
    """The person's own choices on this computer (``theme``, ``sound``), kept outside the store."""

    def get(self, key: str, default: str) -> str: ...

    def set(self, key: str, value: str) -> None: ...


class Context(Protocol):
    """An open shop as the window sees it. Every method but ``subscribe`` may block and is called off the GUI thread.

    Pages find their source here (``live``; later pages add theirs) and declare what they need of it as a protocol.
    """

    @property
    def store(self) -> StoreInfo: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def live(self) -> LiveSource: ...

    @property
    def orders(self) -> OrdersSource: ...

    @property
    def conversations(self) -> ConversationSource: ...

    @property
    def customers(self) -> CustomersSource: ...

    @property
    def pipeline(self) -> PipelineSource: ...

    @property
    def catalogue(self) -> CatalogueSource: ...

    @property
    def payments(self) -> PaymentsSource: ...

    @property
    def papers(self) -> PapersSource: ...

    @property
    def messages(self) -> MessagesSource: ...

    @property
    def templates(self) -> TemplatesSource: ...

    @property
    def quotes(self) -> QuotesSource: ...

    @property
    def analyses(self) -> AnalysesSource: ...

    @property
    def lives(self) -> LivesSource: ...

    @property
    def settings(self) -> SettingsSource: ...

    @property
    def tunnel(self) -> TunnelSource: ...

    @property
    def support(self) -> SupportSource: ...

    @property
    def search(self) -> SearchSource: ...

    @property
    def happenings(self) -> HappeningSource: ...

    @property
    def welcome(self) -> WelcomeSource: ...

    @property
    def journal(self) -> JournalSource: ...

    @property
    def lock(self) -> LockSource: ...

    @property
    def access(self) -> AccessSource: ...

    def subscribe(self, callback: Callable[[Sequence[Change]], None]) -> Callable[[], None]:
        """Call back after every commit, from any thread; returns what ends it."""
        ...

    def status(self) -> Status: ...

    def badges(self) -> Badges: ...

    def badge(self) -> str:
        """The name of the colour the store is told by (:data:`core.kernel.look.STORE_COLOURS`)."""
        ...

    def day(self) -> Day: ...

    def owns(self) -> bool:
        """Whether who uses the window may export and delete the store."""
        ...

    def export(self, target: Path) -> Path:
        """The whole store in one encrypted file. → where the key is that opens it. Raises Forbidden."""
        ...

    def move_standing(self) -> MoveStanding:
        """What is to be known of the store before it moves to another computer. Raises Forbidden."""
        ...

    def arrival(self, language: str, control: Control) -> Sequence[Line]:
        """What still needs a hand where the store has just arrived; asks outside."""
        ...

    def close(self) -> None:
        """Shut the shop down in order; the window has gone quiet before."""
        ...
