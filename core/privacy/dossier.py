"""Everything known of a person, for the person: one readable JSON and the files they sent or were sent."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.customers.events import CustomerExported
from core.customers.queries import customer
from core.customers.rules import score, score_lines, tier
from core.invoices.numbering import number_text
from core.kernel.clock import rfc3339
from core.privacy import traces
from core.privacy.traces import Traces, about
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx
from core.storage.pictures import find

FILE: Final = "customer.json"
# The papers of an order.
_PAPERS: Final = {
    "invoices": "invoice WHERE order_id = ?",
    "credit_notes": "credit_note WHERE invoice_id IN (SELECT id FROM invoice WHERE order_id = ?)",
    "receipts": "receipt WHERE order_id = ?",
}


def ask(engine: Engine, customer_id: int, currency: str, actor: str) -> dict[str, Any]:
    """Note in the journal that it leaves the store, then :func:`collect`. Raises NotFound, StorageFailed."""

    def noted(tx: Tx) -> None:
        customer(tx, customer_id)
        tx.emit(CustomerExported(customer_id))

    engine.call(noted, actor=actor)
    return engine.read(lambda r: collect(r, customer_id, currency))


def collect(reader: Reader, customer_id: int, currency: str) -> dict[str, Any]:
    """The whole dossier as plain values: times RFC 3339, amounts with their currency. Raises NotFound."""
    person = customer(reader, customer_id)
    found = traces.of(reader, customer_id)
    look = _Look(reader, found, currency)
    words = "SELECT allowed_until, no_offers, restricted_at FROM customer WHERE id = ?"
    until, no_offers, first_since = reader.one(words, (customer_id,)) or (0, 0, None)
    return {
        "customer": {
            "id": person.id,
            "name": person.name,
            "language": person.language,
            "created_at": rfc3339(person.created_at),
            "notes": person.notes,
            "may_order_beyond_limits_until": rfc3339(until) if until else None,
            "wants_no_proposals": bool(no_offers),
            "pays_first_since": rfc3339(first_since) if first_since else None,
            "also_recorded_as": list(found.ids[1:]),
        },
        "identities": look.rows(
            "SELECT kind, value, first_seen AS first_seen_at, last_seen AS last_seen_at FROM identity"
            " WHERE customer_id IN {mine} ORDER BY first_seen"
        ),
        "tags": look.rows("SELECT tag, at AS put_at FROM customer_tag WHERE customer_id IN {mine} ORDER BY tag"),
        "score": {
            "value": score(person.record),
            "tier": tier(person.record),
            "lines": [{"what": what, "points": points} for what, points in score_lines(person.record)],
        },
        "consents": look.rows(
            "SELECT purpose, given, how, text_version, at AS said_at FROM consent WHERE customer_id IN {mine}"
            " ORDER BY id"
        ),
        "orders": look.orders(),
        "waiting_lists": look.rows(
            "SELECT p.sku, p.title, w.quantity, w.since AS since_at, w.state, w.reason FROM waiting w"
            " JOIN product p ON p.id = w.product_id WHERE w.customer_id IN {mine} ORDER BY w.id"
        ),
        "quotes": look.rows(
            "SELECT reference, state, created_at, sent_at, seen_at, answered_at, valid_until AS valid_until_at,"
            " total AS total_amount, reason, content FROM quote WHERE customer_id IN {mine} ORDER BY id"
        ),
        "opportunities": look.rows(
            "SELECT stage, asked, amount AS amount_amount, next_at, next_what, opened_at, moved_at, qualified_at,"
            " qualified_by, estimate AS estimate_amount, note, lost_why FROM lead"
            " WHERE customer_id IN {mine} ORDER BY id"
        ),
        "proposed": look.rows(
            "SELECT p.sku, p.title, g.why, g.at AS proposed_at, g.taken_by FROM suggestion g"
            " JOIN product p ON p.id = g.product_id WHERE g.customer_id IN {mine} ORDER BY g.order_id"
        ),
        "messages": look.rows(
            "SELECT m.id, m.author, m.kind, m.text, m.at AS sent_at, m.media, m.payload FROM message m"
            " JOIN conversation v ON v.id = m.conversation_id WHERE v.customer_id IN {mine} ORDER BY m.id"
        ),
        "internal_notes": look.rows(
            "SELECT n.id, n.text, n.at AS written_at, n.actor FROM note n JOIN conversation v ON v.id ="
            " n.conversation_id WHERE v.customer_id IN {mine} ORDER BY n.id"
        ),
        "handovers": look.rows(
            "SELECT h.reason, h.opened_at, h.taken_at, h.answered_at, h.ended_at, h.ended FROM handover h"
            " JOIN conversation v ON v.id = h.conversation_id WHERE v.customer_id IN {mine} ORDER BY h.id"
        ),
        "journal": look.rows(
            "SELECT seq, at AS noted_at, actor, kind FROM journal WHERE subject IN {mine} AND kind LIKE 'Customer%'"
            " ORDER BY seq"
        ),
    }


class _Look:
    """Rows as objects: ``…_at`` becomes a time, ``…_amount`` an amount, JSON text its value."""

    def __init__(self, reader: Reader, found: Traces, currency: str) -> None:
        self._reader = reader
        self._found = found
        self._currency = currency

    def rows(self, sql: str, parameters: tuple[Any, ...] | None = None) -> list[dict[str, Any]]:
        """As :func:`core.privacy.traces.about`; with other parameters, about something else."""
        whose = (self._found.records,) if parameters is None else parameters
        cursor = self._reader.connection.execute(about(sql), whose)
        names: list[str] | None = None
        out = []
        for row in cursor:
            names = names or [column[0] for column in cursor.get_description()]
            out.append(dict(self._field(name, value) for name, value in zip(names, row, strict=True)))
        return out

    def _field(self, name: str, value: Any) -> tuple[str, Any]:
        if name.endswith("_amount"):
            return name.removesuffix("_amount"), {"amount": value, "currency": self._currency}
        if name.endswith("_at") and value is not None:
            return name, rfc3339(value)
        if name in ("content", "payload"):
            return name, json.loads(value)
        return name, value

    def orders(self) -> list[dict[str, Any]]:
        found = self.rows(
            "SELECT id, reference, state, exception, source, total AS total_amount, received AS received_amount,"
            " reserved_at, expires_at, paid_at, closed_at, close_reason, provider FROM orders"
            " WHERE customer_id IN {mine} ORDER BY id"
        )
        for order in found:
            one = (order["id"],)
            order["lines"] = self.rows(
                "SELECT sku, title, quantity, unit_price AS unit_price_amount, discount AS discount_amount"
                " FROM order_content WHERE order_id = ? ORDER BY extra, id",
                one,
            )
            order["payments"] = self.rows(
                "SELECT provider, method, amount AS amount_amount, txn_id AS transaction_id, received_at FROM payment"
                " WHERE order_id = ?",
                one,
            )
            order["decisions"] = self.rows(
                "SELECT kind, amount AS amount_amount, opened_at, choice, chosen_at, refund, note FROM decision"
                " WHERE order_id = ?",
                one,
            )
            risk = "SELECT score, signals AS content FROM risk WHERE order_id = ? AND score > 0"
            order["risk"] = self.rows(risk, one)
            order["pay_page_opened_from"] = self.rows(
                "SELECT kind, at AS first_seen_at FROM visit WHERE order_id = ? ORDER BY at", one
            )
            order["delivery"] = self.rows(
                "SELECT address, latitude, longitude, at AS told_at FROM delivery WHERE order_id = ?"
                " AND at IS NOT NULL",
                one,
            )
            order["times"] = self.rows(
                "SELECT s.starts_at, s.minutes, b.places, b.confirmed_at FROM booking b JOIN slot s ON s.id = b.slot_id"
                " WHERE b.order_id = ? ORDER BY s.starts_at",
                one,
            )
            for papers, whose in _PAPERS.items():
                order[papers] = self._papers(whose, order["id"])
        return found

    def _papers(self, whose: str, order_id: int) -> list[dict[str, Any]]:
        columns = "series, year, number, issued_at, total AS total_amount"
        found = self.rows(f"SELECT {columns} FROM {whose} ORDER BY id", (order_id,))  # noqa: S608 - fixed words
        return [{"number": number_text(p.pop("series"), p.pop("year"), p.pop("number")), **p} for p in found]


def write(dossier: Mapping[str, Any], media: Path, file: BinaryIO) -> int:
    """The dossier as a zip: ``customer.json`` and ``media/``. → how many files of the media folder went in."""
    names = dict.fromkeys(message["media"] for message in dossier["messages"] if message["media"])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(FILE, json.dumps(dossier, ensure_ascii=False, indent=2))
        there = {name: path for name in names if (path := find(media, name)) is not None}
        for name, path in there.items():
            zipped.write(path, f"media/{name}")
    return len(there)
