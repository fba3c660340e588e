"""The messages on a store's one connection to its relay: MessagePack, each a tagged array in one binary frame.

The connection is always opened by the store. The relay greets with a nonce, the store claims its place with a
signature, and is welcomed or told why not; from then on either side speaks when it has something to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

PROTOCOL: Final = 1
PATH: Final = "/connect"
WINDOW: Final = 64
"""Events on their way at once; the next goes out when one is acknowledged. Bounds what a slow store costs the relay."""
CHUNK: Final = 64 * 1024
MAX_FRAME: Final = 5 * 1024 * 1024  # a webhook of 4 MB, sealed, with its headers

MOST_GONE: Final = 500
MOST_ASKED: Final = 100
MOST_MARKS: Final = 4

# What a store may say is bounded frame by frame: an id becomes a key of the relay's engine, shared by all stores.
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Mark = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Status = Annotated[int, msgspec.Meta(ge=200, le=599)]
"""Of an answer that ends: the proxy before a relay takes what follows a lesser one for the next answer."""

Pairs = tuple[tuple[str, str], ...]
"""Headers, in order, as they came."""

HOP: Final = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding")
) | {"upgrade"}
"""Headers that concern one connection only (RFC 9110 §7.6.1), in small letters."""


class Frame(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all."""


class Greeting(Frame, frozen=True):
    """Relay → store, first. ``nonce`` is fresh: an old claim does not answer it."""

    protocol: int
    domain: str
    nonce: bytes


class Claim(Frame, frozen=True):
    """Store → relay. ``home``: 16 random bytes of this installation, in no backup; ``epoch``: how often it moved;
    ``pieces``: whether it takes a large webhook in pieces, which an earlier version did not."""

    handle: str
    home: bytes
    epoch: Moment
    signature: bytes
    pieces: bool = False


class Welcome(Frame, frozen=True):
    """``waiting``: events not yet acknowledged; ``address``: where the world reaches the store; ``now``: the relay's
    clock, ms UTC (0 from one that does not say)."""

    address: str
    waiting: int
    now: int = 0


class Denied(Frame, frozen=True):
    """The connection ends. ``why``: unknown, suspended, elsewhere (another home holds the place), moved, protocol,
    replaced (this home connected again). ``epoch``: of who holds the place."""

    why: str
    epoch: int = 0


class Event(Frame, frozen=True):
    """A sealed :class:`Received`. ``seq`` grows within a store, with gaps."""

    seq: int
    sealed: bytes


class Piece(Frame, frozen=True):
    """A part of a sealed :class:`Received` that is large. The first one stands in the order of events for all of it;
    smaller events may come between two."""

    seq: int
    data: bytes
    last: bool


class Got(Frame, frozen=True):
    """Store → relay: so many bytes of it are here."""

    seq: int
    size: int


class Ack(Frame, frozen=True):
    """Everything up to ``seq`` is committed in the store."""

    seq: int


class Page(msgspec.Struct, frozen=True, array_like=True):
    """One sealed page; ``until``: ms UTC, when it is forgotten."""

    id: Id
    sealed: bytes
    until: Moment


class Publish(Frame, frozen=True):
    """Store → relay: pages to show while it is away, pages to forget, and the marks of its verify token. ``asked``: ids
    of pages that should be there; a relay of an earlier version does not look."""

    number: int
    pages: tuple[Page, ...] = ()
    gone: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_GONE)] = ()
    challenges: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=MOST_MARKS)] | None = None
    asked: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST_ASKED)] = ()


class Published(Frame, frozen=True):
    """The relay keeps them now. ``refused``: why not (too many, too large); empty: all are kept. ``missing``: those of
    the ``asked`` that are not there."""

    number: int
    refused: str = ""
    missing: tuple[bytes, ...] = ()


class Visit(Frame, frozen=True):
    """Relay → store: somebody asks for a page; answered by Head and Body frames of the same number."""

    number: int
    method: str
    target: str
    headers: Pairs
    body: bytes


class Head(Frame, frozen=True):
    """The answer's beginning."""

    number: int
    status: Status
    headers: Pairs


class Body(Frame, frozen=True):
    """A part of the answer; the last one says so."""

    number: int
    data: Annotated[bytes, msgspec.Meta(max_length=CHUNK)]
    last: bool


class Left(Frame, frozen=True):
    """The one who asked is gone (relay → store), or the answer broke off (store → relay)."""

    number: int


Any = Greeting | Claim | Welcome | Denied | Event | Piece | Got | Ack | Publish | Published | Visit | Head | Body | Left


class Received(msgspec.Struct, frozen=True, array_like=True):
    """A webhook as it came, its headers in their very bytes. ``at``: ms UTC by the relay's clock; ``target``: path and
    query, raw."""

    id: bytes
    at: int
    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


encode = msgspec.msgpack.Encoder().encode
_frames: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Any)
_received: Final = msgspec.msgpack.Decoder(Received)


class Garbled(ValueError):
    """Not a frame of this protocol."""


def decode(data: bytes) -> Any:
    """Raises Garbled."""
    try:
        return _frames.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Garbled(str(error)) from None


def received(data: bytes) -> Received:
    """Raises Garbled."""
    try:
        return _received.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Garbled(str(error)) from None


def pairs(headers: Mapping[str, str], dropped: frozenset[str] = frozenset()) -> Pairs:
    """Headers in order, repeated ones too, without some (in small letters)."""
    return tuple((str(name), _plain(value)) for name, value in headers.items() if name.lower() not in dropped)


def _plain(value: str) -> str:
    """Bytes that are no text become question marks: no header that a signature covers has any."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
