"""The source of the lives that are over, over an open shop: every method may block, off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from core.bootstrap import Shop
from core.kernel.clock import MINUTE, to_datetime
from core.kernel.money import EXPONENT
from core.orders import lives
from core.orders.lives import LiveRow, Wanted
from core.storage.connection import Reader
from desktop.bridge import Control, Stopped
from desktop.pages.lives.presenter import Cursor, Overview


class ShopLives:
    """Implements :class:`desktop.pages.lives.presenter.LivesSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def overview(self, wanted: Wanted) -> Overview:
        def read(reader: Reader) -> Overview:
            known = bool(reader.value("SELECT 1 FROM live_session WHERE ended_at IS NOT NULL LIMIT 1"))
            return Overview(lives.totals(reader, wanted), tuple(lives.sources(reader)), known)

        return self._shop.engine.read(read)

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> list[LiveRow]:
        return self._shop.engine.read(lambda r: lives.page(r, wanted, after, limit))

    def export(
        self, path: Path, wanted: Wanted, titles: Sequence[str], sources: Mapping[str, str], control: Control
    ) -> int | None:
        from core.adapters import sheets

        currency, zone = self._shop.card.currency, self._shop.country.zone
        exponent = EXPONENT[currency]
        with self._shop.engine.reader() as reader:
            rows = (
                (
                    to_datetime(live.started_at, zone),
                    live.title,
                    sources.get(live.source, live.source),
                    live.duration // MINUTE,
                    Decimal(live.takings).scaleb(-exponent) if exponent else live.takings,
                    currency,
                    live.orders,
                    live.paid,
                    live.share,
                    live.best[0] if live.best else "",
                    live.best[1] if live.best else 0,
                )
                for live in lives.every(reader, wanted)
            )
            total = lives.totals(reader, wanted).count
            try:
                return sheets.write(path, titles, rows, lambda done: control.advance(done, total))
            except Stopped:
                return None
