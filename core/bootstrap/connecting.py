"""Connecting a store to WhatsApp and a payment provider, value by value, and what it still takes to sell for real."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from core.adapters.psp import REGISTRY, provider_class
from core.adapters.whatsapp_values import Values, answers, examine
from core.connecting import queries
from core.connecting.queries import Heard
from core.connecting.rules import Standing, pasted, recommended, tidied
from core.conversations import outgoing, sendcodes, threads
from core.kernel.errors import LivePayError
from core.payments.provider import Finding, Provider
from core.tunnels.rules import KIND, RELAY

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

_LEARNING: Final = (0.1, 0.2, 0.4, 0.8, 1.6)  # s
TYPED: Final = ("access_token", "phone_number_id", "waba_id", "app_secret", "verify_token")
"""What is typed of WhatsApp; the public address, which WhatsApp calls, is the network's."""
_SENT: Final = ("accepted", "sent", "delivered", "read", "played", "merged")


# -- WhatsApp


def values(shop: Shop, typed: Mapping[str, str] | None = None) -> Values:
    """The connection as kept, with what is being typed in front of it."""
    get, secret = shop.settings.get, shop.settings.secret
    typed = typed or {}

    def value(name: str) -> str:
        key = f"whatsapp.{name}"
        kept = secret(key) if shop.settings.declaration(key).kind == "secret" else get(key)
        return pasted(typed.get(name, kept))

    return Values(
        get("whatsapp.base_url"),
        get("whatsapp.api_version"),
        **{name: value(name) for name in TYPED},
        public_url=pasted(typed.get("public_url", shop.public_url())).rstrip("/"),
        served=bool(shop.local_url),
    )


async def examine_whatsapp(shop: Shop, typed: Mapping[str, str] | None = None) -> dict[str, Finding]:
    """Each value by itself, as typed or else as kept. Never raises."""
    return await examine(shop.http, values(shop, typed))


async def more_of_whatsapp(shop: Shop) -> list[Finding]:
    """What the health of a number does not tell: the token, the app's secret, the address from outside."""
    if shop.channel() is None:
        return []
    found = await examine_whatsapp(shop)
    token = found.get("access_token")
    said = token is not None and not token.ok  # a token that is refused is named by the number's health already
    return [found[name] for name in ("access_token", "app_secret", "public_url")[said:] if name in found]


async def connect_whatsapp(shop: Shop) -> Sequence[Finding]:
    """Subscribe the app, lead the number's events here, which WhatsApp verifies at once, and test all of it."""
    channel, url = shop.channel(), shop.public_url()
    token = shop.settings.secret("whatsapp.verify_token")
    if channel is None:
        return await shop.check_whatsapp()
    if not url:
        return (Finding(False, "Enter the public address of this store first: WhatsApp sends the messages there."),)
    if not token:
        return (Finding(False, "Make the verify token first: WhatsApp asks for it before it sends anything."),)
    if shop.settings.get(KIND) == RELAY:
        await _learned(shop, url)
    try:
        await lead_whatsapp(shop, url)
    except LivePayError as error:
        return (Finding(False, error.message, error.params),)
    return await shop.check_whatsapp()


async def _learned(shop: Shop, url: str) -> None:
    """Give a relay the moment it takes to learn a token that has just been made: it answers WhatsApp's question itself,
    and WhatsApp asks it at once."""
    for pause in _LEARNING:
        if (await answers_at(shop, url)).ok:
            return
        await asyncio.sleep(pause)


async def lead_whatsapp(shop: Shop, url: str) -> None:
    """Have the number's events sent to ``url``, which must answer now. Raises NotSent, Unclear, SendRefused."""
    channel = shop.channel()
    assert channel is not None
    await channel.subscribe()
    await channel.set_callback_override(f"{url}/webhooks/whatsapp", shop.settings.secret("whatsapp.verify_token"))


async def answers_at(shop: Shop, url: str) -> Finding:
    """Whether this store answers at its address, by way of outside. Never raises."""
    return await answers(shop.http, replace(values(shop), public_url=url))


def answer_first(shop: Shop, after: int, text: str) -> tuple[Heard, Finding | None] | None:
    """The first message after that of this id, answered once with ``text``; None while nobody wrote. Blocks.

    Beside it what became of the answer, None while that is on its way.
    """
    heard = shop.engine.read(lambda r: queries.heard_after(r, after))
    if heard is None:
        return None
    echo = shop.engine.read(lambda r: queries.echo_of(r, heard.message_id))
    if echo is None:
        key = f"{queries.ECHO}{heard.message_id}"
        message = outgoing.text(text)
        shop.engine.call(lambda tx: threads.post(tx, heard.customer_id, key, message, author="bot"), actor="seller")
        return heard, None
    if echo.state in _SENT:
        return heard, Finding(True, "Your number answers: the test message has left.")
    if echo.code is not None or echo.state in ("failed", "dropped"):
        return heard, Finding(False, sendcodes.action(echo.code).message, {"code": echo.code})
    return heard, None


# -- payments


def draft(shop: Shop, name: str, typed: Mapping[str, str]) -> Provider:
    """A provider with what is being typed in front of what is kept."""
    adapter = provider_class(name)
    config = shop.provider_config(adapter)
    return adapter(replace(config, values={**config.values, **as_meant(name, typed)}), shop.http)


def as_meant(name: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Values for a provider without what came along as they were pasted. Names and numbers keep their spaces."""
    return tidied(typed, {field.name for field in provider_class(name).fields if field.secret})


async def examine_provider(shop: Shop, name: str, typed: Mapping[str, str]) -> Sequence[Finding]:
    """What the provider says of the values; nothing while one is missing. Never raises."""
    provider = draft(shop, name, typed)
    return await provider.selftest() if provider.configured() else ()


def offered(shop: Shop) -> tuple[str, ...]:
    """Providers for this store's country and currency, those to begin with first. The sandbox is for practice."""
    fitting = [
        p.name
        for p in REGISTRY
        if p.name != "sandbox" and shop.card.country in p.caps.countries and shop.card.currency in p.caps.currencies
    ]
    return recommended(fitting, shop.card.country)


# -- what is missing


def standing(shop: Shop) -> Standing:
    """Blocks for two short reads."""
    products, heard = shop.engine.read(lambda r: (queries.has_products(r), queries.has_heard(r)))
    settings = shop.settings
    secrets = all(settings.secret(f"whatsapp.{name}") for name in ("access_token", "app_secret", "verify_token"))
    ids = all(settings.get(f"whatsapp.{name}") for name in ("phone_number_id", "waba_id"))
    return Standing(
        products,
        bool(shop.address()),
        secrets and ids,
        heard,
        any(p.configured() for p in shop.providers()),
    )
