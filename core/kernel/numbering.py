"""Numbers that changed with their country's plan: the old and the new one ring at the same person. Pure.

Côte d'Ivoire, 31 January 2021: two digits of the operator before the eight that were (announced by the regulator ARTCI
on 28 July 2020). Mobiles by the second of the old digits, 0–3 Moov 01, 4–6 MTN 05, 7–9 Orange 07; fixed lines (2… and
3…) by the third, 8 Moov 21, 0 MTN 25, all others Orange 27.

Benin, 30 November 2024: 01 before all of the eight (regulator ARCEP Bénin).

Both are one to one, so that each form gives the other. WhatsApp may go on naming an account by its old number.
"""

from __future__ import annotations

import re
from typing import Final

from core.kernel.patterns import late

OLD_LENGTH: Final = 8
_DIGITS: Final = late(r"\+(225|229)(\d+)", re.ASCII)


def _ivorian(old: str) -> str:
    if old[0] in "23":
        return {"8": "21", "0": "25"}.get(old[2], "27")
    return "01" if old[1] in "0123" else "05" if old[1] in "456" else "07"


def _prefix(country: str, old: str) -> str:
    return "01" if country == "229" else _ivorian(old)


def today(e164: str) -> str:
    """The number as it is dialled now; any other than one of an old plan as it is."""
    found = _DIGITS.fullmatch(e164)
    if found is None or len(found[2]) != OLD_LENGTH:
        return e164
    return f"+{found[1]}{_prefix(found[1], found[2])}{found[2]}"


def forms(e164: str) -> tuple[str, ...]:
    """All under which this person may be known: the number itself first, then its other form if there is one."""
    now = today(e164)
    if now != e164:
        return (e164, now)
    found = _DIGITS.fullmatch(e164)
    if found is not None and len(found[2]) == OLD_LENGTH + 2:
        before = f"+{found[1]}{found[2][2:]}"
        if today(before) == e164:
            return (e164, before)
    return (e164,)
