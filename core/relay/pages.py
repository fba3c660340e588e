"""What a store publishes of one link, for the time it is away."""

from __future__ import annotations

import msgspec

from core.relay.frames import Garbled


class AwayPage(msgspec.Struct, frozen=True, array_like=True):
    """A whole page without script, its Content-Security-Policy and its language."""

    html: str
    policy: str
    language: str


_decoder = msgspec.msgpack.Decoder(AwayPage)
encode_page = msgspec.msgpack.Encoder().encode


def decode_page(data: bytes) -> AwayPage:
    """Raises Garbled."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise Garbled(str(error)) from None
