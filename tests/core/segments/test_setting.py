"""The segment of a store: as it was made, as the seller sets it, and what follows from it until they say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.bootstrap import create_store, open_shop
from core.kernel.errors import Refused
from core.segments.rules import KEYS, NAMES, named, segment_of
from core.storage.folder import Home


@pytest.mark.parametrize("name", NAMES)
def test_a_store_sells_as_it_was_made(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path)
    card = create_store(home, "Boutique", "SN", segment=name)
    shop = open_shop(home, card.slug)
    try:
        assert shop.settings.get("store.segment") == name
        assert segment_of(shop.settings) == named(name) == shop.orders.segment()
    finally:
        shop.close()


def test_what_the_seller_set_stays_when_the_segment_changes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique", "SN").slug)
    try:
        assert shop.settings.number("orders.hold_minutes") == 10
        shop.settings.set("store.segment", "shop", "seller")
        assert shop.settings.number("orders.hold_minutes") == 30
        shop.settings.set("orders.hold_minutes", "15", "seller")
        shop.settings.set("segment.require_deposit", "true", "seller")
        shop.settings.set("segment.deposit_percentage", "30", "seller")
        shop.settings.set("store.segment", "events", "seller")
        now = shop.orders.segment()
        assert (now.name, now.default_reservation_minutes, now.require_deposit) == ("events", 15, True)
        assert now.deposit_of(25_000) == 7_500
        changed = shop.engine.read(
            lambda r: r.all("SELECT data FROM journal WHERE kind = 'SettingChanged' ORDER BY seq")
        )
        assert sum("store.segment" in row[0] for row in changed) == 2, "who changes how the shop sells is noted"
    finally:
        shop.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("store.segment", "moon"),
        ("orders.hold_minutes", "31"),
        ("orders.hold_minutes", "4"),
        ("segment.deposit_percentage", "100"),
        ("segment.deposit_percentage", "0"),
        ("segment.payment_terms_days", "121"),
        ("segment.require_deposit", "perhaps"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, key: str, value: str) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique", "SN").slug)
    try:
        with pytest.raises(Refused):
            shop.settings.set(key, value, "seller")
    finally:
        shop.close()


def test_every_field_is_a_setting_of_every_store(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique", "MG").slug)
    try:
        assert set(KEYS.values()) <= set(shop.settings.declared)
    finally:
        shop.close()
