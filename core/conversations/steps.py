"""The questions between a claim and its end, as the shop's segment wants them, and what their answers do.

Which question is next is :func:`core.segments.rules.next_ask`'s to say; here it is put into words and buttons. Buttons
of before may come back at any time: the state is looked at anew, and an answer to another order tells the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from core.conversations import outgoing, whenwhere
from core.conversations.outgoing import Button, Outgoing, Row, Section, fit
from core.conversations.paying import CANCEL, METHOD, PAY
from core.conversations.quotable import Quotable
from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.kernel.days import moment_in_words
from core.kernel.errors import Refused
from core.orders import delivery, terms
from core.orders.holds import STANDS
from core.orders.rules import PAID
from core.orders.service import Order, load
from core.segments.rules import Ask, Facts, blocks_paying, next_ask, terms_days
from core.slots import queries as slots
from core.slots import service as booking
from core.slots.queries import Slot
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.understanding.rules import Intent, Understanding

COUNT, SLOT, LATER, CONFIRM, QUOTE, CASH, TERMS = "count", "slot", "later", "confirm", "quote", "cash", "terms"
COUNTED: Final = 3  # rows of a list that name a number
ROWS: Final = 10
_PLACES: Final = frozenset({Intent.UNKNOWN, Intent.DELIVERY, Intent.DETAILS, Intent.QUANTITY, Intent.CHANGE})
SHORTEST_ADDRESS: Final = 4


def facts_of(reader: Reader, order: Order) -> Facts:
    """What is known of an order."""
    more = reader.all(
        "SELECT p.on_hand - p.held FROM order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = ?",
        (order.id,),
    )
    open_time = slots.without_time(reader, order.id)
    settled = order.state == PAID or order.stands
    return Facts(
        counted=order.counted or len(more) != 1 or more[0][0] <= 0,
        timed=open_time is not None,
        slotted=open_time is None,
        confirmed=order.confirmed_at is not None,
        trusted=0 if settled else terms.allowed(reader, order.customer_id),
        cash=order.terms_days == 0,
        settled=settled,
        addressed=delivery.of_order(reader, order.id) is not None,
    )


class Steps(Quotable):
    """Answers about the steps of an order. ``self.orders.segment()`` is how the shop sells now."""

    def ask_of(self, tx: Tx, order: Order) -> Ask:
        """What this order needs next."""
        return next_ask(self.orders.segment(), facts_of(tx, order))

    # -- what is asked -----------------------------------------------------------------------------------------

    def step(self, tx: Tx, order: Order, body: str, language: str, photo: str | None = None) -> Outgoing:
        """``body`` with the next question under it, and its likeliest answers to press."""
        made = _CARDS.get(self.ask_of(tx, order), Steps._to_pay)
        return made(self, tx, order, "\n".join(filter(None, (body, self.parts(tx, order, language)))), language, photo)

    def card_values(self, tx: Tx, product_id: int, language: str) -> tuple[str, dict[str, str]]:
        """The card's text for a product, by what it is, and what that text tells beside the usual."""
        at, place, timed = tx.one(
            "SELECT event_at, place, EXISTS (SELECT 1 FROM slot WHERE product_id = product.id) FROM product"
            " WHERE id = ?",
            (product_id,),
        ) or (None, "", 0)
        if at is not None:
            return "event_card", {"when": whenwhere.at_place(at, place, self.zone, language)}
        return ("service_card" if timed and self.orders.segment().require_date_time_slot else "product_card"), {}

    def _to_pay(self, tx: Tx, order: Order, body: str, language: str, photo: str | None) -> Outgoing:
        return outgoing.buttons(body, self.pay_buttons(order.id, language), photo=photo)

    def _to_count(self, tx: Tx, order: Order, body: str, language: str, photo: str | None) -> Outgoing:
        product_id, left = tx.one(
            "SELECT p.id, p.on_hand - p.held + l.held FROM order_line l JOIN product p ON p.id = l.product_id"
            " WHERE l.order_id = ?",
            (order.id,),
        ) or (0, 1)
        rows = [Row(f"claim:{product_id}:{number}", str(number)) for number in range(1, min(COUNTED, left) + 1)]
        if left > COUNTED:
            more = say("row_more", language), fit(say("row_more_about", language), 72)
            rows.append(Row(f"{COUNT}:{product_id}", *more))
        rows.append(Row(f"{CANCEL}:{order.id}", say("button_cancel", language)))
        asked = f"{body}\n{say('ask_quantity', language)}".strip()
        return outgoing.list_message(asked, say("button_choose", language), [Section("", rows)])

    def _to_choose_time(self, tx: Tx, order: Order, body: str, language: str, photo: str | None) -> Outgoing:
        return self.times(tx, order, body, language)

    def times(
        self, tx: Tx, order: Order, body: str, language: str, after: int = 0, near: Sequence[Slot] = ()
    ) -> Outgoing:
        """The free times of the first line without one, ten rows at most; nothing to choose: a person is asked.

        ``near``: those to show instead of the next ones. A party that no time has room for is told so, and chooses one
        time after the other.
        """
        product_id, people, title = slots.without_time(tx, order.id) or (0, 1, "")
        most = slots.most_free(tx, product_id, tx.now)
        places = max(1, min(people, most))
        found = near or slots.free(tx, product_id, places, tx.now, after=after, limit=ROWS + 1)
        if not found:
            said = f"{body}\n{say('no_slot', language, product=fit(title, 80))}".strip()
            if order.state == PAID or order.stands:
                return outgoing.text(said)
            return outgoing.buttons(said, [Button(f"{CANCEL}:{order.id}", say("button_cancel", language))])
        apart = self._apart(tx, order, product_id, people, most, language)
        room = ROWS - len(apart[1:])
        shown = found if len(found) <= room else found[: room - 1]
        rows = [self.row_of(f"{SLOT}:{order.id}:{slot.id}", slot, language) for slot in shown]
        if len(found) > room:
            rows.append(Row(f"{LATER}:{order.id}:{shown[-1].starts_at}", say("row_later", language)))
        rows += [Row(f"claim:{product_id}:{most}", fit(title, 24)) for title in apart[1:]]
        body = "\n".join(filter(None, (body, *apart[:1])))
        asked = f"{body}\n{say('ask_slot', language, product=fit(title, 80))}".strip()
        return outgoing.list_message(asked, say("button_choose", language), [Section("", rows)])

    @staticmethod
    def _apart(tx: Tx, order: Order, product_id: int, people: int, most: int, language: str) -> list[str]:
        """What a party is told that no time has room for, and the row by which fewer come while none is chosen."""
        if any(taken.product_id == product_id for taken in slots.bookings(tx, order.id)):
            return [say("slot_next", language, count=people)]
        if people <= most:
            return []
        return [say("slot_split", language, count=people, most=most), say("row_fewer", language, count=most)]

    def row_of(self, reply_id: str, slot: Slot, language: str) -> Row:
        """A time to press."""
        about = fit(say("row_slot", language, minutes=slot.minutes, left=slot.free), 72)
        return Row(reply_id, fit(moment_in_words(slot.starts_at, self.zone, language), 24), about)

    def _to_confirm(self, tx: Tx, order: Order, body: str, language: str, photo: str | None) -> Outgoing:
        total = self.money(order.total)
        cancel = Button(f"{CANCEL}:{order.id}", say("button_cancel", language))
        told = "_only" if total in body else ""  # the card above says it already
        if self.orders.segment().quotes:
            wanted = Button(f"{QUOTE}:{order.id}", say("button_quote", language))
            buttons = [wanted, Button(f"{CONFIRM}:{order.id}", say("button_order", language)), cancel]
            asked = say(f"ask_order{told}", language, total=total)
        else:
            buttons = [Button(f"{CONFIRM}:{order.id}", say("button_confirm", language)), cancel]
            asked = say(f"ask_confirm{told}", language, total=total)
        return outgoing.buttons(f"{body}\n{asked}".strip(), buttons, photo=photo)

    def _to_agree_terms(self, tx: Tx, order: Order, body: str, language: str, photo: str | None) -> Outgoing:
        days = terms_days(self.orders.segment(), facts_of(tx, order))
        buttons = [
            Button(f"{TERMS}:{order.id}", fit(say("button_terms", language, days=days), 20)),
            Button(f"{CASH}:{order.id}", say("button_cash", language)),
            Button(f"{CANCEL}:{order.id}", say("button_cancel", language)),
        ]
        total = self.money(order.total)
        asked = say("ask_terms_only" if total in body else "ask_terms", language, total=total, days=days)
        return outgoing.buttons(f"{body}\n{asked}".strip(), buttons, photo=photo)

    # -- what the answers do -----------------------------------------------------------------------------------

    def pressed_step(self, reply: Reply, verb: str, order_id: int, value: str) -> bool:
        """A button or row of ours about a step. → whether it was one."""
        if verb == COUNT:  # the number is the product's
            reply.showed(order_id)
            reply.text("say_number")
            return True
        handler = _VERBS.get(verb)
        if handler is None:
            return False
        order = self._mine_still(reply, order_id, settled=verb in (SLOT, LATER))
        if order is None:
            self._truth(reply)
        else:
            handler(self, reply, order, int(value) if value.isascii() and value.isdigit() else 0)
        return True

    def _mine_still(self, reply: Reply, order_id: int, *, settled: bool) -> Order | None:
        """This order of this customer, while it is open; a sold one too where something of it is still to be chosen."""
        open_order = self.orders.open_order(reply.tx, reply.customer_id)
        if open_order is not None and open_order.id == order_id:
            return open_order
        owner = reply.tx.value("SELECT customer_id FROM orders WHERE id = ?", (order_id,))
        if not settled or owner != reply.customer_id:
            return None
        order = load(reply.tx, order_id)
        return order if order.state == PAID or order.stands else None

    def ask_next(self, reply: Reply, order: Order, body: str = "") -> None:
        """Say ``body``, and ask for the next thing; paying is asked for with its means."""
        ask = self.ask_of(reply.tx, order)
        if ask is Ask.SLOT and not _some_time(reply.tx, order):
            reply.hand_over("slot", silent=True)
        if ask is Ask.PAY and not body:
            super()._pay(reply, None)
        elif order.state == PAID or order.stands:
            if ask is Ask.SLOT:
                reply.send(self.times(reply.tx, order, body, reply.language))
            elif body:
                reply.send(outgoing.text(body))
        else:
            reply.send_before_end(self.step(reply.tx, order, body, reply.language), order)

    def agree(self, reply: Reply, order: Order, _: int = 0) -> None:
        """« Oui », CONFIRMER, COMMANDER: confirmed where the shop wants that, then on to the next question."""
        ask = self.ask_of(reply.tx, order)
        if self.orders.segment().confirms and ask in (Ask.QUANTITY, Ask.CONFIRM):
            terms.confirm(reply.tx, order.id)
        self.ask_next(reply, load(reply.tx, order.id))

    def _pay(self, reply: Reply, meant: Understanding | None) -> None:
        """PAYER: after what must be known first; with nothing open, what is left of one that is sold already."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        sold = _sold(reply) if order is None else None
        if sold is not None:
            self._link(reply, sold, "")
        elif order is not None and blocks_paying(self.ask_of(reply.tx, order)):
            self.ask_next(reply, order)
        else:
            super()._pay(reply, meant)

    def _time_chosen(self, reply: Reply, order: Order, slot_id: int) -> None:
        if not reply.tx.value(
            "SELECT 1 FROM slot s JOIN order_line l ON l.product_id = s.product_id WHERE s.id = ? AND l.order_id = ?",
            (slot_id, order.id),
        ):
            self._truth(reply)
            return
        if not booking.choose(reply.tx, order.id, slot_id):
            self.ask_next(reply, order, say("slot_taken", reply.language))
            return
        said = " / ".join(whenwhere.moments(reply.tx, order.id, self.zone, reply.language))
        order = load(reply.tx, order.id)
        held = order.state != PAID and not order.stands
        self.ask_next(reply, order, say("slot_held" if held else "slot_booked", reply.language, when=said))

    def _later(self, reply: Reply, order: Order, after: int) -> None:
        if self.ask_of(reply.tx, order) is Ask.SLOT:
            reply.send(self.times(reply.tx, order, "", reply.language, after))
        else:
            self.ask_next(reply, order)

    def _quote(self, reply: Reply, order: Order, _: int) -> None:
        self.ask_quote(reply, (), order)

    def _cash(self, reply: Reply, order: Order, _: int) -> None:
        terms.pay_now(reply.tx, order.id)
        self.ask_next(reply, load(reply.tx, order.id))

    def _on_terms(self, reply: Reply, order: Order, _: int) -> None:
        """The sale is told by the shop's own notice, with its invoice."""
        try:
            terms.pay_later(reply.tx, order.id, self.zone)
        except Refused:  # not trusted, or not any more: like everybody, at once
            self.ask_next(reply, order)

    # -- where to deliver --------------------------------------------------------------------------------------

    def place_heard(self, reply: Reply, message: InboundMessage, meant: Understanding | None = None) -> bool:
        """An address that was asked for, written or shared. → whether this was one."""
        order_id = delivery.awaited(reply.tx, reply.customer_id, reply.tx.now)
        if order_id is None:
            return False
        if message.location is None and (meant is None or not _reads_like_a_place(message.text, meant)):
            return False
        delivery.keep(reply.tx, order_id, message.text, message.location)
        reply.text("address_kept")
        return True


