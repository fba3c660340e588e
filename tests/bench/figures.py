"""What a benchmark says: one measured value beside its bound, and the raw figures it was computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Figure = float | int | str
Direction = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One bound and what was measured. ``bench``: the benchmark's name, after a dot what of it.

    ``ratio`` is measured ÷ raw reference, or for a bound in a unit of its own (ms, MB) measured ÷ limit, so that every
    ratio is read the same way. ``limits``: what keeps it from being better.
    """

    bench: str
    ratio: float
    direction: Direction
    bound: float
    figures: Mapping[str, Figure] = field(default_factory=dict)
    aim: float | None = None

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.direction == "at least" else self.ratio <= self.bound

    def as_json(self) -> dict[str, Any]:
        """The form of ``bench --json``."""
        figures = {name: round(f, 4) if isinstance(f, float) else f for name, f in self.figures.items()}
        aim = {} if self.aim is None else {"aim": self.aim}
        return {
            "bench": self.bench,
            "ratio": round(self.ratio, 4),
            "bound": self.bound,
            "direction": self.direction,
            **aim,
            "holds": self.holds,
            "figures": figures,
        }


def median(values: Iterable[float]) -> float:
    """The middle value; of an even number, the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0…1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(found: Sequence[Measured]) -> str:
    """A line for each bound, and under it the raw figures."""
    head = f"{'bench':22} {'ratio':>8}  {'bound':>10}  {'aim':>5}  holds"
    lines = [head, "─" * len(head)]
    for one in found:
        sign = "≥" if one.direction == "at least" else "≤"
        aim = "" if one.aim is None else f"{one.aim:g}"
        holds = "yes" if one.holds else "NO"
        lines.append(f"{one.bench:22} {one.ratio:8.3f}  {sign} {one.bound:8g}  {aim:>5}  {holds}")
        lines += _wrapped([f"{name} {_number(value)}" for name, value in one.figures.items()])
    return "\n".join(lines)


def _wrapped(parts: Sequence[str], width: int = 112) -> list[str]:
    lines, line = [], ""
    for part in parts:
        if line and len(line) + len(part) + 3 > width:
            lines.append(line)
            line = ""
        line += (" · " if line else "    ") + part
    return [*lines, line] if line else lines


def _number(value: Figure) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else value
