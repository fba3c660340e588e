"""The window's texts: English gettext ids of domain ``desktop``, said in the person's language."""

from __future__ import annotations

from typing import Final

from core.kernel.clock import DAY
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES, catalogue


class Texts:
    """One language's texts. ``t("Paid")`` says a sentence, ``t.plural("{n} order", "{n} orders", n)`` counts.

    Placeholders are named. Calls carry literal ids, so that the tests can compare ids used and ids translated.
    """

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        self.choose(language)

    def choose(self, language: str) -> None:
        """From now on in this language. What was said before stays as it is until it is said again."""
        self.language = language
        self._catalogue = catalogue("desktop", language)

    def __call__(self, message: str, **values: object) -> str:
        text = self._catalogue.gettext(message)
        return text.format(**values) if values else text

    def of(self, context: str, message: str) -> str:
        """A word that is said differently in different places: ``t.of("state", "Paid")`` is « Payée »."""
        return self._catalogue.pgettext(context, message)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for ``n`` (French counts 0 and 1 as one); ``{n}`` is filled in."""
        return self._catalogue.ngettext(one, many, n).format(n=n, **values)


def opening(t: Texts) -> tuple[str, str]:
    """What stands in the window until the store is open."""
    return t("Opening the store…"), t("Its orders and messages are being read.")


def full_disk(t: Texts) -> tuple[str, str]:
    """What a banner says while the disk refuses to write: what happened, and what becomes of the sales."""
    return (
        t("The disk is full or cannot be written"),
        t("New orders and payments are refused and come again later. What came before is kept. Free some space."),
    )


def second_due(t: Texts, left: int) -> tuple[str, str]:
    """What a banner says to an owner without a second factor; ``left`` in ms."""
    detail = t(
        "From then on your account opens in this window only. A phone with an authenticator app is all it takes."
    )
    if left <= 0:
        return t("Your second factor is overdue"), t("Your account opens in this window only, until it is set up.")
    days = -(-left // DAY)
    return t.plural(
        "Still {n} day to set up your second factor", "Still {n} days to set up your second factor", days
    ), detail


ENDONYMS: Final[dict[str, str]] = {"fr": "Français", "mg": "Malagasy", "en": "English"}
"""Each language by its own name: who looks for it may read no other."""


def chosen_language(wanted: str, otherwise: str) -> str:
    """The person's language, or the store's."""
    return next((code for code in (wanted, otherwise) if code in LANGUAGES), DEFAULT_LANGUAGE)


def mark(message: str) -> str:
    """Marks an id in a table for translation later (``t(mark_id)``)."""
    return message
