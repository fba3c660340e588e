"""How a store comes to a relay: with an invitation that serves once, and keys that never leave it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from typing import Any, Final

from aiohttp import web

from core.kernel.clock import DAY
from core.relay.address import HANDLE
from core.relay.keys import join_holds
from localserver.relay.answers import body_of
from localserver.relay.engine import Engine, Invite, Store, Unavailable
from localserver.relay.node import Node

INVITE_DAYS: Final = 14
_RESERVED: Final = frozenset(
    ("www", "api", "admin", "relay", "mail", "smtp", "imap", "ns", "ns1", "ns2", "static", "status", "health")
) | {"connect", "wpad", "autodiscover", "autoconfig", "mta-sts", "localhost"}
"""Names that programs and people take for the host's own (RFC 6761, RFC 8461, mail clients' and browsers' set-up)."""
_FOREIGN: Final = "xn--"
"""What another script's letters look like in a host name (RFC 5890 §2.3.2.1): shown as those, it could be anybody's."""


def mark_of(invite: str) -> str:
    """Under what an invitation is kept: whoever reads the relay's file cannot join with it."""
    return hashlib.sha256(invite.strip().encode()).hexdigest()


async def invite(engine: Engine, now: int, note: str, handle: str = "", days: int = INVITE_DAYS) -> str:
    """Make an invitation. → its text, shown once."""
    token = "-".join(secrets.token_hex(3) for _ in range(4))
    await engine.save_invite(Invite(mark_of(token), note, now + days * DAY, handle))
    return token


def may_be_named(handle: str) -> bool:
    """Whether a store may have this name."""
    return bool(HANDLE.fullmatch(handle)) and handle not in _RESERVED and not handle.startswith(_FOREIGN)


async def join(node: Node, request: web.BaseRequest) -> web.Response:
    """``POST /join`` {invite, handle, name, seal_key, sign_key, signature}; keys in base64. May be repeated when an
    answer was lost. 403: the invitation; 409: the name; 400: anything else."""
    try:
        asked = json.loads(await body_of(request, node.room))
        seal_key, sign_key, signature = (_bytes(asked[name]) for name in ("seal_key", "sign_key", "signature"))
        token, handle = str(asked["invite"]).strip(), str(asked.get("handle", "")).strip().lower()
        name = "".join(sign for sign in str(asked.get("name", ""))[:80] if sign.isprintable())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _refused(400, "malformed")
    if not join_holds(sign_key, signature, node.address.domain, token, seal_key):
        return _refused(400, "signature")
    if not may_be_named(handle):
        return _refused(400, "name")
    try:
        return await _admit(node, token, Store(handle, name, seal_key, sign_key, node.clock.now()))
    except Unavailable:
        return _refused(503, "busy")


async def _admit(node: Node, token: str, wanted: Store) -> web.Response:
    handle = wanted.handle
    known = await node.engine.store(handle)
    if known is not None and known.sign_key != wanted.sign_key:
        return _refused(409, "taken")
    offered = next((one for one in await node.engine.invites() if one.mark == mark_of(token)), None)
    if offered is not None and offered.handle not in ("", handle):
        return _refused(409, "another")
    used = await node.engine.take_invite(mark_of(token), handle, node.clock.now())
    if used is None:
        return _refused(403, "invite")
    if known is None:
        if not await node.engine.create(wanted):
            return _refused(409, "taken")
        node.figures.joined.inc()
    return web.json_response({"handle": handle, "address": node.address.of(handle), "domain": node.address.domain})


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)
