"""What happens between the shop and a language model. Never a text."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class AssistantAsked(Event, frozen=True):
    """For the desk: a turn waits."""

    area: ClassVar[str] = "assistant"
    audited: ClassVar[bool] = False
    turn_id: int

    @property
    def subject(self) -> int:
        return self.turn_id
