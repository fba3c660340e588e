"""What happens when books are compared."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class Reconciled(Event, frozen=True):
    """The books were compared with a provider's; ``found``: how many differences."""

    area: ClassVar[str] = "reconciliation"
    run_id: int
    source: str
    provider: str
    found: int

    @property
    def subject(self) -> int:
        return self.run_id


class DifferenceSettled(Event, frozen=True):
    """``choice``: take (an entry of ``amount`` was booked) or done."""

    area: ClassVar[str] = "reconciliation"
    difference_id: int
    kind: str
    choice: str
    amount: int

    @property
    def subject(self) -> int:
        return self.difference_id
