"""An amount in words, as invoices must say it: « quinze mille francs CFA » (reference credit-and-compliance §4.4)."""

from __future__ import annotations

from gettext import NullTranslations

from core.invoices import malagasy
from core.kernel.i18n import catalogue
from core.kernel.money import EXPONENT

MILLION = 1_000_000


def amount_in_words(amount: int, currency: str, language: str) -> str:
    """``amount`` in smallest units, in French, Malagasy ("mg") or English ("en").

    num2words gives the number only: its own currency mode knows none of XOF, XAF and MGA. French says « deux millions
    **de** francs » but « deux millions cinq cents francs ».
    """
    spoken = language if language in ("en", "mg") else "fr"
    texts = catalogue("documents", spoken)
    whole, rest = divmod(amount, 10 ** EXPONENT[currency])
    unit = _unit(texts, currency, whole)
    link = ("d’" if unit[0] in "aeiou" else "de ") if spoken == "fr" and whole and whole % MILLION == 0 else ""
    words = f"{_number(whole, spoken)} {link}{unit}"
    if not rest:
        return words
    parts = f"{_number(rest, spoken)} {texts.ngettext('cent', 'cents', rest)}"
    return texts.gettext("{amount} and {parts}").format(amount=words, parts=parts)


def _number(value: int, language: str) -> str:
    if language == "mg":
        return malagasy.in_words(value)
    from num2words import num2words

    words: str = num2words(value, lang=language)
    return words


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
