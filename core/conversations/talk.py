"""The dialog with a buyer: what they meant → what is done → one answer. Everything inside one transaction.

Understanding is behind :func:`core.conversations.understanding.understand`; a fuller assistant replaces that function,
not this flow. Prices, stock and promises come from the database only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any, Final

from core.catalogue.lexicon import Lexicon
from core.catalogue.queries import photo_of
from core.conversations import lists, outgoing, scoring, threads
from core.conversations.events import PaymentTalk
from core.conversations.outgoing import Button, Outgoing, Row, Section, fit
from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.conversations.understanding import Context, Understanding, understand
from core.customers.service import record
from core.durable import outbox
from core.kernel.errors import Refused
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.orders.rules import RESERVED
from core.orders.service import Claimed, Order, Orders, Wanted, load, merge_wanted
from core.payments import receipts
from core.payments import service as payments
from core.payments.offer import Choice
from core.storage.engine import Tx

MISSES_BEFORE_HANDOVER: Final = 1
PAY, CANCEL, METHOD, CLAIM, MINE, CATALOGUE, HELP = "pay", "cancel", "method", "claim", "mine", "catalogue", "help"


class Talk:
    """Answers one customer message. ``choices(amount)`` are the means of payment; ``page_url(token)`` the pay page."""

    def __init__(
        self,
        orders: Orders,
        lexicon: Lexicon,
        token: Callable[[bytes], str],
        page_url: Callable[[str], str],
        reachable: Callable[[], bool],
        choices: Callable[[int], Sequence[Choice]],
        currency: str,
        zone: tzinfo,
        language: Callable[[], str],
    ) -> None:
        self.orders = orders
        self._lexicon = lexicon
        self._token = token
        self._page_url = page_url
        self._reachable = reachable
        self._choices = choices
        self._currency = currency
        self.zone = zone
        self.language = language

    # -- the way in --------------------------------------------------------------------------------------------

    def answer(self, tx: Tx, customer_id: int, conversation_id: int, message: InboundMessage) -> None:
        """Do what the message asks and queue at most one reply."""
        reply = Reply(tx, customer_id, conversation_id, message)
        if message.reply_id:
            self._pressed(reply, message.reply_id)
        elif message.cart:
            self._cart(reply, message)
        elif message.media is not None and not message.text:
            self._media(reply, message)
        elif message.text and not scoring.heard(reply, message.text):
            self._said(reply, message)
        elif message.unsupported or message.type in ("location", "contacts"):
            reply.hand_over("media", silent=True)

    def slow_down(self, tx: Tx, customer_id: int, minute: int) -> None:
        """Too many messages: said once a minute, nothing else is done."""
        language = str(tx.value("SELECT language FROM customer WHERE id = ?", (customer_id,)))
        threads.post(tx, customer_id, f"slow:{customer_id}:{minute}", outgoing.text(say("rate_limited", language)))

    def _said(self, reply: Reply, message: InboundMessage) -> None:
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        meant = understand(message.text, self._lexicon, Context(shown))
        reply.language_heard(meant.language)
        if message.media is not None and meant.intent != "claim":
            self._media(reply, message)
            return
        handler = _INTENTS.get(meant.intent)
        if handler is None:
            self._not_understood(reply, meant)
            return
        reply.tx.run("UPDATE conversation SET misses = 0 WHERE id = ?", (reply.conversation_id,))
        handler(self, reply, meant)

    def _pressed(self, reply: Reply, reply_id: str) -> None:
        """A button or list row of ours; old ones may come back at any time, so the state is looked at anew."""
        verb, _, rest = reply_id.partition(":")
        number, _, value = rest.partition(":")
        subject = int(number) if number.isascii() and number.isdigit() else 0
        if verb in (PAY, CANCEL):
            self._pressed_on_card(reply, verb, subject)
        elif verb == METHOD:
            self._method(reply, subject, value)
        elif verb == CLAIM and subject:
            self._claim(reply, [Wanted(subject)])
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
        body = "\n\n".join(p for p in (self._card_body(reply, claimed, order), *self._shortfalls(reply, claimed)) if p)
        held = [o.product_id for o in claimed.outcomes if o.held]
        photo = photo_of(reply.tx, held[0]) if len(held) == 1 else None
        buttons = self.pay_buttons(order.id, reply.language)
        reply.send_before_end(outgoing.buttons(body, buttons, photo=photo), order)

    def _card_body(self, reply: Reply, claimed: Claimed, order: Order) -> str:
        held = [o for o in claimed.outcomes if o.held]
        if claimed.joined or len(held) > 1:
            return say(
                "added_to_order", reply.language, lines=self.lines(reply.tx, order.id), total=self.money(order.total)
            )
        product = self._product(reply, held[0].product_id)
        reply.showed(held[0].product_id)
        body = say("product_card", reply.language, quantity=held[0].held, total=self.money(order.total), **product)
        paid = record(reply.tx, reply.customer_id).paid
        return body + ("\n" + say("product_card_history", reply.language, count=paid) if paid else "")

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

    def pay_buttons(self, order_id: int, language: str) -> list[Button]:
        return [
            Button(f"{PAY}:{order_id}", say("button_pay", language)),
            Button(f"{CANCEL}:{order_id}", say("button_cancel", language)),
        ]

    # -- paying ------------------------------------------------------------------------------------------------

    def _pay(self, reply: Reply, _: Understanding | None) -> None:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is None:
            reply.text("nothing_to_pay")
            return
        choices = self._choices(order.total - order.received)
        if len(choices) <= 1:
            self._link(reply, order, choices[0].value if choices else "")
            return
        body = say("choose_payment", reply.language, total=self.money(order.total - order.received))
        named = [(f"{METHOD}:{order.id}:{c.value}", _label(c, reply.language), c.through) for c in choices]
        if len(named) <= 3:
            titles = [(value, f"{title} · {through}" if through else title) for value, title, through in named]
            message = outgoing.buttons(body, [Button(value, fit(title, 20)) for value, title in titles])
        else:
            rows = [Row(value, fit(title, 24), through) for value, title, through in named[:10]]
            message = outgoing.list_message(body, say("button_choose", reply.language), [Section("", rows)])
        reply.send_before_end(message, order)

    def _method(self, reply: Reply, order_id: int, value: str) -> None:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is None or order.id != order_id:
            self._truth(reply)
            return
        self._link(reply, order, value)

    def _link(self, reply: Reply, order: Order, method: str) -> None:
        if self.public_url_missing():  # nobody could open the link: a person must help
            reply.hand_over("no_public_url")
            reply.text("human_handover")
            return
        reply.send_before_end(self.link_message(reply.tx, order, method, reply.language), order)

    def link_message(self, tx: Tx, order: Order, method: str, language: str) -> Outgoing:
        """The pay link as a button; without a public address, there is nothing a buyer could open."""
        url = self.url_of(tx, order.id) + (f"?m={method}" if method else "")
        due = self.money(order.total - order.received)
        body = say(
            "pay_link",
            language,
            lines=self.lines(tx, order.id),
            total=due,
            reference=order.reference,
            remaining="{remaining}",
        )
        return outgoing.link_button(body, fit(say("button_pay_amount", language, total=due), 20), url)

    def public_url_missing(self) -> bool:
        """Without a public address no link can be opened."""
        return not self._reachable()

    def url_of(self, tx: Tx, order_id: int) -> str:
        return self._page_url(self._token(tx.value("SELECT link FROM orders WHERE id = ?", (order_id,))))

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
        photo = photo_of(reply.tx, product_id)
        reply.send(outgoing.buttons(say(key, reply.language, **product), [button], photo=photo))

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

    def _payment_talk(self, reply: Reply, _: Understanding) -> None:
        if (order_id := reply.latest_order()) is not None:
            receipts.says_paid(reply.tx, order_id)  # where only the seller can see the money, they are asked to look
        self._truth(reply, claimed=True)

    def _truth(self, reply: Reply, *, claimed: bool = False) -> None:
        """What the books say of the latest order, while the providers are asked again.

        ``claimed``: the buyer said, or showed, that it is paid.
        """
        row = reply.latest_order()
        if row is None:
            reply.text("payment_talk_answer_none")
            return
        order = load(reply.tx, row)
        payments.ask_about_order(reply.tx, order.id)
        if claimed and order.state == RESERVED:
            reply.tx.emit(PaymentTalk(reply.conversation_id, order.id))
        text, amount = lists.money_state(reply.tx, order)
        body = say(
            text,
            reply.language,
            reference=order.reference,
            total=self.money(order.total),
            due=self.money(max(0, order.total - order.received)),
            amount=self.money(amount),
            remaining="{remaining}",
        )
        if order.state == RESERVED:
            reply.send(
                outgoing.buttons(body, self.pay_buttons(order.id, reply.language)),
                priority=outbox.PAYMENT,
                deadline=order.expires_at,
            )
        else:
            reply.send(outgoing.text(body))

    def _greeting(self, reply: Reply, _: Understanding) -> None:
        button = Button(CATALOGUE, say("button_catalogue", reply.language))
        mine = Button(MINE, say("button_my_orders", reply.language))
        reply.send(outgoing.buttons(say("greeting", reply.language, name=reply.first_name()), [button, mine]))

    def _human(self, reply: Reply, _: Understanding | None) -> None:
        if reply.hand_over("human"):
            reply.text("human_handover")

    def _yes(self, reply: Reply, meant: Understanding) -> None:
        """« Oui » under a card means: I pay. With nothing open it answers nothing of ours."""
        if self.orders.open_order(reply.tx, reply.customer_id) is not None:
            self._pay(reply, meant)

    def _nothing(self, reply: Reply, _: Understanding) -> None:
        """Thanks and "ok 👍" deserve no billed message (lessons: Stardeck)."""

    def _not_understood(self, reply: Reply, meant: Understanding | None = None) -> None:
        """One short question, with the product named if there is one; then a person."""
        misses = reply.tx.value("SELECT misses FROM conversation WHERE id = ?", (reply.conversation_id,))
        reply.tx.run("UPDATE conversation SET misses = misses + 1 WHERE id = ?", (reply.conversation_id,))
        if misses < MISSES_BEFORE_HANDOVER:
            named = meant.items[0].product_id if meant and len(meant.items) == 1 else None
            take = Button(f"{CLAIM}:{named}", say("button_take", reply.language))
            look = Button(CATALOGUE, say("button_catalogue", reply.language))
            buttons = [look if named is None else take, Button(HELP, say("button_help", reply.language))]
            reply.send(outgoing.buttons(say("not_understood_first", reply.language), buttons))
        if reply.hand_over("not_understood") and misses >= MISSES_BEFORE_HANDOVER:
            reply.text("human_handover")

    # -- words -------------------------------------------------------------------------------------------------

    def money(self, amount: int) -> str:
        return format_money(amount, self._currency)

    def lines(self, tx: Tx, order_id: int, joint: str = "\n") -> str:
        return lists.lines(tx, order_id, joint)

    def _product(self, reply: Reply, product_id: int) -> dict[str, Any]:
        row = reply.tx.one("SELECT title, keyword, price, on_hand - held FROM product WHERE id = ?", (product_id,))
        title, keyword, price, left = row or ("", "", 0, 0)
        return {"product": fit(title, 80), "keyword": keyword, "price": self.money(price), "left": left}


def _label(choice: Choice, language: str) -> str:
    """Most means are proper names; « Carte bancaire » is not."""
    return catalogue("errors", language).gettext(choice.method.label)


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
}
