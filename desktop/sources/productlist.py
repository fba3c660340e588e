"""The catalogue as a file that the import reads again, and a product's last change taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.catalogue import queries, service
from core.catalogue.views import ProductView
from core.kernel.errors import NotFound
from core.kernel.money import EXPONENT
from core.storage.engine import Tx
from desktop.bridge import Control, Stopped
from desktop.pages.catalogue.presenter import COLUMNS

_PAGE: Final = 500
_OWN: Final = frozenset({"id", "on_hand", "held", "total"})  # what a form does not set


def write(shop: Shop, path: Path, titles: Sequence[str], ids: Sequence[int], control: Control) -> int | None:
    """Write these products under :data:`COLUMNS`, named by ``titles``. → how many, None when it was stopped."""
    from core.adapters import sheets

    places = EXPONENT[shop.card.currency]

    def rows() -> Iterator[Sequence[sheets.Cell]]:
        for start in range(0, len(ids), _PAGE):
            part = ids[start : start + _PAGE]
            for product in shop.engine.read(lambda r, part=part: queries.by_ids(r, part)):  # type: ignore[misc]
                yield tuple(
                    Decimal(product.price).scaleb(-places) if name == "price" else getattr(product, name)
                    for name in COLUMNS
                )

    try:
        return sheets.write(path, titles, rows(), control.advance)
    except Stopped:
        return None


def revert(tx: Tx, before: ProductView, after: ProductView) -> None:
    """Take a change back where nothing has changed it since; stock by the difference, so that no sale is undone.

    Raises NotFound, Refused.
    """
    found = queries.by_ids(tx, [before.id])
    if not found:
        raise NotFound("This product is not in the catalogue.")
    now, back = found[0], {}
    for name in (each for each in ProductView.__struct_fields__ if each not in _OWN):
        if getattr(before, name) != getattr(after, name) == getattr(now, name):
            back[name] = getattr(before, name)
    step = before.on_hand - after.on_hand
    if step:
        back["stock"] = now.on_hand + step
    if back:
        service.change(tx, before.id, **back)
