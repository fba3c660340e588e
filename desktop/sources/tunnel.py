"""The tunnel's source over an open shop: what may block is called off the window's thread."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from core.bootstrap import Shop, following
from core.kernel.errors import Refused
from core.relay.place import take
from core.tunnels import sshkeys
from core.tunnels.rules import FINGERPRINT, KIND, RELAY
from desktop.pages.settings.tunnelparts import TunnelReading

ACTOR: Final = "seller"
_KEY: Final = "tunnel.ssh_key"


class ShopTunnel:
    """Implements :class:`desktop.pages.settings.tunnelparts.TunnelSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def read(self) -> TunnelReading:
        key, line = self._shop.settings.secret(_KEY), ""
        with suppress(Refused):  # what is wrong with it, the tunnel says
            line = sshkeys.public_line(key) if key else ""
        return TunnelReading(self._shop.tunnel.state, following.hands(self._shop), line)

    def retry(self) -> None:
        self._shop.tunnel.retry()

    def trust(self, fingerprint: str) -> None:
        """The server's key; of a relay: the move that has the store's place, to go beyond."""
        if self._shop.settings.get(KIND) == RELAY:
            self._shop.engine.call(lambda tx: take(tx, int(fingerprint)), actor=ACTOR)
            self._shop.tunnel.retry()
        else:
            self._shop.settings.set(FINGERPRINT, fingerprint, ACTOR)

    def pasted(self, provider: str) -> None:
        following.pasted(self._shop, provider, ACTOR)

    def new_key(self) -> str:
        key = sshkeys.new_key()
        self._shop.settings.set_secret(_KEY, key, ACTOR)
        return sshkeys.public_line(key)
