"""Texts for people: gettext catalogues of ``resources/locale`` (English ids; French first, Malagasy, English)."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from core.kernel.errors import LivePayError
from core.kernel.paths import resource
from core.kernel.reasons import KNOWN
from core.kernel.texts import Catalogue

LANGUAGES: Final[tuple[str, ...]] = ("fr", "mg", "en")
DEFAULT_LANGUAGE: Final[str] = "fr"


class Said(str):
    """A value of a sentence that is a message id itself, to be said in the person's language too."""

    __slots__ = ()


@lru_cache(maxsize=64)
def catalogue(domain: str, language: str) -> gettext.NullTranslations:
    """The texts of one domain (``desktop``, ``pay``, ``errors``, ``console``…) in one language.

    A missing Malagasy text falls back to French, a missing French one to the English message id.
    """
    if language == "en":
        return gettext.NullTranslations()
    wanted = _read(domain, language)
    if language != DEFAULT_LANGUAGE:
        wanted.add_fallback(_read(domain, DEFAULT_LANGUAGE))
    return wanted


def _read(domain: str, language: str) -> gettext.NullTranslations:
    folder = str(resource("locale"))
    return gettext.translation(domain, folder, languages=[language], class_=Catalogue, fallback=True)


def sentence(message: str, params: Mapping[str, Any], language: str = DEFAULT_LANGUAGE) -> str:
    """A message of the domain ``errors`` with its values; what is to be said itself among them is translated too."""
    texts = catalogue("errors", language)
    text = texts.gettext(message)
    if not params:
        return text
    values = {
        n: texts.gettext(v) if isinstance(v, Said) or (isinstance(v, str) and v in KNOWN) else v
        for n, v in params.items()
    }
    return text.format(**values)


def explain(error: LivePayError, language: str = DEFAULT_LANGUAGE) -> str:
    """The sentence that tells a person what went wrong and what to do, in their language."""
    return sentence(error.message, error.params, language)
