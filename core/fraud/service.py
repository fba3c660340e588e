"""Scores orders as things happen to them, and asks the seller to look when a score reaches the threshold."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from core.customers.service import phone_of, phones_of, record
from core.durable.deadlines import set_deadline
from core.fraud.events import RiskAssessed, VisitNoted
from core.fraud.rules import (
    ADDRESS_KEPT,
    DAY_MS,
    DEVICE_KEPT,
    HISTORY,
    MONTH_MS,
    PAYER_KEPT,
    SAID,
    SUMS,
    VELOCITY_MS,
    Facts,
    Signal,
    Sums,
    beyond,
    is_exact,
    network_of,
    score,
    signals,
)
from core.kernel.i18n import catalogue
from core.kernel.money import group_digits
from core.kernel.numbering import today
from core.kernel.phone import calling_code
from core.orders.questions import ask_review
from core.orders.rules import RESERVED
from core.orders.service import Order, load
from core.payments.events import AttemptOpened, PayerKnown, PayerTold, PaymentReceived
from core.storage.connection import Reader
from core.storage.engine import Tx

FORGET: Final = "forget"  # kind of the deadline: marks past their time
_KEPT: Final = (
    ("visit WHERE kind = 'address' AND at", ADDRESS_KEPT),
    ("visit WHERE kind = 'device' AND at", DEVICE_KEPT),
    ("payer_told WHERE at", PAYER_KEPT),
    ("payer WHERE at", PAYER_KEPT),
)


class Risk(Struct, frozen=True):
    """An order's score with its reasons. ``review``: None, waiting, accept, refuse or ended (the hold was over)."""

    score: int
    signals: tuple[Signal, ...]
    review: str | None


def limits(number: Callable[[str], int]) -> Sums:
    """From which sums on the seller looks at a sale first (F128); ``number``: reads a setting."""
    return Sums(**{name: number(f"limits.{name}") for name in SUMS})


class Watch:
    """Reactors. ``threshold()``: the score from which an order waits; 0: none ever does. ``limits()``: the store's own
    against laundering. ``key``: without it a mark can be neither made nor tried."""

    def __init__(self, threshold: Callable[[], int], limits: Callable[[], Sums], key: bytes) -> None:
        self._threshold = threshold
        self._limits = limits
        self._key = key

    def order(self, tx: Tx, order_id: int) -> None:
        """An order was made or changed."""
        self._assess(tx, load(tx, order_id))

    def attempt(self, tx: Tx, event: AttemptOpened) -> None:
        self._assess(tx, load(tx, event.order_id))

    def told(self, tx: Tx, event: PayerTold) -> None:
        """Who is going to have paid, from a notice that is no proof of the money."""
        tx.run(
            "INSERT OR REPLACE INTO payer_told(attempt_id, mark, exact, abroad, at) VALUES(?,?,?,?,?)",
            (event.attempt_id, *self._payer(tx, event.order_id, event.payer)),
        )
        self._plan(tx)

    def payer(self, tx: Tx, event: PayerKnown) -> None:
        """Kept as a mark that tells payers apart, and nothing more."""
        tx.run(
            "INSERT OR IGNORE INTO payer(payment_id, mark, exact, abroad, at) VALUES(?,?,?,?,?)",
            (event.payment_id, *self._payer(tx, event.order_id, event.payer)),
        )
        self._plan(tx)

    def payment(self, tx: Tx, event: PaymentReceived) -> None:
        """Before the money settles the order: what waits for the seller is not firm when it is paid."""
        tx.run(
            "INSERT OR IGNORE INTO payer(payment_id, mark, exact, abroad, at) SELECT ?, mark, exact, abroad, at"
            " FROM payer_told WHERE attempt_id = ?",
            (event.payment_id, event.attempt_id),
        )
        self._assess(tx, load(tx, event.order_id), paying=True)

    # -- where a pay page is opened ------------------------------------------------------------------------------

    def marks(self, device: str, address: str) -> list[tuple[str, bytes]]:
        """(kind, mark) of what a visitor's browser told; an address that names nobody leaves none."""
        network = network_of(address)
        found = [("device", device), ("address", network)]
        return [(kind, self._mark(kind, text)) for kind, text in found if text]

    def visited(self, tx: Tx, order_id: int, marks: Sequence[tuple[str, bytes]]) -> None:
        """A buyer opened the page of an order, or pays there."""
        tx.connection.executemany(
            "INSERT OR IGNORE INTO visit(order_id, kind, mark, at) VALUES(?,?,?,?)",
            [(order_id, kind, mark, tx.now) for kind, mark in marks],
        )
        tx.emit(VisitNoted(order_id))
        self._plan(tx)
        self._assess(tx, load(tx, order_id))

    def _plan(self, tx: Tx) -> None:
        if not tx.value("SELECT 1 FROM deadline WHERE kind = ? AND subject = 0", (FORGET,)):
            set_deadline(tx, FORGET, 0, tx.now + DAY_MS)

    def forget(self, tx: Tx, _: int = 0) -> None:
        """Marks past their time go; as long as there are others, it comes round again."""
        left = 0
        for table, kept in _KEPT:
            tx.run(f"DELETE FROM {table} < ?", (tx.now - kept,))  # noqa: S608 - fixed
            left += bool(tx.value(f"SELECT 1 FROM {table} >= ? LIMIT 1", (tx.now - kept,)))  # noqa: S608 - fixed
        if left:
            set_deadline(tx, FORGET, 0, tx.now + DAY_MS)

    def _payer(self, tx: Tx, order_id: int, payer: str) -> tuple[bytes, bool, bool, int]:
        """(mark, whether it fits one payer only, whether its country is not the customer's, now)."""
        phone = phone_of(tx, load(tx, order_id).customer_id) if payer.startswith("+") else None
        abroad = phone is not None and calling_code(phone) != calling_code(payer)
        return self._mark("payer", payer), is_exact(payer), abroad, tx.now

    def _mark(self, kind: str, text: str) -> bytes:
        return hmac.new(self._key, f"{kind}\x00{text}".encode(), hashlib.sha256).digest()

    # -- the score -----------------------------------------------------------------------------------------------

    def talked(self, tx: Tx, order_id: int) -> None:
        """The buyer says, or shows, that they have paid."""
        order = load(tx, order_id)
        if order.state == RESERVED and not order.received:
            tx.run(
                "INSERT INTO risk(order_id, talk) VALUES(?, 1) ON CONFLICT(order_id) DO UPDATE SET talk = talk + 1",
                (order_id,),
            )
            self._assess(tx, order)

    def _assess(self, tx: Tx, order: Order, *, paying: bool = False) -> None:
        if order.state != RESERVED:
            return
        found = beyond(_sums(tx, order, paying), self._limits()) + signals(_facts(tx, order, paying))
        before = tx.one("SELECT score, signals FROM risk WHERE order_id = ?", (order.id,))
        kept = json.dumps([[one.code, one.points, one.n] for one in found])
        if (before or (0, "[]")) == (value := score(found), kept):
            return
        tx.run(
            "INSERT INTO risk(order_id, score, signals) VALUES(?,?,?) ON CONFLICT(order_id) DO UPDATE SET"
            " score = excluded.score, signals = excluded.signals",
            (order.id, value, kept),
        )
        tx.emit(RiskAssessed(order.id, value, " ".join(f"{one.code}:{one.points}" for one in found)))
        threshold = self._threshold()
        if any(one.code in SUMS for one in found) or (threshold and value >= threshold):
            ask_review(tx, order.id, value)


