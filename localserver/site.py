"""What a request handler reaches: the stores this server has open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from aiohttp import web

from core.bootstrap import Shop
from core.quotes.queries import by_link


class Site:
    """The open stores, found by name, by pay link or by WhatsApp number."""

    def __init__(self, shops: Iterable[Shop]) -> None:
        self.shops: Sequence[Shop] = tuple(shops)
        self._by_slug = {shop.slug: shop for shop in self.shops}
        self.ready = False

    def by_slug(self, slug: str) -> Shop | None:
        return self._by_slug.get(slug)

    def by_link(self, token: str) -> tuple[Shop, int] | None:
        """The store and order a pay link stands for; None alike for forged, foreign and unknown ones."""
        for shop in self.shops:
            nonce = shop.links.nonce(token)
            if nonce is not None:
                order_id = shop.engine.read(lambda r, n=nonce: r.value("SELECT id FROM orders WHERE link = ?", (n,)))  # type: ignore[misc]
                return None if order_id is None else (shop, order_id)
        return None

    def by_quote(self, token: str) -> tuple[Shop, int] | None:
        """The store and quote whose page this is; None alike for forged, foreign and unknown ones."""
        for shop in self.shops:
            nonce = shop.quote_links.nonce(token)
            if nonce is not None:
                quote_id = shop.engine.read(lambda r, n=nonce: by_link(r, n))  # type: ignore[misc]
                return None if quote_id is None else (shop, quote_id)
        return None

    def by_mark(self, token: str) -> tuple[Shop, bytes] | None:
        """The store whose paper carries this mark, and its nonce; None for a forged or foreign one."""
        for shop in self.shops:
            nonce = shop.marks.nonce(token)
            if nonce is not None:
                return shop, nonce
        return None

    @property
    def main(self) -> Shop:
        """The store that API requests mean: the first one opened."""
        return self.shops[0]


SITE: Final = web.AppKey("site", Site)
