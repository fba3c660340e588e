"""The dialog with a buyer: what they meant → what is done → one answer. Everything inside one transaction.

Understanding is behind :func:`core.understanding.engine.understand`; a fuller assistant replaces that function, not
this flow. Prices, stock and promises come from the database only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from core.catalogue.lexicon import Lexicon
from core.conversations import adding, interest, lists, outgoing, scoring, situation, threads
from core.conversations.adapting import joined as joined_lines
from core.conversations.aside import Aside
from core.conversations.outgoing import Button, fit
from core.conversations.paying import CANCEL, METHOD, PAY, Till
from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.conversations.steps import Steps
from core.conversations.texts import say, spoken_to
from core.kernel.errors import Refused
from core.orders.limits import Limited
from core.orders.rules import RESERVED
from core.orders.service import Claimed, Order, Wanted, load, merge_wanted
from core.storage.engine import Tx
from core.understanding import fragments
from core.understanding.engine import understand
from core.understanding.rules import (
    MISSES_BEFORE_HANDOVER,
    Context,
    Intent,
    Step,
    Understanding,
    next_step,
)
from core.understanding.tokens import MOST

CLAIM, MINE, CATALOGUE, HELP = "claim", "mine", "catalogue", "help"


class Talk(Steps):
    """Answers one customer message. ``hours()``: the opening hours as the seller wrote them, empty when not told;
    ``proposes()``: whether what goes together may be proposed."""

    def __init__(
        self,
        lexicon: Lexicon,
        language: Callable[[], str],
        hours: Callable[[], str],
        till: Till,
        proposes: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(till)
        self.proposes = proposes
        self._lexicon = lexicon
        self.language = language
        self._hours = hours
        self.aside: Aside | None = None
        self.quote_asked: Callable[[Tx, int, Sequence[tuple[int, int]]], object] = lambda tx, customer_id, items: None

    # -- the way in --------------------------------------------------------------------------------------------

    def answer(self, tx: Tx, customer_id: int, conversation_id: int, message: InboundMessage) -> None:
        """Do what the message asks and queue at most one reply."""
        reply = Reply(tx, customer_id, conversation_id, message, self.language())
        if self.aside is not None:
            self.aside.before(reply, message)
        if message.location is not None and self.place_heard(reply, message):
            return
        if message.reply_id:
            self._pressed(reply, message.reply_id)
        elif message.cart:
            self._cart(reply, message)
        elif message.media is not None and not message.text:
            self._media(reply, message)
        elif message.text and not scoring.heard(reply, message.text, self.orders, self._till.currency):
            self._said(reply, message)
        elif message.unsupported or message.type in ("location", "contacts"):
            reply.hand_over("media", silent=True)

    def slow_down(self, tx: Tx, customer_id: int, minute: int) -> None:
        """Too many messages: said once a minute, nothing else is done."""
        code = str(tx.value("SELECT language FROM customer WHERE id = ?", (customer_id,)))
        language = spoken_to(self.language(), tx, customer_id, code)
        threads.post(tx, customer_id, f"slow:{customer_id}:{minute}", outgoing.text(say("rate_limited", language)))

    def _said(self, reply: Reply, message: InboundMessage) -> None:
        row = reply.tx.one("SELECT shown_product, misses FROM conversation WHERE id = ?", (reply.conversation_id,))
        shown, misses = row or (None, 0)
        meant = self._read(reply, message.text, Context(shown), misses)
        reply.language_heard("mg" if meant.language == "mixed" else meant.language)  # who mixes reads both
        if self.place_heard(reply, message, meant):
            return
        if message.media is not None and meant.intent is not Intent.CLAIM:
            self._media(reply, message)
            return
        step = next_step(meant, misses)
        if self.aside is not None and self.aside.takes(reply, message, meant, step):
            return
        if step is not Step.ACT:
            self._not_understood(reply, meant)
            return
        reply.tx.run("UPDATE conversation SET misses = 0 WHERE id = ?", (reply.conversation_id,))
        interest.noted(reply, meant)
        _INTENTS[meant.intent](self, reply, meant)
        if not _BEYOND.isdisjoint(meant.also) and meant.intent not in _BEYOND:
            reply.hand_over("question")  # asked beside it, and not answered: the seller sees it

    def _read(self, reply: Reply, text: str, context: Context, misses: int) -> Understanding:
        """What this message means; with the pieces right before it that meant nothing alone, where it does not either.

        « je voudrais la » … « petite dorée » within seconds are one thought (lessons c9).
        """
        meant = understand(text, self._lexicon, context)
        if not misses or next_step(meant, 0) is Step.ACT:
            return meant
        whole = understand(fragments.joined(reply.lately_said(misses + 1)), self._lexicon, context)
        return whole if next_step(whole, 0) is Step.ACT else meant

    def _pressed(self, reply: Reply, reply_id: str) -> None:
        """A button or list row of ours; old ones may come back at any time, so the state is looked at anew."""
        verb, _, rest = reply_id.partition(":")
        number, _, value = rest.partition(":")
        subject = int(number) if number.isascii() and number.isdigit() else 0
        if self.pressed_step(reply, verb, subject, value):
            return
        if verb in (PAY, CANCEL):
            self._pressed_on_card(reply, verb, subject)
        elif verb == METHOD:
            self._method(reply, subject, value)
        elif verb == CLAIM and subject:
            count = int(value) if value.isascii() and value.isdigit() else 0
            self._claim(reply, [Wanted(subject, count if 0 < count <= MOST else None)])
        elif verb == MINE:
            self._mine(reply, None)
        elif verb == CATALOGUE:
            self._catalogue(reply, None)
        elif verb == HELP:
            self._human(reply, None)
        else:
            self._not_understood(reply)

    def _pressed_on_card(self, reply: Reply, verb: str, order_id: int) -> None:
        """PAYER or ANNULER under a card: of this order only, however old the card is."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is not None and order_id not in (0, order.id):
            self._truth(reply)
        elif verb == PAY:
            self._pay(reply, None)
        else:
            self._cancel(reply, None)

    # -- claiming ----------------------------------------------------------------------------------------------

    def _cart(self, reply: Reply, message: InboundMessage) -> None:
        wanted: list[Wanted] = []
        for line in message.cart:
            found = reply.tx.value("SELECT id FROM product WHERE sku = ? AND active", (line.sku,))
            if found is not None:
                wanted.append(Wanted(found, max(1, min(line.quantity, 999))))
        if wanted:
            self._claim(reply, wanted)
        else:
            self._not_understood(reply)

    def _claim_meant(self, reply: Reply, meant: Understanding) -> None:
        self._claim(reply, [Wanted(i.product_id, i.quantity if i.counted else None) for i in meant.items])

    def _claim(self, reply: Reply, wanted: Sequence[Wanted]) -> None:
        try:
            claimed = self.orders.claim(reply.tx, reply.customer_id, merge_wanted(wanted), "whatsapp")
        except Limited as limit:
            reply.hand_over("limit")
            reply.text(f"limit_{limit.why}", most=self.orders.limits.most())
            return
        except Refused:
            reply.text("not_available_answer", **self._product(reply, wanted[0].product_id))
            return
        if claimed.order_id is None:
            outcome = claimed.outcomes[0]
            reply.text("sold_out_waiting", place=outcome.place, **self._product(reply, outcome.product_id))
            return
        self.card(reply, claimed)

    def card(self, reply: Reply, claimed: Claimed) -> None:
        """The rich card of F34: what is held, for how long, PAYER / ANNULER."""
        assert claimed.order_id is not None
        order = load(reply.tx, claimed.order_id)
        if order.state != RESERVED:  # made no dearer than what was paid already: the confirmation has said so
            return
        more = "" if claimed.joined or not self.proposes() else adding.line(reply, order.id, self.money)
        lines = [f"\n{line}" for line in (*self._shortfalls(reply, claimed), more) if line]
        body = joined_lines(self._card_body(reply, claimed, order), lines)
        held = [o.product_id for o in claimed.outcomes if o.held]
        photo = situation.photo(reply.tx, reply.language, held[0]) if len(held) == 1 else None
        reply.send_before_end(self.step(reply.tx, order, body, reply.language, photo), order)

    def _card_body(self, reply: Reply, claimed: Claimed, order: Order) -> str:
        held = [o for o in claimed.outcomes if o.held]
        if claimed.joined or len(held) > 1:
            return say(
                "added_to_order", reply.language, lines=self.lines(reply.tx, order.id), total=self.money(order.total)
            )
        product = self._product(reply, held[0].product_id)
        reply.showed(held[0].product_id)
        card, more = self.card_values(reply.tx, held[0].product_id, reply.language)
        total = self.money(order.total)
        body = say(card, reply.language, quantity=held[0].held, total=total, **product, **more)
        return situation.card(reply, body)

    def _shortfalls(self, reply: Reply, claimed: Claimed) -> list[str]:
        """What could not be held as asked, one line each."""
        lines: list[str] = []
        for outcome in claimed.outcomes:
            product = self._product(reply, outcome.product_id)
            if outcome.held and outcome.held < outcome.asked:
                lines.append(say("quantity_reduced", reply.language, asked=outcome.asked, held=outcome.held, **product))
            elif not outcome.held:
                lines.append(say("sold_out_waiting", reply.language, place=outcome.place, **product))
        return lines

    # -- the rest ----------------------------------------------------------------------------------------------

    def _cancel(self, reply: Reply, _: Understanding | None) -> None:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        left = self.orders.leave_line(reply.tx, reply.customer_id)
        if order is None:
            reply.text("order_cancelled_line" if left else "nothing_to_cancel")
            return
        self.orders.cancel(reply.tx, order.id, "customer")
        text = "order_cancelled_partial" if order.received else "order_cancelled"
        reply.text(text, reference=order.reference, amount=self.money(order.received))

    def _mine(self, reply: Reply, _: Understanding | None) -> None:
        reply.send(lists.my_orders(reply.tx, reply.customer_id, reply.language, self.money))

    def _catalogue(self, reply: Reply, _: Understanding | None) -> None:
        reply.send(lists.catalogue(reply.tx, reply.language, self.money, CLAIM))

    def _price(self, reply: Reply, meant: Understanding) -> None:
        if not meant.items:
            self._catalogue(reply, meant)
            return
        product_id = meant.items[0].product_id
        product = self._product(reply, product_id)
        reply.showed(product_id)
        if product["left"] <= 0:
            reply.text("not_available_answer", **product)
            return
        key = "price_answer" if meant.intent == "price" else "available_answer"
        button = Button(f"{CLAIM}:{product_id}", say("button_take", reply.language))
        photo = situation.photo(reply.tx, reply.language, product_id)
        body = situation.with_stock(reply, say(key, reply.language, **product), product)
        reply.send(outgoing.buttons(body, [button], photo=photo))

    def _media(self, reply: Reply, message: InboundMessage) -> None:
        """A photo never changes a state: the true one is told and the providers are asked again (no peer does that)."""
        assert message.media is not None
        if not message.text and reply.continues_album():  # answered with its first picture: every message is billed
            return
        if message.media.kind in ("audio", "voice"):
            reply.text("voice_note_answer")
            reply.hand_over("voice", silent=True)
        elif message.media.kind == "image" and reply.latest_order() is not None:
            self._truth(reply, claimed=True)
        else:
            reply.text("photo_answer")
            reply.hand_over("media", silent=True)

    def _greeting(self, reply: Reply, _: Understanding) -> None:
        button = Button(CATALOGUE, say("button_catalogue", reply.language))
        mine = Button(MINE, say("button_my_orders", reply.language))
        body, buttons = say("greeting", reply.language, name=reply.first_name()), [button, mine]
        again = situation.last_bought(reply)
        if again is not None:
            reply.showed(again)
            body += "\n" + say("line_same_again", reply.language, **self._product(reply, again))
            buttons.append(Button(f"{CLAIM}:{again}", say("button_take", reply.language)))
        reply.send(outgoing.buttons(body, buttons))

    def _human(self, reply: Reply, _: Understanding | None) -> None:
        if reply.hand_over("human"):
            reply.text("human_handover")

    def _yes(self, reply: Reply, meant: Understanding) -> None:
        """« Oui » under a card means: it is right (F46), or I pay. With nothing open it answers nothing of ours."""
        if (order := self.orders.open_order(reply.tx, reply.customer_id)) is not None:
            self.agree(reply, order)

    def _hours_asked(self, reply: Reply, _: Understanding) -> None:
        if hours := self._hours():
            reply.text("hours_answer", hours=hours)
        else:
            self._for_the_seller(reply, "question")

    def _question(self, reply: Reply, meant: Understanding) -> None:
        """Delivery, sizes, papers: the books know nothing of it, a person does; a draft of the quote waits for them."""
        if meant.intent is Intent.QUOTE:
            self.quote_asked(reply.tx, reply.customer_id, [(i.product_id, i.quantity) for i in meant.items])
        self._for_the_seller(reply, "quote" if meant.intent is Intent.QUOTE else "question")

    def _complaint(self, reply: Reply, _: Understanding) -> None:
        if reply.hand_over("complaint"):
            reply.text("complaint_answer")

    def _corrected(self, reply: Reply, meant: Understanding) -> None:
        """« non 3 », « plutôt SAC2 »: the number of what is held is set; another product is offered by its button."""
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        product_id = meant.items[0].product_id if meant.items else shown
        if product_id is None or (not meant.items and meant.number is None):
            self._for_the_seller(reply, "change")
        elif meant.number is not None and self._holds(reply, product_id):
            self._claim(reply, [Wanted(product_id, meant.number)])
        else:
            self.offer(reply, product_id, meant.number)

    def _holds(self, reply: Reply, product_id: int) -> bool:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        held = "SELECT 1 FROM order_line WHERE order_id = ? AND product_id = ? AND held > 0"
        return order is not None and reply.tx.value(held, (order.id, product_id)) is not None

    def offer(self, reply: Reply, product_id: int, number: int | None) -> None:
        """One short question: this product, so many?"""
        product = self._product(reply, product_id)
        reply.showed(product_id)
        take = Button(f"{CLAIM}:{product_id}:{number or ''}", say("button_take", reply.language))
        buttons = [take, Button(HELP, say("button_help", reply.language))]
        reply.send(outgoing.buttons(say("is_it_this", reply.language, quantity=number or 1, **product), buttons))

    def _nothing(self, reply: Reply, _: Understanding) -> None:
        """Thanks and "ok 👍" deserve no billed message (lessons: Stardeck)."""

    def _not_understood(self, reply: Reply, meant: Understanding | None = None) -> None:
        """One short question, with the likeliest answers as buttons; then a person."""
        misses = reply.tx.value("SELECT misses FROM conversation WHERE id = ?", (reply.conversation_id,))
        reply.tx.run("UPDATE conversation SET misses = misses + 1 WHERE id = ?", (reply.conversation_id,))
        if misses < MISSES_BEFORE_HANDOVER:
            buttons = self._likely_buttons(reply, meant)
            reply.send(outgoing.buttons(say("not_understood_first", reply.language), buttons))
        if reply.hand_over("not_understood") and misses >= MISSES_BEFORE_HANDOVER:
            reply.text("human_handover")

    def _likely_buttons(self, reply: Reply, meant: Understanding | None) -> list[Button]:
        """At most three: the product named, what was likeliest meant, and help."""
        named = meant.items[0].product_id if meant and len(meant.items) == 1 else None
        open_order = self.orders.open_order(reply.tx, reply.customer_id)
        likely = [_BUTTONS[intent] for intent in (meant.likely if meant else ()) if intent in _BUTTONS]
        offered = [(verb, text) for verb, text, of_order in likely if open_order or not of_order]
        first = [(CATALOGUE, "button_catalogue") if named is None else (f"{CLAIM}:{named}", "button_take")]
        chosen = [*dict.fromkeys([*first, *offered])][:2]
        return [Button(verb, say(text, reply.language)) for verb, text in (*chosen, (HELP, "button_help"))]

    def _product(self, reply: Reply, product_id: int) -> dict[str, Any]:
        row = reply.tx.one("SELECT title, keyword, price, on_hand - held FROM product WHERE id = ?", (product_id,))
        title, keyword, price, left = row or ("", "", 0, 0)
        return {"product": fit(title, 80), "keyword": keyword, "price": self.money(price), "left": left}


