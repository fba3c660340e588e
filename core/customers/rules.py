"""Trust score (rulings F66–F68, R7) and tier (F70, R8): pure formulas."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

BASE: Final = 50
MOST: Final = 100
BOUNDS: Final = "Between 0 and 100"  # the line that keeps a sum within them
FAST_PAY_MS: Final = 120_000
LARGE_SPENDER: Final = 100_000
AT_RISK: Final = 30  # recommendation (R13); reminders use 40
VIP: Final = 80
REMIND_EARLY: Final = 40
RISK_MINUTES: Final = 5
LONG_MINUTES: Final = 15  # of a VIP, gold or diamond
SILVER_MORE: Final = 5
TIERS: Final = {"diamond": 10, "gold": 6, "silver": 3}  # paid orders from which a tier can be reached
LOYAL: Final = 3  # paid orders
VERIFIED: Final = 5


class Record(Struct, frozen=True):
    """What the score is made of. ``pay_ms``: total time from claim to payment over all paid orders.

    ``scored`` False: the person refuses it (F125); they then count as a newcomer.
    """

    orders: int
    paid: int
    expired: int
    spent: int
    pay_ms: int
    scored: bool = True

    @property
    def average_pay_ms(self) -> int | None:
        return self.pay_ms // self.paid if self.paid else None


def potential_fake(record: Record) -> bool:
    """F68: many reservations let go, hardly any paid."""
    return record.expired > 3 and record.paid < 2


def score_lines(record: Record) -> tuple[tuple[str, int], ...]:
    """The score as a sum, line by line: (label, points); together exactly the score."""
    lines = [("Base", BASE)]
    if not record.scored:
        return tuple(lines)
    if record.paid:
        lines.append(("Successful payments", min(record.paid * 5, 25)))
    average = record.average_pay_ms
    if average is not None and average < FAST_PAY_MS:
        lines.append(("Pays fast", 10))
    if record.spent > LARGE_SPENDER:
        lines.append(("Large total spent", 10))
    if record.expired:
        lines.append(("Expired reservations", -10 * record.expired))
    if potential_fake(record):
        lines.append(("Potential fake buyer", -20))
    total = sum(points for _, points in lines)
    if not 0 <= total <= MOST:
        lines.append((BOUNDS, max(0, min(MOST, total)) - total))
    return tuple(lines)


def score(record: Record) -> int:
    """0 to 100."""
    return sum(points for _, points in score_lines(record))


def stars(record: Record) -> int:
    """The score as 0 to 5 stars (F75), rounded to the nearest."""
    return (score(record) + 10) // 20


def success(record: Record) -> int | None:
    """Paid of all orders that ended, in percent; None before one has (F75)."""
    ended = record.paid + record.expired
    return (200 * record.paid + ended) // (2 * ended) if ended else None


def tier(record: Record) -> str:
    """diamond, gold, silver or bronze, on paid orders."""
    value = score(record)
    if not record.scored:
        return "bronze"
    if record.paid >= TIERS["diamond"] and value >= 80:
        return "diamond"
    if record.paid >= TIERS["gold"] and value >= 70:
        return "gold"
    if record.paid >= TIERS["silver"] and value >= 60:
        return "silver"
    return "bronze"


def recommendation(record: Record) -> str:
    """F69: ``restrict`` (a short hold, or payment first), ``vip`` or ``normal``."""
    value = score(record)
    if not record.scored:
        return "normal"
    if value < AT_RISK or potential_fake(record):
        return "restrict"
    return "vip" if value >= VIP else "normal"


def prepays(record: Record) -> bool:
    """F69: payment comes first, the whole of it. The five minutes of the hold are for paying, nothing makes them
    longer, and no later terms (a deposit, cash on delivery, thirty days) are offered."""
    return recommendation(record) == "restrict"


def hold_minutes(record: Record, base: int) -> int:
    """How long an item is kept for this person (ruling R8). ``base``: the store's own minutes.

    The longer of what score and tier give, never less than the store's own; a risk wins over both.
    """
    advice, rank = recommendation(record), tier(record)
    if advice == "restrict":
        return RISK_MINUTES
    by_score = max(base, LONG_MINUTES) if advice == "vip" else base
    longer = base + SILVER_MORE
    by_tier = {"silver": longer, "gold": max(longer, LONG_MINUTES), "diamond": max(longer, LONG_MINUTES)}
    return max(by_score, by_tier.get(rank, base))


def reminder_percent(record: Record) -> int:
    """When to remind, in percent of the hold (F82): who pays well is left in peace longer."""
    value = score(record)
    if value >= VIP:
        return 80
    return 50 if value < REMIND_EARLY else 70


def in_front(record: Record) -> bool:
    """Whether this person is served before others in a waiting list: gold and diamond (F72), and who is told that
    they are a VIP (F77): not before their fourth purchase (R8)."""
    advice = recommendation(record)
    vip = advice == "vip" and record.paid > LOYAL
    return vip or (tier(record) in ("gold", "diamond") and advice != "restrict")


def badges(record: Record) -> tuple[str, ...]:
    """What a person earned (F73): loyal, fast, verified. The first buyer of a live is the live's to know."""
    if not record.scored:
        return ()
    average = record.average_pay_ms
    earned = {
        "loyal": record.paid >= LOYAL,
        "fast": average is not None and average < FAST_PAY_MS,
        "verified": record.paid >= VERIFIED and not record.expired,
    }
    return tuple(name for name, has in earned.items() if has)


def pattern(record: Record) -> str | None:
    """How this person buys, in one word (F76), once there is something to go by; None before.

    never_pays, often_late, reliable or mixed.
    """
    ended = record.paid + record.expired
    if ended < LOYAL or not record.scored:
        return None
    if not record.paid:
        return "never_pays"
    share = record.paid / ended
    if share >= 0.9:
        return "reliable"
    return "often_late" if share < 0.5 else "mixed"


def badge(record: Record) -> str | None:
    """What the board shows beside a name: ``risk``, ``new`` or nothing."""
    if not record.scored:
        return None
    if potential_fake(record) or score(record) < AT_RISK:
        return "risk"
    return "new" if record.orders <= 1 and record.paid == 0 else None
