"""What each country asks of a seller's papers: VAT rates, the mention without VAT, the numbers that must be printed.

Source: the national tax codes as gathered in reference credit-and-compliance §4.1 (state of November 2026). Rates and
kinds of numbers are documented there; the shapes of most numbers and the exact wording of the mentions are not certain,
so that a number of another shape is a warning and never refused, and every mention can be replaced by a setting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Identifier(Struct, frozen=True):
    """A number or fact about the seller. ``label``: as printed before it, and the message id of its name (domain
    ``errors``); ``shape``: what it looks like, empty where nothing is known."""

    name: str
    label: str
    shape: str = ""
    hint: str = ""


class Regime(Struct, frozen=True):
    """Rates in percent. ``reduced``: rates of certain goods or services. ``mention``: printed when no VAT applies."""

    standard: int
    reduced: tuple[int, ...]
    mention: str
    identifiers: tuple[Identifier, ...]

    @property
    def rates(self) -> tuple[int, ...]:
        return (0, *self.reduced, self.standard)


_RCCM: Final = Identifier("rccm", "RCCM", r"[A-Z]{2}[- ]\w{2,4}[- ].{4,24}", "SN-DKR-2019-B-12345")
_FORM: Final = Identifier("form", "Legal form", hint="SARL, SUARL, entreprise individuelle…")
_CAPITAL: Final = Identifier("capital", "Share capital")
_TAX_REGIME: Final = Identifier("tax_regime", "Tax regime")
_TAX_CENTRE: Final = Identifier("tax_centre", "Tax centre")
_OHADA: Final = (_RCCM, _FORM, _CAPITAL, _TAX_REGIME, _TAX_CENTRE)
_WITHOUT: Final = "TVA non applicable — contribuable relevant de "


def _nif(shape: str) -> Identifier:
    return Identifier("nif", "NIF", shape)


REGIMES: Final[Mapping[str, Regime]] = {
    "SN": Regime(18, (10,), f"{_WITHOUT}la CGU", (Identifier("ninea", "NINEA", r"\d{7,9} ?\w{3}"), *_OHADA)),
    "TG": Regime(18, (10,), f"{_WITHOUT}la TPU", (_nif(r"\d{10}"), *_OHADA)),
    "CI": Regime(18, (9,), f"{_WITHOUT}la TEE ou du RME", (Identifier("ncc", "NCC", r"\d{7} ?[A-Z]"), *_OHADA)),
    "BJ": Regime(18, (), f"{_WITHOUT}la TPS", (Identifier("ifu", "IFU", r"\d{13}"), *_OHADA)),
    "BF": Regime(18, (10,), f"{_WITHOUT}la CME", (Identifier("ifu", "IFU", r"\d{8} ?[A-Z]"), *_OHADA)),
    "ML": Regime(18, (5,), f"{_WITHOUT}l’impôt synthétique", (_nif(r"\d{9} ?[A-Z]"), *_OHADA)),
    "NE": Regime(19, (5,), f"{_WITHOUT}l’impôt synthétique", (_nif(r"\d+"), *_OHADA)),
    # VAT replaced the IGV (17 %) on 2025-01-01.
    "GW": Regime(19, (5, 10), "TVA non applicable", (_nif(r"\d{9}"), *_OHADA)),
    "MG": Regime(
        20,
        (),
        f"{_WITHOUT}l’impôt synthétique",
        (
            _nif(r"\d{10}"),
            Identifier("stat", "STAT", r"\d{17}"),
            Identifier("rcs", "RCS"),
            _FORM,
            _CAPITAL,
            _TAX_REGIME,
            _TAX_CENTRE,
        ),
    ),
}


def odd(country: str, values: Mapping[str, str]) -> list[Identifier]:
    """The numbers that do not look like this country's: worth a second look, never refused."""
    found = []
    for known in REGIMES[country].identifiers:
        text = " ".join(values.get(known.name, "").split())
        if text and known.shape and not re.fullmatch(known.shape, text):
            found.append(known)
    return found
