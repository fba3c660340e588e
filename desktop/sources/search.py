"""Searching an open shop."""

from __future__ import annotations

from msgspec.structs import replace

from core.bootstrap import Shop
from core.catalogue import queries as products
from core.kernel.phone import display
from core.search.queries import MOST, QUESTIONS, Hit, asked
from desktop.bridge import Control


class ShopSearch:
    """Implements :class:`desktop.palette.presenter.SearchSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def find(self, text: str, control: Control) -> list[Hit]:
        wanted, read = asked(text), self._shop.engine.read
        if wanted.empty:
            return []
        ids = self._shop.lexicon.search(text, MOST)
        found = [
            Hit("product", p.id, p.title, p.keyword, state="" if p.active else "off", amount=p.price)
            for p in read(lambda r: products.by_ids(r, ids))
        ]
        for question in QUESTIONS:
            if control.stopped:  # something else has been typed meanwhile
                return []
            found += read(lambda r, question=question: question(r, wanted))  # type: ignore[misc]
        return [replace(hit, phone=display(hit.phone)) if hit.phone else hit for hit in found]
