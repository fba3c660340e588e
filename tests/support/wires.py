"""A network that does as it is told: a namespace of Linux, and between it and here one wire of IP packets.

Real processes, the system's own TCP; what a packet meets on the way is decided here: it is late, lost, squeezed through
a narrow line, swallowed in silence. Nothing of the kernel's queueing (netem) is needed, only TUN devices and rights.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HERE: Final = "198.18.77.1"
"""This side. The network is one that is set apart for measuring (RFC 2544 §C.2.2), and nobody's."""
THERE: Final = "198.18.77.2"
ELSEWHERE: Final = "198.18.77.3"
_TUNSETIFF: Final = 0x400454CA
_IFF_TUN_NO_PI: Final = 0x1001
_MOST: Final = 65_536
_QUEUED: Final = 96 * 1024
"""Bytes a narrow line holds before it drops, as a cheap router does."""


def missing() -> str:
    """Why this machine lets nobody make a namespace; empty when it does."""
    if not sys.platform.startswith("linux"):
        return "namespaces are Linux's"
    if os.geteuid() != 0 or not os.access("/dev/net/tun", os.W_OK) or shutil.which("ip") is None:
        return "a namespace needs root, /dev/net/tun and iproute2"
    name = f"may{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


@dataclass
class Weather:
    """``delay``, ``jitter``: seconds, each way; ``loss``: of 1; ``rate``: bytes a second each way, 0: no limit;
    ``cut``: nothing passes, and nobody is told; ``largest``: packets above so many bytes vanish (a black hole)."""

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    rate: int = 0
    cut: bool = False
    largest: int = _MOST


@dataclass
class Wire:
    """What stands between the namespace and here. ``passed``: bytes that came through."""

    name: str
    weather: Weather = field(default_factory=Weather)
    passed: int = 0
    lost: int = 0
    _dice: random.Random = field(default_factory=lambda: random.Random(20261126))
    _ends: list[int] = field(default_factory=list)
    _ways: list[_Way] = field(default_factory=list)

    def inside(self, *command: str | bytes) -> list[str | bytes]:
        """A command as it is run in the namespace."""
        return ["ip", "netns", "exec", self.name, *command]

    def move(self, address: str = ELSEWHERE) -> None:
        """Another address there, as after walking into another Wi-Fi: what was open is not told."""
        self._ip("-n", self.name, "addr", "flush", "dev", f"{self.name}t", "scope", "global")
        self._inhabit(address)

    def hosts(self, names: dict[str, str]) -> None:
        """What names mean in the namespace."""
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in names.items())]
        place = Path("/etc/netns") / self.name
        place.mkdir(parents=True, exist_ok=True)
        (place / "hosts").write_text("\n".join(lines) + "\n")

    # -- making it ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._ip("netns", "add", self.name)
        here, there = _tun(f"{self.name}h"), _tun(f"{self.name}t")
        self._ends = [here, there]
        self._ip("addr", "add", f"{HERE}/24", "dev", f"{self.name}h")
        self._ip("link", "set", f"{self.name}h", "up")
        self._ip("link", "set", f"{self.name}t", "netns", self.name)
        self._ip("-n", self.name, "link", "set", "lo", "up")
        self._inhabit(THERE)
        loop = asyncio.get_running_loop()
        for source, target in ((here, there), (there, here)):
            way = _Way(self, source, target)
            self._ways.append(way)
            loop.add_reader(source, way.readable)

    def _inhabit(self, address: str) -> None:
        self._ip("-n", self.name, "addr", "add", f"{address}/24", "dev", f"{self.name}t")
        self._ip("-n", self.name, "link", "set", f"{self.name}t", "up")
        self._ip("-n", self.name, "route", "replace", "default", "via", HERE)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for end in self._ends:
            loop.remove_reader(end)
            os.close(end)
        for way in self._ways:
            way.close()
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)
        shutil.rmtree(Path("/etc/netns") / self.name, ignore_errors=True)

    def _ip(self, *arguments: str) -> None:
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"

    def drops(self, packet: bytes) -> bool:
        weather = self.weather
        lost = weather.cut or len(packet) > weather.largest or (weather.loss and self._dice.random() < weather.loss)
        self.lost += bool(lost)
        return bool(lost)

    def lateness(self) -> float:
        weather = self.weather
        return max(0.0, weather.delay + self._dice.uniform(-weather.jitter, weather.jitter))


class _Way:
    """One direction: packets leave in the order they came."""

    def __init__(self, wire: Wire, source: int, target: int) -> None:
        self._wire, self._source, self._target = wire, source, target
        self._queue: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._free = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def readable(self) -> None:
        loop, wire = asyncio.get_running_loop(), self._wire
        with suppress(BlockingIOError):
            while True:
                packet = os.read(self._source, _MOST)
                if wire.drops(packet):
                    continue
                if wire.weather.rate:
                    if self._held + len(packet) > _QUEUED:
                        wire.lost += 1
                        continue
                    self._free = max(self._free, loop.time()) + len(packet) / wire.weather.rate
                due = max(self._free, loop.time()) + wire.lateness()
                if self._queue:
                    due = max(due, self._queue[-1][0])
                self._queue.append((due, packet))
                self._held += len(packet)
        self._leave()

    def _leave(self) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue and self._queue[0][0] <= loop.time():
            _, packet = self._queue.popleft()
            self._held -= len(packet)
            if not self._wire.weather.cut:
                with suppress(OSError):  # the other end has no address just now
                    os.write(self._target, packet)
                    self._wire.passed += len(packet)
        if self._queue:
            self._timer = loop.call_at(self._queue[0][0], self._leave)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._queue.clear()


def _tun(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN_NO_PI))
    return end


@asynccontextmanager
async def wire() -> AsyncIterator[Wire]:
    """Gone at the end, with its namespace."""
    made = Wire(f"lp{os.getpid()}")
    try:
        made.open()
        yield made
    finally:
        made.close()
