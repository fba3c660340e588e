"""What the shop tells by itself: offers to the next in line, confirmations, the end of holds, notices to the seller."""

from __future__ import annotations

from collections.abc import Callable

from core.catalogue.rules import critical
from core.conversations import lists, outgoing, situation, threads
from core.conversations.events import LinkGiven
from core.conversations.limits import fit
from core.conversations.manual import window_open
from core.conversations.outgoing import Button
from core.conversations.talk import MINE, Talk
from core.conversations.texts import say, spoken_to
from core.customers.service import Identity, find, record
from core.durable import outbox
from core.invoices.events import CreditNoteIssued, InvoiceIssued
from core.invoices.numbering import number_text
from core.kernel.clock import HOUR, day_begins
from core.kernel.errors import Refused
from core.kernel.phone import normalise
from core.kernel.text import short_name
from core.orders.events import (
    DecisionTaken,
    ExceptionRaised,
    ItemOffered,
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderReminded,
)
from core.orders.rules import FOR_A_QUOTE, PAID
from core.orders.service import Order, load
from core.payments.events import RefundAsked, RefundCompleted
from core.storage.engine import Tx
from core.templates.rules import ORDER, PAYMENT

USEFUL_FOR = 6 * HOUR  # later than this, news of an order only confuses


class Notices:
    """Reactors: each runs in the transaction of the event it tells about."""

    def __init__(
        self,
        talk: Talk,
        notify_to: Callable[[], str],
        country: str,
        send_papers: Callable[[], bool],
    ) -> None:
        self._talk = talk
        self._send_papers = send_papers
        self._notify_to = notify_to
        self._country = country

    def _language(self, tx: Tx, customer_id: int) -> str:
        code = str(tx.value("SELECT language FROM customer WHERE id = ?", (customer_id,)) or "fr")
        return spoken_to(self._talk.language(), tx, customer_id, code)

    def _reachable(self, tx: Tx, customer_id: int) -> bool:
        """Only people who wrote to the shop can be answered; others were invoiced by hand and got the link there."""
        return threads.was_heard(tx, customer_id)

    def offered(self, tx: Tx, event: ItemOffered) -> None:
        """The item is free again: reserved for the next in line, who is told why and until when."""
        if not self._reachable(tx, event.customer_id):
            return
        order = load(tx, event.order_id)
        key = f"offer:{event.order_id}:{event.product_id}:{tx.now}"
        if self._talk.instead(tx, event.customer_id, PAYMENT, key, until=order.expires_at, order_id=order.id):
            return
        language = self._language(tx, event.customer_id)
        title, sku = tx.one("SELECT title, keyword FROM product WHERE id = ?", (event.product_id,)) or ("", "")
        body = say(
            "offer",
            language,
            product=title,
            keyword=sku,
            quantity=event.quantity,
            total=self._talk.money(order.total),
            remaining="{remaining}",
        )
        photo = situation.photo(tx, language, event.product_id)
        threads.post(
            tx,
            event.customer_id,
            key,
            outgoing.buttons(body, self._talk.pay_buttons(order.id, language), photo=photo),
            priority=outbox.PAYMENT,
            deadline=order.expires_at,
            valid_until=order.expires_at,
        )

    def reminded(self, tx: Tx, event: OrderReminded) -> None:
        """The one reminder, with the link to pay; where no message may go, none does."""
        if not self._reachable(tx, event.customer_id) or self._talk.public_url_missing():
            return
        order = load(tx, event.order_id)
        if not window_open(tx, event.customer_id, tx.now):
            key = f"reminder:{order.id}"
            self._talk.instead(tx, event.customer_id, PAYMENT, key, until=order.expires_at, order_id=order.id)
            return
        language = self._language(tx, event.customer_id)
        due = self._talk.money(order.asked)
        body = say("reminder", language, lines=self._talk.lines(tx, order.id), total=due, remaining="{remaining}")
        pay = fit(say("button_pay_amount", language, total=due), 20)
        tx.emit(LinkGiven(order.id, ""))
        threads.post(
            tx,
            event.customer_id,
            f"reminder:{event.order_id}",
            outgoing.link_button(body, pay, self._talk.url_of(tx, order.id)),
            priority=outbox.PAYMENT,
            deadline=order.expires_at,
            valid_until=order.expires_at,
        )

    def expired(self, tx: Tx, event: OrderExpired) -> None:
        order = load(tx, event.order_id)
        if tx.value("SELECT close_reason FROM orders WHERE id = ?", (order.id,)) == FOR_A_QUOTE and not order.received:
            return  # they wait for a quote, not for this
        key = "hold_expired_partial" if order.received else "hold_expired_agreed" if order.agreed else "hold_expired"
        self._tell(tx, event.customer_id, f"expired:{event.order_id}", key, event.order_id)

    def cancelled(self, tx: Tx, event: OrderCancelled) -> None:
        if event.reason != "seller":  # the customer's own cancelling is answered by the talk
            return
        received = load(tx, event.order_id).received
        text = "order_cancelled_partial" if received else "order_cancelled_seller"
        amount = self._talk.money(received)
        self._tell(tx, event.customer_id, f"cancelled:{event.order_id}", text, event.order_id, amount=amount)

    def exception(self, tx: Tx, event: ExceptionRaised) -> None:
        """The truth about unusual money, without a promise: the shop decides."""
        customer_id = load(tx, event.order_id).customer_id
        self._tell(
            tx,
            customer_id,
            f"exception:{event.decision_id}",
            lists.EXCEPTIONS[event.kind],
            event.order_id,
            amount=self._talk.money(event.amount),
        )

    def decided(self, tx: Tx, event: DecisionTaken) -> None:
        """The seller's word on money that came late, short, in excess or twice: who paid it was promised an answer."""
        if (event.kind, event.choice) in (("paid_late", "honour"), ("suspect", "accept")):
            order = load(tx, event.order_id)
            waits = "SELECT 1 FROM decision WHERE order_id = ? AND choice IS NULL AND kind IN ('paid_late', 'suspect')"
            firm = order.state == PAID and not tx.value(waits, (order.id,))
            if firm and self._reachable(tx, order.customer_id):
                self._confirm(tx, order)
        elif event.choice in ("substitute", "refund") or (event.choice == "refuse" and event.amount):
            text = "decision_substitute" if event.choice == "substitute" else "decision_refund"
            gone = "SELECT coalesce(sum(amount), 0) FROM refund WHERE decision_id = ? AND state = 'done'"
            left = event.amount - int(tx.value(gone, (event.decision_id,)))
            if text == "decision_refund" and left <= 0:  # it went back at the provider, and that was told
                return
            customer_id = load(tx, event.order_id).customer_id
            amount = self._talk.money(left)
            self._tell(tx, customer_id, f"decided:{event.decision_id}", text, event.order_id, amount=amount)

    def refund_asked(self, tx: Tx, event: RefundAsked) -> None:
        """The seller gives money back by themselves; what a decision promised was told with the decision."""
        if tx.value("SELECT decision_id FROM refund WHERE id = ?", (event.refund_id,)) is None:
            self._tell_of_refund(tx, event, "refund_started")

    def refunded(self, tx: Tx, event: RefundCompleted) -> None:
        """The money is back, whoever sent it."""
        self._tell_of_refund(tx, event, "refund_done")

    def _tell_of_refund(self, tx: Tx, event: RefundAsked | RefundCompleted, text: str) -> None:
        """Weeks may lie between the sale and this: without a template for it the thread tells that it could not go."""
        customer_id = load(tx, event.order_id).customer_id
        amount = self._talk.money(event.amount)
        self._tell(tx, customer_id, f"{text}:{event.refund_id}", text, event.order_id, amount=amount)

    def _tell(self, tx: Tx, customer_id: int, key: str, text: str, order_id: int, **values: str) -> None:
        if not self._reachable(tx, customer_id):
            return
        order = load(tx, order_id)
        language = self._language(tx, customer_id)
        body = say(
            text,
            language,
            reference=order.reference,
            lines=self._talk.lines(tx, order_id),
            total=self._talk.money(order.total),
            due=self._talk.money(max(0, order.total - order.received)),
            **values,
        )
        if not told_beyond(tx, self._talk, order, key, body):
            threads.post(
                tx, customer_id, key, outgoing.text(body), priority=outbox.PAYMENT, valid_until=tx.now + USEFUL_FOR
            )

    def paid(self, tx: Tx, event: OrderPaid) -> None:
        """The confirmation to the buyer (F26) and the notice to the seller (F89)."""
        if event.firm and self._reachable(tx, event.customer_id):
            self._confirm(tx, load(tx, event.order_id))
        elif not event.firm and not event.late:  # the seller looks first; why is nobody's business but theirs
            key, money = f"checked:{event.order_id}", self._talk.money(event.amount)
            self._tell(tx, event.customer_id, key, "payment_checked", event.order_id, amount=money)
        self._tell_seller(tx, event)

    def _confirm(self, tx: Tx, order: Order) -> None:
        language = self._language(tx, order.customer_id)
        count = record(tx, order.customer_id).paid
        body = say(
            "payment_confirmed",
            language,
            lines=self._talk.lines(tx, order.id),
            total=self._talk.money(order.total),
            reference=order.reference,
        )
        if count > 1:
            body += "\n" + say(
                "payment_confirmed_loyal" if count >= 3 else "payment_confirmed_count", language, count=count
            )
        if told_beyond(tx, self._talk, order, f"paid:{order.id}", body):
            return
        mine = Button(MINE, say("button_see_orders", language))
        threads.post(
            tx,
            order.customer_id,
            f"paid:{order.id}",
            outgoing.buttons(body, [mine]),
            priority=outbox.PAYMENT,
            valid_until=tx.now + USEFUL_FOR,
        )

    def invoiced(self, tx: Tx, event: InvoiceIssued) -> None:
        """The invoice follows the confirmation, once; beyond the 24 hours of a conversation the thread tells that it
        could not be sent."""
        number = number_text(event.series, event.year, event.number)
        self._send_paper(tx, event.order_id, "invoice", event.invoice_id, number)

    def credited(self, tx: Tx, event: CreditNoteIssued) -> None:
        number = number_text(event.series, event.year, event.number)
        self._send_paper(tx, event.order_id, "credit_note", event.credit_note_id, number)

    def _send_paper(self, tx: Tx, order_id: int, kind: str, paper_id: int, number: str) -> None:
        customer_id = load(tx, order_id).customer_id
        if not self._send_papers() or not self._reachable(tx, customer_id):
            return
        caption = say(f"{kind}_document", self._language(tx, customer_id), number=number)
        threads.post_paper(tx, customer_id, f"{kind}:{paper_id}", kind, paper_id, f"{number}.pdf", caption)

    def _seller(self, tx: Tx) -> int | None:
        return seller_reached(tx, self._notify_to(), self._country)

    def _tell_seller(self, tx: Tx, event: OrderPaid) -> None:
        seller = self._seller(tx)
        if seller is None:
            return
        order = load(tx, event.order_id)
        since = 0 if order.session_id is not None else day_begins(tx.now, self._talk.zone)
        count, revenue = tx.one(
            "SELECT count(*), coalesce(sum(min(total, received)), 0) FROM orders WHERE state = 'paid'"
            " AND session_id IS ? AND paid_at >= ?",
            (order.session_id, since),
        ) or (0, 0)
        name = tx.value("SELECT name FROM customer WHERE id = ?", (event.customer_id,))
        body = say(
            "seller_paid_notice" if order.session_id is not None else "seller_paid_notice_today",
            self._talk.language(),
            customer=short_name(name) or "—",
            lines=self._talk.lines(tx, order.id, ", "),
            total=self._talk.money(order.total),
            count=count,
            revenue=self._talk.money(revenue),
        )
        body = "\n".join([body, *self._low_stock(tx, order.id)])
        threads.post(tx, seller, f"seller-paid:{order.id}", outgoing.text(body), valid_until=tx.now + USEFUL_FOR)

    def _low_stock(self, tx: Tx, order_id: int) -> list[str]:
        """What this sale left little of, a line each."""
        rows = tx.all(
            "SELECT p.keyword, p.on_hand - p.held, p.total FROM order_line l JOIN product p ON p.id = l.product_id"
            " WHERE l.order_id = ? ORDER BY l.id",
            (order_id,),
        )
        language = self._talk.language()
        return [
            say("seller_low_stock", language, keyword=keyword, left=left)
            for keyword, left, total in rows
            if critical(left, max(total, left))
        ]


def told_beyond(tx: Tx, talk: Talk, order: Order, key: str, body: str, use: str = ORDER) -> bool:
    """News of an order by an approved template, where the 24 hours are over. → whether one could say it."""
    news, until = in_one_value(body), tx.now + USEFUL_FOR
    return talk.instead(tx, order.customer_id, use, key, until=until, order_id=order.id, news=news)


def in_one_value(body: str) -> str:
    """A text as the value of a template: on one line, without its full stop, for a sentence goes on around it."""
    return fit(body.replace("*", ""), 300).rstrip(". ")


def seller_reached(tx: Tx, number: str, country: str) -> int | None:
    """The seller's own record here; None when no number is set, or WhatsApp refuses it until they write again."""
    try:
        phone = normalise(number, country)
    except Refused:
        return None
    known = find(tx, [Identity("phone", phone)])
    return known[0] if known and window_open(tx, known[0], tx.now) else None
