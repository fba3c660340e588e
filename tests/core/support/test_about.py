"""What entries of the journal are about, for every event that there is."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

import core.bootstrap  # noqa: F401 - every area's events
from core.kernel.events import Event
from core.support import about


def _events(kind: type[Event]) -> Iterator[type[Event]]:
    for each in kind.__subclasses__():
        yield each
        yield from _events(each)


def test_a_family_holds_the_events_whose_subject_is_its_id_and_no_other() -> None:
    """Each event is made with another number in each field: its subject tells which of them it is."""
    ids = {
        "order": "order_id", "attempt": "attempt_id", "refund": "refund_id", "invoice": "invoice_id",
        "credit_note": "credit_note_id", "receipt": "receipt_id", "customer": "customer_id",
        "conversation": "conversation_id", "product": "product_id", "quote": "quote_id", "lead": "lead_id",
        "live": "session_id", "account": "account_id",
    }  # fmt: skip
    things = {field: thing for thing, field in ids.items()}
    seen = set()
    for event in set(_events(Event)):
        if not event.audited or event.__subclasses__() or not event.__module__.startswith("core."):
            continue
        fields = {field.name: number for number, field in enumerate(msgspec.structs.fields(event), 1)}
        subject = event(**fields).subject
        name = next((name for name, number in fields.items() if number == subject), "")
        for thing in about.FAMILIES:
            assert (event.__name__ in about.kinds(thing)) == (things.get(name) == thing), (event.__name__, thing)
        seen.add(things.get(name))
    assert seen >= set(about.FAMILIES)
