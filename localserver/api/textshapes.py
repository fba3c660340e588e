"""What the API answers and takes about the bot's texts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Shown, Time
from localserver.api.requests import PLAIN, Page, Request

Segment = Literal["live_seller", "shop", "events", "services", "b2b"]
Language = Literal["fr", "mg", "en"]
Family = Literal["welcome", "payment_request", "confirmation", "reminder", "summary", "answer", "seller", "button"]
Key = Annotated[str, Meta(min_length=1, max_length=60, pattern="^[a-z0-9_]+$")]
Variant = Annotated[str, Meta(max_length=20, pattern=PLAIN)]
Words = Annotated[str, Meta(max_length=4096)]
Arm = Literal["a", "b"]


class Text(Shown, frozen=True):
    """One wording as the store says it. ``by``: the variable whose value ``variant`` is; both empty for an only one.

    ``own``: in the seller's words; ``ours``: what is said without them. ``length``: WhatsApp's characters with the
    longest likely values, of ``limit``.
    """

    family: Family
    key: str
    by: str
    variant: str
    segment: Segment
    language: Language
    words: str
    own: bool
    ours: str
    variables: list[str]
    required: list[str]
    length: int
    limit: int


class TextList(Shown, frozen=True):
    items: list[Text]


class Share(Shown, frozen=True):
    """``hits`` of ``of`` people; ``low`` and ``high`` bound the share with 95 % (Wilson)."""

    hits: int
    of: int
    low: float
    high: float


class Reading(Shown, frozen=True):
    """Nothing is read before ``sample`` people of each text have had their time: too_early. too_rare: fewer than five
    did, or did not do, what the text asks. same: no difference that chance does not explain (p ≥ 0.05)."""

    verdict: Literal["too_early", "too_rare", "same", "a", "b"]
    seen_a: int
    seen_b: int
    a: Share | None
    b: Share | None
    p: float | None


class Trial(Shown, frozen=True):
    """Two texts that are compared. ``applied``: which the store kept at the end, or neither."""

    id: int
    key: str
    variant: str
    segment: Segment
    language: Language
    a: str
    b: str
    sample: int
    outcome: Literal["paid_in_time", "ordered_in_a_day", "ordered_again"]
    started_at: Time
    ended_at: Time | None
    applied: Literal["", "a", "b"]
    reading: Reading


class TrialList(Shown, frozen=True):
    items: list[Trial]
    next: str | None


# -- requests ----------------------------------------------------------------------------------------------------


class TextPage(Request, frozen=True):
    """The store's own segment and language where they are not named."""

    segment: Segment | UnsetType = UNSET
    language: Language | UnsetType = UNSET


class TextPlace(Request, frozen=True):
    """Which text. ``variant``: the wording for one value, of a text that has several."""

    key: Key
    variant: Variant = ""
    segment: Segment = "live_seller"
    language: Language = "fr"


class NewText(TextPlace, frozen=True):
    words: Words = ""


class NewTrial(NewText, frozen=True):
    """``words`` are tried against what is said now. ``sample``: people for each; the usual number without it."""

    sample: Annotated[int, Meta(ge=100, le=100_000)] | UnsetType = UNSET


class TrialEnd(Request, frozen=True):
    """``apply``: the text that the store says from now on; without it, what it said before."""

    apply: Arm | UnsetType = UNSET


class TrialPage(Page, frozen=True):
    """The newest first."""
