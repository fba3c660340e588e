"""Commands that meet the end of the engine: carried out or refused, but answered."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from core.kernel.clock import ManualClock
from core.kernel.errors import StorageFailed
from core.storage.engine import Engine
from core.storage.migrations import migrate
from tests.support.stores import KEY


@pytest.mark.parametrize("line", range(1, 6))
def test_a_command_that_comes_while_the_engine_closes_is_answered(tmp_path: Path, line: int) -> None:
    """The end comes between any two lines of handing the command over."""
    path = tmp_path / "store.db"
    migrate(path, KEY)
    engine = Engine(path, KEY, ManualClock())
    closing = threading.Thread(target=engine.close)
    lines = 0
    answers: list[Any] = []

    def on_line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        if lines == line and not closing.ident:
            closing.start()
            closing.join(0.2)  # it ends, or it waits for us
        return on_line

    def on_call(frame: FrameType, _: str, __: Any) -> Any:
        return on_line if frame.f_code is Engine._put.__code__ else None

    def write() -> None:
        sys.settrace(on_call)
        try:
            answers.append(engine.call(lambda tx: tx.run("UPDATE setting SET value = value")))
        except StorageFailed as error:
            answers.append(error)
        finally:
            sys.settrace(None)

    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    writing.join(60)
    assert answers, "neither carried out nor refused"
    engine.close()
    if closing.ident:
        closing.join()


def test_a_reader_given_back_after_the_end_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, KEY)
    engine = Engine(path, KEY, ManualClock())
    with engine.reader() as reader:
        engine.close()
        assert reader.value("SELECT 1") == 1
    assert not list(tmp_path.glob("store.db-wal")), "the last connection tidies up"
