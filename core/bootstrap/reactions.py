"""Which area reacts to which event: the only place where a lower one moves a higher one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.accounts.guard import check
from core.bootstrap import people, preparing, quoting, stepping, takeover, templating
from core.conversations.budgeting import BudgetNotices
from core.conversations.events import MessagePriced, MessageProgressed, PaymentTalk
from core.conversations.liveover import LiveNotices
from core.invoices.events import CreditNoteIssued, InvoiceIssued
from core.live.events import LiveEnded
from core.orders import settling
from core.orders.events import (
    DecisionTaken,
    ExceptionRaised,
    ItemOffered,
    OrderCancelled,
    OrderChanged,
    OrderExpired,
    OrderFirm,
    OrderPaid,
    OrderReminded,
    OrderReserved,
    RefundDone,
)
from core.orders.questions import drop_review
from core.payments import booking
from core.payments import service as payments
from core.payments.events import (
    AttemptOpened,
    PayerKnown,
    PayerTold,
    PaymentReceived,
    RefundAsked,
    RefundCompleted,
    RefundSeen,
)
from core.tunnels.news import TunnelNews
from core.usage.events import BudgetReached

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def bind(shop: Shop) -> None:
    """Higher areas react to lower ones' events, in the same transaction; the last lines hear of what is committed."""
    shop.engine.guard(check)
    react, quietly = shop.engine.react, shop.returning.quietly
    get, switch = shop.settings.get, shop.settings.switch
    seller, country = (lambda: get("seller.notify_to")), shop.card.country
    live_notices = LiveNotices(shop.talk, seller, country, lambda: switch("live.summary"))
    react(OrderChanged, lambda tx, e: settling.recheck(tx, e.order_id))
    react(OrderChanged, quoting.close_unfit)
    react(OrderExpired, lambda tx, e: payments.close_sessions(tx, e.order_id))
    react(OrderCancelled, lambda tx, e: payments.close_sessions(tx, e.order_id))
    react(OrderPaid, lambda tx, e: payments.close_sessions(tx, e.order_id))
    react(OrderFirm, booking.sold)
    react(OrderFirm, shop.papers.sold)
    react(OrderReserved, lambda tx, e: shop.watch.order(tx, e.order_id))
    react(OrderChanged, lambda tx, e: shop.watch.order(tx, e.order_id))
    react(AttemptOpened, shop.watch.attempt)
    react(PayerTold, shop.watch.told)
    react(PayerKnown, shop.watch.payer)
    react(PaymentReceived, shop.watch.payment)
    react(PaymentTalk, lambda tx, e: shop.watch.talked(tx, e.order_id))
    react(OrderExpired, lambda tx, e: drop_review(tx, e.order_id))
    react(OrderCancelled, lambda tx, e: drop_review(tx, e.order_id))
    react(RefundDone, shop.refunds.given_back)
    react(RefundCompleted, shop.papers.given_back)
    react(RefundAsked, quietly(shop.notices.refund_asked))
    react(RefundCompleted, quietly(shop.notices.refunded))
    react(RefundSeen, shop.refunds.seen)
    react(DecisionTaken, shop.refunds.decided)
    react(ExceptionRaised, shop.papers.unusual)
    react(OrderPaid, shop.papers.checked)
    react(DecisionTaken, booking.kept)
    react(OrderExpired, quietly(shop.notices.expired))
    react(OrderReminded, quietly(shop.notices.reminded))
    react(OrderCancelled, shop.notices.cancelled)
    react(OrderPaid, quietly(shop.notices.paid))
    react(LiveEnded, lambda tx, e: live_notices.over(tx, e.session_id))
    react(ExceptionRaised, quietly(shop.notices.exception))
    react(ItemOffered, shop.notices.offered)
    react(DecisionTaken, shop.notices.decided)
    preparing.bind(shop)
    quoting.bind(shop)
    stepping.bind(shop)
    people.bind(shop)
    takeover.bind(shop)
    templating.bind(shop)
    react(InvoiceIssued, shop.clerk.invoiced)
    react(InvoiceIssued, quietly(shop.notices.invoiced))
    react(CreditNoteIssued, shop.clerk.credited)
    react(CreditNoteIssued, quietly(shop.notices.credited))
    react(MessageProgressed, shop.meter.moved)
    react(MessagePriced, shop.meter.priced)
    budget = BudgetNotices(lambda: shop.settings.get("seller.notify_to"), shop.card.country, shop.talk.language)
    react(BudgetReached, lambda tx, e: budget.reached(tx, e.month, e.percent))
    shop.engine.subscribe(shop.desk.on_events)
    shop.engine.subscribe(shop.phrasing.desk.on_events)
    shop.engine.subscribe(shop.voice.on_events)
    shop.engine.subscribe(shop.after_commit)
    shop.tunnel = TunnelNews()
    shop.settings.on_change = lambda: _settings_changed(shop)


def _settings_changed(shop: Shop) -> None:
    shop.sender.nudge()
    shop.tunnel.settings_changed()
