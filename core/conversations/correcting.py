"""What is held, corrected: one more, one less, this one out, another instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.conversations import outgoing
from core.conversations.claiming import CLAIM, HELP, SWAP, Claiming
from core.conversations.outgoing import Button, Row, Section, fit
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.kernel.clock import DAY
from core.orders.rules import RESERVED
from core.orders.service import MAX_QUANTITY, Order, Wanted, load
from core.understanding.rules import Intent, Understanding

OUT: Final = "out"  # the verb of a button: this product out of the order
SOLD_LATELY: Final = 30 * DAY
# The latest order that somebody may mean by « annule », with nothing open: it stands, was paid not long ago, or is for
# a day to come.
_SOLD: Final = (
    "SELECT reference FROM orders o WHERE customer_id = ?1 AND (state = 'reserved' OR (state = 'paid' AND (paid_at > ?2"
    " OR EXISTS (SELECT 1 FROM booking b JOIN slot s ON s.id = b.slot_id WHERE b.order_id = o.id AND s.starts_at > ?3)"
    " OR EXISTS (SELECT 1 FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = o.id"
    " AND p.event_at > ?3)))) ORDER BY id DESC LIMIT 1"
)
_BUTTONS: Final = 2  # products that are asked back by buttons, beside help; more of them are a list


class Correcting(Claiming):
    """Every number is set, never added twice: what is meant is counted from what the books hold now."""

    def claim_meant(self, reply: Reply, meant: Understanding) -> None:
        held = self._counts(reply)
        wanted = []
        for item in meant.items:
            more = held.get(item.product_id, 0) if meant.by is not None else 0
            number = min(item.quantity + more, MAX_QUANTITY) if item.counted else None
            wanted.append(Wanted(item.product_id, number, item.note))
        self.claim(reply, wanted, meant.out)

    def corrected(self, reply: Reply, meant: Understanding) -> None:
        """« non 3 », « une en moins », « plutôt SAC2 »: the number of what is held is set; another product is offered
        by its button."""
        if meant.by is not None:
            self._more_or_fewer(reply, meant, meant.by)
            return
        if meant.taken_out or (meant.out and not meant.items):
            self.take_out(reply, meant.out)
            return
        product_id = meant.items[0].product_id if meant.items else self._spoken_of(reply)
        held = self._counts(reply)
        if meant.number is not None and not meant.items and product_id not in held and len(held) > 1:
            self._which_by(reply, dict.fromkeys(held, 0), meant.number)
        elif product_id is None or (not meant.items and meant.number is None):
            self._for_the_seller(reply, "change")
        elif meant.number is not None and product_id in held:
            self.claim(reply, [Wanted(product_id, meant.number)])
        else:
            other = next((one for one in meant.out if one in held), self._only_other(reply, product_id))
            self.offer(reply, product_id, meant.number, CLAIM if other is None else SWAP, other)

    def cancel(self, reply: Reply, meant: Understanding | None) -> None:
        """All of the open order, or only what is named of it."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        named = () if meant is None else meant.out or tuple(item.product_id for item in meant.items)
        if order is not None and meant is not None and (named or meant.taken_out):
            self.take_out(reply, named)
            return
        left = self.orders.leave_line(reply.tx, reply.customer_id)
        if order is None and left:
            reply.text("order_cancelled_line")
        elif order is None:
            self._nothing_open(reply)
        else:
            self._cancel_all(reply, order)

    def _nothing_open(self, reply: Reply) -> None:
        """What is sold is not the bot's to cancel: the seller is asked, and the buyer told so."""
        since, now = reply.tx.now - SOLD_LATELY, reply.tx.now
        sold = reply.tx.value(_SOLD, (reply.customer_id, since, now))
        if sold is None:
            reply.text("nothing_to_cancel")
            return
        reply.hand_over("change", silent=True)
        reply.text("sold_not_cancelled", reference=sold)

    def _cancel_all(self, reply: Reply, order: Order) -> None:
        self.orders.cancel(reply.tx, order.id, "customer")
        text = "order_cancelled_partial" if order.received else "order_cancelled"
        reply.text(text, reference=order.reference, amount=self.money(order.received))

    def take_out(self, reply: Reply, named: Sequence[int]) -> None:
        """These products out of the order; which of them, where that is not clear; all of it, where nothing is left."""
        order, held = self.orders.open_order(reply.tx, reply.customer_id), self._counts(reply)
        gone = [product_id for product_id in named if product_id in held]
        if order is None or not held:
            self._nothing_open(reply)
        elif not gone:
            self._which_out(reply, list(held))
        elif len(gone) == len(held):
            self._cancel_all(reply, order)
        elif order.received:  # money is in for all of it: a person decides
            self._for_the_seller(reply, "change")
        else:
            for product_id in gone:
                self.orders.put_back(reply.tx, order.id, product_id)
            titles = ", ".join(self.product_values(reply.tx, product_id)["product"] for product_id in gone)
            self.order_card(reply, order.id, say("taken_out", reply.language, product=titles))

    def refused(self, reply: Reply, meant: Understanding) -> bool:
        """« sans le sac », not sure: one short question about what is held; a refusal of what is not is heard."""
        if not (meant.out or meant.taken_out):
            return False
        held = self._counts(reply)
        named = [product_id for product_id in meant.out if product_id in held]
        if named or (held and meant.taken_out):
            self._which_out(reply, named or list(held))
        elif meant.out:
            reply.text("not_reserved", **self.product_values(reply.tx, meant.out[0]))
        else:
            return False
        return True

    def refuses_held(self, reply: Reply, meant: Understanding) -> bool:
        """« KAFTAN n’est pas pour moi », from who holds it: to be asked about; from others it needs no answer."""
        return meant.intent is Intent.NO and not set(meant.out).isdisjoint(self._counts(reply))

    def order_card(self, reply: Reply, order_id: int, above: str = "") -> None:
        """The open order as it is now, what it costs, and its next step."""
        order = load(reply.tx, order_id)
        lines, total = self.lines(reply.tx, order.id), self.money(order.total)
        body = "\n".join(filter(None, (above, say("order_total", reply.language, lines=lines, total=total))))
        if order.state != RESERVED:
            reply.send(outgoing.text(body))
            return
        reply.send_before_end(self.step(reply.tx, order, body, reply.language), order)

    # -- of what is held ---------------------------------------------------------------------------------------

    def _counts(self, reply: Reply) -> dict[int, int]:
        """Product → how many of it are held in the open order."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        sql = "SELECT product_id, held FROM order_line WHERE order_id = ? AND held > 0 ORDER BY id"
        return {} if order is None else dict(reply.tx.all(sql, (order.id,)))

    def _spoken_of(self, reply: Reply) -> int | None:
        """What « 3 » or « une de plus » is said of: the only thing held, or what was shown last."""
        shown: int | None = reply.tx.value(
            "SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,)
        )
        held = self._counts(reply)
        return next(iter(held)) if len(held) == 1 and shown not in held else shown

    def _more_or_fewer(self, reply: Reply, meant: Understanding, by: int) -> None:
        held = self._counts(reply)
        product_id = meant.items[0].product_id if meant.items else self._spoken_of(reply)
        if product_id in held:
            assert product_id is not None
            left = held[product_id] + by
            if left > 0:
                self.claim(reply, [Wanted(product_id, min(left, MAX_QUANTITY))])
            elif left == 0:
                self.take_out(reply, [product_id])
            else:
                self._which_out(reply, [product_id])
        elif by > 0 and product_id is not None:
            self.offer(reply, product_id, by)
        elif held:
            self._which_by(reply, held, by)
        else:
            self._for_the_seller(reply, "change")

    def described(self, reply: Reply, note: str) -> bool:
        """« en rouge, taille M » of the one thing that is held. → whether there is one."""
        held = self._counts(reply) if note else {}
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is None or len(held) != 1:
            return False
        ((product_id, number),) = held.items()
        self.orders.claim(reply.tx, reply.customer_id, [Wanted(product_id, number, note)], "whatsapp")
        reply.understood()
        self.order_card(reply, order.id)
        return True

    # -- asked back --------------------------------------------------------------------------------------------

    def _which_out(self, reply: Reply, products: Sequence[int]) -> None:
        if len(products) == 1:
            product = self.product_values(reply.tx, products[0])
            take = Button(f"{OUT}:{products[0]}", say("button_take_out", reply.language))
            buttons = [take, Button(HELP, say("button_help", reply.language))]
            reply.send(outgoing.buttons(say("take_out_this", reply.language, **product), buttons))
            return
        self._which(reply, say("take_out_which", reply.language), {f"{OUT}:{one}": one for one in products})

    def _which_by(self, reply: Reply, held: dict[int, int], by: int) -> None:
        verbs = {
            (f"{CLAIM}:{product_id}:{number + by}" if number + by > 0 else f"{OUT}:{product_id}"): product_id
            for product_id, number in held.items()
        }
        self._which(reply, say("which_of_them", reply.language), verbs)

    def _which(self, reply: Reply, body: str, choices: dict[str, int]) -> None:
        titles = {verb: self.product_values(reply.tx, one)["product"] for verb, one in choices.items()}
        if len(choices) <= _BUTTONS:
            buttons = [Button(verb, fit(title, 20)) for verb, title in titles.items()]
            reply.send(outgoing.buttons(body, [*buttons, Button(HELP, say("button_help", reply.language))]))
            return
        rows = [Row(verb, fit(title, 24), fit(title, 72)) for verb, title in list(titles.items())[:10]]
        reply.send(outgoing.list_message(body, say("button_choose", reply.language), [Section("", rows)]))
