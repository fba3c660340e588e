"""What happens to a store as a whole: copies of it that leave the program, and its coming back from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class StoreEvent(Event):
    area: ClassVar[str] = "store"


@dataclass(frozen=True, slots=True)
class BackupBegun(StoreEvent):
    """A copy of everything is being written to a file: noted before, so that the copy holds this line, too."""


@dataclass(frozen=True, slots=True)
class StoreRestored(StoreEvent):
    """The store came back from a backup: what was written after the entry before this one is lost."""


@dataclass(frozen=True, slots=True)
class JournalExported(StoreEvent):
    """The journal, this line included, is being written to a file."""
