"""The guards of tests/conftest.py catch what they promise to catch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).resolve().parent.parent / "conftest.py"
INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
markers =
    expect_log(pattern): announced
    leaves_threads(reason): allowed
"""
SAMPLE = """
import asyncio, contextlib, logging, threading, time
import pytest

kept = []

def start_thread():
    threading.Thread(target=threading.Event().wait, daemon=True).start()

def test_unannounced_warning():
    logging.getLogger("shop").warning("oops")

@pytest.mark.expect_log("oo.s")
def test_announced_warning():
    logging.getLogger("shop").warning("oops")

@pytest.mark.expect_log("oops")
def test_announced_warning_that_never_comes():
    pass

def test_thread_left_running():
    start_thread()

@pytest.mark.leaves_threads("the sample says so")
def test_thread_left_running_with_leave():
    start_thread()

async def test_task_left_pending():
    kept.append(asyncio.create_task(asyncio.Event().wait()))

@pytest.fixture
async def server():
    task = asyncio.create_task(asyncio.Event().wait())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

async def test_fixture_that_cleans_up(server):
    await asyncio.to_thread(int)

def test_sleep():
    time.sleep(0)
"""


def test_each_guard_fails_what_it_must_and_nothing_else(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    impatient = CONFTEST.read_text("utf-8").replace("PATIENCE: Final = 3.0", "PATIENCE: Final = 0.05")
    pytester.makeconftest(impatient)
    pytester.makepyfile(test_sample=SAMPLE)
    output = pytester.runpytest_subprocess("-rA", "-p", "no:xdist").stdout.str()
    bad = set(re.findall(r"^(?:FAILED|ERROR) test_sample\.py::(\w+)", output, re.MULTILINE))
    good = set(re.findall(r"^PASSED test_sample\.py::(\w+)", output, re.MULTILINE)) - bad
    assert bad == {
        "test_unannounced_warning",
        "test_announced_warning_that_never_comes",
        "test_thread_left_running",
        "test_task_left_pending",
        "test_sleep",
    }
    assert good == {
        "test_announced_warning",
        "test_thread_left_running_with_leave",
        "test_fixture_that_cleans_up",
    }
