"""What a language model is told, and what its answer may say. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.kernel.patterns import late

_SENTENCE: Final = late(r"(?<=[.!?;\n])\s+|\n+")


class Product(Struct, frozen=True):
    """``price`` as it is shown (``15 000 F CFA``); ``left``: how many can still be taken."""

    id: int
    keyword: str
    sku: str
    title: str
    description: str
    category: str
    price: str
    left: int

    @property
    def words(self) -> str:
        """Everything written about it, except what it costs and how many are left."""
        return f"{self.keyword} {self.sku} {self.title}. {self.category}. {self.description}"


class Facts(Struct, frozen=True):
    """``policies``: what the shop says of itself, a sentence each; ``hours`` as the seller wrote them. ``often``: the
    seller's questions with their answers; only the answers, which are among the policies, bear anything out."""

    products: tuple[Product, ...]
    policies: tuple[str, ...] = ()
    hours: str = ""
    language: str = "fr"
    often: tuple[tuple[str, str], ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What may be said of the shop, word for word."""
        return (*self.policies, *((self.hours,) if self.hours else ()))

    def named(self, keyword: str) -> Product | None:
        """The product with this keyword or SKU."""
        wanted = keyword.strip().casefold()
        return next((p for p in self.products if wanted in (p.keyword.casefold(), p.sku.casefold())), None)


def sentences_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Longer texts in their sentences: each is backed, or not, by itself."""
    return tuple(part.strip() for text in texts for part in _SENTENCE.split(text) if part.strip())
