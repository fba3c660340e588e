"""What a message can mean, and what follows from how sure that is. Values and one rule, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.understanding.tokens import MOST


class Intent(StrEnum):
    """What is wanted. A claim is always sure; what only might be one is AVAILABILITY, not sure, with its products."""

    CLAIM = "claim"
    QUANTITY = "quantity"
    CHANGE = "change"
    CANCEL = "cancel"
    PRICE = "price"
    AVAILABILITY = "availability"
    DETAILS = "details"
    DELIVERY = "delivery"
    PAY = "pay"
    PAYMENT_MEANS = "payment_means"
    PAYMENT_TALK = "payment_talk"
    PAYMENT_PROBLEM = "payment_problem"
    MY_ORDERS = "my_orders"
    CATALOGUE = "catalogue"
    QUOTE = "quote"
    OPENING_HOURS = "opening_hours"
    HUMAN = "human"
    COMPLAINT = "complaint"
    GREETING = "greeting"
    THANKS = "thanks"
    ACKNOWLEDGEMENT = "acknowledgement"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Topic(StrEnum):
    """What words say plainly beside the intent, and the books or the shop's rules can answer."""

    TOTAL = "total"
    HAGGLING = "haggling"
    CREDIT = "credit"
    NOT_SOLD = "not_sold"
    HOW_MANY = "how_many"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Item:
    """A product of the message, and how many of it."""

    product_id: int
    quantity: int = 1
    counted: bool = field(default=False, compare=False)
    """Whether a number was said: « ROBE1 » again is not « 1 ROBE1 »."""
    note: str = field(default="", compare=False)
    """The size and colour said with it, in the buyer's words."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """``items``: claimed, asked about or merely named, as the intent says.

    ``language``: fr, mg, en, mixed (French and Malagasy), None when no word tells. ``confidence``: 0…1, how often such
    a reading was right. ``also``: what else the message asks. ``likely``: the likeliest readings, best first, for one
    short question. ``number``: how many, where no product was named with it. ``beside``: the words that ask something
    else, and ``asked`` the products they ask about. ``by``: so many more (or fewer) of what is held. ``out``: products
    that are refused by name, and ``taken_out``: words say so, whatever is named. ``topic``: see :class:`Topic`.
    ``note``: size and colour where no product stands with them.
    """

    intent: Intent
    items: tuple[Item, ...] = ()
    sure: bool = True
    language: str | None = None
    confidence: float = field(default=1.0, compare=False)
    also: tuple[Intent, ...] = field(default=(), compare=False)
    likely: tuple[Intent, ...] = field(default=(), compare=False)
    number: int | None = field(default=None, compare=False)
    beside: str = field(default="", compare=False)
    asked: tuple[Item, ...] = field(default=(), compare=False)
    by: int | None = field(default=None, compare=False)
    out: tuple[int, ...] = field(default=(), compare=False)
    taken_out: bool = field(default=False, compare=False)
    topic: Topic | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)


class Context(Struct, frozen=True):
    """What the conversation knows. ``product_id``: last shown to this customer; ``asked``: a yes or no is awaited;
    ``most``: pieces of one product that this shop may well be asked for in one message."""

    product_id: int | None = None
    asked: bool = False
    most: int = MOST


NOTHING_KNOWN: Final = Context()
MISSES_BEFORE_HANDOVER: Final = 1
SILENT: Final = frozenset({Intent.THANKS, Intent.ACKNOWLEDGEMENT, Intent.NO})


class Step(StrEnum):
    """What to do with a reading: answer it, ask one short question, or leave it to a person."""

    ACT = "act"
    ASK = "ask"
    HAND_OVER = "hand_over"


def next_step(meant: Understanding, misses: int) -> Step:
    """Sure: act. Unsure: ask once. Still unsure: a person. ``misses``: messages in a row that were not understood.

    A product that may be meant is shown with its button, which is the short question of a sale.
    """
    shown = meant.intent in (Intent.AVAILABILITY, Intent.PRICE) and bool(meant.items)
    if meant.topic is not None or (meant.intent is not Intent.UNKNOWN and (meant.sure or shown)):
        return Step.ACT
    return Step.ASK if misses < MISSES_BEFORE_HANDOVER else Step.HAND_OVER
