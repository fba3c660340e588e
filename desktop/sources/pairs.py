"""What goes together, over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from typing import Final

from core.bootstrap import Shop
from core.catalogue import queries
from core.catalogue.views import ProductView
from core.orders import affinity, pairs
from desktop.pages.catalogue.pairs_texts import Reading

ACTOR: Final = "seller"
SWITCH: Final = "upsell.enabled"


class ShopPairs:
    """Implements :class:`desktop.pages.catalogue.pairs_texts.PairsSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def read(self) -> Reading:
        return Reading(tuple(self._engine.read(affinity.known)), self._shop.settings.switch(SWITCH))

    def find(self, query: str, limit: int) -> list[ProductView]:
        ids = self._shop.lexicon.search(query, limit)
        return self._engine.read(lambda r: queries.by_ids(r, ids))

    def put(self, product_id: int, with_id: int, percent: int) -> None:
        self._engine.call(lambda tx: pairs.put(tx, product_id, with_id, percent), actor=ACTOR)

    def remove(self, product_id: int, with_id: int) -> None:
        self._engine.call(lambda tx: pairs.remove(tx, product_id, with_id), actor=ACTOR)

    def propose(self, on: bool) -> None:
        self._shop.settings.set(SWITCH, "true" if on else "false", ACTOR)
