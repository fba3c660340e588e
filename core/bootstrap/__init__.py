"""The only wiring: builds a store's shop from its folder, with every area bound to the events it reacts to."""

from __future__ import annotations

from core.bootstrap.shop import Shop
from core.bootstrap.stores import SEGMENTS, create_store, open_shop

__all__ = ["SEGMENTS", "Shop", "create_store", "open_shop"]
