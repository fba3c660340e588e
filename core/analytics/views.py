"""What was read about a time: plain values. Amounts in smallest units, times in ms UTC."""

from __future__ import annotations

from msgspec import Struct

from core.analytics.rules import Period, Unit
from core.conversations.figures import Figures as Answers
from core.orders.figures import percent
from core.pipeline.figures import Funnel as Prospects


class Funnel(Struct, frozen=True):
    """Orders claimed in the time, and how far each came. ``unserved``: claims for which there was nothing left and
    that never became an order."""

    unserved: int
    reserved: int
    seen: int
    paid: int

    @property
    def claims(self) -> int:
        return self.unserved + self.reserved

    @property
    def conversion(self) -> int | None:
        """Percent of the orders made, as the seller's summary of a live has it (F90)."""
        return percent(self.paid, self.reserved)


class ProductFigures(Struct, frozen=True):
    """``sold``: units of orders paid in the time, ``value``: their price on these orders' lines (a discount on a whole
    order is not shared out among them). ``left``: free now. ``wanted``: people who asked in vain in the time.
    ``out_at``: when the last unit was claimed, of what is sold out now."""

    product_id: int
    sku: str
    title: str
    sold: int
    value: int
    left: int
    wanted: int
    out_at: int | None

    @property
    def sell_through(self) -> int | None:
        """Percent of what was there to be sold: sold in the time, of that and what is left."""
        return percent(self.sold, self.sold + self.left)


class LiveLine(Struct, frozen=True):
    """One live, whole. ``duration`` None: it has no end yet. ``revenue``: what its orders earned until now.
    ``order_time``: the median from claim to payment, ms. ``fraud``: percent (F164)."""

    session_id: int
    title: str
    started_at: int
    duration: int | None
    orders: int
    paid: int
    conversion: int | None
    revenue: int
    order_time: int | None
    fraud: int | None


class Sums(Struct, frozen=True):
    """A time in a few figures, to be compared with another's."""

    revenue: int
    orders: int
    paid: int
    conversion: int | None
    buyers: int
    new: int
    order_time: int | None

    @property
    def basket(self) -> int | None:
        """What an order paid in the time came to, on average."""
        return self.revenue // self.paid if self.paid else None


class Report(Struct, frozen=True):
    """Everything the page shows of one time. ``earned``: for each provider, what was earned in each of ``pieces``;
    ``then``: the same of ``before``, piece by piece, all providers together. ``tiers``: (tier, how many of the time's
    buyers). ``cohorts``: by month (begin, end), see :func:`core.analytics.rules.triangle`."""

    period: Period
    before: Period | None
    now: int
    unit: Unit
    pieces: tuple[int, ...]
    earned: tuple[tuple[str, tuple[int, ...]], ...]
    then: tuple[int, ...]
    sums: Sums
    sums_before: Sums | None
    funnel: Funnel
    funnel_before: Funnel | None
    hours: tuple[tuple[int, ...], ...]
    products: tuple[ProductFigures, ...]
    tiers: tuple[tuple[str, int], ...]
    months: tuple[tuple[int, int], ...]
    cohorts: tuple[tuple[int, ...], ...]
    answers: Answers
    answers_before: Answers | None
    prospects: Prospects
    lives: tuple[LiveLine, ...]
    ever_sold: bool

    @property
    def is_empty(self) -> bool:
        """Nothing was ever claimed or earned here."""
        return not self.ever_sold
