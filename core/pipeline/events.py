"""What happens to prospects. Ids, stages and amounts; no words of anybody."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class LeadEvent(Event, frozen=True):
    area: ClassVar[str] = "pipeline"
    lead_id: int
    customer_id: int

    @property
    def subject(self) -> int:
        return self.lead_id


class LeadOpened(LeadEvent, frozen=True):
    stage: str


class LeadAdvanced(LeadEvent, frozen=True):
    """By itself: what the customer did, or was sent, says so."""

    was: str
    stage: str


class LeadMoved(LeadEvent, frozen=True):
    """Somebody moved it by hand, in any direction."""

    was: str
    stage: str


class LeadPlanned(LeadEvent, frozen=True):
    """The next activity was set, or (``at`` None) taken away."""

    at: int | None


class LeadNoted(LeadEvent, frozen=True):
    """The seller said what it may come to, noted something, or why it was lost (never the words)."""

    estimate: int | None


class LeadAsked(LeadEvent, frozen=True):
    """One more question for a price or a quote."""

    asked: int


class LeadValued(LeadEvent, frozen=True):
    """What it is about, in smallest units; None when nothing is on the table any more."""

    amount: int | None


class LeadQualified(LeadEvent, frozen=True):
    """Worth a call, told once. ``why``: asked, amount or business."""

    why: str
