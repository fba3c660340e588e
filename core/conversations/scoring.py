"""« STOP SCORE »: a person's word on being scored by their habits, noted and confirmed."""

from __future__ import annotations

from core.conversations.replying import Reply
from core.customers import consent


def heard(reply: Reply, text: str) -> bool:
    """Was this the message? Then it is answered."""
    given = consent.word_of(text)
    if given is None:
        return False
    consent.say(reply.tx, reply.customer_id, given, "conversation")
    reply.text("score_accepted" if given else "score_refused")
    return True
