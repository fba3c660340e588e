"""One act on many rows: asked about once, done row by row as if each was alone, told as it was, and taken back.

Every row goes through the very act that its page has for one. What is refused is left as it is and named with its
reason; where the machine itself fails, or the person stops it, what is done stays done and the rest is said to be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.i18n import explain

if TYPE_CHECKING:
    from desktop.bridge import Control

UNCHANGED: Final = object()
"""What an act returns for a row that was so already."""
Rows = tuple[Any, ...]


class Offer(Struct, frozen=True):
    """An act that can be begun with several rows: ``begin`` asks what is to be asked, and goes on from there."""

    verb: str
    text: str
    icon: str | None
    begin: Callable[[Rows], object]
    key: str = ""


class Act(Struct, frozen=True):
    """What is done with each row. ``work`` → what ``back`` needs to take it back, or UNCHANGED; raises LivePayError.

    ``told``: the sentence for so many that were done.
    """

    name: str
    work: Callable[[Any], object]
    told: Callable[[int], str]
    back: Callable[[Any, Any], object] | None = None


class Outcome(Struct, frozen=True):
    """What became of the rows. ``refused``: with the reason of each; ``left``: not tried; ``failure``: why not."""

    done: tuple[tuple[Any, Any], ...] = ()
    unchanged: int = 0
    refused: tuple[tuple[Any, str], ...] = ()
    left: int = 0
    failure: Exception | None = None


def do_each(rows: Sequence[Any], work: Callable[[Any], object], control: Control, language: str) -> Outcome:
    """Do it with one row after the other. May block: called off the window's thread."""
    done, refused, unchanged = list[tuple[Any, Any]](), list[tuple[Any, str]](), 0
    for place, row in enumerate(rows):
        if control.stopped:
            return Outcome(tuple(done), unchanged, tuple(refused), len(rows) - place)
        control.report(place, len(rows))
        try:
            result = work(row)
        except Refused as error:
            refused.append((row, explain(error, language)))
            continue
        except Exception as error:  # noqa: BLE001 - boundary: what was done before it has to be told with it
            return Outcome(tuple(done), unchanged, tuple(refused), len(rows) - place, error)
        if result is UNCHANGED:
            unchanged += 1
        else:
            done.append((row, result))
    return Outcome(tuple(done), unchanged, tuple(refused))
