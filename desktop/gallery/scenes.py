"""The windows that are not one store's, in the order in which they are photographed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from desktop.gallery.moving import a_move
from desktop.gallery.photographer import Seen, Size
from desktop.gallery.rehearsing import a_rehearsal
from desktop.gallery.several import Shopping, first_start, several_stores


class Scene(Struct, frozen=True):
    """``play`` gives these ``names``, in this order. ``guide``: those that stand in the guide."""

    play: Callable[[Shopping, str, Size], Seen]
    names: tuple[str, ...]
    guide: frozenset[str] = frozenset()


SCENES: Final[tuple[Scene, ...]] = (
    Scene(
        first_start,
        ("first-start", "first-start-missing", "first-start-filled"),
        frozenset({"first-start-filled"}),
    ),
    Scene(
        several_stores,
        (
            "stores-alarm",
            "stores-switcher",
            "stores-overview",
            "stores-new",
            "stores-bring",
            "stores-archive",
            "stores-delete",
            "settings-access-people",
            "locked",
            "locked-wrong",
        ),
    ),
    Scene(
        a_move,
        (
            "move-begin",
            "move-what",
            "move-file",
            "move-code",
            "move-again",
            "move-work",
            "move-done",
            "move-gone",
            "move-back",
            "move-arrive",
            "move-seen",
            "move-arrived",
        ),
        frozenset({"move-begin", "move-what", "move-code", "move-gone", "move-arrive", "move-seen", "move-arrived"}),
    ),
    Scene(a_rehearsal, ("rehearsal", "rehearsal-over")),
)
