"""What can be done with a quote, by its state: what stands in the pane, and what in its menu."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.quotes.rules import ACCEPTED, CONVERTED, DRAFT, EXPIRED, REFUSED, REPLACED, SEEN, SENT
from desktop.pages.quotes.source import Detail
from desktop.texts import Texts
from desktop.widgets.buttons import ENTER

# Verb → its key. Each is named in :func:`titles`.
KEYS: Final[dict[str, str]] = {
    "send": "W",
    "edit": "E",
    "open": ENTER,
    "save": "S",
    "link": "L",
    "accept": "A",
    "refuse": "R",
    "convert": "T",
    "revise": "V",
    "duplicate": "D",
    "talk": "C",
    "newer": "G",
    "again": "W",
}
# State → (in the pane, the first in gold; in the menu).
_PLAN: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    DRAFT: (("send", "edit", "open"), ("save", "duplicate", "talk")),
    SENT: (("link", "again", "accept", "refuse"), ("open", "save", "revise", "duplicate", "talk")),
    SEEN: (("link", "again", "accept", "refuse"), ("open", "save", "revise", "duplicate", "talk")),
    ACCEPTED: (("convert", "revise", "open"), ("again", "link", "save", "duplicate", "talk")),
    CONVERTED: (("open", "talk", "duplicate"), ("again", "link", "save")),
    REFUSED: (("revise", "duplicate", "open"), ("save", "talk")),
    EXPIRED: (("revise", "duplicate", "open"), ("save", "talk")),
    REPLACED: (("newer", "open", "duplicate"), ("save", "talk")),
}
PAIRED: Final = ("accept", "refuse")  # beside each other
WRITING: Final = frozenset({"send", "edit", "again", "accept", "refuse", "convert", "revise", "duplicate"})


class Offered(Struct, frozen=True):
    """Verbs in their order; ``obstacles``: why one of them cannot be done now."""

    shown: tuple[str, ...]
    more: tuple[str, ...]
    obstacles: dict[str, str]


def offered(detail: Detail, may_write: bool, t: Texts) -> Offered:
    shown, more = _PLAN[detail.row.state]
    missing = set()
    if detail.conversation is None:
        missing.add("talk")
    if detail.newer is None:
        missing.add("newer")
    obstacles: dict[str, str] = {}
    if detail.delivery.state in ("queued", "sending"):
        obstacles["again"] = t("It is on its way already.")
    elif not detail.writable:
        obstacles["again"] = t("This customer has not written for 24 hours: WhatsApp would not deliver. Copy the link.")
    if not may_write:
        obstacles |= dict.fromkeys(WRITING, t("Your role writes no quotes: ask a manager or the owner."))
    left = tuple(verb for verb in shown if verb not in missing), tuple(verb for verb in more if verb not in missing)
    return Offered(*left, obstacles)


def titles(t: Texts) -> dict[str, tuple[str, str]]:
    """Verb → (what its button says, its icon)."""
    return {
        "send": (t("Send it on WhatsApp"), "send"),
        "edit": (t("Edit…"), "pencil"),
        "open": (t("Open the PDF"), "file-text"),
        "save": (t("Save the PDF as…"), "download"),
        "link": (t("Copy the link"), "link"),
        "again": (t("Send again on WhatsApp"), "send"),
        "accept": (t("Accepted…"), "circle-check"),
        "refuse": (t("Refused…"), "x"),
        "convert": (t("Make the order"), "shopping-bag"),
        "revise": (t("New version"), "refresh-cw"),
        "duplicate": (t("Duplicate"), "copy"),
        "talk": (t("See the conversation"), "message-circle"),
        "newer": (t("See the newer version"), "arrow-right"),
    }
