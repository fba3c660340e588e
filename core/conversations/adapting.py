"""How an answer adapts to who reads it and to what is left (F38, F39, rulings R8, R16). Pure.

Nothing is promised here that the shop does not do: priority is said to whom it is given, free delivery only by a
switch of the store, and a third purchase is a loyal customer's, not a VIP's.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from msgspec import Struct

from core.conversations.limits import BODY
from core.kernel.patterns import late
from core.kernel.text import utf16_length

Trust = Literal["new", "returning", "vip"]
Stock = Literal["high", "medium", "low", "last"]
Urgency = Literal["normal", "high", "critical"]

LOW: Final = 3  # units left from which it is urgent
MEDIUM: Final = 9


class Switches(Struct, frozen=True):
    """What a store lets its texts add. ``simple``: plain text without emoji or photo, for slow connections."""

    urgency: bool = True
    trust: bool = True
    suggestions: bool = True
    free_delivery: bool = False
    simple: bool = False


class Situation(Struct, frozen=True):
    """The variables of F38. ``previous_purchases``: paid orders before this one; ``left`` None: no product is meant."""

    client_name: str
    trust: Trust
    previous_purchases: int
    left: int | None = None

    @property
    def stock(self) -> Stock:
        return stock_level(self.left)

    @property
    def urgency(self) -> Urgency:
        return {"last": "critical", "low": "high"}.get(self.stock, "normal")  # type: ignore[return-value]


def stock_level(left: int | None) -> Stock:
    """last: 1 · low: to 3 · medium: to 9 · high. Nothing left is never offered, so 0 is not low."""
    if left is None or left > MEDIUM or left < 1:
        return "high"
    if left == 1:
        return "last"
    return "low" if left <= LOW else "medium"


def trust_of(paid: int, in_front: bool, advice: str) -> Trust:
    """new, returning or vip. ``in_front``: served before others who wait; ``advice``: F69's recommendation."""
    if not paid:
        return "new"
    return "vip" if in_front and advice != "restrict" else "returning"


def card_lines(situation: Situation, switches: Switches) -> tuple[str, ...]:
    """The keys of the lines under the card of what was reserved, in order."""
    found: list[str] = []
    if situation.trust == "new" and switches.free_delivery and not situation.previous_purchases:
        found.append("line_first_free_delivery")
    if switches.trust:
        if situation.trust == "vip":
            found.append("line_vip")
        if situation.previous_purchases:
            found.append("product_card_history")
    return tuple(found)


def stock_line(situation: Situation, switches: Switches, *, places: bool = False) -> str:
    """The key of the one line that says what is left: urgent where it is and the store wants it, else plain.

    ``places``: these are seats or times, not goods.
    """
    if switches.urgency and situation.urgency != "normal":
        last, low = ("line_last_place", "line_low_places") if places else ("line_last_one", "line_low_stock")
        return last if situation.urgency == "critical" else low
    return "line_places_left" if places else "line_in_stock"


def joined(body: str, lines: list[str], room: int = BODY) -> str:
    """The body with the lines that still fit in ``room`` UTF-16 units, in order; what must be said comes first."""
    for line in lines:
        longer = f"{body}\n{line}"
        if utf16_length(longer) <= room:
            body = longer
    return body


_PICTURES: Final = late("[\u200d\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
_BOLD: Final = late(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")


def plain(text: str) -> str:
    """The text without emoji, other pictures of letters' size and bold; itself where nothing would be left of it."""
    # Arrows and what comes after them: « n° », « ® » and the like stand before and are letters to a reader.
    kept = "".join(c for c in _PICTURES.sub("", text) if c < "\u2190" or unicodedata.category(c) not in ("So", "Cs"))
    lines = [re.sub(r"[ \t]{2,}", " ", line).strip() for line in _BOLD.sub(r"\1", kept).split("\n")]
    return "\n".join(lines).strip() or text
