"""A list that shows only the rows behind a figure: what its chip says, and the chip that takes the limit off again."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.conversations.figures import ThreadsWanted
from core.kernel.clock import to_datetime
from core.kernel.days import date_in_words, month_in_words, time_in_words, weekday_in_words
from core.orders.behind import BuyersWanted, OrdersWanted
from core.pipeline.figures import ProspectsWanted
from desktop.pages.analyses.words import UNKNOWN_PROVIDER
from desktop.pages.live.rows import PROVIDERS
from desktop.texts import Texts
from desktop.widgets.buttons import Button

if TYPE_CHECKING:
    from desktop.subjects import RowsWanted

_MONTH: Final = 27 * 86_400_000


class BehindWords:
    """``mardi 20 h – 21 h, payées, du 1 nov. 2026 au 26 nov. 2026``: which rows these are."""

    def __init__(self, t: Texts, zone: tzinfo) -> None:
        self.t, self._zone = t, zone

    def said(self, wanted: RowsWanted) -> str:
        """The words of the chip."""
        match wanted:
            case OrdersWanted():
                parts = self._orders(wanted)
            case BuyersWanted(orders):
                parts = [self.t("who paid"), *self._orders(orders, buyers=True)]
            case ThreadsWanted(kind, since, until):
                parts = [self._kind(kind), self.time(since, until)]
            case ProspectsWanted(step, _, since, until):
                parts = [self._step(step), self.time(since, until)]
        return self.t("Analyses: {rows}", rows=", ".join(filter(None, parts)))

    def _orders(self, wanted: OrdersWanted, *, buyers: bool = False) -> list[str]:
        t, found = self.t, [wanted.called]
        if wanted.hour is not None:
            day, hour = wanted.hour
            found.append(f"{weekday_in_words(day, t.language)} {hour}\u00a0h\u00a0–\u00a0{(hour + 1) % 24}\u00a0h")
        if wanted.basis == "earned":
            found.append(t("money earned or given back"))
        found += [self._provider(name) for name in wanted.providers]
        if wanted.seen:
            found.append(t("link seen or paid"))
        if not buyers:
            found += [self._state(name) for name in wanted.states]
        if wanted.tier is not None:
            found.append(self._tier(wanted.tier))
        found.append(self._first(wanted))
        if wanted.since is not None and wanted.until is not None:
            found.append(self.time(wanted.since, wanted.until))
        if wanted.besides:
            found.append(t.plural("and {n} claim that found nothing left", "and {n} claims that found nothing left",
                                  wanted.besides))  # fmt: skip
        return found

    def _first(self, wanted: OrdersWanted) -> str:
        t, since, until = self.t, wanted.first_since, wanted.first_until
        if since is not None and until is not None:
            return t("first purchase in {month}", month=month_in_words(since, self._zone, t.language))
        if since is not None:
            return t("for the first time")
        return t("who had bought before") if until is not None else ""

    def _provider(self, name: str) -> str:
        if not name:
            return self.t(UNKNOWN_PROVIDER)
        return self.t(PROVIDERS[name]) if name in PROVIDERS else name

    def _state(self, name: str) -> str:
        t = self.t
        words = {
            "reserved": t.of("behind", "reserved"),
            "paid": t.of("behind", "paid"),
            "expired": t.of("behind", "expired"),
            "cancelled": t.of("behind", "cancelled"),
            "refunded": t.of("behind", "refunded"),
        }
        return words.get(name, name)

    def _tier(self, name: str) -> str:
        t = self.t
        words = {"bronze": t("bronze"), "silver": t("silver"), "gold": t("gold"), "diamond": t("diamond")}
        return words.get(name, name)

    def _kind(self, kind: str) -> str:
        t = self.t
        words = {
            "bot": t("answered by the bot"),
            "person": t("answered by a person"),
            "called": t("answered after a call"),
            "settled": t("settled by a person"),
        }
        return words[kind]

    def _step(self, step: str) -> str:
        t = self.t
        words = {
            "leads": t("who came"),
            "quoted": t("were sent a quote"),
            "won": t("bought"),
            "quoted_won": t("bought after a quote"),
        }
        return words[step]

    def time(self, since: int, until: int) -> str:
        """``26 nov. 2026``, ``nov. 2026``, ``du 1 nov. 2026 au 26 nov. 2026``; with hours where it is no whole days."""
        t, zone, language = self.t, self._zone, self.t.language
        begin, end = to_datetime(since, zone), to_datetime(until, zone)
        first, last = date_in_words(since, zone, language), date_in_words(until - 1, zone, language)
        if (begin.hour, begin.minute, end.hour, end.minute) != (0, 0, 0, 0):
            hours = time_in_words(since, zone, language), time_in_words(until, zone, language)
            return f"{first}, {hours[0]} – {hours[1]}" if first == last else f"{first}, {hours[0]} – {last}, {hours[1]}"
        if begin.day == 1 == end.day and _MONTH < until - since < _MONTH + 5 * 86_400_000:
            return month_in_words(since, zone, language)
        return first if first == last else t("{first} to {last}", first=first, last=last)


class BehindBar(QWidget):
    """Shown while only the rows behind a figure are listed; ``removed`` when its chip was taken off."""

    removed = Signal()

    def __init__(self, t: Texts, zone: tzinfo) -> None:
        super().__init__()
        self._t, self._words = t, BehindWords(t, zone)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.chip = Button("", icon="x", live=True, shrinks=True)
        self.chip.clicked.connect(lambda: self.removed.emit())
        line.addWidget(self.chip)
        line.addStretch(1)
        self.hide()

    def show_rows(self, wanted: RowsWanted | None, besides: str = "") -> None:
        """``besides``: what is to be said behind it."""
        self.setVisible(wanted is not None)
        if wanted is not None:
            said = self._words.said(wanted)
            said = f"{said} · {besides}" if besides else said
            self.chip.setText(said)
            self.chip.setToolTip(said)
            self.chip.setAccessibleName(self._t("{rows}. Show everything again.", rows=said))
