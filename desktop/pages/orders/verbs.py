"""What can be done with an order now, and by which key: the first three stand in the pane, the others in its menu."""

from __future__ import annotations

from typing import Final

from core.live.views import BoardRow
from desktop.pages.orders.presenter import Detail
from desktop.texts import Texts
from desktop.widgets.buttons import ENTER

KEYS: Final[dict[str, str]] = {
    "decide": "D",
    "receipt": "R",
    "send": "W",
    "link": "L",
    "code": "Q",
    "extend": "P",
    "paper": ENTER,
    "refund": "G",
    "talk": "C",
    "cancel": "X",
}
MINUTES: Final = 5  # one extension
IN_PANE: Final = 3


def offered(detail: Detail) -> tuple[str, ...]:
    """The verbs that can be done, the likeliest first."""
    board: BoardRow = detail.board
    able = {
        "decide": board.question is not None,
        "receipt": board.receipt is not None,
        "send": board.state == "reserved",
        "link": bool(detail.link),
        "code": bool(detail.link),
        "extend": board.state == "reserved",
        "paper": bool(detail.papers),
        "refund": any(payment.refunded < payment.amount for payment in detail.payments),
        "talk": board.conversation_id is not None,
        "cancel": board.state == "reserved",
    }
    return tuple(verb for verb in KEYS if able[verb])


def titles(t: Texts) -> dict[str, tuple[str, str]]:
    """Verb → (what its button says, its icon)."""
    return {
        "decide": (t("Decide…"), "circle-alert"),
        "receipt": (t("Money received?"), "circle-help"),
        "send": (t("Send the link again"), "send"),
        "link": (t("Copy the pay link"), "link"),
        "code": (t("Show the link as a code"), "qr-code"),
        "extend": (t("Extend the hold by {minutes} min", minutes=MINUTES), "timer"),
        "paper": (t("Open the PDF"), "receipt"),
        "refund": (t("Give money back…"), "undo-2"),
        "talk": (t("Write to the customer"), "message-circle"),
        "cancel": (t("Cancel the order…"), "x"),
    }
