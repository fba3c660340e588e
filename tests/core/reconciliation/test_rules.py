"""Comparing one payment: nothing is said of what agrees, and every kind has its next step."""

from __future__ import annotations

import pytest

from core.reconciliation.rules import NEXT_STEP, Ours, Theirs, compare

PAID = Ours(1, 2, "wave", "T1", 3, 15_000, 150, True, 0)
NOTHING = Ours(1, 2, "wave", "T1")


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        (PAID, Theirs(True, 15_000, 150, 0), []),
        (PAID, Theirs(True), []),
        (PAID, Theirs(None), []),
        (NOTHING, Theirs(None), []),
        (NOTHING, Theirs(False), []),
        (NOTHING, Theirs(True, 15_000), ["payment_missing"]),
        (PAID, Theirs(False), ["payment_unknown"]),
        (PAID, Theirs(True, 14_000, 150), ["amount_differs"]),
        (PAID, Theirs(True, 15_000, 151), ["fee_differs"]),
        (PAID, Theirs(True, 15_000, net=14_840), ["fee_differs"]),
        (PAID, Theirs(True, 15_000, net=14_850), []),
        (PAID, Theirs(True, 15_000, 150, 1), ["refund_missing"]),
        (Ours(1, 2, "wave", "T1", 3, 15_000, 150, True, 15_000), Theirs(True, 15_000, 150, 0), ["refund_unknown"]),
        (Ours(1, 2, "wave", "T1", 3, 15_000), Theirs(True, 15_000, 150), []),
        (PAID, Theirs(True, 1, 2, 3), ["amount_differs", "fee_differs", "refund_missing"]),
    ],
)
def test_one_payment(ours: Ours, theirs: Theirs, kinds: list[str]) -> None:
    found = list(compare(ours, theirs))
    assert [each.kind for each in found] == kinds
    assert all(each.kind in NEXT_STEP for each in found)
    assert len({each.key for each in found}) == len(found)
