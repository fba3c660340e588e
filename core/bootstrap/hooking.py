"""Setting a provider's notices by its API, where it has one, and keeping them led to the address that holds.

What is noted (setting HOOKS): ``owner``, the mark of this store's endpoints there, made once; by provider the endpoint
and the address it was given. The note without an endpoint is made before anything is asked for, so that an act that a
crash or a lost answer cut off is known, and done anew.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.adapters.psp import provider_class
from core.bootstrap.following import pasted, webhook_of
from core.kernel.errors import LivePayError
from core.kernel.ids import new_uuid
from core.payments.hooks import RegistersHooks
from core.payments.provider import Finding, Provider, SendUnknown
from core.tunnels.rules import HOOKS

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def offers(adapter: type[Provider]) -> bool:
    """Can this provider's notices be set from here?"""
    return issubclass(adapter, RegistersHooks)


async def hook(shop: Shop, name: str, actor: str) -> Sequence[Finding]:
    """Have the provider send its notices here, and keep the secret that signs them. Never raises for its no."""
    adapter = provider_class(name)
    provider = adapter(shop.provider_config(adapter), shop.http)
    if not shop.address():
        return (Finding(False, "Enter the public address of this store first: the notices are sent there."),)
    try:
        async with shop.hooking:
            await _register(shop, provider, actor)
    except SendUnknown as error:
        return (provider.told(error),)
    except LivePayError as error:
        return (Finding(False, error.message, error.params),)
    return (Finding(True, "{provider} sends its notices here: nothing is left to paste.", {"provider": adapter.label}),)


async def follow(shop: Shop, actor: str) -> None:
    """Lead to the address that holds every endpoint that has another; do anew what was cut off.

    Raises SendUnknown, Rejected, Refused: what is left is done the next time.
    """
    async with shop.hooking:
        await _follow(shop, actor)


async def _follow(shop: Shop, actor: str) -> None:
    for name, noted in sorted(_noted(shop)["hooks"].items()):
        url = webhook_of(shop, name)
        if not shop.address() or (noted["id"] and noted["url"] == url):
            continue
        adapter = provider_class(name)
        provider = adapter(shop.provider_config(adapter), shop.http)
        if not isinstance(provider, RegistersHooks):
            continue
        if noted["id"] and await provider.move_webhook(noted["id"], url):
            await asyncio.to_thread(_note, shop, name, noted["id"], url, actor)
        else:
            await _register(shop, provider, actor)


async def _register(shop: Shop, provider: Provider, actor: str) -> None:
    assert isinstance(provider, RegistersHooks)
    name, url = provider.name, webhook_of(shop, provider.name)
    before = _noted(shop)["hooks"].get(name)
    owner = await asyncio.to_thread(_note, shop, name, "", url, actor)
    try:
        made = await provider.register_webhook(url, owner, new_uuid())
    except SendUnknown:
        raise
    except LivePayError:  # a clear no: the seller's own hand is the way out, and nothing is tried again by itself
        await asyncio.to_thread(_restore, shop, name, before, actor)
        raise
    await asyncio.to_thread(shop.settings.set_secret, f"psp.{name}.webhook_secret", made.secret, actor)
    await asyncio.to_thread(_note, shop, name, made.id, url, actor)


def _note(shop: Shop, name: str, hook_id: str, url: str, actor: str) -> str:
    """→ the owner. Blocks."""
    noted = _noted(shop)
    noted["hooks"][name] = {"id": hook_id, "url": url}
    shop.settings.set(HOOKS, json.dumps(noted), actor)
    if hook_id:
        pasted(shop, name, actor)
    return str(noted["owner"])


def _restore(shop: Shop, name: str, before: dict[str, str] | None, actor: str) -> None:
    noted = _noted(shop)
    noted["hooks"].pop(name, None)
    if before is not None:
        noted["hooks"][name] = before
    shop.settings.set(HOOKS, json.dumps(noted), actor)


def _noted(shop: Shop) -> dict[str, Any]:
    kept = shop.settings.get(HOOKS)
    noted: dict[str, Any] = json.loads(kept) if kept else {"owner": new_uuid(), "hooks": {}}
    return noted
