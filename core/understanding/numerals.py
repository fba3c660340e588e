"""Numbers that several words make: « vingt-cinq », « deux cents », « roa ambin’ny folo ». Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.understanding.words import vocabulary

_LINKING: Final = ("amby", "ambin")
_HUNDREDS: Final = frozenset(("cent", "cents", "hundred", "hundreds"))
_HALVES: Final = frozenset(("demi", "demie"))
_DOZENS: Final = frozenset(("douzaine", "douzaines", "dozen"))
_FOUR_SCORE: Final = 80


def compound(words: Sequence[str]) -> tuple[int, int] | None:
    """(value, how many words) of the number that begins here and needs more than one word; None for no such."""
    if words[0] in _HALVES and len(words) > 1 and words[1] in _DOZENS:
        return 6, 2
    if tuple(words[:3]) == ("half", "a", "dozen"):
        return 6, 3
    if words[1:2] and words[1] in _HALVES and words[2:3] and words[2] in _DOZENS and words[0] in ("une", "un", "la"):
        return 6, 3
    found = _malagasy(words) or _hundreds(words) or _tens(words)
    return found if found is not None and found[1] > 1 else None


def _value(word: str) -> int:
    """What a word counts by itself, 0 for none."""
    return vocabulary().numbers.get(word, 0)


def _malagasy(words: Sequence[str]) -> tuple[int, int] | None:
    """« dimy amby roapolo », « iraika ambin'ny folo »: the unit, then the tens."""
    unit = 1 if words[0] == "iraika" else vocabulary().malagasy_numbers.get(words[0], 0)
    if not 0 < unit < 10 or len(words) < 3 or words[1] not in _LINKING:
        return None
    at = 3 if words[2] == "ny" else 2
    tens = vocabulary().malagasy_numbers.get(words[at], 0) if len(words) > at else 0
    return (unit + tens, at + 1) if tens >= 10 else None


def _hundreds(words: Sequence[str]) -> tuple[int, int] | None:
    if words[0] in _HUNDREDS:
        times, at = 1, 1
    elif 1 < _value(words[0]) < 10 and len(words) > 1 and words[1] in _HUNDREDS:
        times, at = _value(words[0]), 2
    else:
        return None
    rest = _tens(words[at:]) if len(words) > at else None
    return (100 * times + rest[0], at + rest[1]) if rest is not None else (100 * times, at)


def _tens(words: Sequence[str]) -> tuple[int, int] | None:
    """Below a hundred; one word too."""
    value, at = _value(words[0]), 1
    if not 0 < value < 100:
        return None
    if value == 4 and len(words) > 1 and words[1] in ("vingt", "vingts"):
        value, at = _FOUR_SCORE, 2
    elif value not in (10, 20, 30, 40, 50, 60) or words[0] in ("folo", "dizaine", "dizaines"):
        return value, 1
    if words[0].endswith("aine") or words[0].endswith("aines"):
        return value, at
    joined = at + 1 < len(words) and words[at] == "et" and words[at + 1] in ("un", "une", "onze")
    place = at + 1 if joined else at
    unit = _value(words[place]) if place < len(words) else 0
    if value == 10:
        return (10 + unit, place + 1) if unit in (7, 8, 9) and not joined else (value, at)
    most = 19 if value in (60, _FOUR_SCORE) else 9
    if not 0 < unit <= most or words[place].isdecimal() or (unit == 1 and not joined and value != _FOUR_SCORE):
        return value, at
    if unit == 10 and place + 1 < len(words) and _value(words[place + 1]) in (7, 8, 9):
        return value + 10 + _value(words[place + 1]), place + 2
    return value + unit, place + 1
