"""Days and times in words, short enough for a row of a WhatsApp list (24 characters): « ven. 27 nov. · 14 h 30 »."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from core.kernel.clock import to_datetime
from core.kernel.i18n import DEFAULT_LANGUAGE

# Monday first; January first. Malagasy months are the French ones as they are said there.
_DAYS: Final[dict[str, tuple[str, ...]]] = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "mg": ("Alats.", "Tal.", "Alar.", "Alak.", "Zoma", "Asab.", "Alah."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "mg": ("jan.", "feb.", "mar.", "apr.", "mey", "jona", "jol.", "aog.", "sep.", "okt.", "nov.", "des."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_N: Final = "\u00a0"  # a day is not torn from its month


def day_in_words(ms: int, zone: tzinfo, language: str) -> str:
    """``ven. 27 nov.``"""
    known = language if language in _DAYS else DEFAULT_LANGUAGE
    at = to_datetime(ms, zone)
    return f"{_DAYS[known][at.weekday()]}{_N}{at.day}{_N}{_MONTHS[known][at.month - 1]}"


def time_in_words(ms: int, zone: tzinfo, language: str) -> str:
    """``14 h 30``, ``9 h``; ``14:30`` in English."""
    at = to_datetime(ms, zone)
    if language == "en":
        return f"{at.hour}:{at.minute:02d}"
    return f"{at.hour}{_N}h" + (f"{_N}{at.minute:02d}" if at.minute else "")


def moment_in_words(ms: int, zone: tzinfo, language: str) -> str:
    """``ven. 27 nov. · 14 h 30``: 24 characters at most."""
    return f"{day_in_words(ms, zone, language)} · {time_in_words(ms, zone, language)}"


def weekday_in_words(day: int, language: str) -> str:
    """``ven.``; Monday is 0."""
    return _DAYS[language if language in _DAYS else DEFAULT_LANGUAGE][day]


def month_in_words(ms: int, zone: tzinfo, language: str) -> str:
    """``nov. 2026``"""
    at = to_datetime(ms, zone)
    return f"{_MONTHS[language if language in _MONTHS else DEFAULT_LANGUAGE][at.month - 1]}{_N}{at.year}"


def date_in_words(ms: int, zone: tzinfo, language: str) -> str:
    """``27 nov. 2026``"""
    return f"{to_datetime(ms, zone).day}{_N}{month_in_words(ms, zone, language)}"
