"""Idempotency-Key: the answer is kept in the transaction of its effect, so a repeated POST finds both or neither.

The writer runs one command after the other: of many copies sent at once one has the effect, the others its answer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakValueDictionary

import msgspec
from msgspec import Struct

from core.kernel.clock import DAY
from core.storage.engine import Engine, Tx
from localserver.api.problems import BadRequest

KEEP: Final = 3 * DAY
MAX_KEY: Final = 255
KEY_PATTERN: Final = "^[!-~]{1,255}$"
_under_way: Final[WeakValueDictionary[tuple[int, str], asyncio.Lock]] = WeakValueDictionary()
_encode: Final = msgspec.json.Encoder().encode


class Result(Struct, frozen=True):
    """What a command answers; a status from 400 on is a problem that keeps what was done (sold out: in line)."""

    status: int
    body: msgspec.Struct


class Kept(Struct, frozen=True):
    """An answer as it goes on the wire."""

    status: int
    body: bytes


class Key(Struct, frozen=True):
    """``digest`` stands for the whole request: the same key with another request is a mistake of the client."""

    account_id: int
    name: str
    digest: bytes


def digest(*parts: str | bytes) -> bytes:
    """One fingerprint of everything that makes a request what it is."""
    state = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        state.update(len(raw).to_bytes(8, "big") + raw)
    return state.digest()


def find(tx: Tx, key: Key) -> Kept | None:
    """The answer given before. Raises BadRequest (422) when the key was used for another request."""
    row = tx.one(
        "SELECT request, status, body FROM idempotency WHERE account_id = ? AND key = ?", (key.account_id, key.name)
    )
    if row is None:
        return None
    if row[0] != key.digest:
        raise BadRequest("This Idempotency-Key was already used for another request: take a new one.", 422)
    return Kept(row[1], row[2].encode())


def keep(tx: Tx, key: Key, kept: Kept) -> None:
    tx.run(
        "INSERT OR REPLACE INTO idempotency(account_id, key, request, status, body, at) VALUES(?,?,?,?,?,?)",
        (key.account_id, key.name, key.digest, kept.status, kept.body.decode(), tx.now),
    )


def perform(tx: Tx, key: Key | None, command: Callable[[Tx], Result]) -> Kept:
    """Run the command, unless this very request was carried out before. What it raises is kept by nobody: try again."""
    before = find(tx, key) if key is not None else None
    if before is not None:
        return before
    result = command(tx)
    kept = Kept(result.status, _encode(result.body))
    if key is not None:
        keep(tx, key, kept)
    return kept


async def perform_long(engine: Engine, key: Key | None, work: Callable[[], Awaitable[Kept]]) -> Kept:
    """As :func:`perform`, for work that is more than one transaction: one at a time under one key."""
    if key is None:
        return await work()
    async with _under_way.setdefault((key.account_id, key.name), asyncio.Lock()):
        kept = await engine.run(lambda tx: find(tx, key))
        if kept is None:
            kept = done = await work()
            await engine.run(lambda tx: keep(tx, key, done))
        return kept


def forget_old(tx: Tx) -> None:
    """A client that repeats a request days later means a new one."""
    tx.run("DELETE FROM idempotency WHERE at < ?", (tx.now - KEEP,))
