"""What happens to customers. Ids only: names and numbers stay out of the journal (ruling R17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class CustomerEvent(Event):
    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


@dataclass(frozen=True, slots=True)
class CustomerAdded(CustomerEvent):
    pass


@dataclass(frozen=True, slots=True)
class CustomerChanged(CustomerEvent):
    """Something more is known of a person. ``what``: name, language, identity (never its value)."""

    what: str


@dataclass(frozen=True, slots=True)
class CustomersMerged(CustomerEvent):
    """Two records proved to be one person; ``customer_id`` is the one kept."""

    absorbed_id: int


@dataclass(frozen=True, slots=True)
class CustomerNoted(CustomerEvent):
    """The seller's notes on a person changed (never their text)."""


@dataclass(frozen=True, slots=True)
class CustomerExported(CustomerEvent):
    """Everything known of a person is being written to a file."""


@dataclass(frozen=True, slots=True)
class CustomerErased(CustomerEvent):
    """The person is gone; amounts, dates and hashes stay. ``erasure_id``: the report kept with the store."""

    erasure_id: int
    messages: int
    files: int
    identities: int
