"""The live of the target pictures as plain values, and a source that serves it and notes the verbs called."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from core.bootstrap.checkup import Line
from core.bootstrap.moving import Standing as MoveStanding
from core.catalogue.views import ProductView
from core.kernel.clock import MINUTE, SECOND, ManualClock
from core.kernel.errors import LivePayError
from core.kernel.text import fold
from core.live.views import (
    Alert,
    BoardRow,
    LineView,
    MinuteBar,
    OpenQuestion,
    SessionView,
    StagedProduct,
    StageView,
    StockBar,
    Tiles,
)
from desktop.bridge import Change, Control
from desktop.context import Badges, Link, Status, StoreInfo
from desktop.lock import LockSource
from desktop.pages.catalogue.presenter import CatalogueSource
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pages.live.presenter import InvoiceResult, NewInvoice, NewLive, OverlayPlace, Stage
from desktop.pages.messages.beyondwords import TemplatesSource
from desktop.pages.messages.presenter import MessagesSource
from desktop.pages.papers.presenter import PapersSource
from desktop.pages.payments.presenter import PaymentsSource
from desktop.pages.quotes.source import QuotesSource
from desktop.pages.settings.accesswords import AccessSource
from desktop.pages.settings.presenter import SettingsSource
from desktop.pictures import Thumb
from desktop.stores.keeping import Day
from tests.desktop.empty import (
    EmptyAccess,
    EmptyCatalogue,
    EmptyConversations,
    EmptyLock,
    EmptyMessages,
    EmptyPapers,
    EmptyPayments,
    EmptySettings,
    EmptyTemplates,
)
from tests.desktop.emptymore import Nothing
from tests.desktop.emptypeople import EmptyQuotes, Nobody
from tests.desktop.samplesteering import SampleSteering

NOW = int(datetime(2026, 11, 20, 21, 47, 12, tzinfo=UTC).timestamp() * 1000)
START = NOW - 47 * MINUTE - 12 * SECOND
STORE = StoreInfo("teranga", "Boutique Téranga", "SN", "XOF", ZoneInfo("Africa/Dakar"))

PRODUCTS = {
    1: ("ROBE1", "Robe Wax Ankara", 15000),
    2: ("SAC2", "Sac cuir marron", 22000),
    3: ("CHAUSSURE", "Chaussure Bazin", 12000),
    4: ("BAZIN3", "Bazin riche 5 m", 35000),
}


def at(clock: str) -> int:
    """``21:47:09`` on the evening of the sample."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return int(datetime(2026, 11, 20, hours, minutes, seconds, tzinfo=UTC).timestamp() * 1000)


def row(order_id: int, name: str, product: int, state: str, code: str, **changes: Any) -> BoardRow:
    """An order of the sample; ``changes`` are fields of BoardRow."""
    sku, title, price = PRODUCTS[product]
    quantity = changes.pop("quantity", 1)
    made = BoardRow(
        order_id=order_id,
        reference=f"LP-2026-1120-{code}",
        state=state,
        exception=None,
        undecided=False,
        customer_id=order_id,
        customer_name=name,
        score=None,
        badge=None,
        lines=(LineView(product, sku, title, quantity, price),),
        total=price * quantity,
        received=price * quantity if state == "paid" else 0,
        reserved_at=NOW,
        expires_at=NOW + 10 * MINUTE,
        paid_at=None,
        closed_at=None,
        provider=None,
        link_opened_at=None,
        reminded_at=None,
        next_customer=None,
        conversation_id=order_id,
    )
    return replace(made, **changes)


def paid(
    order_id: int, name: str, product: int, when: str, took: int, provider: str, score: int, code: str
) -> BoardRow:
    done = at(when)
    return row(
        order_id,
        name,
        product,
        "paid",
        code,
        reserved_at=done - took * SECOND,
        expires_at=done - took * SECOND + 10 * MINUTE,
        paid_at=done,
        provider=provider,
        score=score,
    )


def held(order_id: int, name: str, product: int, left: int, whole: int, code: str, **changes: Any) -> BoardRow:
    """``left`` seconds of ``whole`` minutes."""
    ends = NOW + left * SECOND
    return row(order_id, name, product, "reserved", code, reserved_at=ends - whole * MINUTE, expires_at=ends, **changes)


