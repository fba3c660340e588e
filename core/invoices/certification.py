"""Certified e-invoicing, prepared: what a state's platform is to be told, and how far that has come.

prepared → queued → sent → accepted or refused; from refused, or lost on the way, to prepared again by a person's word.
*Prepared*: the payload is kept, nothing more. *Queued*: an address was configured, it will be sent. *Sent*: the
platform named it (its uid is kept before anything is confirmed) but has not said yes. Only the platform's own answer
makes it *accepted* or *refused*. LivePay is no approved system: until a code has come back, nothing may be called
certified (reference credit-and-compliance §4.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from core.invoices import credits, service
from core.invoices.documents import Line, Seller, frozen_seller, lines_of
from core.invoices.events import CertificationMoved
from core.kernel.errors import NotFound
from core.storage.connection import Reader
from core.storage.engine import Tx

PREPARED: Final = "prepared"
QUEUED: Final = "queued"
SENT: Final = "sent"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    PREPARED: (QUEUED,),
    QUEUED: (SENT, ACCEPTED, REFUSED),
    SENT: (ACCEPTED, REFUSED, PREPARED),
    ACCEPTED: (),
    REFUSED: (PREPARED,),
}


class Facts(Struct, frozen=True):
    """A paper as a platform is told of it. No buyer: a private one is nobody's business but the shop's.

    ``kind``: invoice or credit_note; ``means``: what it was paid with; ``original``: the platform's own reference of
    the invoice that is credited, empty while there is none; ``whole``: the credit takes back all of it.
    """

    kind: str
    number: str
    seller: Seller
    lines: tuple[Line, ...]
    total: int
    means: str
    original: str = ""
    original_answer: Mapping[str, Any] | None = None
    whole: bool = False


class Certification(Struct, frozen=True):
    """``answer``: what the platform said last; ``error``: why it does not go on, or was refused."""

    id: int
    kind: str
    paper_id: int
    regime: str
    state: str
    payload: dict[str, Any]
    changed_at: int
    attempts: int
    uid: str | None
    answer: dict[str, Any] | None
    error: str | None


class Builder(Protocol):
    """Builds payloads for one state's platform."""

    name: str

    def payload(self, facts: Facts, software: str) -> dict[str, Any]:
        """What the platform is to be told. ``software``: the number it gave this system. Raises Refused when it cannot
        be said there."""
        ...


def facts_of(reader: Reader, kind: str, paper_id: int) -> Facts:
    """Raises NotFound."""
    if kind == "credit_note":
        note = credits.load(reader, paper_id)
        original = of_paper(reader, "invoice", note.invoice_id)
        invoice = service.load(reader, note.invoice_id)
        assert invoice is not None
        accepted = original if original is not None and original.state == ACCEPTED else None
        return Facts(
            kind,
            note.number,
            frozen_seller(note.content, Seller("")),
            _as_told(lines_of(note.content, note.split)),
            note.total,
            _means(reader, invoice.order_id),
            (accepted.answer or {}).get("reference", "") if accepted else "",
            accepted.answer if accepted else None,
            note.total == invoice.total,
        )
    invoice = service.load(reader, paper_id)
    if invoice is None:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=paper_id)
    return Facts(
        kind,
        invoice.number,
        frozen_seller(invoice.content, Seller("")),
        _as_told(lines_of(invoice.content, invoice.split)),
        invoice.total,
        _means(reader, invoice.order_id),
    )


