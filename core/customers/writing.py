"""Who a person is, written down by the shop: somebody new with their number, another name, one more number."""

from __future__ import annotations

from typing import Final

from core.customers.events import CustomerChanged, CustomerWritten
from core.customers.service import Identity, find, recognise
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Tx

LONGEST: Final = 120  # characters of a name


def owner(reader: Reader, phone: str) -> int | None:
    """Whose number (E.164) this is, in any form of their country's plan; None: nobody's."""
    found = find(reader, [Identity("phone", phone)])
    return found[0] if found else None


def checked(name: str) -> str:
    """The name on one line. Raises Refused."""
    said = " ".join(name.split())
    if not said:
        raise Refused("Write the customer's name.")
    if len(said) > LONGEST:
        raise Refused("A name has at most {most} characters.", most=LONGEST)
    return said


def add(tx: Tx, name: str, phone: str, language: str) -> int:
    """Somebody new; ``phone`` in E.164. → customer id. Raises Refused when the number is somebody's already."""
    said = checked(name)
    _free(tx, phone, None)
    number = recognise(tx, [Identity("phone", phone)], said, language)
    tx.emit(CustomerWritten(number, "added"))
    return number


def change(tx: Tx, customer_id: int, name: str, phone: str | None) -> None:
    """Another name; ``phone`` (E.164) becomes the number they are called at, those before it stay known.

    Raises NotFound, Refused.
    """
    said = checked(name)
    before = tx.one("SELECT name FROM customer WHERE id = ? AND merged_into IS NULL", (customer_id,))
    if before is None:
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    if before[0] != said:
        tx.emit(CustomerWritten(customer_id, "name"))
        tx.run("UPDATE customer SET name = ? WHERE id = ?", (said, customer_id))
        tx.emit(CustomerChanged(customer_id, "name"))
    if phone is not None:
        _free(tx, phone, customer_id)
        tx.emit(CustomerWritten(customer_id, "phone"))
        tx.run(
            "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES('phone',?1,?2,?3,?3)"
            " ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen",
            (phone, customer_id, tx.now),
        )
        tx.emit(CustomerChanged(customer_id, "identity"))


def _free(reader: Reader, phone: str, customer_id: int | None) -> None:
    other = owner(reader, phone)
    if other is not None and other != customer_id:
        name = reader.value("SELECT name FROM customer WHERE id = ?", (other,)) or phone
        raise Refused("This number is already that of {name}: make them one person instead.", name=name)
