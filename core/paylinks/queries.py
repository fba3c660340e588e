"""Everything a pay link's page tells, read at one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from core.orders.rules import asked
from core.paylinks.rules import Facts, Question, is_trying, may_bring_money, standing
from core.slots.queries import bookings
from core.storage.connection import Reader, Row


class Line(Struct, frozen=True):
    """``photo``: a file in the store's media folder, or whatever the catalogue was given. ``product_id`` None, ``sku``
    and ``keyword`` empty: nothing of the catalogue."""

    product_id: int | None
    sku: str
    keyword: str
    title: str
    quantity: int
    photo: str | None


class Day(Struct, frozen=True):
    """When something of the order takes place, ms UTC, and where; the place is empty for a time that was chosen."""

    at: int
    place: str


class Means(Struct, frozen=True):
    """A provider's name and its method's; ``state``: what became of the attempt that used it."""

    provider: str
    method: str | None
    state: str


class Asked(Struct, frozen=True):
    """A payment under way that no page of the provider's shows: approved on ``payer``'s phone (E.164), or made by a
    code that pays ``alias``. ``claimed``: the buyer says it is done, and the seller is to confirm."""

    ref: str
    payer: str | None
    qr_text: str | None
    alias: str | None
    claimed: bool


class Prepared(Struct, frozen=True):
    """A provider's page opened ahead of time, which no buyer has chosen; it can be paid until ``ends``, ms UTC."""

    provider: str
    method: str | None
    url: str
    ends: int


class Receipt(Struct, frozen=True):
    """Money that came in, ms UTC."""

    provider: str
    method: str | None
    amount: int
    at: int


class LinkView(Struct, frozen=True):
    """``last``: the attempt made last. ``favourite``: what this customer paid with before, on another order.

    ``asked``: that attempt, while it waits for a phone or a code; ``phone``: the customer's own number.
    ``reachable``: the customer writes to the shop on WhatsApp, so messages about the order reach them.
    """

    order_id: int
    reference: str
    facts: Facts
    language: str
    paid_at: int | None
    close_reason: str | None
    opened: bool
    reachable: bool
    invoice_id: int | None
    lines: tuple[Line, ...]
    receipts: tuple[Receipt, ...]
    last: Means | None
    favourite: Means | None
    asked: Asked | None
    phone: str | None
    days: tuple[Day, ...] = ()
    prepared: Prepared | None = None

    def fingerprint(self, now: int) -> str:
        """Changes when the page would say something else."""
        told = (self.last, self.asked, self.receipts, self.lines, self.invoice_id, self.days)
        parts = (standing(self.facts, now), self.facts, *told)
        return hashlib.blake2s(repr(parts).encode(), digest_size=6).hexdigest()


def read_link(reader: Reader, order_id: int) -> LinkView | None:
    """The order behind a link, None when there is none."""
    row = reader.one(
        "SELECT o.reference, o.state, o.total, o.received, o.reserved_at, o.expires_at, o.paid_at, o.close_reason,"
        " o.link_opened_at, c.language, o.customer_id, EXISTS(SELECT 1 FROM conversation v WHERE"
        " v.customer_id = c.id AND v.last_inbound_at IS NOT NULL), (SELECT id FROM invoice WHERE order_id = o.id),"
        " (SELECT value FROM identity WHERE customer_id = c.id AND kind = 'phone' ORDER BY last_seen DESC LIMIT 1),"
        " o.deposit, coalesce(o.terms_days, 0) > 0 FROM orders o JOIN customer c ON c.id = o.customer_id"
        " WHERE o.id = ?",
        (order_id,),
    )
    if row is None:
        return None
    attempts = reader.all(
        "SELECT provider, method, state, closing, coalesce(redirect_url, payer, qr_text) IS NOT NULL FROM attempt"
        " WHERE order_id = ? AND NOT ahead ORDER BY id",
        (order_id,),
    )
    facts = Facts(
        state=row[1],
        total=row[2],
        received=row[3],
        reserved_at=row[4],
        expires_at=row[5],
        trying=any(is_trying(state, bool(closing), bool(sent)) for _, _, state, closing, sent in attempts),
        unsettled=any(may_bring_money(state) for _, _, state, _, _ in attempts),
        questions=tuple(
            Question(*q)
            for q in reader.all(
                "SELECT kind, amount, choice, refund FROM decision WHERE order_id = ? ORDER BY id", (order_id,)
            )
        ),
        deposit=row[14],
        asked=asked(row[2], row[3], row[14]),
        later=bool(row[15]),
    )
    return LinkView(
        order_id=order_id,
        reference=row[0],
        facts=facts,
        paid_at=row[6],
        close_reason=row[7],
        opened=row[8] is not None,
        language=row[9],
        reachable=bool(row[11]),
        invoice_id=row[12],
        lines=_lines(reader, order_id),
        receipts=_receipts(reader, order_id),
        last=_last(attempts),
        favourite=_favourite(reader, row[10], order_id),
        asked=_asked(reader, order_id),
        phone=row[13],
        days=_days(reader, order_id),
        prepared=_prepared(reader, order_id),
    )


