"""What is told about quotes and deposits: the paper with its link, the reminder, and word to the seller.

WhatsApp lets the shop write freely within 24 hours of the customer's last message only: outside them nothing is queued,
and the seller, who sees it at once, hands the link over otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from msgspec import Struct

from core.conversations import outgoing, threads, whenwhere
from core.conversations.events import PaperSent
from core.conversations.manual import CLOSED, window_open
from core.conversations.notices import USEFUL_FOR, seller_reached, told_beyond
from core.conversations.talk import Talk
from core.conversations.texts import say, spoken_to
from core.durable import outbox
from core.kernel.clock import to_datetime
from core.kernel.errors import Refused
from core.kernel.ids import new_uuid
from core.kernel.text import short_name
from core.orders.events import PartReceived
from core.orders.rules import asked
from core.orders.service import load as load_order
from core.quotes.answering import CUSTOMER
from core.quotes.events import (
    QuoteAccepted,
    QuoteConverted,
    QuoteEnding,
    QuoteEvent,
    QuoteRefused,
    QuoteSeen,
    QuoteSent,
    QuoteShort,
    QuoteUnanswered,
    QuoteUnseen,
)
from core.quotes.queries import standing
from core.quotes.rules import ACCEPTED, CONVERTED, OPEN
from core.quotes.service import Quote, load
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.templates.rules import PAYMENT, QUOTE

NOTED: Final = ("seen", "accepted", "refused", "short", "unseen", "unanswered", "ending")
"""What the seller is told of a quote; each once, under the key ``seller-quote:<id>:<what>``."""


class Delivery(Struct, frozen=True):
    """How far a quote's last message is: a state of the outbox, None without one; ``code``: WhatsApp's of an error."""

    state: str | None = None
    code: int | None = None
    error: str | None = None


def delivery(reader: Reader, quote_id: int) -> Delivery:
    """Its own message, or the last that was sent again."""
    row = reader.one(
        "SELECT state, error_code, error FROM outbox WHERE key = ?1 OR (key > ?1 || ':' AND key < ?1 || ';')"
        " ORDER BY id DESC LIMIT 1",
        (f"quote:{quote_id}",),
    )
    return Delivery(*row) if row else Delivery()


class QuoteNotices:
    """Reactors: each runs in the transaction of the event it tells about. ``url(nonce)``: a quote's public page."""

    def __init__(
        self,
        talk: Talk,
        notify_to: Callable[[], str],
        country: str,
        zone: tzinfo,
        url: Callable[[bytes], str],
        remind: Callable[[], bool],
    ) -> None:
        self._talk = talk
        self._notify_to = notify_to
        self._country = country
        self._zone = zone
        self._url = url
        self._remind = remind

    # -- to the customer ---------------------------------------------------------------------------------------

    def sent(self, tx: Tx, event: QuoteSent) -> None:
        """The PDF with the link beneath it."""
        quote = load(tx, event.quote_id)
        if quote.customer_id is not None and window_open(tx, quote.customer_id, tx.now):
            self._post_paper(tx, quote, quote.customer_id, f"quote:{quote.id}")

    def send_again(self, tx: Tx, quote_id: int) -> None:
        """The seller sends a quote once more. Raises Refused outside the 24-hour window, for one that binds nobody (any
        more), or while it is still on its way."""
        quote = load(tx, quote_id)
        if quote.link is None or quote.customer_id is None:
            raise Refused("This quote has not been sent yet.")
        if standing(quote, tx.now) not in (*OPEN, ACCEPTED, CONVERTED):
            raise Refused("This quote is over: send a new version.")
        if not window_open(tx, quote.customer_id, tx.now):
            raise Refused(CLOSED)
        if delivery(tx, quote_id).state in ("queued", "sending"):
            raise Refused("{number} is on its way already.", number=quote.reference)
        tx.emit(PaperSent(threads.thread_of(tx, quote.customer_id), "quote", quote_id))
        self._post_paper(tx, quote, quote.customer_id, f"quote:{quote_id}:{new_uuid()}")

    def _post_paper(self, tx: Tx, quote: Quote, customer_id: int, key: str) -> None:
        caption = self._said(tx, "quote_document", quote)
        threads.post_paper(tx, customer_id, key, "quote", quote.id, f"{quote.reference}.pdf", caption)

    def converted(self, tx: Tx, event: QuoteConverted) -> None:
        """What is to be paid now, and where."""
        order = load_order(tx, event.order_id)
        due = asked(order.total, order.received, order.deposit)
        text = "quote_ordered_deposit" if order.deposit else "quote_ordered"
        url = "" if self._talk.public_url_missing() else self._talk.url_of(tx, order.id)
        due_text, until = self._talk.money(due), self._date(order.expires_at)
        key = f"quote-order:{event.quote_id}"
        if self._talk.instead(tx, order.customer_id, PAYMENT, key, until=tx.now + USEFUL_FOR, order_id=order.id):
            return
        self._tell(tx, event, key, text, due=due_text, pay_url=url, until=until)

    def short(self, tx: Tx, event: QuoteShort) -> None:
        """The truth: it is accepted, and the shop has to look first."""
        self._tell(tx, event, f"quote-short:{event.quote_id}", "quote_short")
        self._tell_seller(tx, event, "short")

    def ending(self, tx: Tx, event: QuoteEnding) -> None:
        """Once before the end."""
        self._reminded(tx, event, "ending")

    def unseen(self, tx: Tx, event: QuoteUnseen) -> None:
        self._reminded(tx, event, "unseen")

    def unanswered(self, tx: Tx, event: QuoteUnanswered) -> None:
        self._reminded(tx, event, "unanswered")

    def _reminded(self, tx: Tx, event: QuoteEvent, what: str) -> None:
        """The customer is asked; the seller is told where they cannot be."""
        if not self._remind():
            return
        key, customer_id = f"quote-{what}:{event.quote_id}", load(tx, event.quote_id).customer_id
        told = customer_id is not None and self._talk.instead(
            tx, customer_id, QUOTE, key, until=tx.now + USEFUL_FOR, quote_id=event.quote_id
        )
        if not told and not self._tell(tx, event, key, f"quote_{what}"):
            self._tell_seller(tx, event, what)

    def part(self, tx: Tx, event: PartReceived) -> None:
        """A deposit, or more of the rest, is in."""
        order, money = load_order(tx, event.order_id), self._talk.money
        values = {"reference": order.reference, "total": money(order.total), "due": money(event.due)}
        values |= {"amount": money(event.received), "until": self._date(event.due_by)}
        language = self._language(tx, event.customer_id)
        days = () if order.agreed else whenwhere.moments(tx, order.id, self._zone, language)
        text, key = "deposit_received_on_site" if days else "deposit_received", f"deposit:{event.payment_id}"
        body = say(text, language, when=" / ".join(days), **values)
        if not told_beyond(tx, self._talk, order, key, body) and window_open(tx, event.customer_id, tx.now):
            self._post(tx, event.customer_id, key, body)
        seller = seller_reached(tx, self._notify_to(), self._country)
        if seller is not None:
            body = say("seller_deposit_notice", self._talk.language(), customer=_name(tx, event.customer_id), **values)
            self._post(tx, seller, f"seller-part:{event.payment_id}", body)

    # -- to the seller -----------------------------------------------------------------------------------------

    def seen(self, tx: Tx, event: QuoteSeen) -> None:
        self._tell_seller(tx, event, "seen")

    def accepted(self, tx: Tx, event: QuoteAccepted) -> None:
        if event.by == CUSTOMER:
            self._tell_seller(tx, event, "accepted")

    def refused(self, tx: Tx, event: QuoteRefused) -> None:
        if event.by == CUSTOMER:
            self._tell_seller(tx, event, "refused")

    # -- words -------------------------------------------------------------------------------------------------

    def _tell_seller(self, tx: Tx, event: QuoteEvent, what: str) -> None:
        seller = seller_reached(tx, self._notify_to(), self._country)
        if seller is None:
            return
        quote = load(tx, event.quote_id)
        body = say(
            f"seller_quote_{what}",
            self._talk.language(),
            number=quote.reference,
            customer=_name(tx, quote.customer_id),
            total=self._talk.money(quote.total),
            reason=quote.reason or "—",
            until=self._date(quote.valid_until),
        )
        self._post(tx, seller, f"seller-quote:{quote.id}:{what}", body)

    def _tell(self, tx: Tx, event: QuoteEvent, key: str, text: str, **values: str) -> bool:
        """→ whether the customer can be written to."""
        quote = load(tx, event.quote_id)
        if quote.customer_id is None or not window_open(tx, quote.customer_id, tx.now):
            return False
        self._post(tx, quote.customer_id, key, self._said(tx, text, quote, **values))
        return True

    def _said(self, tx: Tx, text: str, quote: Quote, **values: str) -> str:
        url = "" if self._talk.public_url_missing() or quote.link is None else self._url(quote.link)
        return say(
            text,
            self._language(tx, quote.customer_id),
            number=quote.reference,
            total=self._talk.money(quote.total),
            until=values.pop("until", self._date(quote.valid_until)),
            url=url,
            **values,
        ).strip()

    @staticmethod
    def _post(tx: Tx, customer_id: int, key: str, body: str) -> None:
        threads.post(
            tx, customer_id, key, outgoing.text(body), priority=outbox.PAYMENT, valid_until=tx.now + USEFUL_FOR
        )

    def _date(self, ms: int) -> str:
        return f"{to_datetime(ms, self._zone):%d/%m/%Y}"

    def _language(self, tx: Tx, customer_id: int | None) -> str:
        code = str(tx.value("SELECT language FROM customer WHERE id = ?", (customer_id,)) or "fr")
        return code if customer_id is None else spoken_to(self._talk.language(), tx, customer_id, code)


def _name(tx: Tx, customer_id: int | None) -> str:
    return short_name(tx.value("SELECT name FROM customer WHERE id = ?", (customer_id,)) or "") or "—"
