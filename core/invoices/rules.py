"""The arithmetic of an invoice. Pure."""

from __future__ import annotations


def split_vat(total: int, rate: int) -> tuple[int, int]:
    """(before tax, tax) of an amount that includes ``rate`` percent, in smallest units; their sum is the amount.

    Computed once, on the whole sum and never line by line (reference credit-and-compliance §4.2).
    """
    whole = 100 + rate
    net = (total * 200 + whole) // (2 * whole)  # rounded, halves up
    return net, total - net
