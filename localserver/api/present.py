"""From the shop's values to the API's answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from msgspec import UNSET

from core.bootstrap import Shop
from core.catalogue.views import ProductView
from core.conversations.views import MessageView, ThreadRow
from core.customers.rules import score, tier
from core.customers.views import CustomerView
from core.invoices.credits import CreditNote
from core.invoices.queries import InvoiceView
from core.invoices.receipts import Receipt
from core.kernel.clock import SECOND, rfc3339
from core.live import queries as live_queries
from core.live.views import SessionView
from core.orders.views import OrderView
from core.storage.connection import Reader
from localserver.api import answers
from localserver.api.answers import Amount, Person
from localserver.api.later import BASE
from localserver.api.requests import Page

_FIRST: Final = 2**63 - 1
SEE_PEOPLE: Final = "customers.read"  # the right without which buyers are numbers
S = TypeVar("S")
V = TypeVar("V")


def when(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


# -- pages -------------------------------------------------------------------------------------------------------


def after(page: Page) -> int:
    """For lists by growing id: the last id of the page before."""
    return 0 if page.cursor is UNSET else min(_FIRST, int(page.cursor, 16))


def before(page: Page) -> int:
    """For lists by falling id: the last id of the page before. Rows that come meanwhile are above: nothing shifts."""
    return _FIRST if page.cursor is UNSET else min(_FIRST, int(page.cursor, 16))


def cut(
    rows: Sequence[V], limit: int, show: Callable[[V], S], number: Callable[[V], int]
) -> tuple[list[S], str | None]:
    """``limit`` of ``limit + 1`` rows that were read, and the cursor of the next page if there is more."""
    shown = list(rows[:limit])
    following = f"{number(shown[-1]):016x}" if len(rows) > limit else None
    return [show(row) for row in shown], following


# -- one object --------------------------------------------------------------------------------------------------


class Presenter:
    """Shows the objects of one store: its currency, its addresses. Without ``people``, buyers stay numbers."""

    def __init__(self, shop: Shop, *, people: bool = True) -> None:
        self.shop = shop
        self._people = people
        self._currency = shop.card.currency

    def amount(self, units: int) -> Amount:
        return Amount(units, self._currency)

    def person(self, number: int, name: str, phone: str | None) -> Person:
        """A buyer; to who was lent a look at amounts or messages alone, without name and phone."""
        return Person(number, name, phone) if self._people else Person(number, "", None)

    def url(self, path: str) -> str:
        return f"{self.shop.public_url()}{BASE}{path}"

    def product(self, p: ProductView) -> answers.Product:
        photo = p.photo
        if photo and not photo.startswith(("http://", "https://")):
            photo = self.url(f"/products/{p.id}/photo")
        return answers.Product(
            id=p.id,
            sku=p.sku,
            keyword=p.keyword,
            title=p.title,
            description=p.description,
            price=self.amount(p.price),
            on_hand=p.on_hand,
            held=p.held,
            available=p.available,
            category=p.category,
            image_url=photo or None,
            active=p.active,
            vat_rate=p.vat,
            event_at=when(p.event_at),
            place=p.place,
        )

    def live(self, reader: Reader, session: SessionView) -> answers.Live:
        tiles = live_queries.tiles(reader, session.session_id, self.shop.clock.now())
        return answers.Live(
            id=session.session_id,
            title=session.title,
            source=session.source,  # type: ignore[arg-type] # one of SOURCES, compared with the Literal by a test
            started_at=rfc3339(session.started_at),
            ended_at=when(session.ended_at),
            on_screen=answers.OnScreen(*session.on_screen) if session.on_screen else None,
            orders=tiles.orders,
            paid=tiles.paid,
            pending=tiles.pending,
            expired=tiles.expired,
            cancelled=tiles.cancelled,
            waiting=tiles.waiting,
            to_decide=tiles.to_decide,
            revenue=self.amount(tiles.revenue),
            unpaid=self.amount(tiles.unpaid),
        )

    def order(self, o: OrderView) -> answers.Order:
        return answers.Order(**self._order(o))

    def placed(self, o: OrderView, waiting: list[answers.Waiting]) -> answers.PlacedOrder:
        return answers.PlacedOrder(**self._order(o), waiting=waiting or UNSET)

    def _order(self, o: OrderView) -> dict[str, Any]:
        return {
            "id": o.id,
            "reference": o.reference,
            "state": o.state,
            "exception": o.exception,
            "source": o.source,
            "session_id": o.session_id,
            "customer": self.person(o.customer_id, o.customer_name, o.customer_phone),
            "lines": [
                answers.OrderLine(
                    line.product_id,
                    line.sku,
                    line.title,
                    line.quantity,
                    self.amount(line.unit_price),
                    self.amount(line.discount) if line.discount else UNSET,
                    line.note or UNSET,
                )
                for line in o.lines
            ],
            "total": self.amount(o.total),
            "received": self.amount(max(0, o.received)) if o.deposit else UNSET,
            "deposit": self.amount(o.deposit) if o.deposit else UNSET,
            "reserved_at": rfc3339(o.reserved_at),
            "expires_at": rfc3339(o.expires_at),
            "paid_at": when(o.paid_at),
            "pay_url": self.shop.page_url(self.shop.links.token(o.link)),
            "question": UNSET if o.question is None else o.question,
        }

    def customer(self, c: CustomerView) -> answers.Customer:
        average = c.record.average_pay_ms
        return answers.Customer(
            id=c.id,
            name=c.name,
            phone=c.phone,
            language=c.language,
            orders=c.record.orders,
            paid=c.record.paid,
            expired=c.record.expired,
            spent=self.amount(max(0, c.record.spent)),
            score=score(c.record),
            tier=tier(c.record),  # type: ignore[arg-type] # its four words
            average_pay_seconds=None if average is None else average // SECOND,
            created_at=rfc3339(c.created_at),
            last_order_at=when(c.last_order_at),
            notes=c.notes,
        )

    def conversation(self, t: ThreadRow) -> answers.Conversation:
        return answers.Conversation(
            id=t.conversation_id,
            customer=self.person(t.customer_id, t.name, t.phone),
            language=t.language,
            need=t.need,  # type: ignore[arg-type] # its three words
            reason=t.reason,
            unread=t.unread,
            last_text=t.last_text,
            last_author=t.last_author,
            last_at=rfc3339(t.last_at),
            window_until=when(t.window_until),
            open_order_id=t.open_order_id,
            waiting_since=when(t.waiting_since),
            resume_at=when(t.resume_at),
            closed_at=when(t.closed_at),
        )

    def message(self, conversation_id: int, m: MessageView) -> answers.Message:
        return answers.Message(
            id=m.message_id,
            conversation_id=conversation_id,
            author=m.author,
            kind=m.kind,
            text=m.text,
            buttons=list(m.buttons),
            media=m.media,
            at=rfc3339(m.at),
            status=m.status,
            error=m.error,
        )

    def credit_note(self, n: CreditNote) -> answers.CreditNote:
        url = self.url(f"/credit-notes/{n.id}/pdf")
        reason = n.content["reason"]
        return answers.CreditNote(n.id, n.number, n.invoice_id, rfc3339(n.issued_at), self.amount(n.total), reason, url)

    def receipt(self, r: Receipt) -> answers.Receipt:
        url = self.url(f"/receipts/{r.id}/pdf")
        return answers.Receipt(r.id, r.number, r.order_id, rfc3339(r.issued_at), self.amount(r.total), url)

    def invoice(self, i: InvoiceView) -> answers.Invoice:
        return answers.Invoice(
            i.id, i.number, i.order_id, rfc3339(i.issued_at), self.amount(i.total), self.url(f"/invoices/{i.id}/pdf")
        )
