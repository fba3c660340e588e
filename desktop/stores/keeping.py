"""What takes time with the stores of a computer: reading about them, making, bringing, keeping and removing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from core.bootstrap.moving import Moved, Sight
    from core.bootstrap.moving import Standing as MoveStanding
    from core.bootstrap.whereabouts import Whereabouts
    from core.storage.folder import Standing, StoreCard
    from desktop.bridge import Control
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

    def fitting(self, slug: str, target: Path, standing: MoveStanding) -> None:
        """Whether the store can leave in this file. Raises Refused, EnvironmentProblem."""
        ...

    def move_out(self, slug: str, target: Path, code: str, control: Control) -> Moved:
        """A closed store into one file, and put away here. Raises Stopped, Refused, EnvironmentProblem."""
        ...

    def whereabouts(self, slug: str) -> Whereabouts:
        """Whether another computer took a moved store over; asks outside."""
        ...

    def take_back(self, slug: str) -> bool:
        """A moved store lives here again. → whether the file it went in was found and removed."""
        ...

    def look(self, source: Path, key: str) -> Sight:
        """What a file holds. Raises Refused, EnvironmentProblem."""
        ...

    def move_in(self, source: Path, key: str, name: str, control: Control) -> StoreCard:
        """The store of a file, here from now on. Raises Stopped, Refused, EnvironmentProblem."""
        ...

    def archive(self, slug: str, away: bool) -> None: ...

    def delete(self, slug: str) -> None: ...
