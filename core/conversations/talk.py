"""The dialog with a buyer: what they meant → what is done → one answer. Everything inside one transaction.

Understanding is behind :func:`core.understanding.engine.understand`; a fuller assistant replaces that function, not
this flow. Prices, stock and promises come from the database only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from core.catalogue.lexicon import Lexicon
from core.conversations import interest, lists, outgoing, pieces, scoring, situation, threads
from core.conversations.aside import Aside
from core.conversations.asked import FAQ, Opening
from core.conversations.claiming import CLAIM, HELP, SWAP
from core.conversations.correcting import OUT
from core.conversations.hearing import Hearing
from core.conversations.outgoing import Button
from core.conversations.paying import CANCEL, METHOD, PAY, Till
from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.conversations.texts import say, spoken_to
from core.conversations.timing import AT
from core.conversations.topical import CATALOGUE
from core.orders.service import MAX_QUANTITY, Wanted
from core.storage.engine import Tx
from core.understanding.rules import (
    MISSES_BEFORE_HANDOVER,
    SILENT,
    Intent,
    Step,
    Understanding,
    next_step,
)

MINE: Final = "mine"
DETAILS: Final = "live"
"""Of a live that is over: its seller's button."""
PAUSED: Final = "paused"
"""Why a person is asked for while the seller has paused the bot."""


class Instead(Protocol):
    """How something is told by an approved template where the 24 hours are over."""

    def __call__(
        self, tx: Tx, customer_id: int, use: str, key: str, *, until: int | None = None, **more: str | int
    ) -> bool:
        """→ whether one could."""
        ...


