"""What a tunnel is doing, and how long to wait before it is tried again. Pure."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from core.kernel.errors import LivePayError

KIND: Final = "tunnel.kind"
ADDRESS: Final = "tunnel.address"
"""Where the tunnel leads from, as the tunnel last said: never typed. ``public_url`` is what somebody typed."""
FINGERPRINT: Final = "tunnel.ssh_fingerprint"
RELAY: Final = "relay"
RELAY_URL: Final = "tunnel.relay_url"
RELAY_INVITE: Final = "tunnel.relay_invite"
RELAY_NAME: Final = "tunnel.relay_name"
RELAY_SYNC: Final = "tunnel.relay_sync"
RELAY_AHEAD: Final = "tunnel.relay_ahead"
"""Whether payments are opened ahead of time, for the pages that the relay shows."""
LED: Final = "tunnel.whatsapp"
PASTED: Final = "tunnel.pasted"
HOOKS: Final = "tunnel.hooks"
OWN: Final = frozenset((ADDRESS, LED, PASTED, HOOKS))
"""What the program notes itself."""
APART: Final = OWN | {RELAY_AHEAD}
"""What no connection is made of: a change of these starts no tunnel anew."""
OFF: Final = "off"

Phase = Literal["off", "opening", "open", "unreached", "waiting", "stuck", "asks"]

BASE: Final = 1.0
CAP: Final = 60.0
FLOOR: Final = 0.5
STUCK: Final = 600.0
"""Seconds until something that needs a hand is tried again by itself: a wrong password shall not lock an account."""


class TunnelState(Struct, frozen=True):
    """``since``: from when on it is so (ms UTC); ``again_at``: when it is tried next.

    ``open``: the store answers at ``url``, asked by way of outside. ``unreached``: the tunnel stands, and nobody
    answers there yet. ``waiting``: it broke, and is tried again by itself. ``stuck``: a person must change something.
    ``asks``: a server seen for the first time; ``fingerprint`` is its key's.
    ``trailing``: what does not follow the address, WhatsApp for instance, though the tunnel is open. ``waiting``: how
    much a relay holds for the store. ``slow``: it is open, and what is asked of it takes too long.
    """

    kind: str = OFF
    phase: Phase = "off"
    url: str = ""
    since: int = 0
    problem: LivePayError | None = None
    again_at: int | None = None
    fingerprint: str = ""
    trailing: LivePayError | None = None
    waiting: int = 0
    slow: bool = False


class Hand(Struct, frozen=True):
    """A provider whose dashboard wants the new ``address`` pasted. ``label``: its proper name; ``where``: the way to
    the place in its pages (message id of the domain ``errors``), empty where that is not known."""

    provider: str
    label: str
    address: str
    where: str = ""


def pause(failures: int, chance: float) -> float:
    """Seconds before the next try: full jitter over a doubling time, so that many shops do not come back together.

    ``failures``: in a row, 1 or more; ``chance``: 0 to 1. Never none: a tunnel that ends at once makes no tight loop.
    """
    return FLOOR + chance * min(CAP, BASE * 2.0 ** min(failures, 10))
