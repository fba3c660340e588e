"""Claiming in the conversation: what is held, and the card that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.conversations import adding, lists, outgoing, situation
from core.conversations.asked import Asked, Opening
from core.conversations.outgoing import Button
from core.conversations.paying import Till
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.kernel.errors import Refused
from core.orders.limits import Limited
from core.orders.rules import RESERVED
from core.orders.service import Claimed, Order, Wanted, load, merge_wanted

CLAIM, SWAP, HELP = "claim", "swap", "help"  # verbs of buttons and rows


class Claiming(Asked):
    """``proposes()``: whether what goes together may be proposed."""

    def __init__(self, till: Till, opening: Opening, proposes: Callable[[], bool]) -> None:
        super().__init__(till, opening)
        self.proposes = proposes

    def claim(self, reply: Reply, wanted: Sequence[Wanted], instead_of: Sequence[int] = ()) -> None:
        """``instead_of``: products of the open order that go back once the wanted ones are held."""
        claimed = self.held(reply, wanted)
        if claimed is None or claimed.order_id is None:
            return
        if all(outcome.held for outcome in claimed.outcomes):
            for product_id in instead_of:
                self.orders.put_back(reply.tx, claimed.order_id, product_id)
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
            self._not_held(reply, wanted[0].product_id)
            return None
        if claimed.order_id is None:
            outcome = claimed.outcomes[0]
            reply.text("sold_out_waiting", place=outcome.place, **self.product_values(reply.tx, outcome.product_id))
        return claimed

    def _not_held(self, reply: Reply, product_id: int) -> None:
        """It cannot be had; is sold here no more; or a number that nobody can mean was said of it."""
        product = self.product_values(reply.tx, product_id)
        if not reply.tx.value("SELECT active FROM product WHERE id = ?", (product_id,)):  # a row of long ago
            shown = Button(lists.MORE, say("button_catalogue", reply.language))
            reply.send(outgoing.buttons(say("not_sold_here", reply.language), [shown]))
        elif product["left"] > 0 or self._holds(reply, product_id):
            self.offer(reply, product_id, None)
        else:
            reply.send(outgoing.text(self.gone(reply, product)))

    def swapped(self, reply: Reply, product_id: int, number: int | None, other: int | None = None) -> None:
        """« plutôt SAC2 », confirmed: it takes the place of what was refused, or of the one thing that is held."""
        gone = other or self._only_other(reply, product_id)
        self.claim(reply, [Wanted(product_id, number)], () if gone is None else (gone,))

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
        if claimed.joined and len(held) == 1:
            reply.showed(held[0].product_id)  # « non 3 » will mean what was taken last
        if claimed.joined or len(held) > 1:
            return say(
                "added_to_order", reply.language, lines=self.lines(reply.tx, order.id), total=self.money(order.total)
            )
        product = self.product_values(reply.tx, held[0].product_id)
        reply.showed(held[0].product_id)
        if note := reply.tx.value("SELECT note FROM order_line WHERE order_id = ?", (order.id,)):
            product["product"] = f"{product['product']}, {note}"
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

    def offer(
        self, reply: Reply, product_id: int, number: int | None, verb: str = CLAIM, other: int | None = None
    ) -> None:
        """One short question: this product, so many? ``other``: what it takes the place of."""
        product = self.product_values(reply.tx, product_id)
        reply.showed(product_id)
        instead = "" if other is None else f":{other}"
        take = Button(f"{verb}:{product_id}:{number or ''}{instead}", say("button_take", reply.language))
        buttons = [take, Button(HELP, say("button_help", reply.language))]
        reply.send(outgoing.buttons(say("is_it_this", reply.language, quantity=number or 1, **product), buttons))
