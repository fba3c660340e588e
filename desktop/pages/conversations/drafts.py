"""What is being written to each customer, while another conversation is in view. No Qt."""

from __future__ import annotations


class Drafts:
    """A message and a note for each conversation; forgotten with the window."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[str, str]] = {}

    def keep(self, conversation_id: int, message: str, note: str) -> None:
        if message.strip() or note.strip():
            self._kept[conversation_id] = (message, note)

    def take(self, conversation_id: int) -> tuple[str, str]:
        """They are in the field again."""
        return self._kept.pop(conversation_id, ("", ""))

    def come_back(self, conversation_id: int, message: str) -> None:
        """A message that could not be sent."""
        self._kept[conversation_id] = (message, self._kept.get(conversation_id, ("", ""))[1])