def _facts(tx: Tx, order: Order, paying: bool) -> Facts:
    person = record(tx, order.customer_id)
    recent, let_go = tx.one(
        "SELECT coalesce(sum(reserved_at > ?1), 0), coalesce(sum(state = 'expired' AND closed_at > ?2), 0)"
        " FROM (SELECT reserved_at, state, closed_at FROM orders WHERE customer_id = ?3 ORDER BY id DESC LIMIT 50)",
        (tx.now - VELOCITY_MS, tx.now - DAY_MS, order.customer_id),
    ) or (0, 0)
    pieces, attempts, talk = tx.one(
        "SELECT (SELECT coalesce(sum(quantity), 0) FROM order_line WHERE order_id = ?1),"
        " (SELECT count(*) FROM attempt WHERE order_id = ?1 AND NOT ahead),"
        " (SELECT coalesce(max(talk), 0) FROM risk WHERE order_id = ?1)",
        (order.id,),
    ) or (0, 0, 0)
    payers, paid_for, alike, abroad = _payers(tx, order) if paying else (0, 0, 0, False)
    return Facts(
        order.total,
        pieces,
        recent,
        let_go,
        person.paid,
        person.spent,
        attempts,
        len({today(number) for number in phones_of(tx, order.customer_id)}),
        payers,
        paid_for,
        0 if paying else talk,
        alike,
        bool(attempts) and person.paid >= HISTORY and _new_means(tx, order),
        _people(tx, order, "device", tx.now - DEVICE_KEPT),
        _people(tx, order, "address", tx.now - VELOCITY_MS),
        abroad,
        person.scored,
    )


def _people(tx: Tx, order: Order, kind: str, since: int) -> int:
    """How many people's orders were opened on a device, or at an address, where this one was."""
    found: int = tx.value(
        "SELECT coalesce(max(people), 0) FROM (SELECT count(DISTINCT o.customer_id) AS people FROM visit v"
        " JOIN orders o ON o.id = v.order_id WHERE v.kind = ?2 AND v.at > ?3 AND v.mark IN"
        " (SELECT mark FROM visit WHERE order_id = ?1 AND kind = ?2) GROUP BY v.mark)",
        (order.id, kind, since),
    )
    return found


