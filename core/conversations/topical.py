"""Answers to what words say plainly beside the intent: the total, a lower price, credit, goods that are not sold here,
numbers nobody can mean, a script that is not read. Only what the books and the shop's own rules say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.conversations import lists, outgoing
from core.conversations.claiming import CLAIM
from core.conversations.correcting import Correcting
from core.conversations.outgoing import Button
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.orders import terms
from core.understanding.rules import Intent, Topic, Understanding

CATALOGUE: Final = "catalogue"  # the verb of a button
_OFFERED: Final = (1, 2, 3)
SAID_BESIDE_A_NUMBER: Final = frozenset({Topic.CREDIT, Topic.HAGGLING})  # « 3, en 2 fois ? »: the number counts too


class Topical(Correcting):
    def topic_answered(self, reply: Reply, meant: Understanding) -> bool:
        """→ whether that was the answer; False: what else is meant is answered as ever."""
        answer = _TOPICS.get(meant.topic) if meant.topic is not None else None
        return answer is not None and answer(self, reply, meant)

    def _total(self, reply: Reply, _: Understanding) -> bool:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is not None:
            reply.understood()
            self.order_card(reply, order.id)
        return order is not None

    def _haggling(self, reply: Reply, meant: Understanding) -> bool:
        """Prices are as they stand; who insists is heard by the seller."""
        fixed = say("price_fixed", reply.language)
        if _counts(meant):
            reply.note(fixed)
            return False
        if reply.last_said().startswith(fixed):
            if reply.hand_over("haggling"):
                reply.text("human_handover")
            return True
        reply.understood()
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        product_id = meant.items[0].product_id if meant.items else shown
        if product_id is None:
            reply.send(outgoing.buttons(fixed, [self._catalogue_button(reply)]))
            return True
        product = self.product_values(reply.tx, product_id)
        reply.showed(product_id)
        body = f"{fixed}\n{self.price_told(reply, product_id)}"
        take = Button(f"{CLAIM}:{product_id}", say("button_take", reply.language))
        reply.send(outgoing.buttons(body, [take if product["left"] > 0 else self._catalogue_button(reply)]))
        return True

    def _credit(self, reply: Reply, meant: Understanding) -> bool:
        """No credit, but by the terms the seller has given this very buyer; a deposit where the shop takes one."""
        if terms.allowed(reply.tx, reply.customer_id):
            return False
        segment = self.orders.segment()
        said = (
            say("credit_deposit", reply.language, percent=segment.deposit_percentage)
            if segment.require_deposit
            else say("no_credit", reply.language)
        )
        if _counts(meant):
            reply.note(said)
            return False
        reply.understood()
        means = self.means(reply)
        more = say("payment_means_answer", reply.language, means=means) if means else ""
        reply.send(outgoing.text("\n".join(filter(None, (said, more)))))
        return True

    def _not_sold(self, reply: Reply, _: Understanding) -> bool:
        reply.understood()
        sold = "SELECT 1 FROM product WHERE active AND on_hand > held AND (event_at IS NULL OR event_at > ?) LIMIT 1"
        if not reply.tx.value(sold, (reply.tx.now,)):
            reply.send(lists.catalogue(reply.tx, reply.language, self.money, CLAIM))
            return True
        reply.send(outgoing.buttons(say("not_sold_here", reply.language), [self._catalogue_button(reply)]))
        return True

    def _how_many(self, reply: Reply, meant: Understanding) -> bool:
        product_id = meant.items[0].product_id if meant.items else self._spoken_of(reply)
        if product_id is None:
            return False
        product = self.product_values(reply.tx, product_id)
        if product["left"] <= 0 and product_id not in self._counts(reply):
            return False
        reply.understood()
        reply.showed(product_id)
        buttons = [Button(f"{CLAIM}:{product_id}:{number}", str(number)) for number in _OFFERED]
        reply.send(outgoing.buttons(say("how_many", reply.language, **product), buttons))
        return True

    def _script(self, reply: Reply, _: Understanding) -> bool:
        """Said once; then the person who was asked for answers."""
        if reply.hand_over("script"):
            reply.text("script_answer")
        return True

    def _catalogue_button(self, reply: Reply) -> Button:
        return Button(CATALOGUE, say("button_catalogue", reply.language))


def _counts(meant: Understanding) -> bool:
    """Whether something is taken, or counted, in the same message."""
    return meant.intent is Intent.CLAIM or (meant.intent is Intent.QUANTITY and bool(meant.items))


_TOPICS: Final[dict[Topic, Callable[[Topical, Reply, Understanding], bool]]] = {
    Topic.TOTAL: Topical._total,
    Topic.HAGGLING: Topical._haggling,
    Topic.CREDIT: Topical._credit,
    Topic.NOT_SOLD: Topical._not_sold,
    Topic.HOW_MANY: Topical._how_many,
    Topic.SCRIPT: Topical._script,
}
