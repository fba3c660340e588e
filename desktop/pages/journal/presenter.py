"""The journal without Qt: what the page reads, and how an entry is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from core.accounts.guard import PREFIX as ACCOUNT
from core.kernel.clock import to_datetime
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.kernel.text import clock_time_in_words
from core.settings.declarations import BASE
from core.storage.journal import Entry, Verdict
from desktop.pages.journal.sentences import SENTENCES, UNDONE
from desktop.pages.settings.accesswords import AccessWords
from desktop.texts import Texts, mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from desktop.bridge import Control

PAGE: Final = 200
PARTS: Final[tuple[tuple[str, str, frozenset[str]], ...]] = (
    ("all", mark("Everything"), frozenset()),
    ("sales", mark("Sales"), frozenset({"orders", "analyses", "quotes", "pipeline"})),
    ("money", mark("Money"), frozenset({"payments", "papers"})),
    ("people", mark("Customers"), frozenset({"customers", "conversations"})),
    ("shop", mark("Shop"), frozenset({"catalogue", "messages", "settings"})),
)
"""The chips: name, title and the pages whose events they hold; none: all of them."""

_MONEY: Final = frozenset({"amount", "total", "revenue", "price", "due", "received", "deposit"})
_ACTORS: Final = {
    "seller": mark("This window"),
    "console": mark("Command line"),
    "buyer": mark("The buyer"),
    "bot": mark("The assistant"),
    "phone": mark("The seller’s phone"),
    "api": mark("Somebody at the API"),
}
_PROPER: Final = {"mvola": "MVola"}
_LABELS: Final = {setting.key: setting.label for setting in BASE}
_NAMED_BY: Final = {
    "orders": "order_id",
    "customers": "customer_id",
    "pipeline": "lead_id",
    "quotes": "quote_id",
    "catalogue": "product_id",
    "conversations": "conversation_id",
    "papers": "invoice_id",
    "payments": "payment_id",
    "analyses": "session_id",
}
"""Which field of an event is the id that its page takes. Without that field the page is shown, and nothing chosen."""


@dataclass(frozen=True, slots=True)
class Question:
    """``part``: one of PARTS; ``text``: in the entry’s fields, or who acted."""

    part: str = "all"
    text: str = ""


class JournalSource(Protocol):
    """What the page asks of the shop. Every method may block."""

    def page(self, kinds: Sequence[str], text: str, before: int | None, limit: int) -> list[Entry]:
        """The newest first, from before a sequence number on. ``kinds`` empty: all."""
        ...

    def people(self) -> Mapping[str, str]:
        """How the journal names an account → the person's name."""
        ...

    def verify(self, control: Control) -> tuple[Verdict, list[str]]:
        """The chain computed anew, and its verdict in sentences."""
        ...

    def export(self, path: Path, control: Control) -> int | None:
        """The journal in a file, its verifier beside it. → entries; None when it was stopped."""
        ...


@dataclass(frozen=True, slots=True)
class RowText:
    """An entry as it stands in the list. ``page`` shows what it is about, ``subject`` names that there."""

    entry: Entry
    day: str
    time: str
    what: str
    who: str
    page: str
    subject: int | str | None = field(default=None)

    @property
    def key(self) -> int:
        return self.entry.seq

    def plain(self, column: int) -> str:
        return (f"{self.day} {self.time}", self.what, self.who)[column]


class JournalPresenter:
    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self._currency, self._zone = currency, zone
        self._roles = AccessWords(t, zone)
        self._people: Mapping[str, str] = {}

    def know(self, people: Mapping[str, str]) -> None:
        self._people = people

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return t("When"), t("What"), t("Who")

    def kinds(self, part: str) -> list[str]:
        """The events of a chip; empty for all."""
        pages = next(pages for name, _, pages in PARTS if name == part)
        return [kind for kind, (page, _) in SENTENCES.items() if page in pages] if pages else []

    def row(self, entry: Entry) -> RowText:
        page, _ = SENTENCES.get(entry.kind, ("", ""))
        at = to_datetime(entry.at, self._zone)
        fields = json.loads(entry.data)
        return RowText(
            entry,
            f"{at:%d/%m/%Y}",
            f"{at:%H:%M:%S}",
            self.sentence(entry.kind, fields),
            self.who(entry.actor),
            page,
            self._subject(page, fields),
        )

    def sentence(self, kind: str, fields: Mapping[str, Any]) -> str:
        """What happened; an event of another version is said by its name."""
        _, text = SENTENCES.get(kind, ("", ""))
        if not text:
            return kind
        field_name, undone = UNDONE.get(kind, ("", ""))
        if undone and not fields.get(field_name):
            text = undone
        return self.t(text).format(**{name: self._word(name, value) for name, value in fields.items()})

    def _word(self, name: str, value: Any) -> str:
        if name in _MONEY and isinstance(value, int):
            return format_money(value, self._currency)
        if name == "until" and isinstance(value, int):
            at = to_datetime(value, self._zone)
            return f"{at:%d/%m/%Y} {clock_time_in_words(value, self._zone)}"
        if name == "role":
            return self._roles.role(str(value))
        if name == "key":
            label = _LABELS.get(str(value))
            return catalogue("errors", self.t.language).gettext(label) if label else str(value)
        if name == "provider":
            return _PROPER.get(str(value), str(value).replace("_", " ").title())
        if name == "number" and isinstance(value, int):
            return f"{value:05d}"
        return str(value)

    def who(self, actor: str) -> str:
        """The person's name, or which part of the shop acted."""
        if actor in self._people:
            return self._people[actor]
        if actor.startswith(ACCOUNT):
            return self.t("An account that is gone")
        if actor.startswith("provider:"):
            return _PROPER.get(actor[9:], actor[9:].replace("_", " ").title())
        return self.t(_ACTORS[actor]) if actor in _ACTORS else self.t("LivePay by itself")

    @staticmethod
    def _subject(page: str, fields: Mapping[str, Any]) -> int | str | None:
        """What the page can bring into sight of it."""
        if page == "settings":
            return str(fields["key"]) if "key" in fields else "access" if "account_id" in fields else None
        found = fields.get(_NAMED_BY.get(page, ""))
        return found if isinstance(found, int) else None

    def facts(self, row: RowText) -> list[tuple[str, str]]:
        """What the pane tells of an entry beside the sentence."""
        t, entry = self.t, row.entry
        return [(t("Number in the journal"), str(entry.seq)), (t("When"), f"{row.day} {row.time}"), (t("Who"), row.who)]

    def written(self, entry: Entry) -> str:
        """The entry as it stands in the journal, for who has to prove it."""
        fields = json.dumps(json.loads(entry.data), ensure_ascii=False, indent=1)
        return f"{entry.kind} · {entry.actor}\n{fields}\n\nSHA-256\n{entry.hash.hex()}"