def _new_means(tx: Tx, order: Order) -> bool:
    """Did this person never pay with the provider, or never as the payer, that this order is being paid with?"""
    mine = "payment p JOIN orders o ON o.id = p.order_id WHERE o.customer_id = ?2 AND o.id <> ?1"
    marks = f"SELECT mark FROM payer WHERE exact AND payment_id IN (SELECT p.id FROM {mine})"  # noqa: S608 - fixed
    sql = (
        "SELECT (SELECT provider FROM attempt WHERE order_id = ?1 AND NOT ahead ORDER BY state = 'paid' DESC, id DESC"  # noqa: S608
        f" LIMIT 1) NOT IN (SELECT p.provider FROM {mine}) OR (EXISTS({marks}) AND EXISTS(SELECT 1 FROM payer"
        f" JOIN payment ON payment.id = payment_id WHERE order_id = ?1 AND exact AND mark NOT IN ({marks})))"
    )
    return bool(tx.value(sql, (order.id, order.customer_id)))


def _payers(tx: Tx, order: Order) -> tuple[int, int, int, bool]:
    """How many have paid for this person; for how many people whoever pays this order has paid, as far as the payer is
    told exactly, and else; whether the payer's number is of another country."""
    payers: int = tx.value(
        "SELECT count(DISTINCT y.mark) FROM orders o JOIN payment p ON p.order_id = o.id"
        " JOIN payer y ON y.payment_id = p.id WHERE o.customer_id = ?",
        (order.customer_id,),
    )
    exact, alike = tx.one(
        "SELECT coalesce(max(iif(exact, people, 0)), 0), coalesce(max(iif(exact, 0, people)), 0) FROM"
        " (SELECT y.exact, count(DISTINCT o.customer_id) AS people FROM payer y JOIN payment p ON p.id = y.payment_id"
        " JOIN orders o ON o.id = p.order_id WHERE y.mark IN (SELECT mark FROM payer JOIN payment"
        " ON payment.id = payment_id WHERE order_id = ?) GROUP BY y.mark)",
        (order.id,),
    ) or (0, 0)
    abroad = tx.value(
        "SELECT coalesce(max(y.abroad), 0) FROM payer y JOIN payment p ON p.id = y.payment_id WHERE p.order_id = ?",
        (order.id,),
    )
    return payers, exact, alike, bool(abroad)


def _sums(tx: Tx, order: Order, paying: bool) -> Sums:
    """Money that came lately from this person and, once the payer is known, from the payer."""
    came = (
        "coalesce(sum(iif(p.received_at > ?2, p.amount - p.refunded, 0)), 0), coalesce(sum(p.amount - p.refunded), 0)"
    )
    day, month = tx.one(
        f"SELECT {came} FROM orders o JOIN payment p ON p.order_id = o.id WHERE o.customer_id = ?1"  # noqa: S608 - fixed
        " AND p.received_at > ?3",
        (order.customer_id, tx.now - DAY_MS, tx.now - MONTH_MS),
    ) or (0, 0)
    if not paying:
        due = max(0, order.total - order.received)
        return Sums(day + due, month + due)
    of_payer = tx.one(
        f"SELECT {came} FROM payer y JOIN payment p ON p.id = y.payment_id WHERE y.exact AND p.received_at > ?3"  # noqa: S608
        " AND y.mark IN (SELECT mark FROM payer JOIN payment ON payment.id = payment_id WHERE order_id = ?1)",
        (order.id, tx.now - DAY_MS, tx.now - MONTH_MS),
    ) or (0, 0)
    return Sums(day, month, *of_payer)


def new_marks(reader: Reader, order_id: int, marks: Sequence[tuple[str, bytes]]) -> bool:
    """Is there anything to write of a visit?"""
    known = reader.all("SELECT kind, mark FROM visit WHERE order_id = ?", (order_id,))
    return not set(marks) <= set(known)


def risk_of(reader: Reader, order_id: int) -> Risk | None:
    """None when nothing speaks against an order."""
    row = reader.one(
        "SELECT score, signals, (SELECT coalesce(choice, 'waiting') FROM decision WHERE order_id = ?1"
        " AND kind = 'suspect' ORDER BY id DESC LIMIT 1) FROM risk WHERE order_id = ?1 AND score > 0",
        (order_id,),
    )
    return None if row is None else Risk(row[0], read_signals(row[1]), row[2])


def read_signals(text: str) -> tuple[Signal, ...]:
    """Signals as stored."""
    return tuple(Signal(*one) for one in json.loads(text))


def sentence(signal: Signal, language: str) -> str:
    """A reason in words."""
    n = group_digits(signal.n) if signal.code in SUMS else signal.n
    return catalogue("errors", language).gettext(SAID[signal.code]).format(n=n)
