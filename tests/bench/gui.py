"""``gui``: how steady the window stays in a rehearsal of 500 buyers, beside the same window left alone.

The simulated WhatsApp, provider and buyers run in the very process of the window and share its interpreter, which no
real live has to bear.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.figures import Measured
from tests.bench.processes import Process
from tests.bench.stores import fill, open_new

GAP_LIMIT_MS: Final = 50.0
_FRAME_FLOOR_MS: Final = 1.0  # an idle window draws next to nothing: the second's figures


@dataclass(frozen=True, slots=True)
class Scale:
    buyers: int = 500
    speed: int = 10
    products: int = 12
    idle_seconds: float = 5.0


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with open_new(folder, "Rehearsed") as shop:
        fill(shop, scale.products, orders=0, stock=scale.buyers)
        slug = shop.slug
    found = Process.once(
        "tests.bench.rehearsed", str(folder), slug, str(scale.buyers), str(scale.speed), str(scale.idle_seconds)
    )
    gaps = {name: found[name] for name in ("gap_worst_ms", "gap_p99_ms", "idle_gap_worst_ms", "idle_gap_p99_ms")}
    frames = {name: found[name] for name in found if "frame" in name}
    sold = {name: found[name] for name in ("orders", "paid", "troubles")}
    idle = max(float(found["idle_frame_p99_ms"]), _FRAME_FLOOR_MS)
    return [
        Measured("gui", found["gap_worst_ms"] / GAP_LIMIT_MS, "at most", 1.0, {"limit_ms": GAP_LIMIT_MS, **gaps}),
        Measured("gui.frames", found["frame_p99_ms"] / idle, "at most", 20.0, frames),
        Measured("gui.exact", 0 if found["agrees"] else 1, "at most", 0, {"buyers": scale.buyers, **sold}),
    ]
