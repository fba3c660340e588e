"""What happens to a store as a whole: copies of it that leave the program."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class StoreEvent(Event, frozen=True):
    area: ClassVar[str] = "store"


class BackupBegun(StoreEvent, frozen=True):
    """A copy of everything is being written to a file: noted before, so that the copy holds this line, too."""


class JournalExported(StoreEvent, frozen=True):
    """The journal, this line included, is being written to a file."""


class StoreLeft(StoreEvent, frozen=True):
    """The store moves to another computer, in a file that holds this line, too."""


class StoreTakenBack(StoreEvent, frozen=True):
    """A store that was moved lives on this computer again."""