def orders() -> list[BoardRow]:
    """Twenty-three orders: 18 paid, 3 pending, 1 expired, 1 cancelled."""
    shown = [
        paid(123, "Aminata Diop", 1, "21:47:09", 83, "wave", 95, "A3F2"),
        held(122, "Fatim Keita", 2, 512, 10, "7C10", score=70),
        held(
            121,
            "Mariam Touré",
            1,
            365,
            10,
            "B21E",
            badge="new",
            quantity=2,
            link_opened_at=NOW,
            provider="orange_money",
        ),
        held(120, "Moussa Kane", 3, 72, 5, "09DD", badge="risk", score=20, reminded_at=NOW),
        replace(
            paid(119, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"),
            exception="paid_late",
            undecided=True,
            question=OpenQuestion(7, "paid_late", 15000, 0, ()),
        ),
        row(
            118,
            "Khady Sarr",
            2,
            "expired",
            "E4C8",
            score=65,
            reserved_at=at("21:33:30"),
            expires_at=at("21:43:30"),
            closed_at=at("21:43:30"),
            next_customer="Rokia Ba",
        ),
        paid(117, "Bintou Camara", 3, "21:42:18", 58, "wave", 88, "1F7B"),
        paid(116, "Salimata Ouédraogo", 1, "21:41:02", 160, "bictorys", 60, "90A2"),
        replace(paid(115, "Adjoa Mensah", 2, "21:39:47", 62, "stripe", 50, "C3D9"), badge="new"),
        row(
            114,
            "Ndeye Fall",
            1,
            "cancelled",
            "42BE",
            score=75,
            reserved_at=at("21:36:02"),
            expires_at=at("21:46:02"),
            closed_at=at("21:38:20"),
        ),
    ]
    names = ("Coumba Gueye", "Rama Sow", "Astou Mbaye", "Hawa Diallo", "Nafi Cissé", "Yacine Ly", "Dieynaba Ba")
    for number in range(13):
        minute = 36 - number * 2
        name = names[number % len(names)]
        when = f"21:{minute:02d}:{(number * 17) % 60:02d}"
        shown.append(
            paid(113 - number, name, number % 3 + 1, when, 40 + number * 9, "wave", 55 + number, f"D{number:03X}")
        )
    return shown


TILES = Tiles(23, 18, 3, 1, 1, 4, 1, 342000, 64000, 41000)
STOCK = [
    StockBar(1, "ROBE1", "Robe Wax Ankara", 2, 2, 10, False, 0, 15_000),
    StockBar(2, "SAC2", "Sac cuir marron", 5, 2, 8, False),
    StockBar(3, "CHAUSSURE", "Chaussure Bazin", 1, 1, 5, True),
    StockBar(4, "BAZIN3", "Bazin riche 5 m", 12, 0, 12, False),
]
ALERTS = [
    Alert("decide", 119, {"exception": "paid_late", "customer": "Awa Ndiaye", "amount": 15000, "reference": "x"}),
    Alert("low_stock", 3, {"sku": "CHAUSSURE", "available": 1, "orders_left": 2}),
    Alert("answer", 7, {"count": 3, "text": "livraison à Thiès possible ?"}),
]
_PER_MINUTE = tuple(map(int, "010211321024697432213542123243212586"))
MINUTES = [
    MinuteBar(
        START // MINUTE * MINUTE + place * MINUTE, value, "ROBE1" if place < 18 else "SAC2" if place < 32 else "ROBE1"
    )
    for place, value in enumerate((*_PER_MINUTE, 4, 3, 2, 2, 1, 2, 3, 4, 3, 2, 3))
]
SESSION = SessionView(1, "Live du vendredi", "tiktok", START, None, (1, "ROBE1", "Robe Wax Ankara"))

STAGE = Stage(
    StageView(True, StagedProduct(1, "ROBE1", "Robe Wax Ankara", 15000, None, 2, 2, True, True)),
    "https://wa.me/221338000000?text=je%20prends%20ROBE1",
)
PLACE = OverlayPlace("http://127.0.0.1:8787/overlay/teranga", "", True)


@dataclass
class SampleSource(SampleSteering):
    """A LiveSource over values held here. ``calls`` notes each verb; ``refuse`` is raised by the next one."""

    running: SessionView | None = SESSION
    stored: dict[int, BoardRow] = field(default_factory=lambda: {one.order_id: one for one in orders()})
    told: Tiles = TILES
    bars: list[StockBar] = field(default_factory=lambda: list(STOCK))
    waiting: list[Alert] = field(default_factory=lambda: list(ALERTS))
    curve: list[MinuteBar] = field(default_factory=lambda: list(MINUTES))
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    refuse: LivePayError | None = None
    sent: bool = True
    staged: Stage = STAGE
    place: OverlayPlace = PLACE

    def _note(self, *call: Any) -> None:
        self.threads.add(threading.current_thread().name)
        if self.refuse:
            error, self.refuse = self.refuse, None
            raise error
        self.calls.append(call)

    def session(self) -> SessionView | None:
        self.threads.add(threading.current_thread().name)
        return self.running

    def board(self) -> list[BoardRow]:
        return list(self.stored.values())

    def rows(self, order_ids: Sequence[int]) -> list[BoardRow]:
        return [self.stored[one] for one in order_ids if one in self.stored]

    def order(self, order_id: int) -> BoardRow | None:
        return self.stored.get(order_id)

    def tiles(self) -> Tiles:
        return self.told

    def stock(self) -> list[StockBar]:
        return self.bars

    def alerts(self) -> list[Alert]:
        return self.waiting

    def minutes(self) -> list[MinuteBar]:
        return self.curve

    def stage(self) -> Stage:
        return self.staged

    def overlay(self) -> OverlayPlace:
        return self.place

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        return None

    def products(self, query: str, limit: int) -> list[ProductView]:
        found = [
            ProductView(
                bar.product_id,
                bar.sku,
                bar.sku,
                bar.title,
                "",
                "",
                PRODUCTS[bar.product_id][2],
                bar.available,
                0,
                bar.total,
                None,
                True,
            )
            for bar in self.bars
            if fold(query) in fold(f"{bar.sku} {bar.title}")
        ]
        return found[:limit]

    def start_live(self, live: NewLive) -> SessionView:
        self._note("start_live", live)
        self.running = SESSION
        return SESSION

    def end_live(self) -> None:
        self._note("end_live")
        self.running = None

    def set_on_screen(self, product_id: int | None) -> None:
        self._note("set_on_screen", product_id)

    def new_invoice(self, invoice: NewInvoice) -> InvoiceResult:
        self._note("new_invoice", invoice)
        problem = "" if self.sent else "Le client n’a pas écrit depuis 24 heures."
        return InvoiceResult(200, "LP-2026-1120-9F21", "https://pay.teranga.sn/p/abc123", self.sent, problem)

    def cancel_order(self, order_id: int) -> None:
        self._note("cancel_order", order_id)

    def extend_order(self, order_id: int, minutes: int) -> None:
        self._note("extend_order", order_id, minutes)

    def decide(self, order_id: int, question: int, choice: str, substitute: tuple[int, int] | None = None) -> None:
        self._note("decide", order_id, question, choice, substitute)

    def receipt(self, order_id: int, amount: int | None) -> None:
        self._note("receipt", order_id, amount)

    def refund_done(self, decision_id: int) -> None:
        self._note("refund_done", decision_id)


@dataclass
class SampleContext(Nobody, Nothing):
    """A Context over a SampleSource."""

    live: SampleSource = field(default_factory=SampleSource)
    conversations: ConversationSource = field(default_factory=EmptyConversations)
    catalogue: CatalogueSource = field(default_factory=EmptyCatalogue)
    payments: PaymentsSource = field(default_factory=EmptyPayments)
    papers: PapersSource = field(default_factory=EmptyPapers)
    messages: MessagesSource = field(default_factory=EmptyMessages)
    templates: TemplatesSource = field(default_factory=lambda: cast(TemplatesSource, EmptyTemplates()))
    quotes: QuotesSource = field(default_factory=lambda: cast(QuotesSource, EmptyQuotes()))
    settings: SettingsSource = field(default_factory=EmptySettings)
    lock: LockSource = field(default_factory=EmptyLock)
    access: AccessSource = field(default_factory=lambda: cast(AccessSource, EmptyAccess()))
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    store: StoreInfo = STORE
    callbacks: list[Callable[[Sequence[Change]], None]] = field(default_factory=list)
    closed: bool = False

    def subscribe(self, callback: Callable[[Sequence[Change]], None]) -> Callable[[], None]:
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)

    def status(self) -> Status:
        links = (Link("WhatsApp", "ok", "whatsapp", "whatsapp"), Link("Wave", "ok"), Link("Bictorys", "ok"))
        return Status(links, 0, NOW - 4 * MINUTE)

    def badge(self) -> str:
        return "gold"

    def day(self) -> Day:
        return Day(0, 0, 0, False)

    def owns(self) -> bool:
        return True

    def export(self, target: Path) -> Path:
        return target

    def move_standing(self) -> MoveStanding:
        return MoveStanding(live=False, leaving=0, coming=0, size=1, here=1, free=1)

    def arrival(self, language: str, control: Control) -> Sequence[Line]:
        return ()

    def badges(self) -> Badges:
        return Badges((("live", 1), ("conversations", 3)))

    def close(self) -> None:
        self.closed = True
