"""``board``: what one change costs the window with few and with many orders, and how soon an event is painted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Measured, median
from tests.bench.processes import Process
from tests.bench.stores import fill, open_new

ONE_CHANGE_LIMIT_MS: Final = 2.0
PAINTED_LIMIT_MS: Final = 100.0


@dataclass(frozen=True, slots=True)
class Scale:
    few: int = 2_000
    many: int = 20_000
    changes: int = 200
    rounds: int = 3
    events_per_s: float = 300.0
    seconds: float = 2.5


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    few_runs, painted_runs = _at(folder, scale.few, scale, events=True)
    many_runs, _ = _at(folder, scale.many, scale, events=False)
    repaint = Process.once("tests.bench.bare_table")["ms"]
    few, many, painted = _medians(few_runs), _medians(many_runs), _medians(painted_runs)
    wrong = {
        "resets": sum(run["resets"] for run in (*few_runs, *many_runs, *painted_runs)),
        "never_painted": sum(run["never_painted"] for run in painted_runs),
    }
    cost = {
        "ms_few": few["ms"],
        "ms_many": many["ms"],
        "few": int(few["orders"]),
        "many": int(many["orders"]),
        "read_ms_few": few["read_ms"],
        "read_ms_many": many["read_ms"],
        "raw_table_repaint_ms": repaint,
    }
    dearest = max(few["ms"], many["ms"])
    return [
        Measured("board", many["ms"] / few["ms"], "at most", 1.5, cost),
        Measured(
            "board.one_change",
            dearest / ONE_CHANGE_LIMIT_MS,
            "at most",
            1.0,
            {"limit_ms": ONE_CHANGE_LIMIT_MS, "ms": dearest},
        ),
        Measured("board.exact", sum(wrong.values()), "at most", 0, wrong),
        Measured(
            "board.painted",
            painted["p99_ms"] / PAINTED_LIMIT_MS,
            "at most",
            1.0,
            {"limit_ms": PAINTED_LIMIT_MS, "events_per_s": scale.events_per_s, **painted},
            aim=0.5,
        ),
    ]


Runs = list[dict[str, Any]]


def _at(folder: Path, orders: int, scale: Scale, *, events: bool) -> tuple[Runs, Runs]:
    with open_new(folder, f"Board {orders}") as shop:
        fill(shop, 20, orders, stock=orders + 10_000)
        slug = shop.slug
    with Process("tests.bench.window", str(folder), slug) as window:
        changes = [window.ask(do="changes", count=scale.changes) for _ in range(scale.rounds)]
        rounds = scale.rounds if events else 0
        shown = [window.ask(do="events", rate=scale.events_per_s, seconds=scale.seconds) for _ in range(rounds)]
    return changes, shown


def _medians(runs: Runs) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in runs[0] if name not in ("resets", "never_painted")}
