"""The store's WhatsApp chat: how it speaks there, where viewers of a live are led, and the picture that OBS shows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from core.adapters.whatsapp_health import shown_number
from core.conversations.adapting import Switches
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import catalogue
from core.kernel.phone import normalise

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop
    from core.payments.provider import Finding

NUMBER: Final = "whatsapp.number"


def chat_url(shop: Shop, text: str) -> str:
    """The store's chat with these words typed already; empty while its number is not known."""
    try:
        number = normalise(shop.settings.get(NUMBER), shop.card.country)
    except Refused:
        return ""
    return f"https://wa.me/{number.removeprefix('+')}?text={quote(text)}"


def claim_url(shop: Shop, keyword: str, language: str = "") -> str:
    """The chat with the claim of this very product typed, in a language or the store's: it holds whatever is on screen
    when the message arrives."""
    texts = catalogue("overlay", language or shop.settings.get("store.language"))
    return chat_url(shop, texts.gettext("I take {keyword}").format(keyword=keyword))


def chat_switches(shop: Shop) -> Switches:
    """What the seller lets the bot's texts add."""
    switch = shop.settings.switch
    return Switches(
        urgency=switch("chat.urgency"),
        trust=switch("chat.trust_badge"),
        suggestions=switch("chat.suggestions"),
        free_delivery=switch("chat.first_delivery_free"),
        simple=switch("chat.simple"),
    )


async def learn_number(shop: Shop, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The number behind the phone number ID is the one buyers must write to; a simulator's is not kept. → findings"""
    number = shown_number(findings)
    if shop.settings.is_lent("whatsapp.phone_number_id") or number == shop.settings.get(NUMBER):
        return findings
    with suppress(LivePayError):  # not a number, or a disk that refuses: the connection works all the same
        normalise(number, shop.card.country)
        await asyncio.to_thread(shop.settings.set, NUMBER, number, "whatsapp")
    return findings


def overlay_urls(shop: Shop) -> tuple[str, str]:
    """What OBS opens: on this computer, and from elsewhere ("" without a public address), where a key is asked."""
    path, public = f"/overlay/{shop.slug}", shop.address()
    return f"{shop.local_url}{path}", f"{public}{path}?key={shop.overlay_key}" if public else ""
