"""The step that brings a store of the first shape to this one learns from the journal who was merged into whom."""

from __future__ import annotations

from pathlib import Path

from core.customers.events import CustomersMerged
from core.kernel.clock import ManualClock
from core.storage import journal
from core.storage.connection import Reader, open_connection
from core.storage.engine import Engine
from core.storage.migrations import m0001_start, m0004_proofs, migrate
from tests.support.stores import KEY


def test_names_left_behind_by_old_merges_go_and_the_chain_holds(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=(m0001_start.apply,))
    engine = Engine(path, KEY, ManualClock())
    add = "INSERT INTO customer(id, name, created_at) VALUES(1, 'Awa Ndiaye', 0), (2, 'Awa', 0), (3, 'Moussa', 0)"
    engine.call(lambda tx: tx.run(add))
    engine.call(lambda tx: tx.emit(CustomersMerged(1, 2)))
    head = engine.chain.head
    engine.close()
    migrate(path, KEY, steps=(m0001_start.apply, m0004_proofs.apply))
    connection = open_connection(path, KEY, write=False)
    reader = Reader(connection)
    assert reader.all("SELECT id, name, merged_into, erased_at FROM customer") == [
        (1, "Awa Ndiaye", None, None),
        (2, "", 1, None),
        (3, "Moussa", None, None),
    ]
    assert journal.verify(reader).head == head[1]
    connection.close()
    assert (tmp_path / "backups" / "before-v2.db").exists()
