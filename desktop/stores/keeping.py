"""What takes time with the stores of a computer: reading about them, making, bringing, keeping and removing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from core.storage.folder import Standing, StoreCard
    from desktop.context import Context
    from desktop.firststore import FirstStore, StoreDraft
    from desktop.pictures import Thumb


class Day(Struct, frozen=True):
    """A store today, in its own time: orders taken, orders paid, and what came in (smallest units of its currency)."""

    orders: int
    paid: int
    revenue: int
    live: bool


class Facts(Struct, frozen=True):
    """``size`` in bytes on disk; ``backup_at`` in ms UTC. ``day`` and ``logo`` only of a store that is open here.

    ``owner``: who uses the window may export and delete it.
    """

    size: int
    backup_at: int | None
    day: Day | None = None
    logo: Thumb | None = None
    owner: bool = False


class Keeping(Protocol):
    """Everything blocks: called off the GUI thread."""

    def survey(self) -> Sequence[Standing]: ...

    def facts(self, slug: str, context: Context | None) -> Facts: ...

    def create(self, draft: StoreDraft) -> FirstStore: ...

    def name_problem(self, draft: StoreDraft, language: str) -> str: ...

    def bring(self, source: Path, name: str, key: str) -> StoreCard:
        """A store from an export's file, or the newest one of a folder of continuous backups. ``name``: another than
        its own, or empty; ``key``: the recovery key, empty for this computer's. Raises Refused, EnvironmentProblem."""
        ...

    def archive(self, slug: str, away: bool) -> None: ...

    def delete(self, slug: str) -> None: ...
