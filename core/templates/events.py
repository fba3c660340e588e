"""What happens to WhatsApp's templates of a store. Never their words: the seller may write a name into them."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class TemplateEvent(Event, frozen=True):
    area: ClassVar[str] = "templates"
    template_id: int

    @property
    def subject(self) -> int:
        return self.template_id


class TemplateSaved(TemplateEvent, frozen=True):
    """Written or changed here. ``digest``: of what it says (SHA-256, 16 characters)."""

    digest: str


class TemplateRemoved(TemplateEvent, frozen=True):
    pass


class TemplateHandedIn(TemplateEvent, frozen=True):
    """The seller hands it to WhatsApp for approval."""


class TemplateStood(TemplateEvent, frozen=True):
    """How it stands with WhatsApp now: a state of :mod:`core.templates.rules`, and its category."""

    state: str
    category: str
