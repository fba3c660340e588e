"""What happens to a month's budget."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class BudgetReached(Event, frozen=True):
    """So many percent of a month's budget are used: 80 warns, 100 stops the assistant and unasked-for marketing.

    ``month``: 202610.
    """

    area: ClassVar[str] = "usage"
    month: int
    percent: int
