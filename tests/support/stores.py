"""Builders of stores for tests: real SQLite on disk, a clock that moves only when told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock
from core.orders.holds import Holds
from core.orders.service import Orders
from core.storage.engine import Engine
from core.storage.migrations import migrate

KEY = bytes(range(32))


@contextmanager
def bare_engine(folder: Path, clock: ManualClock | None = None, vfs: str | None = None) -> Iterator[Engine]:
    """An encrypted, migrated database without the rest of a shop."""
    path = folder / "store.db"
    migrate(path, KEY, vfs=vfs)
    engine = Engine(path, KEY, clock or ManualClock(), vfs=vfs)
    try:
        yield engine
    finally:
        engine.close()


def orders_of(minutes: int = 10) -> Orders:
    return Orders(Holds(lambda: minutes, lambda: True), UTC)


def add_product(engine: Engine, sku: str, price: int = 15_000, stock: int = 10) -> int:
    fields = ProductFields(sku, sku.upper(), f"Article {sku}", "", "", price, stock, None)
    return engine.call(lambda tx: add(tx, fields))


def add_customer(engine: Engine, number: int) -> int:
    identity = Identity("phone", f"+2217700{number:05d}")
    return engine.call(lambda tx: recognise(tx, [identity], f"Cliente {number}"))
