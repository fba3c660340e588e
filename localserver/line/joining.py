"""Registering a store at a relay, moving it here, leaving."""

from __future__ import annotations

import base64
from typing import Final

from core.adapters.http import BadReply
from core.bootstrap import Shop
from core.kernel.errors import OutsideWorld, Refused
from core.relay import place
from core.relay.address import HANDLE, LONGEST
from core.relay.keys import StoreKeys
from core.tunnels.rules import KIND, OFF, RELAY

_WHY: Final = {
    "invite": "This invitation is not valid: it was used already, it is over, or it is mistyped. Ask for another one.",
    "often": "Too many tries. Wait a minute, then try again.",
    "taken": "The name {handle} is taken at this relay. Choose another one.",
    "another": "This invitation is for another name than {handle}.",
    "name": "A name at a relay has 3 to 32 small letters, digits and hyphens; some are the host’s own (www, mail).",
    "signature": "{url} is not the relay’s own address. Copy it as the host gave it.",
}


async def join(shop: Shop, url: str, invite: str, handle: str = "") -> place.Place:
    """Register this store with an invitation, and be reached through the relay from now on.

    ``handle``: its name there, the store's own (or what of it has room) when empty. Raises Refused, OutsideWorld.
    """
    url, handle = normal(url), handle.strip().lower() or shop.slug[:LONGEST].rstrip("-")
    wanted = place.Place(url, handle, "", 1)
    if not wanted.domain or not HANDLE.fullmatch(handle):
        raise _refusal("name" if wanted.domain else "signature", url, handle)
    keys = StoreKeys(shop.relay_seed)
    body = {
        "invite": invite.strip(),
        "handle": handle,
        "name": "",  # the host needs no name to pass things on
        "seal_key": _text(keys.seal_key),
        "sign_key": _text(keys.sign_key),
        "signature": _text(keys.sign_join(wanted.domain, invite.strip())),
    }
    reply = await shop.http.request("POST", f"{url}/join", json=body)
    try:
        answer = reply.json()
        if not reply.ok:
            raise _refusal(str(answer["error"]), url, handle)
        address = str(answer["address"])
    except (BadReply, KeyError, TypeError):
        raise OutsideWorld("No relay answers at {url}.", url=url) from None
    before = shop.engine.read(place.place_of)
    epoch = before.epoch if before is not None and (before.url, before.handle) == (url, handle) else 1
    await shop.engine.run(lambda tx: place.join(tx, url, handle, address, epoch), actor="seller")
    return place.Place(url, handle, address, epoch)


def normal(url: str) -> str:
    """A relay's address as it is kept; empty stays empty."""
    url = url.strip().rstrip("/")
    return url if not url or url.startswith(("https://", "http://")) else f"https://{url}"


def leave(shop: Shop) -> None:
    """Not to be reached through the relay any more. What waits there is lost to this store after a week. Raises
    Refused."""
    shop.engine.call(place.leave, actor="seller")
    if shop.settings.get(KIND) == RELAY:
        shop.settings.set(KIND, OFF, "seller")


def _refusal(why: str, url: str, handle: str) -> Refused | OutsideWorld:
    if why in _WHY:
        return Refused(_WHY[why], url=url, handle=handle)
    return OutsideWorld("The relay at {url} cannot take this store now ({why}).", url=url, why=why)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