_BEYOND: Final = frozenset(
    {Intent.DELIVERY, Intent.DETAILS, Intent.QUOTE, Intent.HUMAN, Intent.COMPLAINT, Intent.PAYMENT_PROBLEM}
)
# What is asked back, by what was likely meant: the button's verb, its text, whether an open order is needed.
_BUTTONS: Final[dict[Intent, tuple[str, str, bool]]] = {
    Intent.PAY: (PAY, "button_pay", True),
    Intent.PAYMENT_MEANS: (PAY, "button_pay", True),
    Intent.CANCEL: (CANCEL, "button_cancel", True),
    Intent.MY_ORDERS: (MINE, "button_my_orders", False),
    Intent.PAYMENT_TALK: (MINE, "button_my_orders", False),
    Intent.CATALOGUE: (CATALOGUE, "button_catalogue", False),
    Intent.PRICE: (CATALOGUE, "button_catalogue", False),
    Intent.AVAILABILITY: (CATALOGUE, "button_catalogue", False),
}

_INTENTS: Final[dict[str, Callable[[Talk, Reply, Any], None]]] = {
    "claim": Talk._claim_meant,
    "cancel": Talk._cancel,
    "pay": Talk._pay,
    "my_orders": Talk._mine,
    "catalogue": Talk._catalogue,
    "payment_talk": Talk._payment_talk,
    "price": Talk._price,
    "availability": Talk._price,
    "greeting": Talk._greeting,
    "thanks": Talk._nothing,
    "human": Talk._human,
    "yes": Talk._yes,
    "no": Talk._nothing,
    "acknowledgement": Talk._nothing,
    "quantity": Talk._corrected,
    "change": Talk._corrected,
    "details": Talk._question,
    "delivery": Talk._question,
    "quote": Talk._question,
    "opening_hours": Talk._hours_asked,
    "payment_means": Talk._payment_means,
    "payment_problem": Talk._payment_problem,
    "complaint": Talk._complaint,
}
