"""Who speaks, wired to the rest of the shop: the bot falls silent when a person writes, and speaks again in time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.conversations import handovers
from core.conversations.events import PersonSpoke, TakenOver
from core.conversations.pausing import Pausing
from core.customers.events import CustomersMerged
from core.storage.engine import Tx
from core.understanding.engine import understand
from core.understanding.rules import SILENT

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def pausing_of(shop: Shop) -> Pausing:
    return Pausing(
        partial(shop.settings.number, "bot.resume_minutes"),
        partial(shop.settings.switch, "bot.announce"),
        shop.talk.language,
        lambda text: understand(text, shop.lexicon).intent not in SILENT,
    )


def bind(shop: Shop) -> None:
    """What follows from who speaks, in the same transaction."""
    react = shop.engine.react
    react(TakenOver, shop.pausing.taken)
    react(PersonSpoke, shop.pausing.spoke)
    react(CustomersMerged, _one_person)


def _one_person(tx: Tx, event: CustomersMerged) -> None:
    """Where a person speaks to one of two records that proved to be one, the bot is silent for both."""
    handovers.hold_back(tx, event.customer_id)
