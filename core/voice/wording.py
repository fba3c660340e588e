"""What may be written into each text: its variables, those it must keep, its length as WhatsApp counts (R4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter
from typing import Any, Final, Literal

from msgspec import Struct

from core.conversations import limits
from core.conversations.texts import Text, built_in, texts
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from core.kernel.money import format_money
from core.kernel.text import utf16_length
from core.segments.rules import DEFAULT, NAMES

FALLBACK: Final = DEFAULT.name
SEGMENTS: Final = NAMES
PERSON: Final = ("clientName", "previousPurchases")  # F38: known of every buyer
Family = Literal["welcome", "payment_request", "confirmation", "reminder", "summary", "answer", "seller", "button"]

# F88's families, the first that are asked for; the rest is told apart by the name alone.
FAMILIES: Final[dict[Family, tuple[str, ...]]] = {
    "welcome": ("greeting", "line_first_free_delivery", "line_same_again", "live_closed"),
    "payment_request": (
        *(
            "product_card",
            "event_card",
            "service_card",
            "card_deposit",
            "added_to_order",
            "offer",
            "choose_payment",
            "pay_link",
        ),
        *("line_vip", "product_card_history", "payment_means_answer"),
    ),
    "confirmation": ("payment_confirmed", "payment_confirmed_count", "payment_confirmed_loyal"),
    "reminder": ("reminder", "hold_expired"),
    "summary": ("live_summary",),
}
ORDER: Final[tuple[Family, ...]] = (*FAMILIES, "answer", "button", "seller")

# What a text promises and may not leave out.
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "product_card": ("product", "total", "remaining"),
    **dict.fromkeys(("event_card", "service_card"), ("product", "total", "remaining")),
    "card_deposit": ("deposit", "balance"),
    "ask_confirm": ("total",),
    "slot_held": ("when", "remaining"),
    "slot_booked": ("when",),
    "sold_on_terms": ("reference", "total", "until"),
    "call_confirmed": ("when",),
    "deposit_received": ("reference", "amount", "due"),
    "deposit_received_on_site": ("reference", "amount", "due"),
    "button_terms": ("days",),
    "added_to_order": ("lines", "total", "remaining"),
    "offer": ("product", "total", "remaining"),
    "choose_payment": ("total",),
    "pay_link": ("total", "remaining"),
    "reminder": ("total", "remaining"),
    "payment_confirmed": ("total", "reference"),
    "hold_expired": ("lines",),
    "hold_expired_agreed": ("reference", "lines"),
    "hold_expired_partial": ("reference", "due"),
    "order_cancelled": ("reference",),
    "order_cancelled_partial": ("reference", "amount"),
    "order_cancelled_seller": ("reference",),
    "sold_out_waiting": ("product", "place"),
    "quantity_reduced": ("product", "held"),
    "payment_late_received": ("reference", "amount"),
    "payment_checked": ("reference",),
    "payment_partial": ("reference", "due"),
    "payment_over": ("reference",),
    "payment_twice": ("reference", "amount"),
    "decision_substitute": ("reference", "lines"),
    "decision_refund": ("reference", "amount"),
    "refund_started": ("reference", "amount"),
    "refund_done": ("reference", "amount"),
    "payment_talk_answer_reserved": ("reference", "remaining"),
    "payment_talk_answer_paid": ("reference",),
    "payment_talk_answer_expired": ("reference",),
    "payment_talk_answer_refunded": ("reference",),
    "price_answer": ("product", "price"),
    "available_answer": ("product", "price"),
    "not_available_answer": ("product",),
    "is_it_this": ("product", "quantity"),
    "payment_means_answer": ("means",),
    "hours_answer": ("hours",),
    "my_orders": ("lines",),
    "catalogue_row": ("price",),
    "line_low_stock": ("left",),
    "line_in_stock": ("left",),
    **dict.fromkeys(("line_places_left", "line_low_places"), ("left",)),
    "line_pays_first": ("minutes",),
    "event_answer": ("product", "when"),
    "slots_answer": ("product", "price"),
    "ask_terms_only": ("days",),
    "live_summary": ("revenue", "paid"),
    "live_details_product": ("product", "count", "revenue"),
    "live_details_unpaid": ("lines",),
    **dict.fromkeys(("seller_paid_notice", "seller_paid_notice_today"), ("customer", "total")),
    "sold_not_cancelled": ("reference",),
    **dict.fromkeys(("my_orders_line_deposit", "my_orders_line_terms"), ("due",)),
    "event_over": ("product",),
    "button_pay_amount": ("total",),
}
# Lines are added below these: they leave them room.
ROOM: Final[dict[str, int]] = {
    **dict.fromkeys(("product_card", "event_card", "service_card"), 640),
    "greeting": 720,
    "payment_confirmed": 940,
    "live_summary": 520,
}
BELOW: Final = 260  # of a product that is proposed under a greeting
LINE: Final = 160  # of what is added to another text
_ADDED: Final = (
    "line_",
    "example_",
    "card_deposit",
    "product_card_history",
    "payment_confirmed_",
    "live_summary_",
    "live_advice_",
    "live_details_product",
)


class Place(Struct, frozen=True):
    """``part``: as :func:`core.conversations.limits.checked` names it; ``lines``: whether it may have several."""

    part: str
    limit: int
    lines: bool = True


_PLACES: Final[tuple[tuple[str | tuple[str, ...], Place], ...]] = (
    ("button_", Place("button", limits.BUTTON_TITLE, lines=False)),
    (("row_slot", "row_more_about", "catalogue_row"), Place("description", limits.ROW_DESCRIPTION, lines=False)),
    (("row_more", "row_later", "row_fewer", "catalogue_more"), Place("row", limits.ROW_TITLE, lines=False)),
    (("catalogue_other", "catalogue_next"), Place("section", limits.SECTION_TITLE, lines=False)),
    ("my_orders_line_", Place("text", 2 * LINE, lines=False)),
    ("line_same_again", Place("text", BELOW)),
    (_ADDED, Place("text", LINE, lines=False)),
)


def place(key: str) -> Place:
    """Where a text stands, and how long it may be there."""
    for starts, where in _PLACES:
        if key.startswith(starts):
            return where
    return Place("caption", limits.CAPTION) if key.endswith("_document") else Place("text", ROOM.get(key, limits.BODY))


def to_seller(key: str) -> bool:
    """Whether the seller is told this, not a buyer."""
    return key.startswith(("seller_", "live_summary", "live_advice", "live_details"))


def family(key: str) -> Family:
    for name, keys in FAMILIES.items():
        if key in keys:
            return name
    if key.startswith("live_"):
        return "summary"
    if key.startswith("button_"):
        return "button"
    return "seller" if to_seller(key) else "answer"


@lru_cache(maxsize=1)
def all_keys() -> tuple[str, ...]:
    """Every text that there is, family by family; what is said to one segment only belongs to its text."""
    known = [key for key in texts(DEFAULT_LANGUAGE) if "@" not in key]
    return tuple(sorted(known, key=lambda key: ORDER.index(family(key))))


def variants(key: str) -> tuple[str, ...]:
    """The names of a text's wordings; an only one is nameless. Raises NotFound."""
    text = _known(key)
    return ("",) if isinstance(text, str) else tuple(name for name in text if name != "by")


