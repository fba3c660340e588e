"""Quotes of before they could be answered: sent the day they were made, still genuine, and over when their time is."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from core.invoices.documents import Papers, Seller
from core.invoices.marks import Issued
from core.invoices.verification import Standing, check
from core.kernel.clock import DAY, ManualClock
from core.quotes import service
from core.quotes.documents import quote_document
from core.storage.connection import open_connection
from core.storage.engine import Engine
from core.storage.migrations import STEPS, migrate
from tests.support.stores import KEY

CONTENT = '{"lines": [{"description": "Pose", "quantity": 2, "unit_price": 500, "sku": ""}], "note": "", "seller": {}}'
LATER = 32_503_680_000_000  # the year 3000: the step asks the computer's own clock
BEFORE = STEPS[:9]


def test_old_quotes_are_sent_ones_and_those_past_their_time_are_over(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=BEFORE)
    connection = open_connection(path, KEY, write=True)
    for number, until in ((1, 9), (2, LATER)):
        reference = f"DV-2026-000{number}"
        facts = (number, reference, 7, until, 1_000, CONTENT)
        connection.execute("INSERT INTO quote VALUES(?, ?, NULL, 'draft', ?, ?, ?, ?)", facts)
        digest = Issued("quote", reference, 7, 1_000, CONTENT).digest
        connection.execute("INSERT INTO paper_mark VALUES(?, 'quote', ?, ?)", (bytes([number] * 12), number, digest))
    connection.close()
    migrate(path, KEY)
    engine = Engine(path, KEY, ManualClock())
    shared = Papers(Seller("T"), "XOF", "fr", UTC, path.parent, lambda nonce: nonce.hex())
    try:
        with engine.reader() as reader:
            assert reader.all("SELECT state, sent_at, length(link) FROM quote") == [("expired", 7, 12), ("sent", 7, 12)]
            assert reader.all("SELECT kind, subject, due_at FROM deadline") == [(service.END, 2, LATER)]
            document = quote_document(reader, 2, shared)
            assert (document.total, document.off, document.deposit, document.draft) == (1_000, 0, 0, False)
            found = check(reader, bytes([2] * 12), LATER - DAY)
            assert found is not None
            assert found.standing is Standing.VALID
    finally:
        engine.close()
