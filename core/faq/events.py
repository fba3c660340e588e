"""What happens to the seller's own questions and answers; no words of them."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class FaqEvent(Event, frozen=True):
    area: ClassVar[str] = "faq"
    faq_id: int
    language: str

    @property
    def subject(self) -> int:
        return self.faq_id


class FaqSaved(FaqEvent, frozen=True):
    """Written or changed. ``digest``: of question and answer together (SHA-256, 16 characters)."""

    digest: str


class FaqRemoved(FaqEvent, frozen=True):
    pass
