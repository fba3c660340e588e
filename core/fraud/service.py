"""Scores orders as things happen to them, and asks the seller to look when a score reaches the threshold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from core.customers.service import record
from core.fraud.events import RiskAssessed
from core.fraud.rules import DAY_MS, SAID, VELOCITY_MS, Facts, Signal, score, signals
from core.kernel.i18n import catalogue
from core.orders.questions import ask_review
from core.orders.rules import RESERVED
from core.orders.service import Order, load
from core.payments.events import AttemptOpened, PayerKnown, PaymentReceived
from core.storage.connection import Reader
from core.storage.engine import Tx


@dataclass(frozen=True, slots=True)
class Risk:
    """An order's score with its reasons. ``review``: None, waiting, accept, refuse or ended (the hold was over)."""

    score: int
    signals: tuple[Signal, ...]
    review: str | None


class Watch:
    """Reactors. ``threshold()``: the score from which an order waits; 0: none ever does."""

    def __init__(self, threshold: Callable[[], int]) -> None:
        self._threshold = threshold

    def order(self, tx: Tx, order_id: int) -> None:
        """An order was made or changed."""
        self._assess(tx, load(tx, order_id))

    def attempt(self, tx: Tx, event: AttemptOpened) -> None:
        self._assess(tx, load(tx, event.order_id))

    def payer(self, tx: Tx, event: PayerKnown) -> None:
        """Kept as a mark that tells payers apart, and nothing more."""
        mark = hashlib.sha256(event.payer.encode()).digest()
        tx.run("INSERT OR IGNORE INTO payer(payment_id, mark) VALUES(?,?)", (event.payment_id, mark))

    def payment(self, tx: Tx, event: PaymentReceived) -> None:
        """Before the money settles the order: what waits for the seller is not firm when it is paid."""
        self._assess(tx, load(tx, event.order_id), paying=True)

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
        found = signals(_facts(tx, order, paying))
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
        if threshold and value >= threshold:
            ask_review(tx, order.id, value)


def _facts(tx: Tx, order: Order, paying: bool) -> Facts:
    person = record(tx, order.customer_id)
    recent, let_go = tx.one(
        "SELECT coalesce(sum(reserved_at > ?1), 0), coalesce(sum(state = 'expired' AND closed_at > ?2), 0)"
        " FROM (SELECT reserved_at, state, closed_at FROM orders WHERE customer_id = ?3 ORDER BY id DESC LIMIT 50)",
        (tx.now - VELOCITY_MS, tx.now - DAY_MS, order.customer_id),
    ) or (0, 0)
    pieces, attempts, numbers, talk = tx.one(
        "SELECT (SELECT coalesce(sum(quantity), 0) FROM order_line WHERE order_id = ?1),"
        " (SELECT count(*) FROM attempt WHERE order_id = ?1),"
        " (SELECT count(*) FROM identity WHERE customer_id = ?2 AND kind = 'phone'),"
        " (SELECT coalesce(max(talk), 0) FROM risk WHERE order_id = ?1)",
        (order.id, order.customer_id),
    ) or (0, 0, 0, 0)
    payers, paid_for = _payers(tx, order) if paying else (0, 0)
    return Facts(
        order.total,
        pieces,
        recent,
        let_go,
        person.paid,
        person.spent,
        attempts,
        numbers,
        payers,
        paid_for,
        0 if paying else talk,
    )


def _payers(tx: Tx, order: Order) -> tuple[int, int]:
    """How many have paid for this person, and for how many people whoever pays this order has paid."""
    return (
        tx.value(
            "SELECT count(DISTINCT y.mark) FROM orders o JOIN payment p ON p.order_id = o.id"
            " JOIN payer y ON y.payment_id = p.id WHERE o.customer_id = ?",
            (order.customer_id,),
        ),
        tx.value(
            "SELECT coalesce(max(people), 0) FROM (SELECT count(DISTINCT o.customer_id) AS people FROM payer y"
            " JOIN payment p ON p.id = y.payment_id JOIN orders o ON o.id = p.order_id WHERE y.mark IN"
            " (SELECT mark FROM payer JOIN payment ON payment.id = payment_id WHERE order_id = ?) GROUP BY y.mark)",
            (order.id,),
        ),
    )


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
    return catalogue("errors", language).gettext(SAID[signal.code]).format(n=signal.n)
