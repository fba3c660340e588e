"""The words of a buyer's page in one language: texts of its domain, times, amounts, names of means."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from aiohttp import web
from markupsafe import Markup, escape

from core.adapters.psp import REGISTRY
from core.kernel.clock import to_datetime
from core.kernel.days import moment_in_words
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES, catalogue
from core.kernel.money import format_money
from core.kernel.text import clock_time, clock_time_in_words
from core.payments import onsite


class Words:
    """Speaks one language; everything it returns is safe to put into HTML."""

    def __init__(self, language: str, zone: tzinfo, currency: str, domain: str = "pay") -> None:
        self.language = language
        self._zone = zone
        self._currency = currency
        self._texts = catalogue(domain, language)

    def gettext(self, message: str, **values: Any) -> Markup:
        """The text with its placeholders filled; what is filled in is escaped unless it is markup itself."""
        return escape(self._texts.gettext(message)).format(**values)

    def ngettext(self, singular: str, plural: str, n: int) -> Markup:
        return escape(self._texts.ngettext(singular, plural, n)).format(n=n)

    def money(self, amount: int) -> str:
        return format_money(amount, self._currency)

    def time(self, ms: int, now: int | None = None) -> str:
        """``21 h 56`` in French, ``21:56`` else; with the date when it is not today's (``now`` given)."""
        text = (clock_time_in_words if self.language == "fr" else clock_time)(ms, self._zone)
        if now is None or to_datetime(ms, self._zone).date() == to_datetime(now, self._zone).date():
            return text
        return f"{text} ({to_datetime(ms, self._zone):%d/%m/%Y})"

    def date(self, ms: int) -> str:
        return f"{to_datetime(ms, self._zone):%d/%m/%Y}"

    def day(self, ms: int, place: str = "") -> str:
        """``sam. 28 nov. · 20 h, Théâtre Sorano``."""
        return ", ".join(filter(None, (moment_in_words(ms, self._zone, self.language), place)))

    def means(self, provider: str, method: str | None) -> str:
        """« Wave », « Carte bancaire »; the provider's own name where the method is not known."""
        for adapter in REGISTRY:
            if adapter.name == provider:
                for known in adapter.caps.methods:
                    if known.name == method:
                        return catalogue("errors", self.language).gettext(known.label)
                return adapter.label
        return catalogue("errors", self.language).gettext(onsite.LABEL) if provider == onsite.CASH else provider

    def means_within(self, provider: str, method: str | None) -> str:
        """As inside a sentence: « Wave », « carte bancaire »; a brand's name is its own translation."""
        name = self.means(provider, method)
        brands = {known.label for adapter in REGISTRY for known in adapter.caps.methods} | {a.label for a in REGISTRY}
        return name if name in brands else name[:1].lower() + name[1:]


def asked_language(request: web.Request) -> str | None:
    """``?lang=`` when it names a language we speak."""
    language = request.query.get("lang", "")
    return language if language in LANGUAGES else None


def spoken(language: str) -> str:
    return language if language in LANGUAGES else DEFAULT_LANGUAGE
