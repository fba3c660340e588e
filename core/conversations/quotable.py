"""A quote asked for in the chat, by its button or in words: drafted for the seller, or sent at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.conversations.events import QuoteWanted
from core.conversations.outgoing import fit
from core.conversations.paying import Paying, Till
from core.conversations.replying import Reply
from core.orders import terms
from core.orders.queries import lines_of
from core.orders.service import Order
from core.quotes.service import load
from core.storage.engine import Tx

LINES = 8  # of a quote that are repeated in the chat


class Quotable(Paying):
    """``quote_asked(tx, customer, [(product, how many)])`` → (the quote's id or None, whether it goes at once)."""

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self.quote_asked: Callable[[Tx, int, Sequence[tuple[int, int]]], tuple[int | None, bool]] = (
            lambda tx, customer_id, items: (None, False)
        )

    def ask_quote(self, reply: Reply, items: Sequence[tuple[int, int]], order: Order | None) -> None:
        """Of what was named, else of what ``order`` holds; the buyer is told which, or gets the paper itself.

        The hold goes on to its own end, and where the shop offers quotes that end is nobody's fault.
        """
        if order is not None:
            items = items or [(line.product_id, line.quantity) for line in lines_of(reply.tx, order.id)]
            reply.tx.emit(QuoteWanted(reply.conversation_id, order.id))
            if self.orders.segment().quotes:
                terms.quote_asked(reply.tx, order.id)
        quote_id, at_once = self.quote_asked(reply.tx, reply.customer_id, items)
        if at_once:  # the paper itself is the answer
            return
        reply.hand_over("quote", silent=True)
        if quote_id is None:
            reply.text("quote_noted")
            return
        quote = load(reply.tx, quote_id)
        shown = [f"{line.quantity} × {fit(line.description, 60)}" for line in quote.lines]
        lines = "\n".join(shown[:LINES]) + ("…" if len(shown) > LINES else "")
        reply.text("quote_wanted", lines=lines, total=self.money(quote.total))
