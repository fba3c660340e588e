"""Lists in an order that the reader chooses, read by the page: where one page ends is where the next begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Sort(Struct, frozen=True):
    """``by`` names a column of the list; ``down``: the greatest, or the latest, first."""

    by: str
    down: bool = True

    def keyset(self, columns: Mapping[str, str], tie: str, after: tuple[Any, ...] | None) -> tuple[str, list[Any], str]:
        """(condition, its values, what stands behind ORDER BY) of the page behind ``after``: (value, ``tie``'s value).

        ``columns``: SQL of each, never NULL; ``tie`` is unique and settles what is equal. Raises KeyError.
        """
        column, way, sign = columns[self.by], "DESC" if self.down else "ASC", "<" if self.down else ">"
        order = f"{tie} {way}" if column == tie else f"{column} {way}, {tie} {way}"
        if after is None:
            return "1", [], order
        return f"({column}, {tie}) {sign} (?, ?)", [*after], order
