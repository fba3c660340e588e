"""What holds for every test: no real display, no unexpected warning, nothing left running, no sleep."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, SupportsIndex

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TESTS: Final = str(Path(__file__).resolve().parent)
PATIENCE: Final = 3.0 * 10
"""Seconds that a thread or task which is already ending gets before it counts as leaked; many: a busy machine ends them
late."""

# No deadline: a busy machine is not a defect. The CI profile draws the same examples every time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

_real_sleep = time.sleep


def _sleep_outside_tests(seconds: float | SupportsIndex) -> None:
    """Stands for ``time.sleep`` while tests run: libraries may sleep, tests advance a clock or await an event."""
    if sys._getframe(1).f_code.co_filename.startswith(TESTS):
        raise AssertionError(f"time.sleep({seconds}) in a test: advance the ManualClock or await what must happen")
    _real_sleep(seconds)


time.sleep = _sleep_outside_tests


class _Unexpected(logging.Handler):
    """Keeps the records of WARNING and above that the test did not announce."""

    def __init__(self, patterns: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.patterns = [re.compile(pattern) for pattern in patterns]
        self.records: list[str] = []
        self.seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        matching = [pattern.pattern for pattern in self.patterns if pattern.search(message)]
        self.seen.update(matching)
        if not matching:
            self.records.append(f"{record.levelname} {record.name}: {message}")


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning in the log fails the test unless ``@pytest.mark.expect_log("pattern")`` said it would come."""
    handler = _Unexpected([str(mark.args[0]) for mark in request.node.iter_markers("expect_log")])
    root = logging.getLogger()
    before = list(root.handlers)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
    # pytest's own handlers come and go between the phases of a test; ours must not stay behind.
    left = [one for one in root.handlers if one not in before and not type(one).__module__.startswith("_pytest")]
    for one in left:
        root.removeHandler(one)
    if left:
        pytest.fail(f"log handlers left behind: {left}", pytrace=False)
    if handler.records:
        pytest.fail("unexpected log records:\n  " + "\n  ".join(handler.records), pytrace=False)
    missing = [pattern.pattern for pattern in handler.patterns if pattern.pattern not in handler.seen]
    if missing:
        pytest.fail(f"expected log records that never came: {missing}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Threads started during a test, its own fixtures included, have ended with it."""
    before = set(threading.enumerate())
    yield
    if request.node.get_closest_marker("leaves_threads"):
        return
    deadline = time.monotonic() + PATIENCE
    # A _DummyThread stands for a thread that Python did not start (Qt's); it never goes away by itself.
    started = [t for t in threading.enumerate() if t not in before and not isinstance(t, threading._DummyThread)]
    for thread in started:
        thread.join(max(0.0, deadline - time.monotonic()))
    alive = [thread.name for thread in started if thread.is_alive()]
    if alive:
        pytest.fail(f"threads still running after the test: {alive}", pytrace=False)


@pytest.fixture
async def _no_leaked_tasks_of_loop() -> AsyncIterator[None]:
    yield
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    if pending:
        _, pending = await asyncio.wait(pending, timeout=PATIENCE)
    if pending:
        names = sorted(str(task.get_coro()) for task in pending)
        pytest.fail("asyncio tasks still pending after the test:\n  " + "\n  ".join(names), pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_tasks(_no_leaked_threads: None, request: pytest.FixtureRequest) -> None:
    """Tasks of an async test's loop have ended when the test and its fixtures have."""
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("_no_leaked_tasks_of_loop")
