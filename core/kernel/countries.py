"""The countries LivePay sells in: currency, time zone, calling code. Source: reference payments §11, invoicing §4.4."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.kernel.errors import Refused


class Country(Struct, frozen=True):
    """``vat`` is the standard rate in percent, zero where none is configured; the store decides whether it applies."""

    code: str
    name: str
    currency: str
    timezone: str
    calling_code: int
    vat: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


COUNTRIES: Final[dict[str, Country]] = {
    c.code: c
    for c in (
        Country("SN", "Sénégal", "XOF", "Africa/Dakar", 221, 18),
        Country("CI", "Côte d’Ivoire", "XOF", "Africa/Abidjan", 225, 18),
        Country("TG", "Togo", "XOF", "Africa/Lome", 228, 18),
        Country("BJ", "Bénin", "XOF", "Africa/Porto-Novo", 229, 18),
        Country("BF", "Burkina Faso", "XOF", "Africa/Ouagadougou", 226, 18),
        Country("ML", "Mali", "XOF", "Africa/Bamako", 223, 18),
        Country("NE", "Niger", "XOF", "Africa/Niamey", 227, 19),
        Country("GW", "Guinée-Bissau", "XOF", "Africa/Bissau", 245, 19),
        Country("MG", "Madagascar", "MGA", "Indian/Antananarivo", 261, 20),
    )
}


def country(code: str) -> Country:
    """The country of a two-letter code. Raises Refused for one LivePay does not sell in."""
    try:
        return COUNTRIES[code.upper()]
    except KeyError:
        raise Refused(
            "Unknown country {code}. Use one of {known}.", code=code, known=", ".join(sorted(COUNTRIES))
        ) from None
