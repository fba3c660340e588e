"""What the seller notes about a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.customers.service import NOTES, set_notes
from core.kernel.errors import NotFound, Refused
from tests.support.stores import add_customer, bare_engine


def test_notes_are_kept_without_the_space_around_them(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        customer_id = add_customer(engine, 1)
        engine.call(lambda tx: set_notes(tx, customer_id, "  Livraison à Thiès \n"))
        notes = engine.read(lambda r: r.value("SELECT notes FROM customer WHERE id = ?", (customer_id,)))
        assert notes == "Livraison à Thiès"


def test_the_journal_says_that_a_file_changed_and_never_what_it_says(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        customer_id = add_customer(engine, 1)
        engine.call(lambda tx: set_notes(tx, customer_id, "paie en retard"), actor="seller")
        row = engine.read(lambda r: r.one("SELECT actor, kind, subject, data FROM journal ORDER BY seq DESC LIMIT 1"))
        assert row is not None
        assert row[:3] == ("seller", "CustomerNoted", customer_id)
        assert "retard" not in row[3]


def test_a_note_too_long_and_an_unknown_person_are_refused(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        customer_id = add_customer(engine, 1)
        with pytest.raises(Refused, match="2001 characters"):
            engine.call(lambda tx: set_notes(tx, customer_id, "x" * (NOTES + 1)))
        with pytest.raises(NotFound):
            engine.call(lambda tx: set_notes(tx, 999, "x"))
