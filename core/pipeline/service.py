"""Prospects, opened and moved by what people do; the seller moves and plans them as they like.

One open opportunity for a customer at a time. What is won or lost stays as it was: who comes again is another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from core.customers.events import CustomersMerged, CustomersParted
from core.kernel.errors import NotFound, Refused
from core.kernel.text import one_line
from core.orders.events import OrderCancelled, OrderChanged, OrderExpired, OrderFirm, OrderReserved, WaitingJoined
from core.pipeline import joining
from core.pipeline.events import (
    LeadAdvanced,
    LeadAsked,
    LeadMoved,
    LeadNoted,
    LeadOpened,
    LeadPlanned,
    LeadQualified,
    LeadValued,
)
from core.pipeline.rules import (
    ENDS,
    INTERESTED,
    LOST,
    MAX_NEXT,
    MAX_NOTE,
    NEW,
    OPEN,
    ORDER,
    QUOTE,
    STAGES,
    WON,
    Facts,
    begins,
    onward,
    qualified_by,
)
from core.quotes.events import QuoteDrafted, QuoteExpired, QuoteRefused, QuoteSent
from core.storage.connection import Reader
from core.storage.engine import Tx

_COLUMNS: Final = (
    "id, customer_id, stage, asked, amount, next_at, next_what, opened_at, moved_at, qualified_at, qualified_by,"
    " estimate, note, lost_why"
)
# What is still on the table: an open order, else the latest quote that may become one.
_AMOUNT: Final = (
    "SELECT coalesce((SELECT sum(total) FROM orders WHERE customer_id = ?1 AND state = 'reserved'),"
    " (SELECT total FROM quote WHERE customer_id = ?1 AND state IN ('draft', 'sent', 'seen', 'accepted')"
    " ORDER BY id DESC LIMIT 1))"
)


class Lead(Struct, frozen=True):
    """An opportunity. Times in ms UTC, ``amount`` in smallest units; ``qualified_by``: why it is worth a call;
    ``estimate``: what the seller expects, ``note`` and ``lost_why``: their words."""

    id: int
    customer_id: int
    stage: str
    asked: int
    amount: int | None
    next_at: int | None
    next_what: str
    opened_at: int
    moved_at: int
    qualified_at: int | None
    qualified_by: str | None
    estimate: int | None = None
    note: str = ""
    lost_why: str = ""

    @property
    def worth(self) -> int | None:
        """What is on the table, else what the seller expects."""
        return self.estimate if self.amount is None else self.amount


def load(reader: Reader, lead_id: int) -> Lead:
    """Raises NotFound."""
    row = reader.one(f"SELECT {_COLUMNS} FROM lead WHERE id = ?", (lead_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no prospect number {lead_id}.", lead_id=lead_id)
    return Lead(*row)


def open_of(reader: Reader, customer_id: int) -> Lead | None:
    """The customer's open opportunity."""
    sql = f"SELECT {_COLUMNS} FROM lead WHERE customer_id = ? AND stage NOT IN ('won', 'lost')"  # noqa: S608 - fixed
    row = reader.one(sql, (customer_id,))
    return Lead(*row) if row else None


# -- by hand -----------------------------------------------------------------------------------------------------


def start(tx: Tx, customer_id: int, stage: str, need: str, estimate: int | None = None) -> Lead:
    """An opportunity that the seller knows of: somebody asked in the shop, or by phone. Raises Refused, NotFound."""
    if stage not in OPEN:
        raise Refused("Unknown stage {stage}. Use one of {known}.", stage=stage, known=", ".join(OPEN))
    if not need.strip():
        raise Refused("Say what they need.")
    if not tx.value("SELECT 1 FROM customer WHERE id = ? AND merged_into IS NULL", (customer_id,)):
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    if open_of(tx, customer_id) is not None:
        raise Refused("This customer has another open opportunity: go on with that one.")
    return note(tx, _opened(tx, customer_id, stage).id, estimate, need, "")


