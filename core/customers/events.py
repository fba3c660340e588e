"""What happens to customers. Ids only: names and numbers stay out of the journal (ruling R17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class CustomerAdded(Event):
    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


@dataclass(frozen=True, slots=True)
class CustomersMerged(Event):
    """Two records proved to be one person; ``customer_id`` is the one kept."""

    area: ClassVar[str] = "customers"
    customer_id: int
    absorbed_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


@dataclass(frozen=True, slots=True)
class CustomerNoted(Event):
    """The seller's notes on a person changed (never their text)."""

    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id
