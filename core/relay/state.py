"""How the line stands, for the window, the command line and ``doctor``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineState:
    """``kind``: off, connecting, up, down, denied. ``since``: ms UTC. ``why``: for down a reason of the errors domain,
    for denied the relay's word (:class:`core.relay.frames.Denied`). ``waiting``: events not yet taken over;
    ``taken``, ``refused``: since the start, refused being what the store's own checks did not let in. ``published``:
    the relay knows what to answer and to show in the store's place.
    """

    kind: str = "off"
    since: int = 0
    address: str = ""
    why: str = ""
    waiting: int = 0
    taken: int = 0
    refused: int = 0
    epoch: int = 0
    published: bool = False
