"""The journal without Qt: what the page reads, and how an entry is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct, field

from core.accounts.guard import PREFIX as ACCOUNT
from core.analytics import rules
from core.conversations import reasons
from core.kernel.clock import to_datetime
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.kernel.text import clock_time_in_words, fold
from core.settings.declarations import BASE
from core.storage.entries import Found, Sought
from core.storage.journal import Entry, Verdict
from desktop.pages.journal.details import BEYOND, DETAILS, MOMENTS, SIGNALS, STAGES, WORDS
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

PERIODS: Final[tuple[tuple[str, str], ...]] = (
    ("all", mark("Since the beginning")),
    ("today", mark("Today")),
    ("week", mark("The last 7 days")),
    ("month", mark("This month")),
)
PROVIDER: Final = "provider:"
_MONEY: Final = frozenset({"amount", "total", "revenue", "price", "due", "received", "deposit"})
_ACTORS: Final = {
    "seller": mark("This window"),
    "console": mark("Command line"),
    "buyer": mark("The buyer"),
    "bot": mark("The assistant"),
    "phone": mark("The seller’s phone"),
    "api": mark("Somebody at the API"),
}
_PLACE: Final = re.compile(r"\{\w+\}")
_TOLD_UNDONE: Final = frozenset({"ConsentNoted"})
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


class Question(Struct, frozen=True):
    """``part``: one of PARTS; ``text``: what is remembered of an entry; ``who``: one of :meth:`JournalPresenter.whos`;
    ``period``: one of PERIODS, or "days" from the day ``first`` to ``last``."""

    part: str = "all"
    text: str = ""
    who: str = ""
    period: str = "all"
    first: date | None = None
    last: date | None = None


class JournalSource(Protocol):
    """What the page asks of the shop. Every method may block."""

    def page(self, sought: Sought, text: str, before: int | None, limit: int) -> list[Entry]:
        """The newest first, from before a sequence number on. ``text``: what ``sought.found`` was made of; what it
        means in the books is found with it."""
        ...

    def actors(self) -> frozenset[str]:
        """All who ever did something, as the journal names them."""
        ...

    def people(self) -> Mapping[str, str]:
        """How the journal names an account → the person's name."""
        ...

    def verify(self, language: str, control: Control) -> tuple[Verdict, list[str]]:
        """The chain computed anew, and its verdict in sentences of this language."""
        ...

    def export(self, path: Path, control: Control) -> int | None:
        """The journal in a file, its verifier beside it. → entries; None when it was stopped."""
        ...


