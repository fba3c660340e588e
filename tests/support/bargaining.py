"""A buyer who talks with a shop of some kind, and what the books hold for her then."""

from __future__ import annotations

from typing import Any

from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from tests.support.shops import World

AWA = "Awa Ndour"


async def opened(w: World, segment: str) -> None:
    w.shop.settings.set("store.segment", segment)
    w.buyer(AWA)


def add(w: World, sku: str, title: str, price: int, stock: int) -> int:
    return w.shop.engine.call(lambda tx: catalogue.add(tx, ProductFields(sku, sku, title, "", "", price, stock, None)))


def held(w: World) -> dict[str, int]:
    sql = "SELECT p.sku, l.held FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.held > 0"
    return dict(w.rows(sql))


def rows(w: World) -> list[str]:
    part: dict[str, Any] = w.graph.world.buyer(AWA).thread(w.graph.world.account())[-1].part
    return [row["title"] for section in part["action"]["sections"] for row in section["rows"]]


def waits_for_a_person(w: World) -> str | None:
    reason: str | None = w.value("SELECT reason FROM conversation")
    return reason
