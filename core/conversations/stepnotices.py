"""What the shop tells by itself of an order's steps: after the money the time and the address, the seller's calls, and
what is paid later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.conversations import outgoing, threads, whenwhere
from core.conversations.notices import USEFUL_FOR, seller_reached, told_beyond
from core.conversations.outgoing import Outgoing, fit
from core.conversations.talk import Talk
from core.conversations.texts import say, spoken_to
from core.customers.service import phone_of
from core.durable import outbox
from core.kernel.days import day_in_words
from core.kernel.text import short_name
from core.orders import delivery
from core.orders.events import BalanceOverdue, OrderFirm, OrderOnTerms, PartReceived
from core.orders.rules import RESERVED
from core.orders.service import Order, load
from core.segments.rules import Ask
from core.slots import queries as slots
from core.slots.events import CallMade
from core.storage.engine import Tx
from core.templates.rules import APPOINTMENT, ORDER

OF_ORDER: Final = ("seller-paid:", "seller-call:", "seller-terms:", "seller-overdue:")
"""What the seller is told of an order, each once, under these keys with its number."""


class StepNotices:
    """Reactors: each runs in the transaction of the event it tells about. ``notify_to()``: the seller's own number."""

    def __init__(self, talk: Talk, notify_to: Callable[[], str], country: str) -> None:
        self._talk = talk
        self._notify_to = notify_to
        self._country = country

    # -- the money is in ---------------------------------------------------------------------------------------

    def settled(self, tx: Tx, event: OrderFirm | PartReceived) -> None:
        """What is still to be known: the time, where none was chosen; where to deliver; and the seller is to call."""
        order = load(tx, event.order_id)
        if order.agreed or (order.state == RESERVED and not order.stands):
            return
        ask = self._talk.ask_of(tx, order)
        language = self._language(tx, order)
        if ask is Ask.SLOT:
            self._post(tx, order, f"slot:{order.id}", self._talk.times(tx, order, "", language))
            threads.escalate(tx, threads.thread_of(tx, order.customer_id), "slot")
        elif ask is Ask.ADDRESS and delivery.ask(tx, order.id):
            self._post(tx, order, f"address:{order.id}", outgoing.text(say("ask_address", language)))
        self._to_call(tx, order, language)

    def _to_call(self, tx: Tx, order: Order, language: str) -> None:
        """A time was paid for: the seller calls to confirm it (F107), and finds it among what waits for a person."""
        if not any(taken.confirmed_at is None for taken in slots.bookings(tx, order.id)):
            return
        when = " / ".join(whenwhere.moments(tx, order.id, self._talk.zone, language))
        self._post(tx, order, f"call:{order.id}", outgoing.text(say("call_coming", language, when=when)))
        threads.escalate(tx, threads.thread_of(tx, order.customer_id), "call")
        own = self._talk.language()
        body = say(
            "seller_call_notice",
            own,
            customer=self._name(tx, order),
            phone=phone_of(tx, order.customer_id) or "—",
            lines=self._talk.lines(tx, order.id, ", "),
            when=" / ".join(whenwhere.moments(tx, order.id, self._talk.zone, own)),
        )
        self._to_seller(tx, f"seller-call:{order.id}", body)

    def called(self, tx: Tx, event: CallMade) -> None:
        """The time stands: the buyer has it in writing."""
        order = load(tx, event.order_id)
        language = self._language(tx, order)
        when = " / ".join(whenwhere.moments(tx, order.id, self._talk.zone, language))
        lines = self._talk.lines(tx, order.id)
        said = say("call_confirmed", language, when=when, lines=lines, reference=order.reference)
        self._post(tx, order, f"called:{order.id}:{tx.now}", outgoing.text(said), APPOINTMENT)

    # -- paid later --------------------------------------------------------------------------------------------

    def on_terms(self, tx: Tx, event: OrderOnTerms) -> None:
        """What was agreed, and where it can be paid any time; the invoice follows."""
        order = load(tx, event.order_id)
        language = self._language(tx, order)
        url = "" if self._talk.public_url_missing() else self._talk.url_of(tx, order.id)
        said = say(
            "sold_on_terms",
            language,
            reference=order.reference,
            lines=self._talk.lines(tx, order.id),
            total=self._talk.money(order.total),
            until=day_in_words(event.due_at, self._talk.zone, language),
            pay_url=url,
        )
        self._post(tx, order, f"terms:{order.id}", outgoing.text(said.strip()))
        own = self._talk.language()
        body = say(
            "seller_terms_notice",
            own,
            customer=self._name(tx, order),
            total=self._talk.money(order.total),
            reference=order.reference,
            until=day_in_words(event.due_at, self._talk.zone, own),
        )
        self._to_seller(tx, f"seller-terms:{order.id}", body)

    def overdue(self, tx: Tx, event: BalanceOverdue) -> None:
        """An invoice that should be paid by now is not: the seller hears of it, once."""
        order = load(tx, event.order_id)
        if order.on_terms:
            values = {"customer": self._name(tx, order), "due": self._talk.money(event.due)}
            body = say("seller_overdue_notice", self._talk.language(), reference=order.reference, **values)
            self._to_seller(tx, f"seller-overdue:{order.id}", body)

    # -- words -------------------------------------------------------------------------------------------------

    def _language(self, tx: Tx, order: Order) -> str:
        code = str(tx.value("SELECT language FROM customer WHERE id = ?", (order.customer_id,)) or "fr")
        return spoken_to(self._talk.language(), tx, order.customer_id, code)

    @staticmethod
    def _name(tx: Tx, order: Order) -> str:
        name = tx.value("SELECT name FROM customer WHERE id = ?", (order.customer_id,))
        return fit(short_name(name or ""), 60) or "—"

    def _post(self, tx: Tx, order: Order, key: str, message: Outgoing, use: str = ORDER) -> None:
        """Where the 24 hours are over and no template can say it, the thread tells that it could not go."""
        if told_beyond(tx, self._talk, order, key, message.preview, use):
            return
        if threads.was_heard(tx, order.customer_id):
            until = tx.now + USEFUL_FOR
            threads.post(tx, order.customer_id, key, message, priority=outbox.PAYMENT, valid_until=until)

    def _to_seller(self, tx: Tx, key: str, body: str) -> None:
        seller = seller_reached(tx, self._notify_to(), self._country)
        if seller is not None:
            threads.post(tx, seller, key, outgoing.text(body), valid_until=tx.now + USEFUL_FOR)
