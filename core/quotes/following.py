"""Looking after a quote that waits: not opened, or opened and not answered, each some days later and once.

The end of its time is :mod:`core.quotes.answering`'s; nothing is said here in the days when that is told.
"""

from __future__ import annotations

from typing import Final

from core.durable.deadlines import set_deadline
from core.kernel.clock import DAY
from core.quotes.events import QuoteUnanswered, QuoteUnseen
from core.quotes.rules import OPEN, SENT
from core.quotes.service import load
from core.storage.engine import Tx

FOLLOW: Final = "quote_follow"  # kind of deadline


def plan(tx: Tx, quote_id: int, days: int, remind_days: int) -> None:
    """Look again in so many days, 0 for never. ``remind_days``: how long before its end the customer is reminded."""
    quote, at = load(tx, quote_id), tx.now + days * DAY
    if days and quote.state in OPEN and at < quote.valid_until - remind_days * DAY:
        set_deadline(tx, FOLLOW, quote_id, at)


def follow(tx: Tx, quote_id: int) -> None:
    """The days are over. Nothing for a quote that was answered or replaced, or is over."""
    quote = load(tx, quote_id)
    if quote.state in OPEN and quote.valid_until > tx.now:
        event = QuoteUnseen if quote.state == SENT else QuoteUnanswered
        tx.emit(event(quote_id, quote.customer_id))