def open_page(reader: Reader, order_id: int) -> str | None:
    """The address where the buyer's last attempt is paid, None unless it still can be."""
    row = reader.one(
        "SELECT redirect_url, state, closing FROM attempt WHERE order_id = ? AND NOT ahead ORDER BY id DESC LIMIT 1",
        (order_id,),
    )
    return row[0] if row and is_trying(row[1], bool(row[2]), row[0] is not None) else None


def _prepared(reader: Reader, order_id: int) -> Prepared | None:
    row = reader.one(
        "SELECT provider, method, redirect_url, expires_at, state, closing FROM attempt WHERE order_id = ? AND ahead"
        " ORDER BY id DESC LIMIT 1",
        (order_id,),
    )
    return Prepared(*row[:4]) if row and is_trying(row[4], bool(row[5]), row[2] is not None) else None


def _last(attempts: Sequence[Row]) -> Means | None:
    """A session whose page we were never told can be asked about but not opened: like one without an answer."""
    if not attempts:
        return None
    provider, method, state, _, sent = attempts[-1]
    return Means(provider, method, "unknown" if state == "open" and not sent else state)


def _asked(reader: Reader, order_id: int) -> Asked | None:
    row = reader.one(
        "SELECT ref, payer, qr_text, alias, claimed_at IS NOT NULL, state, closing FROM attempt WHERE order_id = ?"
        " AND NOT ahead ORDER BY id DESC LIMIT 1",
        (order_id,),
    )
    if row is None or (row[1] is None and row[2] is None) or not is_trying(row[5], bool(row[6]), sent=True):
        return None
    return Asked(row[0], row[1], row[2], row[3], bool(row[4]))


def _lines(reader: Reader, order_id: int) -> tuple[Line, ...]:
    rows = reader.all(
        "SELECT l.product_id, l.sku, coalesce(p.keyword, ''), l.title, l.quantity, p.photo FROM order_content l"
        " LEFT JOIN product p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.extra, l.id",
        (order_id,),
    )
    return tuple(Line(*row) for row in rows)


def _days(reader: Reader, order_id: int) -> tuple[Day, ...]:
    events = (
        "SELECT DISTINCT p.event_at, p.place FROM order_line l JOIN product p ON p.id = l.product_id"
        " WHERE l.order_id = ? AND p.event_at IS NOT NULL ORDER BY p.event_at LIMIT 5"
    )
    found = [Day(at, place) for at, place in reader.all(events, (order_id,))]
    return (*found, *(Day(taken.starts_at, "") for taken in bookings(reader, order_id)))


def _receipts(reader: Reader, order_id: int) -> tuple[Receipt, ...]:
    rows = reader.all(
        "SELECT provider, method, amount, received_at FROM payment WHERE order_id = ? ORDER BY id", (order_id,)
    )
    return tuple(Receipt(*row) for row in rows)


def _favourite(reader: Reader, customer_id: int, order_id: int) -> Means | None:
    row = reader.one(
        "SELECT p.provider, p.method FROM orders o JOIN payment p ON p.order_id = o.id WHERE o.customer_id = ?"
        " AND o.id <> ? ORDER BY p.id DESC LIMIT 1",
        (customer_id, order_id),
    )
    return Means(row[0], row[1], "paid") if row else None
