"""What a bar chart shows, without Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute. ``label`` stands under it when not empty; ``product`` was on screen; ``tip`` is said on hovering."""

    value: int
    label: str = ""
    product: str = ""
    peak: bool = False
    tip: str = ""
