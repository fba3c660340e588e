"""What happens to a store's own texts. Never the words themselves: the seller may write a name into them."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class VoiceEvent(Event, frozen=True):
    """``key``, ``variant``, ``segment`` and ``language`` say which text."""

    area: ClassVar[str] = "voice"
    key: str
    variant: str
    segment: str
    language: str


class TextChanged(VoiceEvent, frozen=True):
    """The store says this in its own words, or (``reset``) in ours again."""

    reset: bool


class TrialStarted(VoiceEvent, frozen=True):
    """Two wordings are compared from now on; ``sample``: people for each before anything is read from it."""

    trial_id: int
    sample: int


class TrialEnded(VoiceEvent, frozen=True):
    """``applied``: the wording that the store keeps, a or b, or nothing."""

    trial_id: int
    applied: str
