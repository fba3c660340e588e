"""What a conversation that waits for a person is about, by rules: from its last messages and what happened beside them.

No assistant is asked: the same messages give the same words, and nothing is said that nobody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY
from core.kernel.i18n import catalogue
from core.kernel.patterns import late
from core.kernel.text import NARROW, fold
from core.kernel.towns import TOWNS
from core.storage.connection import Reader
from core.understanding.engine import understand
from core.understanding.naming import Products
from core.understanding.rules import Context, Intent, Step, next_step

MESSAGES: Final = 8  # the latest of the customer, no older than a day before the last of them
MOST: Final = 4
_PLACE: Final = late(r"(?:\b(?:à|a|vers|sur|jusqu['’]à|to|in|any|amin['’]ny)\s+)([^\W\d_][\w'’-]+)", re.IGNORECASE)

# code → what it says (message ids of the domain ``errors``); the second form is for more than one.
ASKS: Final[dict[str, tuple[str, ...]]] = {
    "delivery_to": ("asks for delivery to {what}",),
    "delivery": ("asks about delivery",),
    "quote": ("asks for a quote",),
    "complaint": ("complains",),
    "payment_problem": ("could not pay",),
    "payment_talk": ("says that it is paid",),
    "details_of": ("asks about {what}",),
    "details": ("asks about a product",),
    "price": ("asks for the price of {what}",),
    "change": ("wants to change the order",),
    "cancel": ("wants to cancel",),
    "opening_hours": ("asks for the opening hours",),
    "payment_means": ("asks how to pay",),
    "claim": ("wants {what}",),
    "human": ("asks for a person",),
}
COUNTS: Final[dict[str, tuple[str, str]]] = {
    "not_understood": ("{n} message not understood", "{n} messages not understood"),
    "voice": ("{n} voice message", "{n} voice messages"),
    "files": ("{n} photo or file", "{n} photos or files"),
    "failed_payments": ("{n} payment failed", "{n} payments failed"),
    "expired": ("{n} reservation expired since yesterday", "{n} reservations expired since yesterday"),
}
_OF_PRODUCTS: Final = {Intent.DETAILS: "details", Intent.PRICE: "price", Intent.AVAILABILITY: "price"}
_PLAIN: Final = {
    Intent.QUOTE: "quote",
    Intent.COMPLAINT: "complaint",
    Intent.PAYMENT_PROBLEM: "payment_problem",
    Intent.PAYMENT_TALK: "payment_talk",
    Intent.CHANGE: "change",
    Intent.CANCEL: "cancel",
    Intent.OPENING_HOURS: "opening_hours",
    Intent.PAYMENT_MEANS: "payment_means",
    Intent.HUMAN: "human",
}
_VOICE: Final = ("audio", "voice")
_FILES: Final = ("image", "video", "document", "sticker", "location", "contacts")


class Fact(Struct, frozen=True):
    """``code`` of :data:`ASKS` with ``what`` it is about, or of :data:`COUNTS` with how many."""

    code: str
    what: str = ""
    count: int = 0


def facts(reader: Reader, products: Products, conversation_id: int, now: int) -> tuple[Fact, ...]:
    """What was asked, newest first, then what went wrong; at most four."""
    asked: dict[str, Fact] = {}
    counts: dict[str, int] = {}
    shown = reader.value("SELECT shown_product FROM conversation WHERE id = ?", (conversation_id,))
    for kind, text in _latest(reader, conversation_id):
        if text and kind in ("text", "image", "interactive", "button"):
            fact = _meant(reader, products, text, shown)
            if fact is not None and fact.code in COUNTS:
                counts[fact.code] = counts.get(fact.code, 0) + 1
            elif fact is not None:
                asked.setdefault(fact.code, fact)
        code = "voice" if kind in _VOICE else "files" if kind in _FILES else ""
        if code:
            counts[code] = counts.get(code, 0) + 1
    counts |= _happened(reader, conversation_id, now)
    found = [*asked.values(), *(Fact(code, count=n) for code, n in counts.items() if n)]
    return tuple(found[:MOST])


def _latest(reader: Reader, conversation_id: int) -> list[tuple[str, str]]:
    """The customer's last messages since a person last answered, newest first."""
    rows = reader.all(
        "SELECT kind, text, at FROM message WHERE conversation_id = ?1 AND author = 'customer' AND id > coalesce("
        "(SELECT max(id) FROM message WHERE conversation_id = ?1 AND author IN ('seller', 'phone')), 0)"
        " ORDER BY id DESC LIMIT ?2",
        (conversation_id, MESSAGES),
    )
    return [(kind, text) for kind, text, at in rows if at > rows[0][2] - DAY]


def _meant(reader: Reader, products: Products, text: str, shown: int | None) -> Fact | None:
    meant = understand(text, products, Context(shown))
    if next_step(meant, 0) is not Step.ACT:
        return Fact("not_understood", count=1)
    if meant.intent is Intent.DELIVERY or Intent.DELIVERY in meant.also:
        place = place_in(text)
        return Fact("delivery_to", place) if place else Fact("delivery")
    if meant.intent is Intent.CLAIM:
        named = [_sku(reader, item.product_id) for item in meant.items]
        parts = [
            f"{item.quantity} × {sku}" if item.quantity > 1 else sku
            for item, sku in zip(meant.items, named, strict=True)
        ]
        return Fact("claim", ", ".join(parts))
    if meant.intent in _OF_PRODUCTS:
        sku = _sku(reader, meant.items[0].product_id) if meant.items else ""
        if not sku:
            return Fact("details")
        return Fact("details_of" if _OF_PRODUCTS[meant.intent] == "details" else "price", sku)
    code = _PLAIN.get(meant.intent)
    return Fact(code) if code else None


def _sku(reader: Reader, product_id: int) -> str:
    return str(reader.value("SELECT sku FROM product WHERE id = ?", (product_id,)) or "")


def place_in(text: str) -> str:
    """The town of « vous livrez à Thiès ? »: a known one, or what is written like a name. Empty without one."""
    for found in _PLACE.finditer(text):
        word = found[1]
        known = TOWNS.get(fold(word))
        if known:
            return known
        if word[0].isupper() and not word.isupper() and len(word) > 2:
            return word
    return ""


def _happened(reader: Reader, conversation_id: int, now: int) -> dict[str, int]:
    """Beside the words, within a day: payments that failed and reservations that ran out."""
    mine = "(SELECT id FROM orders WHERE customer_id = (SELECT customer_id FROM conversation WHERE id = ?1))"
    failed = reader.value(
        f"SELECT count(*) FROM attempt WHERE order_id IN {mine} AND state = 'failed' AND NOT ahead"  # noqa: S608 - constants
        " AND created_at > ?2",
        (conversation_id, now - DAY),
    )
    expired = reader.value(
        f"SELECT count(*) FROM orders WHERE id IN {mine} AND state = 'expired' AND closed_at > ?2",  # noqa: S608 - constants
        (conversation_id, now - DAY),
    )
    return {"failed_payments": failed, "expired": expired}


def sentence(found: Sequence[Fact], language: str) -> str:
    """« Demande une livraison à Thiès ; 2 messages non compris ». Empty where nothing is known."""
    words = catalogue("errors", language)
    parts = []
    for fact in found:
        if fact.code in COUNTS:
            parts.append(words.ngettext(*COUNTS[fact.code], fact.count).format(n=fact.count))
        else:
            parts.append(words.gettext(ASKS[fact.code][0]).format(what=fact.what))
    joint = "; " if language == "en" else f"{NARROW}; "
    text = joint.join(parts)
    return text[:1].upper() + text[1:]
