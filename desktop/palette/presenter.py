"""What the palette offers: commands by the letters of their names, the latest used first, and what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from core.kernel.money import format_money
from core.kernel.text import fold, one_line
from core.search.queries import Hit, Kind
from desktop.bridge import Control
from desktop.pages.conversations.writing import formatted
from desktop.texts import Texts, mark

RECENT: Final = 6
SHOWN: Final = 7
_CLOSE: Final = 80
"""From this likeness on (0 to 100) a command may have been meant: a letter left out or swapped, not another word."""


class SearchSource(Protocol):
    """The store, as the palette asks it."""

    def find(self, text: str, control: Control) -> list[Hit]:
        """What fits, by kinds. Gives up early when the control is stopped."""
        ...


class Command(Struct, frozen=True):
    """``name`` is the same in every language; ``detail`` says where it belongs; ``keys`` are its own, anywhere."""

    name: str
    title: str
    icon: str
    act: Callable[[], object]
    detail: str = ""
    keys: str = ""


class Item(Struct, frozen=True):
    """A line of the palette. ``head`` lines are titles of the lines under them and cannot be taken."""

    title: str
    icon: str = ""
    detail: str = ""
    right: str = ""
    keys: str = ""
    value: Command | Hit | None = None

    @property
    def head(self) -> bool:
        return self.value is None


_HEADS: Final[dict[Kind, tuple[str, str]]] = {
    "product": (mark("Products"), "package"),
    "customer": (mark("Customers"), "user"),
    "order": (mark("Orders"), "shopping-bag"),
    "quote": (mark("Quotes"), "file-text"),
    "invoice": (mark("Invoices"), "receipt"),
    "message": (mark("Messages"), "message-circle"),
}
_PAGES: Final[dict[Kind, str]] = {
    "product": "catalogue",
    "customer": "customers",
    "order": "orders",
    "quote": "quotes",
    "invoice": "papers",
}


def destination(hit: Hit, pages: Collection[str]) -> tuple[str, object] | None:
    """The page that shows a hit and what to show there. What has no page of its own in this version is where it was
    spoken of; None when it was not."""
    page = _PAGES.get(hit.kind)
    if page in pages:
        return page, hit.id  # type: ignore[return-value]  # a key of pages is no None
    return None if hit.conversation_id is None else ("conversations", hit.conversation_id)


class PalettePresenter:
    """``recent``: names of the commands used last, the latest first."""

    def __init__(self, t: Texts, currency: str, recent: Iterable[str] = ()) -> None:
        self._t, self._currency = t, currency
        self.recent = list(recent)[:RECENT]

    def used(self, command: Command) -> None:
        self.recent = [command.name, *(name for name in self.recent if name != command.name)][:RECENT]

    def lines(self, text: str, commands: Sequence[Command], hits: Sequence[Hit]) -> list[Item]:
        """All that is shown for what is typed so far."""
        t = self._t
        if not text.strip():
            by_name = {command.name: command for command in commands}
            recent = [by_name[name] for name in self.recent if name in by_name]
            rest = [command for command in commands if command not in recent]
            return [*_group(t("Used last"), recent), *_group(t("Everything"), rest)]
        return [*_group(t("Commands"), fitting(text, commands)), *self._found(hits)]

    def _found(self, hits: Sequence[Hit]) -> Iterable[Item]:
        for kind, (title, icon) in _HEADS.items():
            its = [hit for hit in hits if hit.kind == kind]
            if its:
                yield Item(self._t(title))
            for hit in its:
                yield self._line(hit, icon)

    def _line(self, hit: Hit, icon: str) -> Item:
        t = self._t
        amount = format_money(hit.amount, self._currency) if hit.amount is not None else ""
        who = hit.name or hit.phone or t("Unknown customer")
        person = " · ".join(part for part in (hit.name, hit.phone) if part)
        if hit.kind == "customer":
            many = t.plural("{n} order", "{n} orders", int(hit.state or 0))
            return Item(who, icon, hit.phone if hit.name and hit.phone else "", many, value=hit)
        if hit.kind == "message":
            return Item(one_line(formatted(hit.reference).text, 90), icon, person, value=hit)
        if hit.kind == "product":
            return Item(hit.reference, icon, hit.name, t("Off sale") if hit.state else amount, value=hit)
        detail = " · ".join(part for part in (person, self._state(hit)) if part)
        return Item(hit.reference, icon, detail, amount, value=hit)

    def _state(self, hit: Hit) -> str:
        if hit.kind != "order":
            return ""
        t = self._t
        words = {
            "reserved": t.of("state", "Pending"),
            "paid": t.of("state", "Paid"),
            "expired": t.of("state", "Expired"),
            "cancelled": t.of("state", "Cancelled"),
            "refunded": t.of("state", "Refunded"),
        }
        return words.get(hit.state, "")


def fitting(text: str, commands: Sequence[Command]) -> list[Command]:
    """The commands that may be meant, best first: beginnings of words before parts of words before likeness."""
    wanted = fold(text).strip()
    ranked: list[tuple[float, int, Command]] = []
    for place, command in enumerate(commands):
        score = _score(wanted, fold(command.title), fold(f"{command.title} {command.detail}"))
        if score:
            ranked.append((-score, place, command))
    return [command for _, _, command in sorted(ranked, key=lambda one: one[:2])][:SHOWN]


def _score(wanted: str, title: str, whole: str) -> float:
    if title.startswith(wanted):
        return 400
    if f" {wanted}" in title:
        return 300
    if all(word in whole for word in wanted.split()):
        return 200
    if "".join(word[0] for word in title.split()).startswith(wanted):
        return 150
    if len(wanted) < 3:
        return 0
    from rapidfuzz import fuzz

    likeness = fuzz.partial_ratio(wanted, title)
    return likeness if likeness >= _CLOSE else 0


def _group(title: str, commands: Sequence[Command]) -> list[Item]:
    lines = [Item(c.title, c.icon, c.detail, keys=c.keys, value=c) for c in commands]
    return [Item(title), *lines] if lines else []
