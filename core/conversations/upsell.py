"""Something small that fits what was just paid (F85): one proposal for an order and for a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from core.conversations import outgoing, situation, threads
from core.conversations.adding import shown
from core.conversations.claiming import CLAIM
from core.conversations.manual import window_open
from core.conversations.notices import USEFUL_FOR
from core.conversations.outgoing import Button
from core.conversations.talk import Talk
from core.conversations.texts import say, spoken_to
from core.customers.rules import tier
from core.customers.service import record
from core.durable import outbox
from core.orders.events import OrderFirm
from core.orders.together import may_propose, note, related
from core.storage.engine import Tx


class Upsell(Struct, frozen=True):
    """``on()``: whether the store wants it."""

    talk: Talk
    on: Callable[[], bool]

    def paid(self, tx: Tx, event: OrderFirm) -> None:
        """After the confirmation; never to bronze, where WhatsApp would refuse it, or beside a person who speaks."""
        customer_id = event.customer_id
        if not self.on() or tier(record(tx, customer_id)) == "bronze" or not window_open(tx, customer_id, tx.now):
            return
        quiet = "SELECT mode = 'seller' OR escalated_at IS NOT NULL FROM conversation WHERE customer_id = ?"
        if tx.value(quiet, (customer_id,)) or not may_propose(tx, event.order_id, customer_id, tx.now):
            return
        found = related(tx, event.order_id)
        if found is None:
            return
        note(tx, event.order_id, customer_id, found)
        code = str(tx.value("SELECT language FROM customer WHERE id = ?", (customer_id,)))
        language = spoken_to(self.talk.language(), tx, customer_id, code)
        self._send(tx, event.order_id, customer_id, found.product_id, language)

    def _send(self, tx: Tx, order_id: int, customer_id: int, product_id: int, language: str) -> None:
        title, keyword, price = shown(tx, product_id)
        values: dict[str, Any] = {"product": title, "keyword": keyword, "price": self.talk.money(price)}
        take = Button(f"{CLAIM}:{product_id}", say("button_take", language))
        message = outgoing.buttons(
            say("upsell_paid", language, **values), [take], photo=situation.photo(tx, language, product_id)
        )
        threads.post(
            tx, customer_id, f"upsell:{order_id}", message, priority=outbox.REMINDER, valid_until=tx.now + USEFUL_FOR
        )
