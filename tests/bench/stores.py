"""Throw-away stores for benchmarks: made where real ones would be, filled by plain SQL, gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.catalogue.stock import recount
from core.kernel.clock import MINUTE
from core.live import service as live
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.bench import wire

STOCK: Final = 1000
PRICE: Final = 15_000
RUNNING: Final = 40 * MINUTE


@contextmanager
def folder_in(home: Home) -> Iterator[Path]:
    """A folder on the disk of the stores, deleted at the end."""
    home.path.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=home.path))
    before = os.environ.get("LIVEPAY_MASTER_KEY")
    os.environ["LIVEPAY_MASTER_KEY"] = secrets.token_hex(32)  # throw-away stores leave nothing in the system keyring
    try:
        yield folder
    finally:
        if before is None:
            del os.environ["LIVEPAY_MASTER_KEY"]
        else:
            os.environ["LIVEPAY_MASTER_KEY"] = before
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_new(folder: Path, name: str) -> Iterator[Shop]:
    """A new store, open: connected to WhatsApp's wire as far as webhooks go, with a payment provider."""
    home = Home(folder)
    card = create_store(home, name, "SN")
    shop = open_shop(home, card.slug)
    try:
        shop.settings.set("whatsapp.phone_number_id", wire.NUMBER)
        shop.settings.set_secret("whatsapp.app_secret", wire.SECRET)
        shop.settings.set("psp.sandbox.enabled", "true")
        shop.settings.set("public_url", "https://shop.example")
        yield shop
    finally:
        shop.close()


def fill(shop: Shop, products: int, orders: int, stock: int = STOCK) -> list[int]:
    """Products ROBE1…, a live of 40 minutes, and so many orders of it: half paid, the others held. → product ids."""

    def write(tx: Tx) -> list[int]:
        fields = [ProductFields(c, c, f"Robe Wax {c}", "", "", PRICE, stock, None) for c in wire.codes(products)]
        ids = [catalogue.add(tx, each) for each in fields]
        session = live.start(tx, "Live du soir", "tiktok")
        tx.run("UPDATE live_session SET started_at = ? WHERE id = ?", (tx.now - RUNNING, session))
        for n in range(orders):
            _order(tx, n, session, ids[n % products], tx.now - RUNNING * (orders - n) // orders, paid=n % 2 == 0)
        recount(tx)
        return ids

    return shop.engine.call(write)


def _order(tx: Tx, n: int, session: int, product: int, at: int, *, paid: bool) -> None:
    customer = tx.insert(
        "INSERT INTO customer(name, created_at) VALUES(?,?)", (wire.NAMES[n % len(wire.NAMES)], tx.now)
    )
    order = tx.insert(
        "INSERT INTO orders(reference, session_id, customer_id, source, state, total, received, reserved_at,"
        " expires_at, paid_at, link) VALUES(?,?,?,'whatsapp',?,?,?,?,?,?,?)",
        (
            f"LP-2026-0101-{n:06X}",
            session,
            customer,
            "paid" if paid else "reserved",
            PRICE,
            PRICE if paid else 0,
            at,
            tx.now + 25 * MINUTE,
            at + MINUTE if paid else None,
            secrets.token_bytes(12),
        ),
    )
    tx.run(
        "INSERT INTO order_line(order_id, product_id, sku, title, quantity, unit_price, held)"
        " SELECT ?, id, sku, title, 1, price, ? FROM product WHERE id = ?",
        (order, int(not paid), product),
    )