def _sold(reply: Reply) -> Order | None:
    """The latest order of this customer that is sold and not paid: its deposit is in, or it is paid later."""
    found = reply.tx.value(
        f"SELECT id FROM orders WHERE customer_id = ? AND state = 'reserved' AND {STANDS} AND total > received"  # noqa: S608
        " AND expires_at > ? ORDER BY id DESC LIMIT 1",
        (reply.customer_id, reply.tx.now),
    )
    return None if found is None else load(reply.tx, found)


def _some_time(tx: Tx, order: Order) -> bool:
    product_id, _, _ = slots.without_time(tx, order.id) or (0, 1, "")
    return slots.most_free(tx, product_id, tx.now) > 0


def _reads_like_a_place(text: str, meant: Understanding) -> bool:
    """Anything that is no question and surely means nothing else."""
    said = text.strip()
    if len(said) < SHORTEST_ADDRESS or said.endswith("?"):
        return False
    return meant.intent in _PLACES or not meant.sure


Made = Callable[[Steps, Tx, Order, str, str, str | None], Outgoing]
_CARDS: Final[dict[Ask, Made]] = {
    Ask.QUANTITY: Steps._to_count,
    Ask.SLOT: Steps._to_choose_time,
    Ask.CONFIRM: Steps._to_confirm,
    Ask.TERMS: Steps._to_agree_terms,
}
_VERBS: Final[dict[str, Callable[[Steps, Reply, Order, int], Any]]] = {
    SLOT: Steps._time_chosen,
    LATER: Steps._later,
    CONFIRM: Steps.agree,
    QUOTE: Steps._quote,
    CASH: Steps._cash,
    TERMS: Steps._on_terms,
}
_OF_AN_ORDER: Final = frozenset({PAY, CANCEL, METHOD, COUNT, SLOT, LATER, CONFIRM, CASH, TERMS})


def serves_an_order(message: InboundMessage) -> bool:
    """A button under a card, a means, a step: it serves a payment, and is answered though a person speaks."""
    return (message.reply_id or "").partition(":")[0] in _OF_AN_ORDER
