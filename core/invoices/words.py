"""An amount in words, as invoices must say it: « quinze mille francs CFA » (reference credit-and-compliance §4.4)."""

from __future__ import annotations

from gettext import NullTranslations

from core.kernel.i18n import catalogue
from core.kernel.money import EXPONENT

MILLION = 1_000_000


def amount_in_words(amount: int, currency: str, language: str) -> str:
    """``amount`` in smallest units. French, or English where ``language`` is "en": num2words has no Malagasy.

    num2words gives the number only: its own currency mode knows none of XOF, XAF and MGA. French says « deux millions
    **de** francs » but « deux millions cinq cents francs ».
    """
    from num2words import num2words

    spoken = "en" if language == "en" else "fr"
    texts = catalogue("documents", spoken)
    whole, rest = divmod(amount, 10 ** EXPONENT[currency])
    unit = _unit(texts, currency, whole)
    link = ("d’" if unit[0] in "aeiou" else "de ") if spoken == "fr" and whole and whole % MILLION == 0 else ""
    words = f"{num2words(whole, lang=spoken)} {link}{unit}"
    if not rest:
        return words
    parts = f"{num2words(rest, lang=spoken)} {texts.ngettext('cent', 'cents', rest)}"
    return texts.gettext("{amount} and {parts}").format(amount=words, parts=parts)


def _unit(texts: NullTranslations, currency: str, count: int) -> str:
    match currency:
        case "XOF" | "XAF":
            return texts.ngettext("CFA franc", "CFA francs", count)
        case "MGA":
            return texts.ngettext("ariary", "ariary", count)
        case "GNF":
            return texts.ngettext("Guinean franc", "Guinean francs", count)
        case "KMF":
            return texts.ngettext("Comorian franc", "Comorian francs", count)
        case "EUR":
            return texts.ngettext("euro", "euros", count)
        case _:
            return texts.ngettext("dollar", "dollars", count)
