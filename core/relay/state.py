"""How a store's line to its relay stands, for the window and the command line."""

from __future__ import annotations

from msgspec import Struct


class LineState(Struct, frozen=True):
    """``waiting``: events at the relay that are not yet taken over; ``taken``, ``refused``: since the line is up,
    refused being what the store's own checks did not let in. ``published``: the relay knows what to answer and to show
    in the store's place. ``silences``: lines in a row that ended by falling silent. ``now``: the relay's clock when it
    welcomed the store (ms UTC), 0 where it did not say."""

    up: bool = False
    address: str = ""
    waiting: int = 0
    taken: int = 0
    refused: int = 0
    epoch: int = 0
    published: bool = False
    silences: int = 0
    now: int = 0
