"""A shop on air."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from core.live import service as live
from tests.support.payshop import PayShop, pay_shop

NUMBER = "+221 33 800 00 00"


def show(shop: PayShop, product: int | None) -> None:
    """Put a product on screen."""
    shop.shop.engine.call(lambda tx: live.show(tx, product))


def start(shop: PayShop) -> int:
    return shop.shop.engine.call(lambda tx: live.start(tx, "Vendredi"))


async def picture(shop: PayShop, path: str, **headers: str) -> tuple[int, str]:
    """→ status and content type."""
    async with shop.client.get(shop.url + path, headers=headers) as answer:
        await answer.read()
        return answer.status, answer.content_type


@pytest.fixture
async def on_air(tmp_path: Path) -> AsyncIterator[PayShop]:
    """ROBE1 (ten, with a photo) on screen, SAC2 (two) beside it."""
    async with pay_shop(tmp_path) as shop:
        shop.shop.settings.set("whatsapp.number", NUMBER)
        shop.shop.media.mkdir(exist_ok=True)
        Image.new("RGB", (900, 1200), "#8A4B20").save(shop.shop.media / "robe.jpg")
        robe = shop.product("ROBE1", "Robe Wax Ankara", 15_000, photo="robe.jpg", stock=10)
        shop.product("SAC2", "Sac cuir marron", 22_000, stock=2)
        start(shop)
        show(shop, robe)
        yield shop
