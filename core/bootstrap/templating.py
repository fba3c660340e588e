"""WhatsApp's templates wired to the rest of the shop: their desk, and what is told by them by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.bootstrap.quoting import quote_url
from core.conversations.beyond import Beyond, followed
from core.conversations.events import MessageProgressed
from core.conversations.templatedesk import TemplateDesk
from core.customers.service import phone_of
from core.storage.connection import Reader
from core.usage.rules import card_of, market_of

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def beyond(shop: Shop) -> Beyond:
    return Beyond(
        shop.talk, lambda: shop.name, lambda nonce: quote_url(shop, nonce), shop.country.zone, shop.talk.language
    )


def bind(shop: Shop) -> None:
    """What follows from a template that was sent, in the same transaction."""
    shop.templates = TemplateDesk(shop.engine, shop.channel, shop.media)
    shop.talk.beyond = beyond(shop).tell
    shop.engine.react(MessageProgressed, lambda tx, e: followed(tx, e.outbox_id, e.state))
    shop.engine.subscribe(shop.templates.on_events)


def cost(shop: Shop, reader: Reader, conversation_id: int, category: str) -> int | None:
    """What one message of this category costs with this person, in millionths of a dollar; None where not known."""
    customer_id = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,))
    card = card_of(shop.meter.month(shop.clock.now()))
    if card is None or customer_id is None:
        return None
    return card.rate(category, market_of(phone_of(reader, int(customer_id))))
