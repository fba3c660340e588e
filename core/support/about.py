"""What entries of the journal are about: from words that a person remembers to the ids that entries bear.

An entry holds ids and amounts, never a name, a number or a text: whoever looks for « Aminata » or for an order's
reference is led over the books to the entries of that person, of their orders and of the money that came for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal

from core.accounts.events import AccountEvent
from core.catalogue.events import ProductSaved, StockRepaired
from core.conversations.events import ConversationEvent
from core.customers.events import CustomerEvent
from core.fraud.events import RiskAssessed
from core.invoices.events import CreditedByHand, CreditNoteIssued, InvoiceIssued, ReceiptIssued
from core.kernel.events import Event
from core.live.events import LiveEvent
from core.orders.events import OrderEvent, PairEvent, TermsAllowed
from core.payments.events import AttemptEvent, ReceiptEvent, RefundEvent
from core.pipeline.events import LeadEvent
from core.quotes.events import QuoteEvent
from core.search.queries import asked, customers, invoices, orders, quotes
from core.slots.events import BookingEvent, SlotEvent
from core.storage.connection import Reader

Thing = Literal[
    "order", "attempt", "refund", "invoice", "credit_note", "receipt", "customer", "conversation", "product", "quote",
    "lead", "live", "account",
]  # fmt: skip
FAMILIES: Final[dict[Thing, tuple[type[Event], ...]]] = {
    "order": (OrderEvent, ReceiptEvent, BookingEvent, RiskAssessed),
    "attempt": (AttemptEvent,),
    "refund": (RefundEvent,),
    "invoice": (InvoiceIssued, CreditedByHand),
    "credit_note": (CreditNoteIssued,),
    "receipt": (ReceiptIssued,),
    "customer": (CustomerEvent, TermsAllowed),
    "conversation": (ConversationEvent,),
    "product": (ProductSaved, StockRepaired, SlotEvent, PairEvent),
    "quote": (QuoteEvent,),
    "lead": (LeadEvent,),
    "live": (LiveEvent,),
    "account": (AccountEvent,),
}
"""Which events have the id of such a thing as their subject."""
_MOST: Final = 100
_OF_ORDERS: Final[tuple[tuple[Thing, str], ...]] = (
    ("attempt", "SELECT id FROM attempt WHERE order_id = ?"),
    ("refund", "SELECT id FROM refund WHERE order_id = ?"),
    ("invoice", "SELECT id FROM invoice WHERE order_id = ?"),
    ("receipt", "SELECT id FROM receipt WHERE order_id = ?"),
    ("credit_note", "SELECT c.id FROM invoice i JOIN credit_note c ON c.invoice_id = i.id WHERE i.order_id = ?"),
)
_OF_CUSTOMERS: Final[tuple[tuple[Thing, str], ...]] = (
    ("conversation", "SELECT id FROM conversation WHERE customer_id = ?"),
    ("lead", "SELECT id FROM lead WHERE customer_id = ?"),
)


@cache
def kinds(thing: Thing) -> frozenset[str]:
    """The entries that are about such a thing."""
    own = set(_leaves(FAMILIES[thing]))
    if thing == "attempt":  # what only the seller sees is about the order
        own -= set(_leaves((ReceiptEvent,)))
    return frozenset(own)


def _leaves(events: Iterable[type[Event]]) -> Iterable[str]:
    for event in events:
        if event.audited:
            yield event.__name__
        yield from _leaves(event.__subclasses__())


def subjects(reader: Reader, text: str, products: Iterable[int] = ()) -> tuple[tuple[frozenset[str], int], ...]:
    """(kinds of entries, id) of everything that these words mean. ``products``: those the catalogue's words mean."""
    wanted = asked(text)
    if wanted.empty:
        return ()
    found: list[tuple[Thing, int]] = [("product", number) for number in products]
    for hit in customers(reader, wanted, _MOST):
        found.append(("customer", hit.id))
        found += _those(reader, _OF_CUSTOMERS, hit.id)
    for hit in orders(reader, wanted, _MOST):
        found.append(("order", hit.id))
        found += _those(reader, _OF_ORDERS, hit.id)
    found += [("quote", hit.id) for hit in quotes(reader, wanted, _MOST)]
    found += [("invoice", hit.id) for hit in invoices(reader, wanted, _MOST)]
    return tuple((kinds(thing), number) for thing, number in dict.fromkeys(found))


def _those(reader: Reader, questions: Iterable[tuple[Thing, str]], number: int) -> list[tuple[Thing, int]]:
    return [(thing, row[0]) for thing, sql in questions for row in reader.all(sql, (number,))]
