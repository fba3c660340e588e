"""Server-sent events: one for each change, with the changed object as the API shows it.

The writer thread hands over what changed as (kind, id); each stream reads those objects when it is ready to send, so
several changes of one object in a moment come as one event with its latest state, and memory stays bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from aiohttp import web
from msgspec import Struct

from core.accounts.queries import Session, session_of
from core.bootstrap import Shop
from core.catalogue import queries as catalogue
from core.catalogue.events import CatalogueImported, ProductSaved, StockMoved
from core.conversations import notes
from core.conversations import queries as conversations
from core.conversations.events import ConversationEvent, MessageAdded, MessageProgressed, MessageQueued, NoteAdded
from core.customers import queries as customers
from core.customers.events import CustomerEvent
from core.fraud.events import RiskAssessed
from core.invoices import credits, receipts
from core.invoices import queries as invoices
from core.invoices.events import CreditNoteIssued, InvoiceIssued, ReceiptIssued
from core.kernel.errors import NotFound
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.live import queries as live_queries
from core.live.events import LiveEvent
from core.orders import queries as orders
from core.orders.events import OrderEvent, WaitingJoined
from core.payments.events import RefundEvent
from core.quotes.events import QuoteEvent
from core.storage.connection import Reader
from localserver.api import answers, inboxshapes, quoteshapes
from localserver.api.answers import CatalogueChange
from localserver.api.door import Call, bearer
from localserver.api.present import SEE_PEOPLE, Presenter
from localserver.api.problems import BadRequest
from localserver.api.quotes import shown_quote

HEARTBEAT: Final = 15.0  # s: proxies drop a silent connection after 30 to 60
BACKLOG: Final = 5_000  # changed objects that wait for a reader; a slower one is cut off and shall read the lists again
STREAMS: Final = 32
RETRY: Final = 3000  # ms


class Kind(Struct, frozen=True):
    """``name`` is the event's, ``shape`` that of its object; ``show`` reads the object as it is now, None when it is
    gone; ``right`` to see it."""

    name: str
    shape: type[msgspec.Struct]
    right: str
    show: Callable[[Reader, Presenter, int], msgspec.Struct | None]


def _product(reader: Reader, present: Presenter, number: int) -> msgspec.Struct | None:
    found = catalogue.product(reader, number)
    return present.product(found) if found else None


def _live(reader: Reader, present: Presenter, number: int) -> msgspec.Struct | None:
    found = live_queries.session(reader, number)
    return present.live(reader, found) if found else None


def _conversation(reader: Reader, present: Presenter, number: int) -> msgspec.Struct | None:
    found = conversations.thread(reader, number)
    return present.conversation(found) if found else None


def _message(reader: Reader, present: Presenter, number: int) -> msgspec.Struct | None:
    found = conversations.message_of(reader, message_id=number)
    return present.message(*found) if found else None


def _sent(reader: Reader, present: Presenter, number: int) -> msgspec.Struct | None:
    found = conversations.message_of(reader, outbox_id=number)
    return present.message(*found) if found else None


ORDER: Final = Kind("order", answers.Order, "orders.read", lambda r, p, n: p.order(orders.order(r, n)))
PRODUCT: Final = Kind("product", answers.Product, "products.read", _product)
CATALOGUE: Final = Kind("catalogue", answers.CatalogueChange, "products.read", lambda r, p, n: None)
LIVE: Final = Kind("live", answers.Live, "live.read", _live)
CUSTOMER: Final = Kind(
    "customer", answers.Customer, "customers.read", lambda r, p, n: p.customer(customers.customer(r, n))
)
CONVERSATION: Final = Kind("conversation", answers.Conversation, "messages.read", _conversation)
NOTE: Final = Kind("note", inboxshapes.Note, "messages.read", lambda r, p, n: inboxshapes.note(notes.one(r, n)))
MESSAGE: Final = Kind("message", answers.Message, "messages.read", _message)
SENT: Final = Kind("message", answers.Message, "messages.read", _sent)
INVOICE: Final = Kind("invoice", answers.Invoice, "orders.read", lambda r, p, n: p.invoice(invoices.invoice(r, n)))
CREDIT_NOTE: Final = Kind(
    "credit_note", answers.CreditNote, "orders.read", lambda r, p, n: p.credit_note(credits.load(r, n))
)
RECEIPT: Final = Kind("receipt", answers.Receipt, "orders.read", lambda r, p, n: p.receipt(receipts.load(r, n)))
QUOTE: Final = Kind("quote", quoteshapes.Quote, "orders.read", shown_quote)

# What an event changed: the first line that fits counts. What is not here changes no object of the API.
CHANGES: Final[tuple[tuple[type[Event], Kind, str], ...]] = (
    (OrderEvent, ORDER, "order_id"),
    (RiskAssessed, ORDER, "order_id"),
    (ProductSaved, PRODUCT, "product_id"),
    (StockMoved, PRODUCT, "product_id"),
    (WaitingJoined, PRODUCT, "product_id"),
    (CatalogueImported, CATALOGUE, "subject"),
    (LiveEvent, LIVE, "session_id"),
    (MessageAdded, MESSAGE, "message_id"),
    (NoteAdded, NOTE, "note_id"),
    (MessageProgressed, SENT, "outbox_id"),
    (ConversationEvent, CONVERSATION, "conversation_id"),
    (CustomerEvent, CUSTOMER, "customer_id"),
    (InvoiceIssued, INVOICE, "invoice_id"),
    (CreditNoteIssued, CREDIT_NOTE, "credit_note_id"),
    (ReceiptIssued, RECEIPT, "receipt_id"),
    (QuoteEvent, QUOTE, "quote_id"),
    (RefundEvent, ORDER, "order_id"),
)

TELLS: Final[Mapping[str, type[msgspec.Struct]]] = {kind.name: kind.shape for _, kind, _ in CHANGES}

Change = tuple[Kind, int, msgspec.Struct | None]


def changed(event: Event) -> Change | None:
    """What an event changed: the kind and id, and the object itself where only the event knows it."""
    if isinstance(event, MessageQueued):
        return None  # for the sender
    for type_, kind, number in CHANGES:
        if isinstance(event, type_):
            value = CatalogueChange(event.added, event.updated) if isinstance(event, CatalogueImported) else None
            return kind, getattr(event, number), value
    return None


class Feed:
    """What changed and was not yet sent to one client. The newest state wins; order is that of the first change."""

    def __init__(self, shop: Shop, session: Session, cut_off: Callable[[], None], *, backlog: int = BACKLOG) -> None:
        self._shop = shop
        self._session = session
        self._cut_off = cut_off
        self._backlog = backlog
        self._waiting: dict[tuple[Kind, int], msgspec.Struct | None] = {}
        self._loop = asyncio.get_running_loop()
        self.wake = asyncio.Event()
        self.over = False
        self.close = shop.engine.subscribe(self._on_commit)

    def _on_commit(self, events: Sequence[Event]) -> None:
        """On the writer thread: sort out and hand over."""
        changes = [change for event in events if (change := changed(event)) is not None]
        if changes:
            with suppress(RuntimeError):  # the loop closed meanwhile: nobody listens
                self._loop.call_soon_threadsafe(self._add, changes)

    def _add(self, changes: Sequence[Change]) -> None:
        if self.over:
            return
        for kind, number, value in changes:
            if self._session.may(kind.right):
                self._waiting[(kind, number)] = value
        if len(self._waiting) > self._backlog:
            self.end()
            self._cut_off()  # also where a write to a reader that does not read is being waited for
        self.wake.set()

    def end(self) -> None:
        """Nothing more is sent."""
        self.over = True
        self._waiting.clear()
        self.wake.set()

    async def take(self) -> list[tuple[str, bytes]]:
        """Everything that waits, as (event name, JSON), read on a thread."""
        self.wake.clear()
        waiting, self._waiting = self._waiting, {}
        return await asyncio.to_thread(self._shop.engine.read, lambda r: self._read(r, waiting)) if waiting else []

    def _read(self, reader: Reader, waiting: dict[tuple[Kind, int], msgspec.Struct | None]) -> list[tuple[str, bytes]]:
        present = Presenter(self._shop, people=self._session.may(SEE_PEOPLE))
        found: list[tuple[str, bytes]] = []
        for (kind, number), value in waiting.items():
            with suppress(NotFound):  # gone again: a claim that was taken back
                body = kind.show(reader, present, number) if value is None else value
                if body is not None:
                    found.append((kind.name, msgspec.json.encode(body)))
        return found


class Streams:
    """The open streams of this server."""

    def __init__(self, *, heartbeat: float = HEARTBEAT, backlog: int = BACKLOG, most: int = STREAMS) -> None:
        self._heartbeat = heartbeat
        self._backlog = backlog
        self._most = most
        self._open: set[Feed] = set()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._open)

    async def stop(self, _: web.Application) -> None:
        """The server stops: every stream ends now."""
        self._stopping = True
        for feed in self._open:
            feed.end()

    async def serve(self, call: Call) -> web.StreamResponse:
        """Tell one client what changes, until it leaves, its token ends, it reads too slowly or the server stops."""
        if len(self._open) >= self._most or self._stopping:
            raise BadRequest("Too many event streams are open: close one first.", 429, headers={"Retry-After": "30"})
        request = call.request
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        feed = Feed(call.shop, call.session, lambda: _abort(request), backlog=self._backlog)
        self._open.add(feed)
        try:
            await response.prepare(request)
            await response.write(b": open\nretry: %d\n\n" % RETRY)
            await self._tell(response, feed, lambda: _still_valid(call))
            await response.write_eof()
        except ConnectionResetError:
            pass  # the client left
        finally:
            feed.close()
            self._open.discard(feed)
        return response

    async def _tell(self, response: web.StreamResponse, feed: Feed, alive: Callable[[], bool]) -> None:
        while not feed.over and alive():
            if not await woken(feed.wake, self._heartbeat):
                await response.write(b": \n\n")
                continue
            for name, body in await feed.take():
                await response.write(b"event: %s\ndata: %s\n\n" % (name.encode(), body))


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _still_valid(call: Call) -> bool:
    token = bearer(call.request)
    now = call.shop.engine.read(lambda r: session_of(r, token, call.shop.clock.now()))
    return now is not None and now.lent == call.session.lent


STREAMS_KEY: Final = web.AppKey("api_streams", Streams)


async def events(call: Call) -> web.StreamResponse:
    """One event for each change, named by what changed; its data is the object as it is now, as the API shows it."""
    return await call.request.app[STREAMS_KEY].serve(call)
