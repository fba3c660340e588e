"""What the API takes and answers about customers, prospects, products that go together, and figures."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Amount, Customer, Person, Shown, Time
from localserver.api.requests import Id, Page, PlainText, Request

Tier = Literal["bronze", "silver", "gold", "diamond"]
Stage = Literal["new", "interested", "quote", "order", "won", "lost"]
Asked = Annotated[str, Meta(min_length=20, max_length=35, extra_json_schema={"format": "date-time"})]


# -- customers ---------------------------------------------------------------------------------------------------


class ScoreLine(Shown, frozen=True):
    """``said`` is both in one: « 5 paiements réussis : +25 »."""

    text: str
    points: int
    said: str


class Word(Shown, frozen=True):
    code: str
    text: str


class Standing(Shown, frozen=True):
    """What is concluded from a customer's purchases; the points of ``lines`` add up to ``score``. ``scored`` false:
    they refuse it, and count as a newcomer. ``success``: paid of the orders that ended, in percent.
    ``recommendation``: restrict (five minutes, payment first), normal or vip. ``limited``: what keeps them from a new
    order (score, orders); ``allowed_until``: the seller lets them all the same; ``pays_first``: by the
    seller's word, whatever their score. Texts are in the store's language."""

    customer_id: int
    score: int
    stars: int
    success: int | None
    scored: bool
    lines: list[ScoreLine]
    tier: Tier
    benefit: str
    recommendation: Literal["restrict", "normal", "vip"]
    advice: str
    habit: str
    badges: list[Word]
    tags: list[Word]
    hold_minutes: int
    limited: Literal["score", "orders"] | None
    allowed_until: Time | None
    pays_first: bool


class Restriction(Request, frozen=True):
    """Whether they pay first: five minutes from the next order on, the whole, and no later terms."""

    pays_first: bool


class Allowance(Request, frozen=True):
    """For so many ``hours`` they may order beyond the store's limits; 0 takes it back."""

    hours: Annotated[int, Meta(ge=0, le=8760)] = 24


class SimilarPage(Request, frozen=True):
    """Without ``search``: customers of the same name."""

    search: Annotated[PlainText, Meta(max_length=100)] = ""


class SimilarList(Shown, frozen=True):
    items: list[Customer]


class MergeWith(Request, frozen=True):
    absorb: Id


class MergePreview(Shown, frozen=True):
    """What a merge would make of two records."""

    kept: Customer
    absorbed: Customer
    orders: int
    paid: int
    expired: int
    spent: Amount
    score: int
    tier: Tier
    scored: bool
    phones: list[str]
    open_orders: int
    messages: int


class Merge(Shown, frozen=True):
    """A merge that can be taken back. ``name``: what the other record was called; ``how``: by hand, or found: a message
    bore the identities of both."""

    id: int
    kept_id: int
    absorbed_id: int
    name: str
    at: Time
    how: Literal["hand", "found"]


class MergeList(Shown, frozen=True):
    items: list[Merge]


class PartingPreview(Shown, frozen=True):
    """What taking a merge back would do: ``phones``, ``orders`` and ``messages`` go back to the other record, what came
    since stays with ``kept``."""

    merge: Merge
    kept: Customer
    phones: list[str]
    orders: int
    messages: int
    orders_since: int
    messages_since: int


class Parted(Shown, frozen=True):
    """Both as they are now."""

    kept: Customer
    other: Customer


# -- prospects ---------------------------------------------------------------------------------------------------


class NextActivity(Request, frozen=True):
    at: Asked
    what: Annotated[PlainText, Meta(min_length=1, max_length=300)]


class LeadChange(Request, frozen=True):
    """Only what is named changes; ``next`` null takes the next activity away."""

    stage: Stage | UnsetType = UNSET
    next: NextActivity | UnsetType | None = UNSET


class LeadPage(Page, frozen=True):
    """``due``: whose next activity is due by now."""

    stage: Stage | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    qualified: bool = False
    due: bool = False


class Activity(Shown, frozen=True):
    at: Time
    what: str


class Lead(Shown, frozen=True):
    """An opportunity; a customer who comes again after the end of one is another. ``amount``: of what is on the table
    (an open order, else the latest quote), or of what was sold. ``qualified_by``: why it is worth a call."""

    id: int
    customer: Person
    conversation_id: int | None
    last_text: str
    stage: Stage
    asked: int
    amount: Amount | None
    next: Activity | None
    opened_at: Time
    moved_at: Time
    qualified_at: Time | None
    qualified_by: Literal["asked", "amount", "business"] | None


class LeadList(Shown, frozen=True):
    items: list[Lead]
    next: str | None


class StageSum(Shown, frozen=True):
    stage: Stage
    count: int
    amount: Amount


class Board(Shown, frozen=True):
    """Every stage in its order."""

    stages: list[StageSum]


# -- products that go together -----------------------------------------------------------------------------------


class NewPair(Request, frozen=True):
    """With ``product_id`` in an order, ``with_id`` costs ``percent`` less; 0: it is only proposed."""

    product_id: Id
    with_id: Id
    percent: Annotated[int, Meta(ge=0, le=90)] = 0


class OldPair(Request, frozen=True):
    product_id: Id
    with_id: Id


class Pair(Shown, frozen=True):
    product_id: int
    sku: str
    with_id: int
    with_sku: str
    percent: int


class PairList(Shown, frozen=True):
    items: list[Pair]


# -- figures -----------------------------------------------------------------------------------------------------


class Period(Request, frozen=True):
    """``since`` and ``until`` in RFC 3339; the last thirty days unless they are named."""

    since: Asked | UnsetType = UNSET
    until: Asked | UnsetType = UNSET


class FunnelFigures(Shown, frozen=True):
    """Prospects opened in the time, by their ids: all, sent a quote, sold to, both. Rates in percent, null of none."""

    since: Time
    until: Time
    leads: list[int]
    quoted: list[int]
    won: list[int]
    quoted_won: list[int]
    lead_to_quote: int | None
    quote_to_sale: int | None
    lead_to_sale: int | None


class TimeClass(Shown, frozen=True):
    """``up_to_seconds`` null: longer than all before."""

    up_to_seconds: int | None
    orders: int


class OrderMs(Shown, frozen=True):
    order_id: int
    ms: int


class LiveFigures(Shown, frozen=True):
    """``order_time``: from claim to payment. ``conversion``: paid of all orders. ``fraud``: refused as suspect, or
    unpaid after « j'ai payé » or by a potential fake buyer, of all orders. Each with the orders it is made of."""

    session_id: int
    orders: list[int]
    order_time_median_ms: int | None
    order_times: list[OrderMs]
    order_time_classes: list[TimeClass]
    paid: list[int]
    conversion: int | None
    fraudulent: list[int]
    fraud: int | None
