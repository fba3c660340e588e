"""The report of an erasure: what went, what stayed, and why."""

from __future__ import annotations

import json

from msgspec import Struct

from core.kernel.i18n import catalogue

# Message ids of the domain ``errors``, one for each thing that can be erased or kept.
SAID = {
    "identities": "phone numbers and WhatsApp identifiers",
    "visits": "marks of the devices, networks and payers of their orders",
    "addresses": "where their orders were delivered",
    "names": "names, notes and language",
    "messages": "messages of the conversation, with what they quoted",
    "internal notes": "internal notes beside the conversation",
    "sent": "messages sent or waiting to be sent",
    "received": "messages as WhatsApp delivered them",
    "files": "photos, voice messages and documents",
    "mentions": "mentions in other conversations",
    "answers": "answers kept for repeated requests of the API",
    "payment pages": "payment pages and providers' remarks",
    "free texts": "free texts on quotes and decisions",
    "waiting": "places in waiting lists",
    "orders": "orders: amounts, dates, goods",
    "payments": "payments: amounts, dates, transaction numbers",
    "invoices": "invoices: numbers, amounts, dates, without the buyer",
    "credit notes": "credit notes: numbers, amounts, dates, and the seller's reason",
    "receipts": "receipts: numbers, amounts, dates, without the buyer",
    "quotes": "quotes: numbers, amounts, dates, without the buyer",
    "consents": "what they agreed to or refused: dates",
    "ledger": "entries of the ledger",
    "journal": "entries of the journal: they never held a name, a number or a text",
    "backups": "copies made before today, in the store's folder: they still hold the person until they are replaced",
    "legal": "The law asks for ten years of accounts.",
    "proof": "It proves what was agreed, and names nobody any more.",
    "chain": "Removing an entry would break the chain that proves the others.",
    "copies": "A backup is whole or nothing: delete it, or let its term run out. Replace copies elsewhere, too.",
}


class Line(Struct, frozen=True):
    """``what`` and ``why`` are keys of SAID; ``why`` empty for what was erased."""

    what: str
    count: int
    why: str = ""

    def said(self, language: str) -> tuple[str, str]:
        """(what, why) in words."""
        text = catalogue("errors", language).gettext
        return text(SAID[self.what]), text(SAID[self.why]) if self.why else ""


class Report(Struct, frozen=True):
    """``alias`` is what the person is called from now on. ``at`` in ms UTC."""

    id: int
    customer_id: int
    alias: str
    at: int
    erased: tuple[Line, ...]
    kept: tuple[Line, ...]

    def to_json(self) -> str:
        lines = [[line.what, line.count, line.why] for line in (*self.erased, *self.kept)]
        return json.dumps({"alias": self.alias, "lines": lines})
