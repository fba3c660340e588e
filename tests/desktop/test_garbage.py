"""The cyclic collector works on the window's thread and nowhere else."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Desktop
from desktop.garbage import SETTLING, SURVIVORS_EVERY, Collector


class Cycle:
    """Keeps itself alive until the collector comes, and notes where it came."""

    def __init__(self, died_on: list[threading.Thread]) -> None:
        self.me, self.died_on = self, died_on

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread())


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[Collector]:
    made = Collector()
    try:
        yield made
    finally:
        made.stop()


def test_another_thread_never_destroys_what_it_did_not_make(collector: Collector) -> None:
    for _ in range(SETTLING):
        collector.step()
    died_on: list[threading.Thread] = []
    Cycle(died_on)
    busy = threading.Thread(target=lambda: [[n] for n in range(200_000)])
    busy.start()
    busy.join()
    assert died_on == []
    collector.step()
    assert died_on == [threading.main_thread()]


def test_what_survives_is_set_aside_and_looked_at_again_in_a_full_run(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(SETTLING):
        collector.step()
    died_on: list[threading.Thread] = []
    kept = [Cycle(died_on)]
    for _ in range(2 * SURVIVORS_EVERY):
        collector.step()
    kept.clear()
    for _ in range(2 * SURVIVORS_EVERY):
        collector.step()
    assert died_on == []
    monkeypatch.setattr("desktop.garbage.FULL_EVERY", 1)
    collector.step()
    assert len(died_on) == 1


def test_an_open_window_has_it(open_window: Callable[..., Desktop]) -> None:
    open_window()
    assert not gc.isenabled()


def test_it_is_given_back(collector: Collector) -> None:
    collector.start()
    collector.step()
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