class RowText(Struct, frozen=True):
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
        self._stages = {
            "new": t.of("stage", "New"), "interested": t.of("stage", "Interested"), "quote": t.of("stage", "Quote"),
            "order": t.of("stage", "Order"), "won": t.of("stage", "Won"), "lost": t.of("stage", "Lost"),
        }  # fmt: skip
        self._people: Mapping[str, str] = {}
        self._actors: frozenset[str] = frozenset()

    def know(self, people: Mapping[str, str], actors: Iterable[str]) -> None:
        """How the accounts are called, and who ever did something."""
        self._people, self._actors = people, frozenset(actors)

    def knowing(self, people: Mapping[str, str], actors: Iterable[str]) -> JournalPresenter:
        """Another that knows this already: for a worker, while this one goes on for the window."""
        other = JournalPresenter(self.t, self._currency, self._zone)
        other.know(people, actors)
        return other

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return t("When"), t("What"), t("Who")

    def kinds(self, part: str) -> frozenset[str] | None:
        """The events of a chip; None for all."""
        pages = next(pages for name, _, pages in PARTS if name == part)
        return frozenset(kind for kind, (page, _) in SENTENCES.items() if page in pages) if pages else None

    # -- who and when

    def whos(self) -> tuple[tuple[str, str], ...]:
        """(what stands in a question, how it is said): everybody, then each who ever did something."""
        names = sorted({self.group(actor) for actor in self._actors}, key=lambda name: fold(self.who(name)))
        return (("", self.t("Everybody")), *((name, self.who(name)) for name in names))

    def group(self, actor: str) -> str:
        """The parts of the program that act by themselves are one, and so are the accounts that are gone."""
        if actor in self._people or actor in _ACTORS or actor.startswith(PROVIDER):
            return actor
        return ACCOUNT if actor.startswith(ACCOUNT) else "system"

    def periods(self, asked: Question) -> tuple[tuple[str, str], ...]:
        chosen = self.t("Chosen days…")
        if asked.period == "days" and asked.first is not None and asked.last is not None:
            first, last = (f"{day:%d/%m/%Y}" for day in sorted((asked.first, asked.last)))
            chosen = first if first == last else self.t("{first} to {last}", first=first, last=last)
        return (*((name, self.t(title)) for name, title in PERIODS), ("days", chosen))

    def sought(self, asked: Question, now: int) -> Sought:
        """The question as the journal is asked."""
        actors = None
        if asked.who:
            actors = frozenset(actor for actor in self._actors if self.group(actor) == asked.who)
        since, until = self._span(asked, now)
        return Sought(self.kinds(asked.part), actors, since, until, self._found(asked.text) if asked.text else None)

    def _span(self, asked: Question, now: int) -> tuple[int | None, int | None]:
        if asked.period == "days" and asked.first is not None and asked.last is not None:
            span = rules.between(asked.first, asked.last, self._zone)
            return span.since, span.until
        if asked.period in ("today", "week", "month"):
            return rules.period(asked.period, now, self._zone).since, None  # type: ignore[arg-type]
        return None, None

    def _found(self, text: str) -> Found:
        """What the words mean without the books: who acted, what is said of a kind of entry, a setting, a number."""
        words = fold(text).split()

        def fits(*texts: str) -> bool:
            said = fold(" ".join(texts))
            return all(word in said for word in words)

        kinds = {kind for kind, (_, said) in SENTENCES.items() if fits(_PLACE.sub(" ", self.t(said)))}
        kinds |= {kind for kind, (_, said) in UNDONE.items() if fits(self.t(said))}
        keys = {key for key in _LABELS if fits(key, self._word("key", key))}
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
        actors = frozenset(actor for actor in self._actors if fits(self.who(actor)))
        return Found(frozenset(kinds), actors, keys=frozenset(keys), seq=number)

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
        said = self.t(text).format(**{name: self._word(name, value) for name, value in fields.items()})
        told = () if undone and not fields.get(field_name) and kind not in _TOLD_UNDONE else DETAILS.get(kind, ())
        parts = [word for name in told if name in fields and (word := self._detail(kind, name, fields[name]))]
        if not parts:
            return said
        more = (" → " if STAGES & set(told) else ", ").join(parts)
        return f"{said}, {more}" if ":" in said else self.t("{what}: {value}", what=said, value=more)

    def _detail(self, kind: str, name: str, value: Any) -> str:
        """A reason, a stage, a way or a moment in words; empty where there is nothing to tell."""
        t, words = self.t, WORDS.get((kind, name), {})
        if name in MOMENTS:
            return self._moment(value) if isinstance(value, int) and value else ""
        if name in STAGES:
            return str(self._stages.get(value, value))
        if kind == "Escalated":
            sentence = catalogue("errors", t.language).gettext(reasons.said(str(value)))
            return sentence[:1].lower() + sentence[1:].rstrip(".")
        if name == SIGNALS:
            codes = dict.fromkeys(code.partition(":")[0] for code in str(value).split())
            return ", ".join(dict.fromkeys(t(words.get(code, BEYOND)) for code in codes))
        if not words:
            return self._word(name, value)
        return t(words[value]) if value in words else ""

    def _word(self, name: str, value: Any) -> str:
        if name in _MONEY and isinstance(value, int):
            return format_money(value, self._currency)
        if name == "until" and isinstance(value, int):
            return self._moment(value)
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

    def _moment(self, value: int) -> str:
        return f"{to_datetime(value, self._zone):%d/%m/%Y} {clock_time_in_words(value, self._zone)}"

    def who(self, actor: str) -> str:
        """The person's name, or which part of the shop acted."""
        if actor in self._people:
            return self._people[actor]
        if actor.startswith(ACCOUNT):
            return self.t("An account that is gone")
        if actor.startswith(PROVIDER):
            return self._word("provider", actor.removeprefix(PROVIDER))
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
