"""Score, tier and name as SQL, so that 100 000 customers stand in any order without being read (F66–F70).

The same formulas as in :mod:`core.customers.rules`, and a test compares them. An index serves a question that asks in
its very words, so they come from the migration that made the indexes.
"""

from __future__ import annotations

from typing import Final

from core.customers.rules import AT_RISK, VIP
from core.storage.migrations.m0021_clients import LAST, NAME, SCORE, TIER

__all__ = ["IMPORTANT", "LAST", "NAME", "RANKS", "RISKY", "SCORE", "TIER"]
RANKS: Final = ("bronze", "silver", "gold", "diamond")  # a tier's number is its place here
RISKY: Final = f"scored AND ({SCORE} < {AT_RISK} OR (expired > 3 AND paid < 2))"
IMPORTANT: Final = f"scored AND {SCORE} >= {VIP} AND NOT (expired > 3 AND paid < 2)"
