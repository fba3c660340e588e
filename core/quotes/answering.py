"""What becomes of a sent quote: opened, accepted, refused, turned into an order, reminded of, expired.

Each verb runs in one transaction of the only writer, so that a double click, two devices or a clock that strikes just
then find the quote already answered: an acceptance that comes again changes nothing, any other answer is refused.
"""

from __future__ import annotations

from typing import Final

from core.durable.deadlines import clear_deadline
from core.kernel.clock import day_ends
from core.kernel.errors import Refused
from core.kernel.text import one_line
from core.orders import agreed
from core.orders.agreed import Agreed, Plan, Short
from core.orders.service import Orders
from core.quotes.events import (
    QuoteAccepted,
    QuoteConverted,
    QuoteEnding,
    QuoteExpired,
    QuoteRefused,
    QuoteSeen,
    QuoteShort,
)
from core.quotes.rules import ACCEPTED, CONVERTED, EXPIRED, MAX_REASON, OPEN, next_state
from core.quotes.service import END, REMIND, Quote, load
from core.storage.connection import Reader
from core.storage.engine import Tx

CUSTOMER: Final = "customer"
SELLER: Final = "seller"


def seen(tx: Tx, quote_id: int) -> None:
    """The customer opened it: told once. Nothing for one that is answered or over."""
    quote = load(tx, quote_id)
    if quote.state not in OPEN or quote.valid_until <= tx.now or quote.seen_at is not None:
        return
    tx.run("UPDATE quote SET state = ?, seen_at = ? WHERE id = ?", (next_state(quote.state, "open"), tx.now, quote_id))
    tx.emit(QuoteSeen(quote_id, quote.customer_id))


def accept(tx: Tx, orders: Orders, quote_id: int, by: str) -> Quote:
    """The customer agrees. It becomes an order at once, unless a product is short: then the seller is asked.

    Again: nothing more happens. → the quote now. Raises Refused when it was refused, replaced, or is over.
    """
    quote = load(tx, quote_id)
    if quote.state in (ACCEPTED, CONVERTED):
        return quote
    _in_time(tx, quote)
    state = next_state(quote.state, "accept")
    if quote.customer_id is None:
        raise Refused("Choose the customer of this quote first.")
    _answered(tx, quote, state, "")
    tx.emit(QuoteAccepted(quote_id, quote.customer_id, quote.total, by))
    short = agreed.shortages(tx, _lines(tx, quote))
    if short:
        tx.emit(QuoteShort(quote_id, quote.customer_id, len(short)))
    else:
        _become_order(tx, orders, load(tx, quote_id))
    return load(tx, quote_id)


def refuse(tx: Tx, quote_id: int, by: str, reason: str = "") -> Quote:
    """The customer does not want it. → the quote now. Raises Refused when it was answered otherwise or is over."""
    quote = load(tx, quote_id)
    _in_time(tx, quote)
    _answered(tx, quote, next_state(quote.state, "refuse"), one_line(reason, MAX_REASON))
    tx.emit(QuoteRefused(quote_id, quote.customer_id, by))
    return load(tx, quote_id)


def convert(tx: Tx, orders: Orders, quote_id: int) -> int:
    """The order of an accepted quote, made now if its goods were short before. → its id. Raises Refused."""
    quote = load(tx, quote_id)
    if quote.order_id is not None:
        return quote.order_id
    next_state(quote.state, "convert")
    return _become_order(tx, orders, quote)


def short_of(reader: Reader, quote_id: int) -> list[Short]:
    """What an accepted quote still waits for."""
    quote = load(reader, quote_id)
    return agreed.shortages(reader, _lines(reader, quote)) if quote.state == ACCEPTED else []


def _in_time(tx: Tx, quote: Quote) -> None:
    """The sweep may not have come round yet: a quote is over when its time is."""
    if quote.state in OPEN and quote.valid_until <= tx.now:
        next_state(EXPIRED, "accept")


def _answered(tx: Tx, quote: Quote, state: str, reason: str) -> None:
    tx.run(
        "UPDATE quote SET state = ?, answered_at = ?, seen_at = coalesce(seen_at, ?2), reason = ? WHERE id = ?",
        (state, tx.now, reason, quote.id),
    )
    clear_deadline(tx, END, quote.id)
    clear_deadline(tx, REMIND, quote.id)


def _become_order(tx: Tx, orders: Orders, quote: Quote) -> int:
    assert quote.customer_id is not None, "accepted for somebody"
    terms = quote.wording.terms
    plan = Plan(
        quote.customer_id,
        _lines(tx, quote),
        quote.deposit,
        day_ends(tx.now, terms.pay_days, orders.zone),
        day_ends(tx.now, terms.balance_days, orders.zone) if quote.deposit else None,
    )
    order_id = agreed.agree(tx, orders, plan)
    state = next_state(quote.state, "convert")
    tx.run("UPDATE quote SET state = ?, order_id = ? WHERE id = ?", (state, order_id, quote.id))
    tx.emit(QuoteConverted(quote.id, quote.customer_id, order_id, quote.total, quote.deposit))
    return order_id


def _lines(reader: Reader, quote: Quote) -> tuple[Agreed, ...]:
    """The lines at what they finally cost. One whose product is gone from the catalogue is sold like a free text."""
    found = []
    for line, amount in zip(quote.lines, quote.wording.sums.amounts, strict=True):
        product_id = reader.value("SELECT id FROM product WHERE sku = ?", (line.sku,)) if line.sku else None
        rate = quote.seller.get("vat_rate", 0) if line.rate is None else line.rate
        found.append(
            Agreed(
                product_id,
                line.sku,
                line.description,
                line.quantity,
                line.unit_price,
                line.gross - amount,
                rate,
            )
        )
    return tuple(found)


# -- time --------------------------------------------------------------------------------------------------------


def expire(tx: Tx, quote_id: int) -> None:
    """Its time is over. Nothing for one that was answered."""
    quote = load(tx, quote_id)
    if quote.state in OPEN:
        tx.run("UPDATE quote SET state = ? WHERE id = ?", (next_state(quote.state, "expire"), quote_id))
        clear_deadline(tx, REMIND, quote_id)
        tx.emit(QuoteExpired(quote_id, quote.customer_id))


def remind(tx: Tx, quote_id: int) -> None:
    """Its end is near: once. Nothing for one that was answered, or is over after all."""
    quote = load(tx, quote_id)
    once = "UPDATE quote SET reminded_at = ? WHERE id = ? AND reminded_at IS NULL AND valid_until > ?1"
    if quote.state in OPEN and tx.run(once, (tx.now, quote_id)):
        tx.emit(QuoteEnding(quote_id, quote.customer_id, quote.valid_until))
