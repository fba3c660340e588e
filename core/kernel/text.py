"""Small text rules shared by every surface: French typography, folding, durations, names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import tzinfo

from core.kernel.clock import MINUTE, SECOND, to_datetime

NARROW = "\u202f"  # narrow no-break space: before ; : ! ? » and inside numbers
_FOLD = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "’": "'", "‘": "'", "ʼ": "'"})


def fold(text: str) -> str:
    """Lower case without accents, for comparing what people type: ``Élégante`` → ``elegante``."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_FOLD))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fitting(rows: Iterable[tuple[int, str]], search: str, limit: int) -> list[int]:
    """The first ids whose text holds all words of ``search``. Accents and case do not count, which SQL cannot compare:
    the rows are looked through here."""
    words = fold(search).split()
    found: list[int] = []
    for number, text in rows:
        folded = fold(text)
        if all(word in folded for word in words):
            found.append(number)
            if len(found) == limit:
                break
    return found


def one_line(text: str, limit: int = 200) -> str:
    """White space collapsed, cut at a word with an ellipsis when longer than ``limit`` characters."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut
    return head + "…"


def utf16_length(text: str) -> int:
    """UTF-16 code units: the stricter reading of WhatsApp's character limits (reference whatsapp §5.1)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def short_name(name: str) -> str:
    """``Aminata D.`` from ``Aminata Diallo``: what the board and messages to the seller show.

    Words that do not begin with a letter (emoji) have no initial; in letters without capitals (Arabic) the name stays.
    """
    first, *rest = name.split() or [""]
    named = [word for word in rest if word[0].isalpha()]
    if not named:
        return first
    initial = named[-1][0]
    return f"{first} {initial.upper()}." if initial.upper() != initial.lower() else " ".join([first, *named])


def clock_time(ms: int, zone: tzinfo) -> str:
    """``21:56``, for tables."""
    return to_datetime(ms, zone).strftime("%H:%M")


def clock_time_in_words(ms: int, zone: tzinfo) -> str:
    """``21 h 56``, for sentences (narrow no-break spaces)."""
    return to_datetime(ms, zone).strftime(f"%H{NARROW}h{NARROW}%M")


def countdown(ms: int) -> str:
    """``8:32`` until a deadline; never negative."""
    seconds = max(0, ms) // SECOND
    return f"{seconds // 60}:{seconds % 60:02d}"


def duration(ms: int) -> str:
    """``1 min 23 s`` or ``58 s`` or ``2 h 05``: how long something took."""
    seconds = max(0, ms) // SECOND
    if seconds < 60:
        return f"{seconds}\u00a0s"
    minutes, rest = divmod(seconds, 60)
    if ms < 60 * MINUTE:
        return f"{minutes}\u00a0min\u00a0{rest:02d}\u00a0s"
    return f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}"


def in_minutes(ms: int) -> str:
    """``47 min`` or ``2 h 05``: how long an evening took, to the minute."""
    hours, minutes = divmod((max(0, ms) + MINUTE // 2) // MINUTE, 60)
    return f"{hours}\u00a0h\u00a0{minutes:02d}" if hours else f"{minutes}\u00a0min"


def french(text: str) -> str:
    """Puts narrow no-break spaces where French typography wants them (before ``; : ! ?`` and inside guillemets)."""
    text = re.sub(r"(?<=[^\s\u202f]) ?([;!?»])(?![\w/])", NARROW + r"\1", text)
    text = re.sub(r"(?<=\w) :(?=\s|$)", NARROW + ":", text)
    return re.sub(r"« ?", "«" + NARROW, text)
