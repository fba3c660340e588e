"""Claiming in the conversation: what is held, the card that says so, and corrections of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.conversations import adding, outgoing, situation
from core.conversations.asked import Asked, Opening
from core.conversations.outgoing import Button
from core.conversations.paying import Till
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.kernel.errors import Refused
from core.orders.limits import Limited
from core.orders.rules import RESERVED
from core.orders.service import Claimed, Order, Wanted, load, merge_wanted
from core.understanding.rules import Understanding

CLAIM, SWAP, HELP = "claim", "swap", "help"  # verbs of buttons and rows


class Claiming(Asked):
    """``proposes()``: whether what goes together may be proposed."""

    def __init__(self, till: Till, opening: Opening, proposes: Callable[[], bool]) -> None:
        super().__init__(till, opening)
        self.proposes = proposes

    def claim_meant(self, reply: Reply, meant: Understanding) -> None:
        self.claim(reply, [Wanted(i.product_id, i.quantity if i.counted else None) for i in meant.items])

    def claim(self, reply: Reply, wanted: Sequence[Wanted], instead_of: int | None = None) -> None:
        """``instead_of``: a product of the open order that goes back once the wanted ones are held."""
        claimed = self.held(reply, wanted)
        if claimed is None or claimed.order_id is None:
            return
        if instead_of is not None and all(outcome.held for outcome in claimed.outcomes):
            self.orders.put_back(reply.tx, claimed.order_id, instead_of)
        self.card(reply, claimed)

    def held(self, reply: Reply, wanted: Sequence[Wanted]) -> Claimed | None:
        """Hold what is wanted; where nothing could be held that is said. → None where it may not be."""
        try:
            claimed = self.orders.claim(reply.tx, reply.customer_id, merge_wanted(wanted), "whatsapp")
        except Limited as limit:
            reply.hand_over("limit")
            reply.text(f"limit_{limit.why}", most=self.orders.limits.most())
            return None
        except Refused:
            reply.text("not_available_answer", **self.product_values(reply.tx, wanted[0].product_id))
            return None
        if claimed.order_id is None:
            outcome = claimed.outcomes[0]
            reply.text("sold_out_waiting", place=outcome.place, **self.product_values(reply.tx, outcome.product_id))
        return claimed

    def swapped(self, reply: Reply, product_id: int, number: int | None) -> None:
        """« plutôt SAC2 », confirmed: it takes the place of the one thing that is held."""
        self.claim(reply, [Wanted(product_id, number)], self._only_other(reply, product_id))

    def _only_other(self, reply: Reply, product_id: int) -> int | None:
        """What the buyer holds, where that is one product and not this one."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        held = "SELECT product_id FROM order_line WHERE order_id = ? AND held > 0"
        found = [] if order is None else [row[0] for row in reply.tx.all(held, (order.id,))]
        return found[0] if len(found) == 1 and found[0] != product_id else None

    def card(self, reply: Reply, claimed: Claimed) -> None:
        """The rich card of F34: what is held, for how long, PAYER / ANNULER."""
        assert claimed.order_id is not None
        order = load(reply.tx, claimed.order_id)
        if order.state != RESERVED:  # made no dearer than what was paid already: the confirmation has said so
            return
        more = "" if claimed.joined or not self.proposes() else adding.line(reply, order.id, self.money)
        first = "" if claimed.joined else situation.pays_first(reply)
        body = situation.below(self._card_body(reply, claimed, order), (*self._shortfalls(reply, claimed), first, more))
        held = [o.product_id for o in claimed.outcomes if o.held]
        photo = situation.photo(reply.tx, reply.language, held[0]) if len(held) == 1 else None
        reply.send_before_end(self.step(reply.tx, order, body, reply.language, photo), order)

    def _card_body(self, reply: Reply, claimed: Claimed, order: Order) -> str:
        held = [o for o in claimed.outcomes if o.held]
        if claimed.joined or len(held) > 1:
            return say(
                "added_to_order", reply.language, lines=self.lines(reply.tx, order.id), total=self.money(order.total)
            )
        product = self.product_values(reply.tx, held[0].product_id)
        reply.showed(held[0].product_id)
        card, more = self.card_values(reply.tx, held[0].product_id, reply.language)
        total = self.money(order.total)
        return situation.card(reply, say(card, reply.language, quantity=held[0].held, total=total, **product, **more))

    def _shortfalls(self, reply: Reply, claimed: Claimed) -> list[str]:
        """What could not be held as asked, one line each."""
        lines: list[str] = []
        for outcome in claimed.outcomes:
            product = self.product_values(reply.tx, outcome.product_id)
            if outcome.held and outcome.held < outcome.asked:
                lines.append(say("quantity_reduced", reply.language, asked=outcome.asked, held=outcome.held, **product))
            elif not outcome.held:
                lines.append(say("sold_out_waiting", reply.language, place=outcome.place, **product))
        return lines

    def corrected(self, reply: Reply, meant: Understanding) -> None:
        """« non 3 », « plutôt SAC2 »: the number of what is held is set; another product is offered by its button."""
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        product_id = meant.items[0].product_id if meant.items else shown
        if product_id is None or (not meant.items and meant.number is None):
            self._for_the_seller(reply, "change")
        elif meant.number is not None and self._holds(reply, product_id):
            self.claim(reply, [Wanted(product_id, meant.number)])
        else:
            other = self._only_other(reply, product_id)
            self.offer(reply, product_id, meant.number, CLAIM if other is None else SWAP)

    def _holds(self, reply: Reply, product_id: int) -> bool:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        held = "SELECT 1 FROM order_line WHERE order_id = ? AND product_id = ? AND held > 0"
        return order is not None and reply.tx.value(held, (order.id, product_id)) is not None

    def offer(self, reply: Reply, product_id: int, number: int | None, verb: str = CLAIM) -> None:
        """One short question: this product, so many?"""
        product = self.product_values(reply.tx, product_id)
        reply.showed(product_id)
        take = Button(f"{verb}:{product_id}:{number or ''}", say("button_take", reply.language))
        buttons = [take, Button(HELP, say("button_help", reply.language))]
        reply.send(outgoing.buttons(say("is_it_this", reply.language, quantity=number or 1, **product), buttons))
