"""``start``: how soon the window shows and the server is ready, and what an idle window with 2 000 orders holds.

Every start is a new process, from its creation to the moment in question, over one that only imports PySide6's widgets.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.bench import raw
from tests.bench.figures import Measured, median
from tests.bench.processes import PATIENCE, ROOT
from tests.bench.stores import fill, open_new

MEMORY_LIMIT_MB: Final = 125.0
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    starts: int = 7
    orders: int = 2_000
    idle_seconds: float = 3.0


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with open_new(folder, "Start") as shop:
        fill(shop, 20, scale.orders, stock=scale.orders)
        slug = shop.slug
    found: dict[str, list[float]] = {}
    memory = 0.0
    for n in range(scale.starts):
        _note(found, "raw", raw.widgets_import())
        with _started(folder, str(ROOT / "tests/bench/launch.py")) as (process, said):
            _note(found, "shown", said("shown"))
            _note(found, "window_server", said("ready"))
            _note(found, "attached", said("attached"))
            if n == scale.starts - 1:
                threading.Event().wait(scale.idle_seconds)
                memory = psutil.Process(process.pid).memory_info().rss / MB
        with _started(folder, str(ROOT / "main.py"), "serve", slug, "--port", "0") as (_, said):
            _note(found, "server", said("ready"))
    ms = {name: median(values) * 1000 for name, values in found.items()}
    raw_ms = ms["raw"]

    def ratio(name: str) -> float:
        return median(ours / theirs for ours, theirs in zip(found[name], found["raw"], strict=True))

    shown = {"raw_ms": raw_ms, "ms": ms["shown"], "board_ms": ms["attached"]}
    server = {"raw_ms": raw_ms, "ms": ms["server"]}
    beside = {"raw_ms": raw_ms, "ms": ms["window_server"]}
    held = {"limit_mb": MEMORY_LIMIT_MB, "mb": memory, "orders": scale.orders}
    return [
        Measured("start", ratio("shown"), "at most", 2.0, shown),
        Measured("start.server", ratio("server"), "at most", 4.0, server),
        Measured("start.server_beside_window", ratio("window_server"), "at most", 4.0, beside),
        Measured("start.memory", memory / MEMORY_LIMIT_MB, "at most", 1.0, held),
    ]


def _note(found: dict[str, list[float]], name: str, value: float) -> None:
    found.setdefault(name, []).append(value)


class _Said:
    """Reads what a started process says, a line at a time."""

    def __init__(self, process: subprocess.Popen[str], began: float) -> None:
        self._process, self._began = process, began

    def __call__(self, word: str) -> float:
        """→ seconds from the process's creation until it said so."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if word not in line:
            raise RuntimeError(f"expected {word!r}, got {line!r}")
        return time.perf_counter() - self._began


@contextmanager
def _started(home: Path, *command: str) -> Iterator[tuple[subprocess.Popen[str], _Said]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "LIVEPAY_HOME": str(home)}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as process:
        late = threading.Timer(PATIENCE, process.kill)  # its silence ends the wait for its word
        late.start()
        try:
            yield process, _Said(process, began)
        finally:
            late.cancel()
            assert process.stdin is not None
            process.stdin.close()
            if "serve" in command:
                process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
