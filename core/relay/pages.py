"""What a store publishes of one link, for the time it is away."""

from __future__ import annotations

import msgspec

from core.relay.frames import Garbled


class AwayPage(msgspec.Struct, frozen=True, array_like=True):
    """A whole page without script, its Content-Security-Policy and its language.

    ``later``: what stands in its place from a moment on (ms UTC, by the relay's clock), in this order.
    """

    html: str
    policy: str
    language: str
    later: tuple[tuple[int, str], ...] = ()

    def at(self, now: int) -> str:
        """What is to be shown at this moment."""
        return next((html for moment, html in reversed(self.later) if moment <= now), self.html)


_decoder = msgspec.msgpack.Decoder(AwayPage)
encode_page = msgspec.msgpack.Encoder().encode


def decode_page(data: bytes) -> AwayPage:
    """Raises Garbled."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Garbled(str(error)) from None