class Talk(Hearing):
    """Answers one customer message. ``proposes()``: whether what goes together may be proposed; ``awake()``: whether
    the bot speaks at all, or the seller has paused it."""

    def __init__(
        self,
        lexicon: Lexicon,
        language: Callable[[], str],
        opening: Opening,
        till: Till,
        proposes: Callable[[], bool] = lambda: False,
        awake: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(till, opening, proposes, lexicon)
        self.awake = awake
        self.language = language
        self.aside: Aside | None = None
        self.beyond: Instead | None = None
        self.live_detailed: Callable[[Reply, int], bool] = lambda reply, session_id: False

    def instead(
        self, tx: Tx, customer_id: int, use: str, key: str, *, until: int | None = None, **more: str | int
    ) -> bool:
        """Tell it by an approved template, where the 24 hours are over. → whether one could."""
        return self.beyond is not None and self.beyond(tx, customer_id, use, key, until=until, **more)

    # -- the way in --------------------------------------------------------------------------------------------

    def answer(self, tx: Tx, customer_id: int, conversation_id: int, message: InboundMessage) -> None:
        """Do what the message asks and queue at most one reply."""
        reply = Reply(tx, customer_id, conversation_id, message, self.language())
        self.closed_note(reply)
        self._answer(reply, message)
        reply.flush()

    def pieces_due(self, tx: Tx, conversation_id: int) -> None:
        """The rest of a thought did not come: what there is is answered."""
        tx.actor = "bot"
        found = pieces.due(tx, conversation_id)
        if found is not None and not self.awake():
            threads.escalate(tx, conversation_id, PAUSED)
        elif found is not None:
            customer_id, message = found
            reply = Reply(tx, customer_id, conversation_id, message, self.language())
            self.closed_note(reply)
            self._said(reply, message, final=True)
            reply.flush()

    def _answer(self, reply: Reply, message: InboundMessage) -> None:
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
        said = say("rate_limited", spoken_to(self.language(), tx, customer_id, code))
        threads.post(tx, customer_id, f"slow:{customer_id}:{minute}", outgoing.text(said))

    def _said(self, reply: Reply, message: InboundMessage, *, final: bool = False) -> None:
        """``final``: nothing more of this thought comes."""
        row = reply.tx.one("SELECT shown_product, misses FROM conversation WHERE id = ?", (reply.conversation_id,))
        shown, misses = row or (None, 0)
        found = pieces.meaning(reply, message.text, self._lexicon, self.context(shown))
        heard = "mg" if found.language == "mixed" else found.language  # who mixes reads both
        reply.language_heard(heard, message.text)
        if self.place_heard(reply, message, found):
            return
        meant = found if message.media is not None else self.heard(reply, message.text, found)
        if meant is None:
            pieces.ended(reply.tx, reply.conversation_id)
            return
        if message.media is not None and meant.intent is not Intent.CLAIM:
            self._media(reply, message)
            return
        step = next_step(meant, misses)
        loose = self._counts_nothing(reply, meant, shown)
        if not final and (loose or step is not Step.ACT):
            if self.written(reply, message.text, meant):
                return
            if pieces.wait(reply, message.text):
                reply.drop_notes()
                return
        pieces.ended(reply.tx, reply.conversation_id)
        self._done(reply, message, meant, step, loose=loose)

    def _done(self, reply: Reply, message: InboundMessage, meant: Understanding, step: Step, *, loose: bool) -> None:
        """What is meant, done and answered. ``loose``: it counts nothing that is known."""
        if self.aside is not None and self.aside.takes(reply, message, meant, step):
            reply.drop_notes()
            return
        if self.written(reply, message.text, meant):
            return
        general = meant.intent is Intent.DETAILS and not meant.items  # « vrai parfum ? »: of no product
        if (step is Step.ASK or general) and self.which(reply, message.text):
            return
        unclear = step is not Step.ACT or meant.topic is not None or meant.note
        if (unclear or self.refuses_held(reply, meant)) and self._said_plainly(reply, meant):
            return
        if loose or step is not Step.ACT or meant.intent not in _INTENTS:
            self._not_understood(reply, meant)
            return
        reply.understood()
        interest.noted(reply, meant)
        if meant.intent in SILENT and not meant.also:
            reply.drop_notes()
        self.answered_beside(reply, meant)
        _INTENTS[meant.intent](self, reply, meant)

    def _said_plainly(self, reply: Reply, meant: Understanding) -> bool:
        """A total, a lower price, goods that are not sold; something that shall not be in the order; a size."""
        if meant.topic is not None:
            return self.topic_answered(reply, meant)
        return self.described(reply, meant.note) or self.refused(reply, meant)

    def _counts_nothing(self, reply: Reply, meant: Understanding, shown: int | None) -> bool:
        """« 2 », where nothing was shown and nothing is held."""
        bare = meant.intent is Intent.QUANTITY and not meant.items and shown is None
        return bare and self.orders.open_order(reply.tx, reply.customer_id) is None

    def _pressed(self, reply: Reply, reply_id: str) -> None:
        """A button or list row of ours; old ones may come back at any time, so the state is looked at anew."""
        verb, _, rest = reply_id.partition(":")
        number, _, value = rest.partition(":")
        subject = _whole(number)
        if self.pressed_step(reply, verb, subject, value):
            return
        if verb in (PAY, CANCEL):
            self._pressed_on_card(reply, verb, subject)
        elif verb == METHOD:
            self._method(reply, subject, value)
        elif verb in (CLAIM, SWAP) and subject:
            count, _, other = value.partition(":")
            wanted = _whole(count) if 0 < _whole(count) <= MAX_QUANTITY else None
            if verb == SWAP:
                self.swapped(reply, subject, wanted, _whole(other) or None)
            else:
                self.claim(reply, [Wanted(subject, wanted)])
        elif verb == OUT and subject:
            self.take_out(reply, [subject])
        elif verb == AT:
            self.take_time(reply, subject)
        elif verb == MINE:
            self._mine(reply, None)
        elif verb == CATALOGUE:
            reply.send(lists.catalogue(reply.tx, reply.language, self.money, CLAIM, subject))
        elif verb == FAQ and self.chosen_question(reply, subject):
            reply.understood()
        elif verb == HELP:
            self._human(reply, None)
        elif verb != DETAILS or not self.live_detailed(reply, subject):
            self._not_understood(reply)

    def _pressed_on_card(self, reply: Reply, verb: str, order_id: int) -> None:
        """PAYER or ANNULER under a card: of this order only, however old the card is."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is not None and order_id not in (0, order.id):
            self._truth(reply)
        elif verb == PAY:
            self._pay(reply, None)
        else:
            self.cancel(reply, None)

    # -- claiming ----------------------------------------------------------------------------------------------

    def _cart(self, reply: Reply, message: InboundMessage) -> None:
        wanted: list[Wanted] = []
        for line in message.cart:
            found = reply.tx.value("SELECT id FROM product WHERE sku = ? AND active", (line.sku,))
            if found is not None:
                wanted.append(Wanted(found, max(1, min(line.quantity, 999))))
        if wanted:
            self.claim(reply, wanted)
        else:
            self._not_understood(reply)

    # -- the rest ----------------------------------------------------------------------------------------------

    def _mine(self, reply: Reply, _: Understanding | None) -> None:
        reply.send(lists.my_orders(reply.tx, reply.customer_id, reply.language, self.money))

    def _catalogue(self, reply: Reply, _: Understanding | None) -> None:
        reply.send(lists.catalogue(reply.tx, reply.language, self.money, CLAIM))

    def _price(self, reply: Reply, meant: Understanding) -> None:
        if not meant.items:
            self._catalogue(reply, meant)
            return
        product_id = meant.items[0].product_id
        product = self.product_values(reply.tx, product_id)
        reply.showed(product_id)
        if product["left"] <= 0:
            self._none_left(reply, product_id, product)
            return
        key = "price_answer" if meant.intent == "price" else "available_answer"
        button = Button(f"{CLAIM}:{product_id}", say("button_take", reply.language))
        photo = situation.photo(reply.tx, reply.language, product_id)
        body = situation.with_stock(reply, say(key, reply.language, **product), product)
        reply.send(outgoing.buttons(body, [button], photo=photo))

    def _none_left(self, reply: Reply, product_id: int, product: dict[str, Any]) -> None:
        """Whoever holds the last of it sees what they hold."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is not None and product_id in self._counts(reply):
            self.order_card(reply, order.id, self.price_told(reply, product_id))
        else:
            reply.send(outgoing.text(self.gone(reply, product)))

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

    def _greeting(self, reply: Reply, meant: Understanding) -> None:
        """Once a day; what is asked beside it is answered all the same."""
        if not self.greets_today(reply):
            if not meant.also:
                reply.drop_notes()
            return
        shown = ((CATALOGUE, "button_catalogue"), (MINE, "button_my_orders"))
        buttons = [Button(verb, say(text, reply.language)) for verb, text in shown]
        example = lists.example(reply.tx, "example_one", reply.language, reply.tx.now)
        greeting = say("greeting", reply.language, name=reply.first_name(), example=example)
        body, again = situation.same_again(reply, greeting, lambda r, p: self.product_values(r.tx, p))
        if again is not None:
            buttons.append(Button(f"{CLAIM}:{again}", say("button_take", reply.language)))
        reply.send(outgoing.buttons(body, buttons))

    def _human(self, reply: Reply, _: Understanding | None) -> None:
        if reply.hand_over("human"):
            reply.text("human_handover")

    def _yes(self, reply: Reply, meant: Understanding) -> None:
        """« Oui » under a card means: it is right (F46), or I pay. With nothing open it answers nothing of ours."""
        if (order := self.orders.open_order(reply.tx, reply.customer_id)) is not None:
            self.agree(reply, order)

    def _question(self, reply: Reply, meant: Understanding) -> None:
        """Delivery, sizes, papers: the books know nothing of it, a person does."""
        self._for_the_seller(reply, "question")

    def _complaint(self, reply: Reply, _: Understanding) -> None:
        if reply.hand_over("complaint"):
            reply.text("complaint_answer")

    def _nothing(self, reply: Reply, _: Understanding) -> None:
        """Thanks and "ok 👍" deserve no billed message (lessons: Stardeck)."""

    def _not_understood(self, reply: Reply, meant: Understanding | None = None) -> None:
        """One short question, with the likeliest answers as buttons; then a person."""
        misses = reply.missed()
        if misses < MISSES_BEFORE_HANDOVER:
            buttons = self._likely_buttons(reply, meant)
            example = lists.example(reply.tx, "example_two", reply.language, reply.tx.now)
            said = say("not_understood_first", reply.language, example=example)
            reply.send(outgoing.buttons(said, buttons))
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


def _whole(text: str) -> int:
    """A number of a button of ours, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


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
    "claim": Talk.claim_meant,
    "cancel": Talk.cancel,
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
    "quantity": Talk.corrected,
    "change": Talk.corrected,
    "details": Talk._question,
    "delivery": Talk._question,
    "quote": Talk.quote_wanted,
    "opening_hours": Talk.hours_asked,
    "payment_means": Talk._payment_means,
    "payment_problem": Talk._payment_problem,
    "complaint": Talk._complaint,
}
