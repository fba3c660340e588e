"""What follows the public address when it changes: WhatsApp by itself, dashboards by the seller's hand.

Providers that are told an address with each payment need nothing: they are told the one that holds then.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from core.bootstrap.connecting import answers_at, lead_whatsapp
from core.kernel.errors import Refused
from core.tunnels.rules import KIND, LED, OFF, PASTED, Hand

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

ACTOR: Final = "tunnel"
WEBHOOK: Final = "/webhooks/whatsapp"
_VERIFY: Final = "whatsapp.verify_token"


def ready(shop: Shop) -> None:
    """The verify token is ours to make; without one this store answers nobody who asks whether it is there. Blocks."""
    if not shop.settings.secret(_VERIFY):
        shop.settings.set_secret(_VERIFY, secrets.token_urlsafe(24), ACTOR)


async def lead_here(shop: Shop) -> bool:
    """Lead WhatsApp to the address that holds now, if it was led elsewhere. → whether it was told.

    Raises NotSent, Unclear, SendRefused, Refused (another computer answers for this store, and WhatsApp is led there:
    this one is an older copy, or was taken back), and StorageFailed where what was done cannot be noted: it is then
    done again, which is harmless.
    """
    url, number = shop.address(), shop.settings.get("whatsapp.phone_number_id")
    there = f"{number} {url}"
    if not url or shop.channel() is None or shop.settings.get(LED) == there:
        return False
    await _alone(shop, url)
    await lead_whatsapp(shop, url)
    await asyncio.to_thread(shop.settings.set, LED, there, ACTOR)
    return True


async def _alone(shop: Shop, url: str) -> None:
    """An address that this store did not give WhatsApp, and that answers with this store's verify token, is another
    home of it. Raises Refused, NotSent, Unclear, SendRefused."""
    channel, known = shop.channel(), shop.settings.get(LED).partition(" ")[2]
    there = (await channel.led_to()).removesuffix(WEBHOOK) if channel is not None and known else ""
    if there not in ("", known, url) and (await answers_at(shop, there)).ok:
        raise Refused(
            "Another computer answers for this store at {host}. Close LivePay there first: WhatsApp then follows by"
            " itself.",
            host=urlsplit(there).netloc,
        )


def webhook_of(shop: Shop, provider: str) -> str:
    """Where a provider reports that is told so once, in its dashboard."""
    return f"{shop.address()}/webhooks/psp/{provider}/{shop.slug}"


def hands(shop: Shop) -> tuple[Hand, ...]:
    """The dashboards that still have another address. None without a tunnel: who types an address knows of it."""
    if shop.settings.get(KIND) == OFF or not shop.address():
        return ()
    done = _pasted(shop)
    return tuple(
        Hand(p.name, p.label, webhook_of(shop, p.name), next(iter(p.dashboard.steps), ""))
        for p in shop.providers()
        if p.caps.webhook_setup == "dashboard" and done.get(p.name) != webhook_of(shop, p.name)
    )


async def heard(shop: Shop, provider: str, host: str) -> None:
    """A provider's notice came in by way of this host: its dashboard has the address, nobody need paste it."""
    ours = bool(host) and urlsplit(shop.address()).netloc.lower() == host.lower()
    if ours and any(hand.provider == provider for hand in hands(shop)):
        await asyncio.to_thread(pasted, shop, provider, "webhook")


def pasted(shop: Shop, provider: str, actor: str) -> None:
    """The address was pasted there, or the provider was heard through it. Blocks."""
    done = {**_pasted(shop), provider: webhook_of(shop, provider)}
    shop.settings.set(PASTED, json.dumps(done), actor)


def _pasted(shop: Shop) -> dict[str, str]:
    try:
        noted = json.loads(shop.settings.get(PASTED) or "{}")
    except ValueError:  # written by hand
        noted = {}
    return noted if isinstance(noted, dict) else {}
