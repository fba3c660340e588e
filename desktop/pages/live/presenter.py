"""The live board without Qt: what it reads and does, and what its head, tiles, filters, stock and alerts say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, Literal, Protocol, get_args

from msgspec import Struct

from core.catalogue.views import ProductView
from core.fraud.service import sentence
from core.kernel.clock import MINUTE, SECOND
from core.kernel.look import Role
from core.kernel.money import currency_sign, format_amount, format_money
from core.kernel.text import NARROW, duration, one_line, short_name
from core.live.views import Alert, BoardRow, MinuteBar, SessionView, StagedProduct, StageView, StockBar, Tiles
from desktop.pages.live.steering import SteeringSource
from desktop.pictures import Thumb
from desktop.texts import Texts, full_disk


class NewInvoice(Struct, frozen=True):
    """What the seller typed: ``phone``, and ``wallet`` when the money comes from another number (F2), in E.164."""

    product_id: int
    quantity: int
    name: str
    phone: str
    wallet: str | None = None


class InvoiceResult(Struct, frozen=True):
    """The order and its pay link. ``sent`` is False when the message could not be queued; ``problem`` says why."""

    order_id: int
    reference: str
    link: str
    sent: bool
    problem: str = ""


class NewLive(Struct, frozen=True):
    """``source``: where people watch and claim: one of :data:`SOURCES` (F10)."""

    title: str
    source: str
    on_screen: int | None = None


class Stage(Struct, frozen=True):
    """What viewers see now. ``link``: the chat with the product's claim typed, "" while the number is not known."""

    view: StageView
    link: str = ""


class OverlayPlace(Struct, frozen=True):
    """Where OBS finds the live's picture: on this computer, and from elsewhere ("" without a public address)."""

    here: str
    outside: str
    number_known: bool


class LiveSource(SteeringSource, Protocol):
    """What the board reads and the verbs it calls. All may block: called off the window's thread."""

    def session(self) -> SessionView | None:
        """The live in progress, None when there is none."""
        ...

    def board(self) -> list[BoardRow]:
        """Every order of the session in progress."""
        ...

    def rows(self, order_ids: Sequence[int]) -> list[BoardRow]:
        """Those of the orders that belong to the session in progress, as they are now; the others are left out."""
        ...

    def order(self, order_id: int) -> BoardRow | None:
        """One order of any session."""
        ...

    def tiles(self) -> Tiles: ...

    def stock(self) -> list[StockBar]: ...

    def alerts(self) -> list[Alert]: ...

    def minutes(self) -> list[MinuteBar]: ...

    def stage(self) -> Stage: ...

    def overlay(self) -> OverlayPlace: ...

    def products(self, query: str, limit: int) -> list[ProductView]:
        """Best matches first; an empty query gives what was on screen or sold last first."""
        ...

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        """A product's photo, cut to this size in px; None when there is no such file."""
        ...

    def start_live(self, live: NewLive) -> SessionView: ...

    def end_live(self) -> None: ...

    def set_on_screen(self, product_id: int | None) -> None: ...

    def new_invoice(self, invoice: NewInvoice) -> InvoiceResult:
        """Reserve, make the link and queue the message. Raises Refused (sold out, no live…)."""
        ...

    def cancel_order(self, order_id: int) -> None: ...

    def extend_order(self, order_id: int, minutes: int) -> None: ...

    def decide(self, order_id: int, question: int, choice: str, substitute: tuple[int, int] | None = None) -> None:
        """Answer an order's question by its id: honour, substitute (with another product's id and how many), refund or
        keep. Raises Refused when it is no longer the question that is open.
        """
        ...

    def receipt(self, order_id: int, amount: int | None) -> None:
        """The seller's word about money on their own account: so much came, or (None) none did."""
        ...

    def refund_done(self, decision_id: int) -> None:
        """The seller has given the money back at the provider."""
        ...


SOURCES: Final[tuple[tuple[str, str], ...]] = (
    ("tiktok", "TikTok"),
    ("instagram", "Instagram"),
    ("facebook", "Facebook"),
    ("whatsapp", "WhatsApp"),
)

Filter = Literal["all", "pending", "paid", "expired", "decide"]
FILTERS: Final[tuple[Filter, ...]] = get_args(Filter)


def filters_of(row: BoardRow) -> tuple[Filter, ...]:
    """The chips under which an order is counted and shown."""
    found: list[Filter] = ["all"]
    by_state: dict[str, Filter] = {"reserved": "pending", "paid": "paid", "expired": "expired"}
    if row.state in by_state:
        found.append(by_state[row.state])
    if (row.exception and row.undecided) or (row.receipt and row.receipt.claimed):
        found.append("decide")
    return tuple(found)


