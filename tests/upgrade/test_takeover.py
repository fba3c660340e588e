"""Conversations of before handovers were counted: what is open then is one, and every pause gets its end."""

from __future__ import annotations

from pathlib import Path

from core.conversations.pausing import Pausing
from core.kernel.clock import MINUTE, ManualClock
from core.storage.connection import open_connection
from core.storage.engine import Engine
from core.storage.migrations import STEPS, migrate
from tests.support.stores import KEY

BEFORE = STEPS[:15]


def test_what_was_open_is_a_handover_and_a_pause_ends(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY, steps=BEFORE)
    connection = open_connection(path, KEY, write=True)
    for number, mode, asked, reason in ((1, "seller", None, None), (2, "bot", 40, "complaint"), (3, "bot", None, None)):
        connection.execute("INSERT INTO customer(id, name, created_at) VALUES(?, 'Awa', 0)", (number,))
        connection.execute(
            "INSERT INTO conversation(id, customer_id, mode, escalated_at, reason, last_at) VALUES(?,?,?,?,?,50)",
            (number, number, mode, asked, reason),
        )
    connection.close()
    migrate(path, KEY)
    clock = ManualClock()
    engine = Engine(path, KEY, clock)
    try:
        rows = engine.read(
            lambda r: r.all("SELECT conversation_id, opened_at, reason, taken_at, ended_at FROM handover ORDER BY 1")
        )
        assert rows == [(1, 50, None, 50, None), (2, 40, "complaint", None, None)]
        engine.call(Pausing(lambda: 60, lambda: True, lambda: "fr", lambda text: True).recover)
        due = engine.read(lambda r: r.all("SELECT kind, subject, due_at FROM deadline"))
        assert due == [("resume", 1, clock.now() + 60 * MINUTE)]
    finally:
        engine.close()