def _as_told(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A platform multiplies: a line with a discount is told as one piece at what it cost."""
    return tuple(
        replace(x, title=f"{x.quantity} × {x.title}", quantity=1, unit_price=x.amount, discount=0) if x.discount else x
        for x in lines
    )


def _means(reader: Reader, order_id: int) -> str:
    found = reader.value(
        "SELECT coalesce(method, provider) FROM payment WHERE order_id = ? ORDER BY id LIMIT 1", (order_id,)
    )
    return str(found or "")


# -- states --------------------------------------------------------------------------------------------------------


def prepare(tx: Tx, kind: str, paper_id: int, regime: str, payload: Mapping[str, Any], error: str | None) -> int:
    """Keep what would be told; a second call changes nothing. → certification id."""
    existing: int | None = tx.value("SELECT id FROM certification WHERE kind = ? AND paper_id = ?", (kind, paper_id))
    if existing is not None:
        return existing
    return tx.insert(
        "INSERT INTO certification(kind, paper_id, regime, payload, prepared_at, changed_at, error)"
        " VALUES(?,?,?,?,?,?,?)",
        (kind, paper_id, regime, _json(payload), tx.now, tx.now, error),
    )


def queue(tx: Tx, certification_id: int, payload: Mapping[str, Any]) -> None:
    """It will be sent, as it is to be told now (a credit note's original may have got its reference meanwhile)."""
    tx.run("UPDATE certification SET payload = ?, error = NULL WHERE id = ?", (_json(payload), certification_id))
    _move(tx, certification_id, QUEUED)


def named(tx: Tx, certification_id: int, uid: str) -> None:
    """The platform took it under this name, and waits to be told that it stands."""
    tx.run("UPDATE certification SET uid = ? WHERE id = ?", (uid, certification_id))
    _move(tx, certification_id, SENT)


def answered(tx: Tx, certification_id: int, accepted: bool, answer: Mapping[str, Any], error: str | None) -> None:
    """The platform's own word, the only thing that ends it."""
    tx.run("UPDATE certification SET answer = ?, error = ? WHERE id = ?", (_json(answer), error, certification_id))
    _move(tx, certification_id, ACCEPTED if accepted else REFUSED)


def lost(tx: Tx, certification_id: int, error: str) -> None:
    """It left, and nobody said what became of it: sent, without a name, so that it is not sent again by itself."""
    tx.run("UPDATE certification SET error = ? WHERE id = ?", (error, certification_id))
    _move(tx, certification_id, SENT)


def again(tx: Tx, certification_id: int, not_before: int, error: str) -> None:
    """No answer, or none that can be read: it keeps its state, and is asked again later (ms UTC)."""
    tx.run(
        "UPDATE certification SET attempts = attempts + 1, not_before = ?, error = ?, changed_at = ? WHERE id = ?",
        (not_before, error, tx.now, certification_id),
    )


def anew(tx: Tx, certification_id: int, payload: Mapping[str, Any]) -> None:
    """As if it had just been prepared: refused, lost, or what could not be said before. What was answered stays."""
    state = tx.value("SELECT state FROM certification WHERE id = ?", (certification_id,))
    tx.run(
        "UPDATE certification SET payload = ?, error = NULL, attempts = 0, not_before = 0, uid = NULL, changed_at = ?"
        " WHERE id = ?",
        (_json(payload), tx.now, certification_id),
    )
    if state != PREPARED:
        _move(tx, certification_id, PREPARED)


def hasten(tx: Tx, certification_id: int) -> None:
    """It is on its way: ask at the next round instead of after its pause."""
    tx.run("UPDATE certification SET not_before = 0 WHERE id = ?", (certification_id,))


def _move(tx: Tx, certification_id: int, state: str) -> None:
    kind, paper_id, before = tx.one(
        "SELECT kind, paper_id, state FROM certification WHERE id = ?", (certification_id,)
    ) or ("", 0, "")
    if state not in STEPS[before]:
        raise ValueError(f"certification {certification_id}: {before} → {state}")
    tx.run("UPDATE certification SET state = ?, changed_at = ? WHERE id = ?", (state, tx.now, certification_id))
    tx.emit(CertificationMoved(certification_id, kind, paper_id, state))


# -- reading -------------------------------------------------------------------------------------------------------

_ROW: Final = (
    "SELECT id, kind, paper_id, regime, state, payload, changed_at, attempts, uid, answer, error FROM certification"
)


def of_paper(reader: Reader, kind: str, paper_id: int) -> Certification | None:
    """How far a paper's certification is; None when none was prepared."""
    row = reader.one(f"{_ROW} WHERE kind = ? AND paper_id = ?", (kind, paper_id))
    return None if row is None else _read(row)


def unsent(reader: Reader, after: int = 0, limit: int = 500) -> list[Certification]:
    """Those that no platform was told of, by id."""
    states = (PREPARED, QUEUED)
    rows = reader.all(f"{_ROW} WHERE state IN (?, ?) AND id > ? ORDER BY id LIMIT ?", (*states, after, limit))
    return [_read(row) for row in rows]


def waiting(reader: Reader, states: tuple[str, ...], now: int, limit: int = 50) -> list[Certification]:
    """Those in one of these states whose time has come, the oldest first."""
    marks = ",".join("?" * len(states))
    rows = reader.all(f"{_ROW} WHERE state IN ({marks}) AND not_before <= ? ORDER BY id LIMIT ?", (*states, now, limit))
    return [_read(row) for row in rows]


def _read(row: Any) -> Certification:
    number, kind, paper_id, regime, state, payload, changed_at, attempts, uid, answer, error = row
    said = None if answer is None else json.loads(answer)
    return Certification(
        number, kind, paper_id, regime, state, json.loads(payload), changed_at, attempts, uid, said, error
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
