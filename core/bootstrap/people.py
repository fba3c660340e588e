"""Prospects, their notices and letters, wired to the rest of the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.adapters.mail import Account, Postman, Words
from core.conversations.events import InterestShown, MessageAdded
from core.conversations.leading import LETTER, LeadNotices
from core.conversations.texts import say
from core.conversations.upsell import Upsell
from core.customers.events import CustomersMerged, CustomersParted
from core.customers.service import Identity, find
from core.kernel.errors import Refused
from core.kernel.phone import normalise
from core.orders.events import OrderCancelled, OrderChanged, OrderExpired, OrderFirm, OrderReserved, WaitingJoined
from core.orders.together import learn
from core.pipeline.events import LeadQualified
from core.pipeline.service import Pipeline
from core.quotes.events import QuoteDrafted, QuoteEdited, QuoteExpired, QuoteRefused, QuoteSent
from core.storage.connection import Reader
from core.storage.engine import Tx

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop
    from core.payments.provider import Finding


def pipeline(shop: Shop) -> Pipeline:
    return Pipeline(
        lambda: shop.settings.number("leads.amount"),
        lambda: shop.settings.get("store.segment") == "b2b",
        lambda tx, customer_id: _is_seller(tx, shop, customer_id),
    )


def lead_notices(shop: Shop) -> LeadNotices:
    get = shop.settings.get
    return LeadNotices(shop.talk, lambda: get("leads.notify"), lambda: get("seller.notify_to"), shop.card.country)


def postman(shop: Shop) -> Postman:
    """Whose letters are those about prospects."""
    told = lead_notices(shop)

    def lead(reader: Reader, lead_id: int) -> Words | None:
        words = told.letter(reader, lead_id)
        return Words(*words) if words else None

    return Postman(shop.engine, lambda: account(shop), {LETTER: lead})


async def try_mail(shop: Shop) -> Finding:
    """A test letter to the seller, in the store's language. Never raises."""
    name, language = shop.settings.get("store.name") or shop.card.name, shop.talk.language()
    words = Words(
        say("seller_mail_test_subject", language, store=name), say("seller_mail_test_letter", language, store=name)
    )
    return await shop.postman.try_out(words)


def account(shop: Shop) -> Account:
    """The seller's e-mail account as set up now."""
    get = shop.settings.get
    return Account(
        get("smtp.host"),
        shop.settings.number("smtp.port"),
        get("smtp.security"),
        get("smtp.user"),
        shop.settings.secret("smtp.password"),
        get("smtp.from"),
        get("smtp.to"),
    )


def bind(shop: Shop) -> None:
    """What moves a prospect, in the same transaction."""
    react, leads = shop.engine.react, pipeline(shop)

    def wrote(tx: Tx, event: MessageAdded) -> None:
        if event.author != "customer":
            return
        leads.wrote(tx, int(tx.value("SELECT customer_id FROM conversation WHERE id = ?", (event.conversation_id,))))

    react(MessageAdded, wrote)
    react(InterestShown, lambda tx, e: leads.asked(tx, e.customer_id))
    react(WaitingJoined, leads.waits)
    react(OrderReserved, leads.reserved)
    react(OrderChanged, leads.changed)
    react(OrderFirm, leads.paid)
    react(OrderExpired, leads.ended)
    react(OrderCancelled, leads.ended)
    for quoted in (QuoteDrafted, QuoteEdited, QuoteSent):
        react(quoted, leads.quoted)
    react(QuoteRefused, leads.declined)
    react(QuoteExpired, leads.declined)
    react(CustomersMerged, leads.merged)
    react(CustomersParted, leads.parted)
    react(LeadQualified, lead_notices(shop).qualified)
    react(OrderFirm, learn)
    react(OrderFirm, shop.returning.quietly(Upsell(shop.talk, lambda: _proposes(shop)).paid))


def _is_seller(tx: Tx, shop: Shop, customer_id: int) -> bool:
    """The seller's own phone, which is told of sales, is no prospect."""
    number = shop.settings.get("seller.notify_to")
    if not number:
        return False
    try:
        phone = normalise(number, shop.card.country)
    except Refused:
        return False
    return customer_id in find(tx, [Identity("phone", phone)])


def _proposes(shop: Shop) -> bool:
    return shop.settings.switch("upsell.enabled") and shop.talk.awake()
