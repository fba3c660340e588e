"""Texts for people: gettext catalogues of ``resources/locale`` (English ids; French first, Malagasy, English)."""

from __future__ import annotations

import gettext
from functools import lru_cache
from typing import Final

from core.kernel.errors import LivePayError
from core.kernel.paths import resource

LANGUAGES: Final[tuple[str, ...]] = ("fr", "mg", "en")
DEFAULT_LANGUAGE: Final[str] = "fr"


@lru_cache(maxsize=64)
def catalogue(domain: str, language: str) -> gettext.NullTranslations:
    """The texts of one domain (``desktop``, ``pay``, ``errors``, ``console``…) in one language.

    A missing Malagasy text falls back to French, a missing French one to the English message id.
    """
    folder = str(resource("locale"))
    if language == "en":
        return gettext.NullTranslations()
    wanted = gettext.translation(domain, folder, languages=[language], fallback=True)
    if language != DEFAULT_LANGUAGE:
        wanted.add_fallback(gettext.translation(domain, folder, languages=[DEFAULT_LANGUAGE], fallback=True))
    return wanted


def explain(error: LivePayError, language: str = DEFAULT_LANGUAGE) -> str:
    """The sentence that tells a person what went wrong and what to do, in their language."""
    text = catalogue("errors", language).gettext(error.message)
    return text.format(**error.params) if error.params else text
