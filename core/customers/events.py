"""What happens to customers. Ids only: names and numbers stay out of the journal (ruling R17)."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class CustomerAdded(Event, frozen=True):
    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


class CustomersMerged(Event, frozen=True):
    """Two records proved to be one person; ``customer_id`` is the one kept."""

    area: ClassVar[str] = "customers"
    customer_id: int
    absorbed_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


class CustomerNoted(Event, frozen=True):
    """The seller's notes on a person changed (never their text)."""

    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id
