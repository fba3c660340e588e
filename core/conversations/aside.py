"""Who may think about a message before the shop's own engine answers it; :mod:`core.assistant` does."""

from __future__ import annotations

from typing import Protocol

from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.understanding.rules import Step, Understanding


class Aside(Protocol):
    def before(self, reply: Reply, message: InboundMessage) -> None:
        """A message is about to be answered: what came before it and still waits is answered first."""
        ...

    def takes(self, reply: Reply, message: InboundMessage, meant: Understanding, step: Step) -> bool:
        """True when this message is answered later, by itself; then nothing of it may be done now."""
        ...