def _opened(tx: Tx, customer_id: int, stage: str) -> Lead:
    lead_id = tx.insert(
        "INSERT INTO lead(customer_id, stage, opened_at, moved_at) VALUES(?,?,?,?)",
        (customer_id, stage, tx.now, tx.now),
    )
    tx.emit(LeadOpened(lead_id, customer_id, stage))
    return load(tx, lead_id)


def move(tx: Tx, lead_id: int, stage: str) -> Lead:
    """The seller's own word, in any direction. → the lead now. Raises NotFound, Refused."""
    lead = load(tx, lead_id)
    if stage not in STAGES:
        raise Refused("Unknown stage {stage}. Use one of {known}.", stage=stage, known=", ".join(STAGES))
    if stage == lead.stage:
        return lead
    if lead.stage in ENDS and stage not in ENDS and open_of(tx, lead.customer_id) is not None:
        raise Refused("This customer has another open opportunity: go on with that one.")
    tx.run("UPDATE lead SET stage = ?, moved_at = ? WHERE id = ?", (stage, tx.now, lead_id))
    tx.emit(LeadMoved(lead_id, lead.customer_id, lead.stage, stage))
    return load(tx, lead_id)


def plan(tx: Tx, lead_id: int, at: int | None, what: str) -> Lead:
    """What the seller means to do next and when (ms UTC); ``at`` None takes it away. → the lead now. Raises NotFound,
    Refused."""
    lead = load(tx, lead_id)
    text = one_line(what, MAX_NEXT)
    if at is not None and not text:
        raise Refused("Say what is to be done.")
    tx.run("UPDATE lead SET next_at = ?, next_what = ? WHERE id = ?", (at, text if at is not None else "", lead_id))
    tx.emit(LeadPlanned(lead_id, lead.customer_id, at))
    return load(tx, lead_id)


def note(tx: Tx, lead_id: int, estimate: int | None, text: str, lost_why: str) -> Lead:
    """What the seller expects it to come to (smallest units), their note, and why it was lost. → the lead now. Raises
    NotFound, Refused."""
    lead = load(tx, lead_id)
    if estimate is not None and estimate < 0:
        raise Refused("An amount is not below zero.")
    for words in (text, lost_why):
        if len(words) > MAX_NOTE:
            said = "The note has {length} characters; at most {limit} are kept."
            raise Refused(said, length=len(words), limit=MAX_NOTE)
    kept = (estimate, text.strip(), one_line(lost_why, MAX_NEXT))
    if kept != (lead.estimate, lead.note, lead.lost_why):
        tx.run("UPDATE lead SET estimate = ?, note = ?, lost_why = ? WHERE id = ?", (*kept, lead_id))
        tx.emit(LeadNoted(lead_id, lead.customer_id, estimate))
    return load(tx, lead_id)


# -- by themselves -----------------------------------------------------------------------------------------------


