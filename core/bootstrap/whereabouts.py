"""Whether another computer has taken over a store that was moved from here, as far as that can be known from outside.

A relay knows. Without one, WhatsApp's own address for the number tells it where that is no longer the one this computer
led it to; where it still is, nobody can say.
"""

from __future__ import annotations

from msgspec import Struct

from core.adapters.relay_place import Holder, holder
from core.bootstrap.following import WEBHOOK
from core.bootstrap.shop import Shop
from core.bootstrap.stores import open_shop
from core.kernel.errors import LivePayError, Refused
from core.relay.home import home_id
from core.relay.keys import StoreKeys
from core.relay.place import Place, place_of
from core.storage import departure
from core.storage.departure import Departure
from core.storage.folder import Home
from core.tunnels.rules import LED


class Whereabouts(Struct, frozen=True):
    """``answers``: who answers for the store: nobody else (``here``), another computer, or unknown. ``relay``: the host
    that said so, empty where none could be asked; ``file_here``: the file still stands where it was written."""

    departure: Departure
    answers: Holder
    relay: str
    file_here: bool


async def whereabouts(home: Home, slug: str) -> Whereabouts:
    """Asks outside. Raises Refused for a store that was not moved, EnvironmentProblem."""
    departure.finish(home.folder(slug))
    gone = home.moved(slug)
    if gone is None:
        raise Refused("The store “{name}” was not moved from here.", name=home.card(slug).name)
    shop = open_shop(home, slug, away=True)
    try:
        at_relay = shop.engine.read(place_of)
        answers = await (_relay_says(shop, at_relay) if at_relay is not None else _whatsapp_says(shop))
    finally:
        await shop.close_network()
        shop.close()
    path = gone.path
    return Whereabouts(gone, answers, at_relay.domain if at_relay else "", path is not None and path.is_file())


async def _relay_says(shop: Shop, place: Place) -> Holder:
    """The place as it was before the move: the file's is one further on."""
    before = Place(place.url, place.handle, place.address, place.epoch - 1)
    return await holder(before, StoreKeys(shop.relay_seed), home_id(shop.folder.parent.parent))


async def _whatsapp_says(shop: Shop) -> Holder:
    channel, led = shop.channel(), shop.settings.get(LED).partition(" ")[2]
    if channel is None or not led:
        return "unknown"
    try:
        there = await channel.led_to()
    except LivePayError:
        return "unknown"
    return "elsewhere" if there and there != led + WEBHOOK else "unknown"
