"""The reason, stage, way or moment that an event bears, in words: what stands behind its sentence. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from desktop.texts import mark

DETAILS: Final[dict[str, tuple[str, ...]]] = {
    "AttemptChanged": ("state",),
    "CertificationMoved": ("kind", "state"),
    "CertificationRetried": ("kind",),
    "ConsentNoted": ("purpose", "how"),
    "CreditNoteIssued": ("whole",),
    "CustomerChanged": ("what",),
    "CustomerTagged": ("on",),
    "CustomerWritten": ("what",),
    "DecisionTaken": ("kind", "choice"),
    "DifferenceSettled": ("choice",),
    "Escalated": ("reason",),
    "ExceptionRaised": ("kind",),
    "GivenBack": ("how",),
    "InterestShown": ("what",),
    "LeadAdvanced": ("was", "stage"),
    "LeadMoved": ("was", "stage"),
    "LeadOpened": ("stage",),
    "LeadPlanned": ("at",),
    "LeadQualified": ("why",),
    "LineChanged": ("what",),
    "OrderCancelled": ("reason",),
    "OrderPaid": ("late",),
    "OrderReminded": ("expires_at",),
    "OrderingAllowed": ("until",),
    "PaperSent": ("kind",),
    "QuoteAccepted": ("by",),
    "QuoteEnding": ("valid_until",),
    "QuoteRefused": ("by",),
    "Reconciled": ("provider",),
    "RefundAsked": ("by_hand",),
    "RefundChanged": ("state",),
    "RefundHandled": ("act",),
    "RiskAssessed": ("signals",),
    "SlotBooked": ("starts_at",),
    "Suggested": ("why",),
    "TakenOver": ("where",),
    "TemplateStood": ("state",),
    "TextChanged": ("reset",),
    "TrialEnded": ("applied",),
}
"""Which fields of an event are told behind its sentence."""

MOMENTS: Final = frozenset({"at", "expires_at", "starts_at", "until", "valid_until"})
"""Fields that are moments, ms UTC."""
SIGNALS: Final = "signals"
"""Codes with their points, as ``talk:30 velocity:15``."""
STAGES: Final = frozenset({"was", "stage"})

_PAPERS: Final[Mapping[Any, str]] = {
    "invoice": mark("an invoice"),
    "credit_note": mark("a credit note"),
    "receipt": mark("a receipt"),
    "quote": mark("a quote"),
}
_QUESTIONS: Final[Mapping[Any, str]] = {
    "paid_late": mark("paid late"),
    "underpaid": mark("too little was paid"),
    "overpaid": mark("too much was paid"),
    "paid_twice": mark("paid twice"),
    "suspect": mark("looks like fraud"),
}
_BY: Final[Mapping[Any, str]] = {"customer": mark("by the customer"), "seller": mark("by the seller")}

WORDS: Final[Mapping[tuple[str, str], Mapping[Any, str]]] = {
    ("AttemptChanged", "state"): {
        "created": mark("prepared"),
        "open": mark("the buyer can pay"),
        "unknown": mark("no clear answer from the provider"),
        "rejected": mark("refused by the provider"),
        "paid": mark("the money came"),
        "failed": mark("the payment failed"),
        "cancelled": mark("given up by the buyer"),
        "expired": mark("its time is over"),
    },
    ("CertificationMoved", "kind"): _PAPERS,
    ("CertificationMoved", "state"): {
        "prepared": mark("prepared"),
        "queued": mark("waits to be sent"),
        "sent": mark("sent to the platform"),
        "accepted": mark("accepted"),
        "refused": mark("refused"),
    },
    ("CertificationRetried", "kind"): _PAPERS,
    ("ConsentNoted", "purpose"): {"scoring": mark("trust score"), "offers": mark("offers")},
    ("ConsentNoted", "how"): {
        "conversation": mark("said in the conversation"),
        "seller": mark("said to the seller"),
    },
    ("CreditNoteIssued", "whole"): {True: mark("the whole invoice")},
    ("CustomerChanged", "what"): {
        "name": mark("name"),
        "language": mark("language"),
        "identity": mark("phone or account"),
    },
    ("CustomerTagged", "on"): {True: mark("one more"), False: mark("one less")},
    ("CustomerWritten", "what"): {"added": mark("somebody new"), "name": mark("name"), "phone": mark("phone")},
    ("DecisionTaken", "kind"): _QUESTIONS,
    ("DecisionTaken", "choice"): {
        "honour": mark("the order is honoured"),
        "keep": mark("the money is kept"),
        "refund": mark("the money goes back"),
        "substitute": mark("another product instead"),
        "completed": mark("the missing part came"),
        "accept": mark("accepted"),
        "refuse": mark("refused"),
    },
    ("DifferenceSettled", "choice"): {"take": mark("taken into the books"), "done": mark("nothing to book")},
    ("ExceptionRaised", "kind"): _QUESTIONS,
    ("GivenBack", "how"): {
        "given_back": mark("by hand"),
        "timer": mark("nobody had written for a while"),
    },
    ("InterestShown", "what"): {"price": mark("asks for a price"), "quote": mark("asks for a quote")},
    ("LeadQualified", "why"): {
        "asked": mark("asked twice"),
        "amount": mark("a large amount"),
        "business": mark("buys for a business"),
    },
    ("LineChanged", "what"): {
        "offered": mark("served now"),
        "skipped": mark("put to the end"),
        "dropped": mark("taken out"),
        "returned": mark("put back in place"),
    },
    ("OrderCancelled", "reason"): {
        **_BY,
        "decision": mark("its money goes back"),
        "bought": mark("everything went to an earlier order"),
    },
    ("OrderPaid", "late"): {True: mark("after its time")},
    ("PaperSent", "kind"): _PAPERS,
    ("QuoteAccepted", "by"): _BY,
    ("QuoteRefused", "by"): _BY,
    ("RefundAsked", "by_hand"): {True: mark("to be done by hand")},
    ("RefundChanged", "state"): {
        "requested": mark("asked for"),
        "sent": mark("on its way"),
        "unknown": mark("no clear answer from the provider"),
        "todo": mark("to be done by hand"),
        "failed": mark("refused by the provider"),
        "done": mark("the buyer has the money"),
        "withdrawn": mark("withdrawn"),
    },
    ("RefundHandled", "act"): {
        "ask": mark("asked for"),
        "by_hand": mark("done by hand"),
        "again": mark("asked for again"),
        "withdraw": mark("withdrawn"),
    },
    ("RiskAssessed", "signals"): {
        "velocity": mark("many orders at once"),
        "holds": mark("reservations let go"),
        "attempts": mark("many payments begun"),
        "numbers": mark("several phone numbers"),
        "payers": mark("several payers"),
        "payer": mark("pays for several people"),
        "lookalike": mark("a payer who looks like another"),
        "amount": mark("an unusual amount"),
        "means": mark("an unusual means of payment"),
        "first": mark("a large first order"),
        "talk": mark("says to have paid, and no money"),
        "device": mark("a phone of several people"),
        "address": mark("an address of several people"),
        "abroad": mark("a number of another country"),
    },
    ("Suggested", "why"): {
        "pair": mark("they go together"),
        "bought": mark("others bought both"),
        "category": mark("of the same category"),
    },
    ("TakenOver", "where"): {
        "window": mark("in this window"),
        "api": mark("through the API"),
        "console": mark("on the command line"),
        "phone": mark("on the seller’s phone"),
    },
    ("TemplateStood", "state"): {
        "draft": mark("a draft again"),
        "submitted": mark("is being looked at"),
        "approved": mark("approved"),
        "rejected": mark("rejected"),
        "paused": mark("paused"),
        "disabled": mark("switched off"),
    },
    ("TextChanged", "reset"): {True: mark("as it was at first"), False: mark("in the store’s own words")},
    ("TrialEnded", "applied"): {
        "a": mark("the first is kept"),
        "b": mark("the second is kept"),
        "": mark("none is kept"),
    },
}
"""What a value of such a field of such an event is called."""
BEYOND: Final = mark("above a limit of yours")
"""Any signal that is a limit of the seller's own."""
