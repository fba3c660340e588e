"""Payloads written into a folder, for a platform that LivePay does not reach: somebody takes them there.

Nothing is thereby sent or certified: every paper keeps its state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Final

from msgspec import Struct

from core.adapters import sheets
from core.invoices import certification, queries
from core.invoices.certification import Certification
from core.kernel.clock import to_datetime
from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.reasons import reason
from core.storage.connection import Reader

TITLES: Final = ("Number", "Kind", "Issued", "With tax", "File", "Why not")  # message ids of domain ``documents``
LIST: Final = "declarations.csv"


class Handed(Struct, frozen=True):
    """``left_out``: papers that cannot be said in the platform's form; the list names them with the reason."""

    written: int
    left_out: int


def hand_over(
    reader: Reader,
    folder: Path,
    zone: tzinfo,
    say: Callable[[str], str],
    progress: Callable[[int], None] = lambda count: None,
) -> Handed:
    """Write a file for each payload that no platform was told of, and a list of all. ``say`` translates a text.

    Raises Refused when nothing waits, EnvironmentProblem when the folder cannot be written.
    """
    written = left_out = 0

    def rows() -> Iterator[tuple[sheets.Cell, ...]]:
        nonlocal written, left_out
        for each in _every(reader):
            paper = queries.one(reader, each.kind, each.paper_id)
            file = f"{paper.number}.json" if each.payload else ""
            if file:
                _write(folder / file, each)
                written += 1
            else:
                left_out += 1
            progress(written + left_out)
            why = say(each.error or "")
            yield paper.number, paper.kind, to_datetime(paper.at, zone), paper.total, file, why

    if next(_every(reader), None) is None:
        raise Refused("No declaration waits: every paper was sent, or none is prepared.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sheets.write(folder / LIST, [say(title) for title in TITLES], rows())
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
        ) from None
    return Handed(written, left_out)


def _every(reader: Reader) -> Iterator[Certification]:
    after = 0
    while found := certification.unsent(reader, after):
        yield from found
        after = found[-1].id


def _write(path: Path, each: Certification) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(each.payload, ensure_ascii=False, indent=1) + "\n", "utf-8")
    partial.replace(path)
