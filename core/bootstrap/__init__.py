"""The only wiring: builds a store's shop from its folder, with every area bound to the events it reacts to."""

from __future__ import annotations

from core.bootstrap.shop import Shop
from core.bootstrap.stores import create_store, open_shop
from core.segments.rules import NAMES as SEGMENTS

__all__ = ["SEGMENTS", "Shop", "create_store", "open_shop"]
