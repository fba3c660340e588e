"""Webhooks set aside: the store's own door failed on each of them, which is a mistake of ours. They are kept as they
came, signature and all, until a later version or a person asks the door again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from core.kernel.clock import DAY
from core.relay.events import WebhookAskedAgain, WebhookSetAside
from core.storage.connection import Reader
from core.storage.engine import Tx

if TYPE_CHECKING:
    from core.relay.frames import Received

# The frames are imported where they are needed: no start is held up by what only a relay's line speaks.

KEEP_DAYS: Final = 30
"""As long as what came in is known again (:data:`core.durable.inbox.KEEP_DAYS`): later it could be applied twice."""


class Aside(msgspec.Struct, frozen=True):
    """One of them. ``put_at``: ms UTC; ``tries``: how often it was asked again, in vain."""

    id: int
    put_at: int
    tries: int
    event: Received


def put(tx: Tx, event: Received) -> None:
    """Keep it; the same one again changes nothing."""
    from core.relay.frames import encode

    path = event.target.partition("?")[0]
    values = (event.id, event.at, path, encode(event), tx.now)
    if tx.run("INSERT OR IGNORE INTO aside(event, at, target, packed, put_at) VALUES(?, ?, ?, ?, ?)", values):
        tx.emit(WebhookSetAside(int(tx.value("SELECT id FROM aside WHERE event = ?", (event.id,))), path))


def count(reader: Reader) -> int:
    return int(reader.value("SELECT count(*) FROM aside"))


def every(reader: Reader) -> list[Aside]:
    """In the order they came."""
    from core.relay.frames import received

    rows = reader.all("SELECT id, put_at, tries, packed FROM aside ORDER BY id")
    return [Aside(number, put_at, tries, received(packed)) for number, put_at, tries, packed in rows]


def asked(tx: Tx, one: Aside, status: int, *, taken: bool) -> None:
    """What the door answered this time: with ``taken`` the matter is closed."""
    if not taken:
        tx.run("UPDATE aside SET tries = tries + 1 WHERE id = ?", (one.id,))
    elif tx.run("DELETE FROM aside WHERE id = ?", (one.id,)):
        tx.emit(WebhookAskedAgain(one.id, one.event.target.partition("?")[0], status))


def forget_old(tx: Tx) -> int:
    """Drop those of more than KEEP_DAYS ago."""
    return tx.run("DELETE FROM aside WHERE put_at < ?", (tx.now - KEEP_DAYS * DAY,))