def decides(key: str) -> str:
    """The variable by which a text chooses its wording, empty where it has one."""
    text = _known(key)
    return "" if isinstance(text, str) else text["by"]


def default(key: str, variant: str, segment: str, language: str) -> str:
    """Our words. Raises NotFound."""
    if variant not in variants(key):
        raise NotFound("There is no text named {key}.", key=f"{key}.{variant}")
    text = built_in(key, language, segment)
    return text if isinstance(text, str) else text.get(variant, text["other"])


def _known(key: str) -> Text:
    if key not in all_keys():
        raise NotFound("There is no text named {key}.", key=key)
    return texts(DEFAULT_LANGUAGE)[key]


def _wordings(key: str) -> Iterator[str]:
    for language in LANGUAGES:
        for name, text in texts(language).items():
            if name.partition("@")[0] == key:
                yield from [text] if isinstance(text, str) else (words for by, words in text.items() if by != "by")


@lru_cache(maxsize=256)
def variables(key: str) -> tuple[str, ...]:
    """What a text may use: what any of our own wordings of it uses, which is always given, and who is spoken to."""
    _known(key)
    used = dict.fromkeys(name for words in _wordings(key) for name in names_in(words))
    return (*used, *(name for name in PERSON if not to_seller(key) and place(key).part == "text"))


def names_in(words: str) -> list[str]:
    """The variables of a text, each once. Raises Refused for braces that are none."""
    found: dict[str, None] = {}
    try:
        for _, name, form, conversion in Formatter().parse(words):
            if name is None:
                continue
            if form or conversion or not name.isascii() or not name.isidentifier():
                raise Refused("“{text}” is no variable. Write one like {example}.", text=name[:40], example="{total}")
            found[name] = None
    except ValueError:
        raise Refused("A brace stands alone. Write variables like {example}.", example="{total}") from None
    return list(found)


def samples(currency: str) -> dict[str, Any]:
    """Likely values, for a picture of the message."""
    scale = {"MGA": 4, "GNF": 15, "EUR": 0.15, "USD": 0.15}.get(currency, 1)
    money = {n: format_money(round(n * scale), currency) for n in (15_000, 30_000, 5_000, 342_000)}
    return {
        "product": "Robe Wax Ankara",
        "keyword": "ROBE1",
        "price": money[15_000],
        "quantity": 2,
        "total": money[30_000],
        "due": money[30_000],
        "amount": money[30_000],
        "revenue": money[342_000],
        "remaining": "9:47",
        "left": 2,
        "lines": "2 × Robe Wax Ankara (ROBE1)",
        "reference": "LP-2026-0215-A3F2",
        "count": 3,
        "name": "Awa",
        "customer": "Awa N.",
        "clientName": "Awa",
        "previousPurchases": 2,
        "asked": 3,
        "held": 2,
        "place": 1,
        "means": "Wave, Orange Money",
        "hours": "lun.–sam. 9 h – 20 h",
        "number": "FA-2026-00001",
        "duration": "42 min",
        "orders": 23,
        "paid": 18,
        "expired": 3,
        "conversion": 78,
        "new": 7,
        "returning": 11,
        "url": "https://…/q/x7Kd",
        "pay_url": "https://…/p/x7Kd",
        "until": "30/11/2026",
        "reason": "Trop cher",
        "deposit": money[5_000],
        "balance": money[15_000],
        "when": "sam. 5 déc. à 10:00",
        "where": "site",
        "minutes": 45,
        "days": 30,
        "phone": "+221 77 123 45 67",
        "example": ", par exemple ROBE1",
        "most": 1,
        "share": 80,
        "store": "Boutique Téranga",
        "month": "10/2026",
    }


