"""What the books say of a store that is being set up."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.storage.connection import Reader

ECHO: Final = "connecting:echo:"
"""How the key begins of the message that answers the first one heard; the id of what was heard follows."""


class Heard(Struct, frozen=True):
    """The first message of a person since we began to listen."""

    message_id: int
    customer_id: int
    name: str
    text: str


class Echo(Struct, frozen=True):
    """What became of our answer to it: the outbox's ``state``, and WhatsApp's code where it was refused."""

    state: str
    code: int | None


def has_products(reader: Reader) -> bool:
    return bool(reader.value("SELECT EXISTS(SELECT 1 FROM product WHERE active)"))


def has_heard(reader: Reader) -> bool:
    """Whether any message of a person ever came in: the proof that the whole way works."""
    return bool(reader.value("SELECT EXISTS(SELECT 1 FROM message WHERE author = 'customer')"))


def newest(reader: Reader) -> int:
    """The id of the newest message, 0 for none: what comes later has a greater one, whatever anybody's clock says."""
    return int(reader.value("SELECT coalesce(max(id), 0) FROM message"))


def heard_after(reader: Reader, message_id: int) -> Heard | None:
    """Who wrote first after that message."""
    row = reader.one(
        "SELECT m.id, c.customer_id, cu.name, m.text FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " JOIN customer cu ON cu.id = c.customer_id WHERE m.author = 'customer' AND m.id > ? ORDER BY m.id LIMIT 1",
        (message_id,),
    )
    return None if row is None else Heard(*row)


def echo_of(reader: Reader, message_id: int) -> Echo | None:
    row = reader.one("SELECT state, error_code FROM outbox WHERE key = ?", (f"{ECHO}{message_id}",))
    return None if row is None else Echo(*row)


def noticed(reader: Reader, provider: str, provider_ref: str | None, attempt_ref: str) -> bool:
    """Whether a proven notice came of a payment that stands in no book, under either name."""
    return bool(
        reader.value(
            "SELECT EXISTS(SELECT 1 FROM orphan WHERE provider = ? AND (provider_ref = ? OR instr(payload, ?)))",
            (provider, provider_ref, attempt_ref.encode()),
        )
    )
