"""The practice sale: claim, hold and payment in seconds, and nothing left of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.catalogue.rules import ProductFields
from core.kernel.errors import OutsideWorld
from localserver.demo import practice
from localserver.demo.practice import Practice

ROBE = ProductFields("ROBE1", "ROBE1", "Robe wax", "", "", 15_000, 3, None)


def test_a_claim_becomes_a_paid_order_in_seconds_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    began = time.monotonic()
    made = Practice("Boutique Téranga", "SN", "fr", [ROBE])
    shop, _ = made.open()
    try:
        made.say("je prends ROBE1")
        assert shop.engine.read(lambda r: r.all("SELECT state FROM orders")) == [("reserved",)]
        assert made.can_pay()
        made.pay()
        assert shop.engine.read(lambda r: r.all("SELECT state FROM orders")) == [("paid",)]
        lines = made.thread()
        assert lines[0] == practice.Line(True, "je prends ROBE1")
        assert "ROBE1" in lines[1].text
    finally:
        made.close()
    made.close()
    assert time.monotonic() - began < 60
    assert list(tmp_path.iterdir()) == []


def test_a_buyer_who_hears_nothing_says_so() -> None:
    made = Practice("Boutique Téranga", "MG", "mg", [])
    made.open()
    try:
        assert not made.can_pay()
        with pytest.raises(OutsideWorld):
            made.pay()
    finally:
        made.close()
