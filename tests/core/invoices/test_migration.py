"""A store from before papers were marked: its invoices and quotes can be checked too, and never change from now on."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import apsw
import pytest

from core.invoices import service
from core.invoices.documents import Papers, Seller, invoice_document
from core.invoices.marks import Issued
from core.invoices.rules import Share
from core.kernel.clock import ManualClock
from core.quotes.documents import quote_document
from core.storage.connection import open_connection
from core.storage.engine import Engine
from core.storage.migrations import m0001_start, migrate
from tests.support.stores import KEY

INVOICE = (
    '{"seller": {"name": "T", "vat_rate": 18}, "reference": "LP-1", "paid_at": 5, "provider": "wave", "customer_id": 1,'
    ' "lines": [{"sku": "A", "title": "Robe", "quantity": 1, "unit_price": 15000}]}'
)
QUOTE = '{"lines": [{"description": "Pose", "quantity": 2, "unit_price": 500, "sku": ""}], "note": "", "seller": {}}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=(m0001_start.apply,))
    connection = open_connection(path, KEY, write=True)
    connection.execute("INSERT INTO customer(id, name, created_at) VALUES(1, 'Aïcha', 0)")
    connection.execute(
        "INSERT INTO orders(id, reference, customer_id, source, state, total, received, reserved_at, expires_at, link)"
        " VALUES(1, 'LP-1', 1, 'api', 'paid', 15000, 15000, 0, 0, x'00')"
    )
    connection.execute("INSERT INTO invoice VALUES(1, 'FA', 2026, 42, 1, 7, 15000, ?)", (INVOICE,))
    connection.execute("INSERT INTO quote VALUES(1, 'DV-2026-0001', NULL, 'draft', 7, 9, 1000, ?)", (QUOTE,))
    connection.close()
    migrate(path, KEY)
    return path


def test_old_papers_are_marked_and_read_as_they_were(path: Path) -> None:
    engine = Engine(path, KEY, ManualClock())
    shared = Papers(Seller("T"), "XOF", "fr", UTC, path.parent, lambda nonce: nonce.hex())
    try:
        with engine.reader() as reader:
            marks = dict(reader.all("SELECT kind, digest FROM paper_mark"))
            nonces = {nonce for (nonce,) in reader.all("SELECT nonce FROM paper_mark")}
            assert marks == {
                "invoice": Issued("invoice", "FA-2026-00042", 7, 15_000, INVOICE).digest,
                "quote": Issued("quote", "DV-2026-0001", 7, 1_000, QUOTE).digest,
            }
            assert len({len(nonce) for nonce in nonces} | nonces) == 3
            invoice = invoice_document(reader, 1, shared)
            assert invoice.shares == (Share(18, 12_712, 2_288),)
            assert [(line.rate, line.net) for line in invoice.lines] == [(18, 12_712)]
            assert quote_document(reader, 1, shared).shares == (Share(0, 1_000, 0),)
            kept = service.of_order(reader, 1)
            assert kept is not None
            assert kept.number == "FA-2026-00042"
        with pytest.raises(apsw.ConstraintError):
            engine.call(lambda tx: tx.run("UPDATE invoice SET total = 1"))
    finally:
        engine.close()
