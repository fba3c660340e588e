"""The pieces of a message: what words, numbers and products become when it is taken apart."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

MOST: Final = 99  # pieces of one product that one sentence may ask for, where the shop does not sell more at once
LARGEST: Final = 99_999  # no number of pieces is larger
PRODUCT, NUMBER, BREAK, NAME, SIZE, SUM = "§", "#", "|", "name", "~", "$"


class Token(Struct, frozen=True):
    """``kind``: word, name, § (product), # (number), ~ (size, hour…), $ (amount), ? or | (end of a clause).

    ``value``: product id or number.
    """

    kind: str
    text: str
    value: int = 0
