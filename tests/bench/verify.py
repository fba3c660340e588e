"""``verify``: checking the chain of a journal of 1 000 000 entries, in the store's own file and as the stand-alone
verifier checks an export, both as a stream: memory must not grow with what is checked.

The raw reference is SHA-256 over the very same bytes, line by line from the exported file, and nothing else.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Final

import psutil

from core.kernel.paths import resource
from core.orders.events import OrderReserved
from core.storage import archive, journal
from core.storage.engine import Tx
from tests.bench.figures import Measured, median
from tests.bench.stores import open_new

MB: Final = 1024 * 1024
MOST_MB: Final = 16.0
LEAST: Final = 0.08
A_COMMAND: Final = 20_000
LOOK: Final = 0.02  # s


@dataclass(frozen=True, slots=True)
class Scale:
    entries: int = 1_000_000
    rounds: int = 3


@dataclass(slots=True)
class Memory:
    """The most that the process held above what it held at the beginning, MB."""

    grown: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch(self, start: int) -> None:
        process = psutil.Process()
        while not self._ended.wait(LOOK):
            self.grown = max(self.grown, (process.memory_info().rss - start) / MB)


@contextmanager
def watched() -> Iterator[Memory]:
    memory = Memory()
    gc.collect()
    thread = threading.Thread(target=memory.watch, args=(psutil.Process().memory_info().rss,))
    thread.start()
    try:
        yield memory
    finally:
        memory._ended.set()
        thread.join()


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    tool, exported = stand_alone(), folder / "journal.jsonl"
    rates: dict[str, list[float]] = {"raw": [], "store": [], "export": []}
    grown = {"store": 0.0, "export": 0.0}
    with open_new(folder, "Verify") as shop:
        before = shop.engine.chain.head[0]
        for first in range(0, scale.entries - before, A_COMMAND):
            count = min(A_COMMAND, scale.entries - before - first)
            shop.engine.call(lambda tx, n=count: _write(shop.engine.chain, tx, n))  # type: ignore[misc]
        with shop.engine.reader() as reader, archive.in_place(exported) as file:
            archive.write(reader, archive.whole(reader), shop.card.id, file)
        ways: dict[str, Callable[[], int]] = {
            "store": lambda: shop.engine.read(journal.verify).entries,
            "export": lambda: sum(part.entries for part in tool.check_all([exported])),
        }
        for _ in range(scale.rounds):
            rates["raw"].append(_rate(lambda: hashed(exported), scale.entries))
            for name, way in ways.items():
                with watched() as memory:
                    rates[name].append(_rate(way, scale.entries))
                grown[name] = max(grown[name], memory.grown)
    return [line for name in ways for line in _lines(name, rates, grown[name], scale)]


def _lines(name: str, rates: dict[str, list[float]], grown: float, scale: Scale) -> list[Measured]:
    bench = "verify" if name == "store" else f"verify.{name}"
    ratio = median(ours / theirs for ours, theirs in zip(rates[name], rates["raw"], strict=True))
    speed = {"rate": median(rates[name]), "raw": median(rates["raw"]), "entries": scale.entries}
    memory = {"MB": grown, "entries": scale.entries}
    return [
        Measured(bench, ratio, "at least", LEAST, speed),
        Measured(f"{bench}_memory" if "." in bench else f"{bench}.memory", grown / MOST_MB, "at most", 1.0, memory),
    ]


def _write(chain: journal.Chain, tx: Tx, count: int) -> None:
    """Nobody is told: only the journal is wanted."""
    for number in range(count):
        event = OrderReserved(number, f"LP-2026-0101-{number:04X}", number % 977, 1, 15_000, tx.now + number)
        chain.append(tx.connection, tx.now, tx.actor, event)


def _rate(way: Callable[[], int], entries: int) -> float:
    start = time.perf_counter()
    if (found := way()) != entries:
        raise RuntimeError(f"{found} of {entries} entries hold")
    return entries / (time.perf_counter() - start)


def hashed(path: Path) -> int:
    """SHA-256 of every line but the header, with the 32 bytes before it. → how many."""
    count, previous = -1, bytes(32)
    with path.open("rb") as file:
        for line in file:
            previous = hashlib.sha256(previous + line[:-76]).digest()
            count += 1
    return count


def stand_alone() -> ModuleType:
    """The verifier that is shipped as one file."""
    spec = importlib.util.spec_from_file_location("livepay_verify", resource("tools", archive.VERIFIER))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
