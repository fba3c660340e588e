"""``inbox``: signed WhatsApp webhooks kept durably over real HTTP, with the window open and its board repainting.

The shop, its server and its window are one process, the load is another; the raw reference is measured beside them.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests.bench import raw
from tests.bench.figures import Measured, median
from tests.bench.processes import Process
from tests.bench.slowdisk import FSYNC, NAME
from tests.bench.stores import fill, open_new

P99_LIMIT_MS: Final = 50.0
ROUND_LIMIT: Final = 30_000  # requests a second that the load prepares at most


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured; the bounds are about the default."""

    rounds: int = 3
    seconds: float = 2.0
    connections: int = 64
    buyers: int = 2000
    products: int = 20
    orders: int = 200


_SEEDS: Final = itertools.count(1)  # no two runs may send the same message: it would be stored once


class _Stand:
    """A window process and the load on it."""

    def __init__(self, window: Process, load: Process, scale: Scale) -> None:
        self.window, self._load, self._scale = window, load, scale
        url = urlsplit(window.ready["url"])
        self._where: dict[str, Any] = {"host": url.hostname, "port": url.port}

    def run(self, do: str, expected: float, **how: Any) -> dict[str, float]:
        """One run; ``expected`` requests are made ahead for it."""
        scale = self._scale
        self._load.ask(
            do="make",
            host=self._where["host"],
            count=int(expected) + scale.connections,
            buyers=scale.buyers,
            products=scale.products,
            at=int(time.time()),
            seed=next(_SEEDS),
        )
        before = self.window.ask(do="count")
        found = self._load.ask(do=do, **self._where, connections=scale.connections, **how)
        after = self.window.ask(do="count")
        if found["bad"]:
            raise RuntimeError(f"{found['bad']} webhooks were not taken")
        if after["stored"] - before["stored"] != found["good"]:
            raise RuntimeError(f"{found['good']} webhooks taken, {after['stored'] - before['stored']} stored")
        return {
            **{name: float(found[name]) for name in ("rate", "p50_ms", "p99_ms", "max_ms")},
            "applied_per_s": (after["applied"] - before["applied"]) / found["seconds"],
            "board_paints_per_s": (after["paints"] - before["paints"]) / found["seconds"],
            "window_lag_p99_ms": after["window_lag_p99_ms"],
        }


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with open_new(folder, "Inbox") as shop:
        fill(shop, scale.products, scale.orders)
        slug = shop.slug
    with Process("tests.bench.load") as load, raw.Inserts(folder) as inserts:
        with Process("tests.bench.window", str(folder), slug) as window:
            stand = _Stand(window, load, scale)
            fast = _floods(stand, inserts, scale)
            calm = _halves(stand, fast.figures["rate"] / 2, scale)
        with Process("tests.bench.window", str(folder), slug, NAME) as window:
            slow = _floods(_Stand(window, load, scale), inserts, scale)
    return [
        Measured("inbox", fast.ratio, "at least", 1.0, dict(fast.figures), aim=2.0),
        Measured(
            "inbox.p99_at_half", calm["p99_ms"] / P99_LIMIT_MS, "at most", 1.0, {"limit_ms": P99_LIMIT_MS, **calm}
        ),
        Measured("inbox.slow_disk", slow.ratio, "at least", 0.25, {"fsync_ms": FSYNC * 1000, **slow.figures}),
    ]


@dataclass(frozen=True, slots=True)
class _Floods:
    ratio: float
    figures: dict[str, float]


def _floods(stand: _Stand, inserts: raw.Inserts, scale: Scale) -> _Floods:
    """The highest rate, beside the raw reference of the same moment."""
    stand.run("flood", ROUND_LIMIT * 0.3, seconds=0.3)  # the first requests fill caches and open pages
    references, runs = [], []
    for _ in range(scale.rounds):
        references.append(inserts.rate(scale.seconds / 5))
        runs.append(stand.run("flood", ROUND_LIMIT * scale.seconds, seconds=scale.seconds))
    ratio = median(run["rate"] / reference for run, reference in zip(runs, references, strict=True))
    return _Floods(ratio, {"I": median(references), **_medians(runs)})


def _halves(stand: _Stand, rate: float, scale: Scale) -> dict[str, float]:
    """How long an answer takes when requests come at a steady rate."""
    runs = [stand.run("paced", rate * scale.seconds, seconds=scale.seconds, rate=rate) for _ in range(scale.rounds)]
    return {**_medians(runs), "max_ms": max(run["max_ms"] for run in runs)}


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    names = ("rate", "p50_ms", "p99_ms", "applied_per_s", "board_paints_per_s", "window_lag_p99_ms")
    return {name: median(run[name] for run in runs) for name in names}