class Pipeline:
    """Reactors. ``large()``: the amount from which a prospect is worth a call, 0 for none; ``business()``: whether the
    store sells to businesses; ``own(tx, customer_id)``: whether this is the seller's own phone."""

    def __init__(self, large: Callable[[], int], business: Callable[[], bool], own: Callable[[Tx, int], bool]) -> None:
        self._large = large
        self._business = business
        self._own = own

    def wrote(self, tx: Tx, customer_id: int) -> None:
        """The first message of somebody opens a prospect; later ones say nothing by themselves."""
        known = tx.value("SELECT 1 FROM lead WHERE customer_id = ? LIMIT 1", (customer_id,))
        if known is None and not self._own(tx, customer_id):
            _opened(tx, customer_id, NEW)

    def asked(self, tx: Tx, customer_id: int) -> None:
        """A question for a price or a quote."""
        lead = self._reach(tx, customer_id, INTERESTED)
        if lead is not None:
            tx.run("UPDATE lead SET asked = asked + 1 WHERE id = ?", (lead.id,))
            tx.emit(LeadAsked(lead.id, customer_id, lead.asked + 1))
            self._look(tx, customer_id)

    def waits(self, tx: Tx, event: WaitingJoined) -> None:
        self._reach(tx, event.customer_id, INTERESTED)

    def reserved(self, tx: Tx, event: OrderReserved) -> None:
        self._reach(tx, event.customer_id, ORDER)
        self._look(tx, event.customer_id)

    def changed(self, tx: Tx, event: OrderChanged) -> None:
        self._look(tx, int(tx.value("SELECT customer_id FROM orders WHERE id = ?", (event.order_id,))))

    def paid(self, tx: Tx, event: OrderFirm) -> None:
        """Won, at what was paid. Money for an order that nobody had a prospect for makes one."""
        lead = open_of(tx, event.customer_id) or _opened(tx, event.customer_id, ORDER)
        self._value(tx, lead, event.total)
        self._advance(tx, lead, WON)

    def ended(self, tx: Tx, event: OrderExpired | OrderCancelled) -> None:
        """The reservation is gone, the interest may not be: the stage stays, the amount is what is left."""
        self._look(tx, event.customer_id)

    def quoted(self, tx: Tx, event: QuoteDrafted | QuoteSent) -> None:
        if event.customer_id is not None:
            self._reach(tx, event.customer_id, QUOTE)
            self._look(tx, event.customer_id)

    def declined(self, tx: Tx, event: QuoteRefused | QuoteExpired) -> None:
        """Lost, unless something else is still on the table."""
        if event.customer_id is None:
            return
        lead = open_of(tx, event.customer_id)
        if lead is not None and tx.value(_AMOUNT, (event.customer_id,)) is None:
            self._advance(tx, lead, LOST)

    def merged(self, tx: Tx, event: CustomersMerged) -> None:
        """Two records were one person: of two open opportunities the further one goes on."""
        joining.join(tx, event.customer_id, event.absorbed_id)
        self._look(tx, event.customer_id)
        joining.joined(tx, event.absorbed_id)

    def parted(self, tx: Tx, event: CustomersParted) -> None:
        """They are two after all: each goes on with their own."""
        for customer_id in joining.part(tx, event.merge_id, event.customer_id, event.absorbed_id):
            self._look(tx, customer_id)

    # -- steps -------------------------------------------------------------------------------------------------

    def _reach(self, tx: Tx, customer_id: int, stage: str) -> Lead | None:
        """The open opportunity, brought as far as this; a new one where there is none and this begins one."""
        lead = open_of(tx, customer_id)
        if lead is None:
            return _opened(tx, customer_id, stage) if begins(stage) else None
        return self._advance(tx, lead, stage)

    @staticmethod
    def _advance(tx: Tx, lead: Lead, reached: str) -> Lead:
        stage = onward(lead.stage, reached)
        if stage is None:
            return lead
        tx.run("UPDATE lead SET stage = ?, moved_at = ? WHERE id = ?", (stage, tx.now, lead.id))
        tx.emit(LeadAdvanced(lead.id, lead.customer_id, lead.stage, stage))
        return load(tx, lead.id)

    @staticmethod
    def _value(tx: Tx, lead: Lead, amount: int | None) -> None:
        if amount != lead.amount:
            tx.run("UPDATE lead SET amount = ? WHERE id = ?", (amount, lead.id))
            tx.emit(LeadValued(lead.id, lead.customer_id, amount))

    def _look(self, tx: Tx, customer_id: int) -> None:
        """The amount as things stand, and whether this prospect is worth a call now: said once."""
        lead = open_of(tx, customer_id)
        if lead is None:
            return
        amount: int | None = tx.value(_AMOUNT, (customer_id,))
        self._value(tx, lead, amount)
        why = qualified_by(Facts(lead.stage, lead.asked, amount, self._business(), self._large()))
        if why is not None and lead.qualified_at is None:
            tx.run("UPDATE lead SET qualified_at = ?, qualified_by = ? WHERE id = ?", (tx.now, why, lead.id))
            tx.emit(LeadQualified(lead.id, customer_id, why))
