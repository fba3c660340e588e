"""Why a score is what it is, line by line, and what follows from it, in words anybody can check (F69–F76, F80). Pure.

The points of the lines add up to the score exactly: where they would pass 0 or 100, the last line says so.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.customers.rules import (
    BOUNDS,
    LARGE_SPENDER,
    LONG_MINUTES,
    Record,
    badges,
    pattern,
    potential_fake,
    recommendation,
    score,
    score_lines,
    tier,
)
from core.kernel.i18n import catalogue
from core.kernel.money import format_money

FIRST: Final = "first"  # the badge of who was the first to pay in a live
MANY: Final = 3  # reservations of one person within a day, none of them paid

# Line of the score → its sentence for one and for {n} (message ids of the domain ``errors``).
LINES: Final[dict[str, tuple[str, str]]] = {
    "Base": ("Everybody begins with", "Everybody begins with"),
    "Successful payments": ("{n} successful payment", "{n} successful payments"),
    "Pays fast": ("Pays in less than 2 minutes on average", "Pays in less than 2 minutes on average"),
    "Large total spent": ("Has spent more than {amount}", "Has spent more than {amount}"),
    "Expired reservations": ("{n} expired reservation", "{n} expired reservations"),
    "Potential fake buyer": (
        "More than 3 reservations let go, fewer than 2 paid",
        "More than 3 reservations let go, fewer than 2 paid",
    ),
    BOUNDS: ("A score stays between 0 and 100", "A score stays between 0 and 100"),
}
TIERS: Final[dict[str, str]] = {
    "diamond": "Diamond customer: priority reservation",
    "gold": "Gold customer: {minutes} min of reservation",
    "silver": "Loyal customer",
    "bronze": "",
}
ADVICE: Final[dict[str, str]] = {
    "restrict": "Reservation shortened to 5 min, or payment first",
    "vip": "VIP: reservation of {minutes} min",
    "normal": "Normal reservation",
}
HABITS: Final[dict[str, str]] = {
    "never_pays": "Orders during the live, never pays",
    "often_late": "Often lets reservations go",
    "reliable": "Nearly always pays",
    "mixed": "Lets a reservation go now and then",
}
BADGES: Final[dict[str, str]] = {
    FIRST: "First buyer of a live",
    "loyal": "Loyal",
    "fast": "Pays fast",
    "verified": "Verified",
}
TAGS: Final[dict[str, str]] = {
    "vip": "VIP",
    "fast": "pays fast",
    "loyal": "loyal customer",
    "prefers": "prefers {means}",
    "fake": "potential fake buyer",
    "many": "multiple reservations",
}
RISKS: Final = frozenset({"fake", "many"})


class Line(Struct, frozen=True):
    """``text`` in a person's language, with its points; ``said``: both, ``5 paiements réussis : +25``."""

    text: str
    points: int
    said: str


class Lately(Struct, frozen=True):
    """What the record does not tell. ``prefers``: the means of payment of most of their orders; ``unpaid``:
    reservations within a day, none of them paid; ``first_in``: lives in which they were the first to pay;
    ``minutes``: how long this store holds for them; ``pays_first``: by the seller's word."""

    prefers: str | None = None
    unpaid: int = 0
    first_in: int = 0
    minutes: int = LONG_MINUTES
    pays_first: bool = False


class Explained(Struct, frozen=True):
    """Everything that is concluded from a record. ``tags`` and ``badges`` are (code, words)."""

    score: int
    tier: str
    recommendation: str
    lines: tuple[Line, ...]
    benefit: str
    advice: str
    habit: str
    badges: tuple[tuple[str, str], ...]
    tags: tuple[tuple[str, str], ...]


def signed(points: int) -> str:
    return f"−{-points}" if points < 0 else f"+{points}"


def codes(record: Record, lately: Lately) -> tuple[str, ...]:
    """The tags (F74) by their codes; habits are not looked at for who refuses to be scored, the risk of many
    reservations is."""
    earned = badges(record)
    given = {
        "vip": recommendation(record) == "vip",
        "fast": "fast" in earned,
        "loyal": "loyal" in earned,
        "prefers": record.scored and lately.prefers is not None,
        "fake": record.scored and potential_fake(record),
        "many": lately.unpaid >= MANY,
    }
    return tuple(code for code, holds in given.items() if holds)


def explain(record: Record, language: str, currency: str, lately: Lately | None = None) -> Explained:
    """What a record means, in words."""
    lately = lately or Lately()
    texts = catalogue("errors", language)
    word = texts.gettext

    def line(label: str, points: int) -> Line:
        counted = {"Successful payments": record.paid, "Expired reservations": record.expired}.get(label, 0)
        text = texts.ngettext(*LINES[label], counted).format(n=counted, amount=format_money(LARGE_SPENDER, currency))
        return Line(text, points, word("{what}: {points}").format(what=text, points=signed(points)))

    rank, habit = tier(record), pattern(record)
    advice = "restrict" if lately.pays_first else recommendation(record)
    better = TIERS[rank] if advice != "restrict" else ""  # a risk wins over all (R8)
    earned = (*((FIRST,) if record.scored and lately.first_in else ()), *badges(record))
    return Explained(
        score(record),
        rank,
        advice,
        tuple(line(label, points) for label, points in score_lines(record)),
        word(better).format(minutes=lately.minutes) if better else "",
        word(ADVICE[advice]).format(minutes=lately.minutes),
        word(HABITS[habit]) if habit else "",
        tuple((code, word(BADGES[code])) for code in earned),
        tuple((code, word(TAGS[code]).format(means=lately.prefers or "")) for code in codes(record, lately)),
    )
