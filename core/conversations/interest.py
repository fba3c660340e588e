"""A question for a price or a quote is what makes somebody a prospect."""

from __future__ import annotations

from typing import Final

from core.conversations.events import InterestShown
from core.conversations.replying import Reply
from core.understanding.rules import Intent, Understanding

ASKING: Final = (Intent.QUOTE, Intent.PRICE)


def noted(reply: Reply, meant: Understanding) -> None:
    """Say that they asked, beside whatever is answered."""
    for intent in ASKING:
        if intent in (meant.intent, *meant.also):
            reply.tx.emit(InterestShown(reply.conversation_id, reply.customer_id, intent.value))
            return