def longest(currency: str, key: str) -> dict[str, Any]:
    """The longest values that are likely: what is saved must fit with them. The program cuts longer ones."""
    top = {"MGA": 9_999_000, "GNF": 99_999_000, "EUR": 999_999, "USD": 999_999}.get(currency, 999_000)
    money = format_money(top if key.startswith("button_") else 10 * top, currency)
    product = "W" * 80
    line = f"999 × {'W' * 60} ({'W' * 20})"
    one_line = key.startswith(("my_orders_line_", "seller_paid_notice"))
    return samples(currency) | {
        **dict.fromkeys(("price", "total", "due", "amount", "deposit", "balance"), money),
        "revenue": format_money(100 * top, currency),
        "product": product,
        "keyword": "W" * 20,
        "lines": ", ".join([line] * 2) if one_line else "\n".join([line] * (3 if key in ROOM else 6)),
        **dict.fromkeys(("quantity", "asked", "held", "left", "count", "place", "previousPurchases"), 999),
        **dict.fromkeys(("orders", "paid", "expired", "new", "returning"), 9_999),
        "conversion": 100,
        "remaining": "1439:59",
        "duration": "24 h 59",
        **dict.fromkeys(("name", "customer", "clientName"), "W" * 24),
        "means": "Wave, Orange Money, Free Money, MTN MoMo, Moov Money, Carte bancaire",
        "hours": "lun.–ven. 9 h – 20 h, sam. 9 h – 13 h, dim. fermé",
        "url": "https://boutique.example/q/" + "x" * 40,
        "pay_url": "https://boutique.example/p/" + "x" * 40,
        "reason": "x" * 200,
        "when": "W" * 60,
        "example": ", par exemple " + "W" * 20,
        "most": 999,
    }


class _Sampled(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return braced(name)


def shown(words: str, values: Mapping[str, Any]) -> str:
    """The words with sample values; a variable without one stays. Raises as :meth:`str.format` for broken braces."""
    return words.format_map(_Sampled(values))


def length(key: str, words: str, currency: str) -> int:
    """UTF-16 units with the longest likely values; of the bare words where their braces are broken."""
    try:
        return utf16_length(shown(words, longest(currency, key)))
    except (ValueError, IndexError, AttributeError, TypeError):
        return utf16_length(words)


def check(key: str, variant: str, words: str, currency: str) -> str:
    """The words as they are kept. Raises NotFound, and Refused with one sentence about the first thing wrong."""
    if variant not in variants(key):
        raise NotFound("There is no text named {key}.", key=f"{key}.{variant}")
    where = place(key)
    words = limits.clean(words.replace("\r\n", "\n")).strip()
    if any(ord(c) < 32 and c != "\n" for c in words):
        raise Refused("The text holds control characters: type it instead of pasting.")
    if "\n" in words and not where.lines:
        raise Refused("This text is one line: take the line breaks out.")
    if not words:
        raise Refused("A message needs some text.")
    used, allowed = names_in(words), variables(key)
    unknown = next((name for name in used if name not in allowed), None)
    if unknown is not None and allowed:
        raise Refused(
            "The variable {unknown} is not known in this text. It may use: {allowed}.",
            unknown=braced(unknown),
            allowed=", ".join(map(braced, allowed)),
        )
    if unknown is not None:
        raise Refused("This text has no variables: take {unknown} out.", unknown=braced(unknown))
    missing = [name for name in required(key, variant) if name not in used]
    if missing:
        raise Refused("This text must tell {missing}: the buyer relies on it.", missing=", ".join(map(braced, missing)))
    long = length(key, words, currency)
    if long > where.limit:
        raise Refused(
            "With its longest values the text has {length} characters; there is room for {limit}.",
            length=long,
            limit=where.limit,
        )
    return words


def required(key: str, variant: str) -> tuple[str, ...]:
    """What a wording may not leave out; that for one value may say the value in words (« un seul »)."""
    text = texts(DEFAULT_LANGUAGE)[key]
    ours = text if isinstance(text, str) else text[variant]
    return tuple(name for name in REQUIRED.get(key, ()) if braced(name) in ours)


def braced(name: str) -> str:
    return "{" + name + "}"
