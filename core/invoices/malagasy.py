"""Numbers in Malagasy words. Wants the eye of a native reader before it is relied on.

Official Malagasy (Merina) says the smallest part first and joins upwards: « dimy amby enimpolo sy fitonjato sy roa
arivo » is 2 765. A part below 200 is joined by *amby* (*ambin'ny* before ten), one from 200 on by *sy*; one is *iraika*
before *amby*, else *iray*. Rules and forms: reference credit-and-compliance §4.4, checked against the numerals in « A
Concise Grammar of the Malagasy Language » (Parker, 1883) and the examples of tantely.org (157, 203, 1 998, 2 765,
150 301).
"""

from __future__ import annotations

from typing import Final

ZERO: Final = "aotra"
ONES: Final = ("", "iray", "roa", "telo", "efatra", "dimy", "enina", "fito", "valo", "sivy")
TENS: Final = (
    *("", "folo", "roapolo", "telopolo", "efapolo", "dimampolo"),
    *("enimpolo", "fitopolo", "valopolo", "sivifolo"),
)
HUNDREDS: Final = (
    *("", "zato", "roanjato", "telonjato", "efajato", "dimanjato"),
    *("eninjato", "fitonjato", "valonjato", "sivinjato"),
)
POWERS: Final = ("arivo", "alina", "hetsy")  # 10³, 10⁴, 10⁵: a digit before each
MILLION: Final = "tapitrisa"


def in_words(number: int) -> str:
    """A number from zero on: « telo amby roapolo »."""
    return " sy ".join(_groups(number)) or ZERO


def _groups(number: int) -> list[str]:
    """The parts joined by *sy*, the smallest first."""
    millions, rest = divmod(number, 1_000_000)
    found = _below_a_thousand(rest % 1000)
    for place, power in enumerate(POWERS):
        digit = rest // 10 ** (3 + place) % 10
        if digit:
            # A thousand is « arivo », but ten thousand « iray alina ».
            found.append(power if digit == 1 and power == "arivo" else f"{ONES[digit]} {power}")
    # Each part of the millions says them: « telo sy roanjato tapitrisa » would be three, and two hundred millions.
    return found + [f"{group} {MILLION}" for group in (_groups(millions) if millions else ())]


def _below_a_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    small = _below_a_hundred(rest)
    if hundreds == 1:
        return [f"{_before_amby(small)} amby {HUNDREDS[1]}" if small else HUNDREDS[1]]
    return [part for part in (small, HUNDREDS[hundreds]) if part]


def _below_a_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens or not ones:
        return TENS[tens] or ONES[ones]
    join = "ambin’ny" if tens == 1 else "amby"
    return f"{_before_amby(ONES[ones])} {join} {TENS[tens]}"


def _before_amby(word: str) -> str:
    return "iraika" if word == ONES[1] else word
