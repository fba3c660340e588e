"""Sessions opened ahead of time, for the page that a relay shows while the store is away: which, and when.

An attempt marked ``ahead`` is one that no buyer has chosen. It is closed, asked about and settled as any other, and
becomes one with the buyer who chooses its means on the store's own page (:func:`core.payments.service.open_attempt`).
"""

from __future__ import annotations

from typing import Final

from core.durable.deadlines import set_deadline
from core.kernel.clock import MINUTE, SECOND
from core.orders.order import Order
from core.orders.rules import MAX_HOLD, RESERVED
from core.orders.service import load
from core.payments.attempts import AttemptRow, begin_attempt, load_attempt
from core.payments.events import AttemptPrepared, SessionWanted
from core.payments.offer import Choice
from core.payments.rules import AHEAD_LEFT, PAYABLE
from core.payments.service import close, plan
from core.storage.engine import Tx

AHEAD: Final = "ahead"  # kind of the deadline
SETTLE: Final = 5 * SECOND
"""ms after the link was given, or the order changed: whoever pays at once, or adds something, needs none."""
AGAIN: Final = MINUTE
"""ms until an opening that came to nothing is tried again."""
MOST: Final = 4
"""Sessions opened ahead for one order, refused ones and those for another amount among them."""


def wish(tx: Tx, order_id: int, means: str = "") -> None:
    """The order's link left the shop, for these means where the buyer named some (as in :class:`Choice`)."""
    tx.run(
        "INSERT INTO prepare(order_id, means) VALUES(?, ?) ON CONFLICT(order_id) DO UPDATE SET"
        " means = iif(excluded.means = '', means, excluded.means)",
        (order_id, means),
    )
    set_deadline(tx, AHEAD, order_id, tx.now + SETTLE)


def changed(tx: Tx, order_id: int) -> None:
    """Another amount, or another end: what was opened may no longer do."""
    if tx.value("SELECT 1 FROM prepare WHERE order_id = ?", (order_id,)):
        set_deadline(tx, AHEAD, order_id, tx.now + SETTLE)


def due(tx: Tx, order_id: int) -> None:
    """The deadline. The next one is placed in the same transaction, so a crash cannot lose the wish."""
    moment = _moment(tx, load(tx, order_id))
    if moment is None:
        return
    set_deadline(tx, AHEAD, order_id, max(moment, tx.now + AGAIN))
    if moment <= tx.now:
        tx.emit(SessionWanted(order_id))


def begin(tx: Tx, order_id: int, choice: Choice, currency: str) -> AttemptRow | None:
    """The row of a session to open now; None when there is no need for one any more."""
    order = load(tx, order_id)
    moment = _moment(tx, order)
    if moment is None or moment > tx.now:
        return None
    for former in _open(tx, order_id):
        close(tx, former)
    tx.run("UPDATE prepare SET tries = tries + 1 WHERE order_id = ?", (order_id,))
    attempt_id = begin_attempt(
        tx, order_id, choice.provider, choice.method.name, order.asked, currency, order.expires_at, ahead=True
    )
    plan(tx, load_attempt(tx, attempt_id))
    tx.emit(AttemptPrepared(attempt_id, order_id, choice.provider, order.asked))
    return load_attempt(tx, attempt_id)


def forget(tx: Tx) -> None:
    """At start: what was wished for orders that are over."""
    tx.run("DELETE FROM prepare WHERE order_id NOT IN (SELECT id FROM orders WHERE state = ?)", (RESERVED,))


def _moment(tx: Tx, order: Order) -> int | None:
    """When a session is to be opened for this order, ms UTC; None: no more, as far as can be seen."""
    tries = tx.value("SELECT tries FROM prepare WHERE order_id = ?", (order.id,))
    if tries is None or tries >= MOST or order.state != RESERVED or order.asked <= 0:
        return None
    if not AHEAD_LEFT <= order.expires_at - tx.now <= MAX_HOLD:  # what waits for days would need one after the other
        return None
    for attempt in _open(tx, order.id):
        if not attempt.ahead:
            return None  # the buyer chose: that page is shown
        if attempt.expires_at > tx.now:
            unanswered = not attempt.shown
            lasting = attempt.expires_at + AHEAD_LEFT > order.expires_at
            return tx.now + AGAIN if unanswered else None if lasting else attempt.expires_at
    return int(tx.now)


def _open(tx: Tx, order_id: int) -> list[AttemptRow]:
    rows = tx.all("SELECT id FROM attempt WHERE order_id = ? AND NOT closing", (order_id,))
    return [found for (number,) in rows if (found := load_attempt(tx, number)).state in PAYABLE]
