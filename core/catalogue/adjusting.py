"""One change for many products: each is changed by itself, and known as it was before."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct

from core.catalogue import queries, service
from core.catalogue.views import ProductView
from core.kernel.errors import NotFound, Refused
from core.kernel.patterns import late
from core.storage.engine import Tx

LEAST: Final = -90  # percent
MOST: Final = 900
_PERCENT = late(r"([+-]?)(\d{1,3})%?", re.ASCII)


class Adjustment(Struct, frozen=True):
    """What becomes of a product; None: it stays. ``percent``: of its price, more or (negative) less."""

    active: bool | None = None
    percent: int | None = None
    stock: int | None = None
    category: str | None = None


def read_percent(text: str) -> int:
    """« +10 », « -5 % », « −5 ». Raises Refused: no whole number, nothing, or out of bounds."""
    found = _PERCENT.fullmatch("".join(text.split()).replace("−", "-"))
    percent = int(found[1] + found[2]) if found else 0
    if not percent or not LEAST <= percent <= MOST:
        raise Refused("Write whole percent, as +10 or -5: from {least} to +{most}.", least=LEAST, most=MOST)
    return percent


def changed_price(price: int, percent: int) -> int:
    """Smallest units, a half rounded up; never below one."""
    return max(1, (price * (100 + percent) * 2 + 100) // 200)


def adjust(tx: Tx, product_id: int, wanted: Adjustment) -> tuple[ProductView, ProductView] | None:
    """→ the product before and now, None where it was so already. Raises NotFound, Refused."""
    before = _one(tx, product_id)
    values: dict[str, Any] = {}
    if wanted.active is not None and wanted.active != before.active:
        values["active"] = wanted.active
    if wanted.percent is not None:
        values["price"] = changed_price(before.price, wanted.percent)
    if wanted.stock is not None and wanted.stock != before.on_hand:
        values["stock"] = wanted.stock
    if wanted.category is not None and wanted.category != before.category:
        values["category"] = wanted.category
    if not values or values.get("price") == before.price:
        return None
    service.change(tx, product_id, **values)
    return before, _one(tx, product_id)


def _one(tx: Tx, product_id: int) -> ProductView:
    found = queries.by_ids(tx, [product_id])
    if not found:
        raise NotFound("This product is not in the catalogue.")
    return found[0]
