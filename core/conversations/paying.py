"""The money side of the dialog: means of payment, links, and what the books say of an order. Nothing hoped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from msgspec import Struct

from core.conversations import lists, outgoing, whenwhere
from core.conversations.events import LinkGiven, PaymentTalk
from core.conversations.outgoing import Button, Outgoing, Row, Section, fit
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.durable import outbox
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.orders.rules import RESERVED
from core.orders.service import Order, Orders, load
from core.payments import receipts
from core.payments import service as payments
from core.payments.offer import Choice
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.understanding.rules import Understanding

PAY, CANCEL, METHOD = "pay", "cancel", "method"


class Till(Struct, frozen=True):
    """What paying needs. ``choices(amount)`` are the means of payment; ``page_url(token)`` the pay page."""

    orders: Orders
    token: Callable[[bytes], str]
    page_url: Callable[[str], str]
    reachable: Callable[[], bool]
    choices: Callable[[int], Sequence[Choice]]
    currency: str
    zone: tzinfo


class Paying:
    """Answers about paying, and the words for money that every other answer uses."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.orders = till.orders
        self.zone = till.zone

    def pay_buttons(self, order_id: int, language: str) -> list[Button]:
        return [
            Button(f"{PAY}:{order_id}", say("button_pay", language)),
            Button(f"{CANCEL}:{order_id}", say("button_cancel", language)),
        ]

    def _pay(self, reply: Reply, _: Understanding | None) -> None:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is None:
            example = lists.example(reply.tx, "example_one", reply.language, reply.tx.now)
            reply.text("nothing_to_pay", example=example)
            return
        choices = self._till.choices(order.asked)
        if len(choices) <= 1:
            self._link(reply, order, choices[0].value if choices else "")
            return
        body = say("choose_payment", reply.language, total=self.money(order.asked))
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
        tx.emit(LinkGiven(order.id, method))
        due = self.money(order.asked)
        body = say(
            "pay_link_rest" if order.stands or order.agreed else "pay_link",
            language,
            lines=self.lines(tx, order.id),
            total=due,
            reference=order.reference,
            remaining="{remaining}",
        )
        body = "\n".join(filter(None, (body, self.parts(tx, order, language))))
        return outgoing.link_button(body, fit(say("button_pay_amount", language, total=due), 20), url)

    def parts(self, tx: Tx, order: Order, language: str) -> str:
        """The deposit and what is left after it; empty where the whole is paid at once."""
        if not order.deposit or order.deposit_in:
            return ""
        day = bool(whenwhere.moments(tx, order.id, self.zone, language))
        return say(
            "card_deposit",
            language,
            where="site" if day else "link",
            deposit=self.money(order.asked),
            balance=self.money(order.total - order.deposit),
        )

    def public_url_missing(self) -> bool:
        """Without a public address no link can be opened."""
        return not self._till.reachable()

    def url_of(self, tx: Reader, order_id: int) -> str:
        return self._till.page_url(self._till.token(tx.value("SELECT link FROM orders WHERE id = ?", (order_id,))))

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
            buttons = self.pay_buttons(order.id, reply.language)
            reply.send(  # what is sold is not the bot's to cancel: no button says so
                outgoing.buttons(body, buttons[:1] if order.stands or order.agreed else buttons),
                priority=outbox.PAYMENT,
                deadline=order.expires_at,
            )
        else:
            reply.send(outgoing.text(body))

    def _payment_means(self, reply: Reply, _: Understanding) -> None:
        """The means of payment that are open, for what is to be paid; a person where there is none."""
        if means := self.means(reply):
            reply.text("payment_means_answer", means=means)
        else:
            self._for_the_seller(reply, "question")

    def means(self, reply: Reply) -> str:
        """The means of payment that are open for what this customer has to pay; empty where there is none."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        usual = "SELECT cast(avg(price) AS INTEGER) FROM product WHERE active"  # means may have limits
        due = order.asked if order else reply.tx.value(usual) or 0
        choices = self._till.choices(due)
        return ", ".join(dict.fromkeys(_label(choice, reply.language) for choice in choices))

    def _payment_problem(self, reply: Reply, _: Understanding) -> None:
        """What the books say, and a person looks: a payment that fails is money about to be lost."""
        news = reply.asks_for_person("payment_problem")
        if reply.latest_order() is None:
            reply.text("payment_problem_answer")
            return
        if news:
            reply.note(say("payment_problem_answer", reply.language), reply.told)
        self._truth(reply, claimed=True)

    def _for_the_seller(self, reply: Reply, reason: str) -> None:
        """A person answers; said once."""
        if reply.hand_over(reason):
            reply.text("human_handover")

    def money(self, amount: int) -> str:
        return format_money(amount, self._till.currency)

    def lines(self, tx: Reader, order_id: int, joint: str = "\n") -> str:
        return lists.lines(tx, order_id, joint)


def _label(choice: Choice, language: str) -> str:
    """Most means are proper names; « Carte bancaire » is not."""
    return catalogue("errors", language).gettext(choice.method.label)
