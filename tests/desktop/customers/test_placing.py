"""Customers by town or quarter: accents, case and hyphens do not count, a part of another word does not either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop
from core.customers import listing, placing
from core.customers.listing import Wanted
from core.customers.service import Identity, recognise
from core.orders import delivery
from core.orders.service import Wanted as Piece
from core.storage.engine import Tx
from tests.desktop.realshop import make_shop, stock_up

ADDRESSES = ("Cité Keur Gorgui, Dakar", "keur massar, près du marché", "Quartier Médina DAKAR", "Mandela, Thiès")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path)
    stock_up(made, [("ROBE1", "Robe", "", 15_000, 50, 0)])
    yield made
    made.close()


def live_at(shop: Shop, number: int, address: str = "", notes: str = "") -> int:
    def come(tx: Tx) -> int:
        buyer = recognise(tx, [Identity("phone", f"+22177000{number:04d}")], f"Client {number}")
        if address:
            order = shop.orders.claim(tx, buyer, [Piece(1)], "whatsapp").order_id
            assert order is not None
            delivery.keep(tx, order, address)
        tx.run("UPDATE customer SET notes = ? WHERE id = ?", (notes, buyer))
        return buyer

    return shop.engine.call(come)


def test_a_place_is_found_in_addresses_and_notes(shop: Shop) -> None:
    ones = [live_at(shop, n, address) for n, address in enumerate(ADDRESSES)]
    noted = live_at(shop, 8, notes="Habite à Saint-Louis, livrer le soir")
    live_at(shop, 9)

    def there(place: str) -> list[int]:
        return sorted(shop.engine.read(lambda r: placing.within(r, place)))

    assert there("dakar") == [ones[0], ones[2]]
    assert there("Keur-Massar") == [ones[1]]
    assert there("medina") == there("Méd") == [ones[2]]
    assert there("THIES") == [ones[3]]
    assert there("Man") == [], "a town by its whole name"
    assert there("saint louis") == [noted]
    assert there("%") == there("Abidjan") == []
    found = shop.engine.read(lambda r: listing.page(r, Wanted(place="dakar"), None, 50))
    assert {row.view.id for row in found} == {ones[0], ones[2]}
    assert shop.engine.read(lambda r: listing.count(r, Wanted(place="dakar", text="client 2"))) == 1
    assert shop.engine.read(placing.towns) == [("Dakar", 2), ("Keur-Massar", 1), ("Saint-Louis", 1), ("Thiès", 1)]