class TileText(Struct, frozen=True):
    title: str
    value: str
    caption: str
    role: Role


class StockText(Struct, frozen=True):
    """``free`` and ``held`` are shares of the bar's length; ``said`` is the row as a sentence;
    ``waiting``: how many stand in line, if any."""

    product_id: int
    sku: str
    title: str
    left: str
    role: Role
    free: float
    held: float
    said: str
    waiting: str = ""


Act = Literal["decide", "receipt", "refund", "product", "conversation", "none"]


class AlertText(Struct, frozen=True):
    """``act`` on ``subject_id`` is what the verb does: decide an order, confirm money that came, tick a refund off,
    open a product or a talk."""

    icon: str
    role: Role
    title: str
    detail: str
    verb: str
    act: Act
    subject_id: int


class LivePresenter:
    """Words and colours of the board for one store."""

    def __init__(self, t: Texts, currency: str, zone: tzinfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone

    @property
    def short_sign(self) -> str:
        """The unit where the column says which money is meant: ``F`` for ``F CFA``."""
        return currency_sign(self.currency).split(NARROW)[0]

    def amount(self, units: int) -> str:
        """``15 000 F``."""
        return f"{format_amount(units, self.currency)}\u00a0{self.short_sign}"

    def money(self, units: int) -> str:
        """``15 000 F CFA``, where the amount stands alone."""
        return format_money(units, self.currency)

    def elapsed(self, session: SessionView, now: int) -> str:
        """How long the live has lasted: ``47 min 12 s``."""
        spent = max(0, now - session.started_at)
        if spent < 60 * MINUTE:
            return f"{spent // MINUTE}\u00a0min\u00a0{spent % MINUTE // SECOND:02d}\u00a0s"
        return duration(spent)

    def filters(self) -> tuple[tuple[Filter, str], ...]:
        """The chips over the orders, in their order."""
        t = self.t
        return (
            ("all", t.of("filter", "All")),
            ("pending", t.of("filter", "Pending")),
            ("paid", t.of("filter", "Paid")),
            ("expired", t.of("filter", "Expired")),
            ("decide", t.of("filter", "To decide")),
        )

    def tiles(self, tiles: Tiles) -> tuple[TileText, ...]:
        t = self.t
        waiting = (
            t.plural("+ {n} in the waiting list", "+ {n} in the waiting list", tiles.waiting)
            if tiles.waiting
            else t("waiting list empty")
        )
        rate = (
            t("{rate} % conversion", rate=round(100 * tiles.paid / tiles.orders)) if tiles.orders else t("none so far")
        )
        cancelled = t.plural("{n} cancelled", "{n} cancelled", tiles.cancelled)
        unit = currency_sign(self.currency)
        recent = format_amount(tiles.revenue_last_10_min, self.currency)
        if tiles.revenue_last_10_min:
            unit = t("{unit} · +{recent} in 10 min", unit=unit, recent=recent)
        return (
            TileText(t.of("tile", "Orders"), str(tiles.orders), waiting, "text"),
            TileText(t.of("tile", "Paid"), str(tiles.paid), rate, "paid"),
            TileText(
                t.of("tile", "Pending"),
                str(tiles.pending),
                t("{amount} to collect", amount=self.amount(tiles.unpaid)),
                "waiting",
            ),
            TileText(t.of("tile", "Expired"), str(tiles.expired), cancelled, "danger"),
            TileText(t.of("tile", "Collected"), format_amount(tiles.revenue, self.currency), unit, "gold"),
        )

    def stock(self, bar: StockBar) -> StockText:
        t = self.t
        left = f"{bar.available}\u00a0/\u00a0{bar.total}"
        role: Role = "text"
        if bar.available == 0:
            left, role = t("{left} · sold out", left=left), "danger"
        elif bar.critical:
            left, role = t("{left} · critical", left=left), "danger"
        whole = max(1, bar.total, bar.available + bar.held)
        said = t(
            "{sku} {title}: {available} available, {held} held, of {total}",
            sku=bar.sku,
            title=bar.title,
            available=bar.available,
            held=bar.held,
            total=bar.total,
        )
        waiting = t.plural("{n} in line", "{n} in line", bar.waiting) if bar.waiting else ""
        said = ", ".join(filter(None, (said, waiting)))
        free, held = bar.available / whole, bar.held / whole
        return StockText(bar.product_id, bar.sku, bar.title, left, role, free, held, said, waiting)

    def left_in_stock(self, product: ProductView) -> str:
        """« 3 disponibles » or « épuisé »."""
        if product.available <= 0:
            return self.t("sold out")
        return self.t.plural("{n} available", "{n} available", product.available)

    def staged(self, product: StagedProduct) -> tuple[str, Role]:
        """What is left of the product on screen, as viewers are told."""
        if product.available <= 0 or not product.on_sale:
            return self.t.of("product", "Sold out"), "danger"
        if product.critical:
            return self.t.plural("Only one left!", "Only {n} left!", product.available), "waiting"
        return self.t.plural("{n} available", "{n} available", product.available), "paid"

    def alert(self, alert: Alert, row: BoardRow | None = None) -> AlertText:
        """An alert in words; ``row`` is the order it is about, when known."""
        t, about, subject = self.t, _Details(alert.detail), alert.subject_id
        match alert.kind:
            case "decide" | "receipt" | "refund":
                return self._money(alert, about, row)
            case "low_stock":
                left = about.number("available")
                title = t.plural("{sku}: {n} left", "{sku}: {n} left", left, sku=about.text("sku"))
                orders = about.number("orders_left")
                soon = t.plural("sold out in about {n} order", "sold out in about {n} orders", orders) if orders else ""
                detail = soon or t("stock is critical")
                return AlertText("triangle-alert", "danger", title, detail, t("See"), "product", subject)
            case "sold_out":
                title = t("{sku}: sold out", sku=about.text("sku"))
                detail = t("new claims join the waiting list")
                return AlertText("triangle-alert", "danger", title, detail, t("See"), "product", subject)
            case "answer":
                title = t.plural("{n} message to take over", "{n} messages to take over", about.number("count"))
                detail = self._quoted(about)
                return AlertText("message-circle", "info", title, detail, t("Answer"), "conversation", subject)
            case "message_failed":
                failed = max(1, about.number("count"))
                title = t.plural("{n} message not delivered", "{n} messages not delivered", failed)
                detail = t("the reason stands in the conversation")
                return AlertText("triangle-alert", "danger", title, detail, t("See"), "conversation", subject)
            case "storage":
                return AlertText("hard-drive", "danger", *self.storage_failed(), "", "none", subject)
            case _:
                return AlertText("info", "info", alert.kind, about.text("text"), "", "none", subject)

    def _money(self, alert: Alert, about: _Details, row: BoardRow | None) -> AlertText:
        """Money that waits for the seller: unusual, to be seen on the own account, or to be given back."""
        t, subject, who = self.t, alert.subject_id, self._who(about, row)
        if alert.kind == "decide":
            title = self.exception(about.text("exception"))
            return AlertText("circle-alert", "waiting", title, who, t("Decide"), "decide", subject)
        if alert.kind == "receipt":
            return AlertText("circle-help", "waiting", t("Money to check"), who, t("Check"), "receipt", subject)
        return AlertText("undo-2", "waiting", t("Money to give back"), who, t("Done"), "refund", subject)

    def _who(self, about: _Details, row: BoardRow | None) -> str:
        """« Awa N. · ROBE1 · 15 000 F »: whom and what an order's alert is about."""
        what = row.lines[0].sku if row and row.lines else about.text("reference")
        return " · ".join(filter(None, (self.amount(about.number("amount")), short_name(about.text("customer")), what)))

    def _quoted(self, about: _Details) -> str:
        text = one_line(about.text("text"), 60)
        return self.t("“{text}”", text=text) if text else ""

    def exception(self, kind: str) -> str:
        """The word for a payment that does not match its order."""
        t = self.t
        words = {
            "paid_late": t("Paid too late"),
            "underpaid": t("Paid in part"),
            "overpaid": t("Paid too much"),
            "paid_twice": t("Paid twice"),
            "suspect": t("To check"),
        }
        return words.get(kind, t("To decide"))

    def reasons(self, row: BoardRow) -> str:
        """What speaks against an order, with its points."""
        return ", ".join(f"{what} ({points})" for what, points in self.reason_lines(row))

    def reason_lines(self, row: BoardRow) -> tuple[tuple[str, str], ...]:
        """The same, one by one: (what, points)."""
        return tuple((sentence(one, self.t.language), f"+{one.points}") for one in row.reasons)

    def storage_failed(self) -> tuple[str, str]:
        """What the banner says while the disk refuses to write."""
        return full_disk(self.t)


class _Details:
    """An alert's values, empty where missing."""

    def __init__(self, values: dict[str, str | int]) -> None:
        self._values = values

    def text(self, key: str) -> str:
        return str(self._values.get(key, ""))

    def number(self, key: str) -> int:
        value = self._values.get(key, 0)
        return value if isinstance(value, int) else 0
